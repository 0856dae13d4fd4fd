//! Bytes as a script, for a page that may load nothing else.

use std::fmt::Write as _;

/// A module that exports them. Each byte is the character of its value: packed, that is hardly longer than the
/// bytes are, where base64 adds a quarter.
pub fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    for byte in bytes {
        match byte {
            // What a string in a script cannot hold as it is.
            b'\'' | b'\\' | b'\n' | b'\r' => write!(text, "\\x{byte:02x}").expect("a string takes all"),
            byte => text.push(char::from(*byte)),
        }
    }
    format!("export const bytes = Uint8Array.from('{text}', (character) => character.charCodeAt(0));\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_one_character_and_none_ends_the_string() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let script = of_bytes(&all);
        let text = script.split('\'').nth(1).expect("a string");
        assert_eq!(script.matches('\'').count(), 2);
        let mut read = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => {
                    assert_eq!(characters.next(), Some('x'));
                    let digits: String = characters.by_ref().take(2).collect();
                    read.push(u8::from_str_radix(&digits, 16).expect("two digits"));
                }
                '\n' | '\r' => panic!("a line ends in the string"),
                plain => read.push(u8::try_from(u32::from(plain)).expect("a byte")),
            }
        }
        assert_eq!(read, all);
    }
}
