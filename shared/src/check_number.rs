//! A key's check number: 32 digits by which people compare a key on paper or by voice.
//!
//! A device shows the first half of a key that it was told, and asks for the second: that can only come from whoever hands
//! the key on, so nobody takes a key by repeating what they read off the screen.

use std::fmt;

use crate::{bytes::Hash, key::PublicKey};

const TAG: &[u8] = b"countersign check number 1\0";
/// Digests of digests: whoever looks for another key with the same half pays each of them for every key that they try.
const ROUNDS: usize = 4_096;
const GROUPS: usize = 8;
const HALF: usize = GROUPS / 2;
/// Four digits a group.
const GROUP: u32 = 10_000;

/// Eight groups of four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckNumber([u32; GROUPS]);

impl CheckNumber {
    pub fn of(key: &PublicKey) -> Self {
        let first = Hash::of(&[TAG, key.to_string().as_bytes()].concat());
        let last = (1..ROUNDS).fold(first, |digest, _| Hash::of(&digest.0));
        let mut groups = [0; GROUPS];
        for (group, bytes) in groups.iter_mut().zip(last.0.as_chunks().0) {
            *group = u32::from_be_bytes(*bytes) % GROUP;
        }
        Self(groups)
    }

    /// How it begins: what a device shows.
    pub fn begins(&self) -> String {
        written(&self.0[..HALF])
    }

    /// How it goes on: what a person has to know from somewhere else.
    pub fn goes_on(&self) -> String {
        written(&self.0[HALF..])
    }

    /// Whether somebody typed how it goes on, or all of it, with whatever between the digits.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let typed = digits(typed);
        typed == digits(&self.goes_on()) || typed == digits(&self.to_string())
    }
}

/// `0417 9923 0008 5512 7781 2040 0936 1175`
impl fmt::Display for CheckNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.0))
    }
}

fn written(groups: &[u32]) -> String {
    groups.iter().map(|group| format!("{group:04}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    fn number(seed: u8) -> CheckNumber {
        CheckNumber::of(&SecretKey::from_seed([seed; 32]).public())
    }

    #[test]
    fn the_second_half_or_the_whole_is_meant_and_nothing_else() {
        let known = number(7);
        assert_eq!(known.to_string(), [known.begins(), known.goes_on()].join(" "));
        assert_eq!(known.to_string().len(), 39);
        for typed in [known.goes_on(), known.to_string(), known.goes_on().replace(' ', ""), known.goes_on().replace(' ', "-")] {
            assert!(known.is_meant_by(&typed), "{typed}");
        }
        let other = number(8);
        for typed in ["", " ", &known.begins(), &known.goes_on()[..18], &other.goes_on(), &[known.begins(), other.goes_on()].join(" ")] {
            assert!(!known.is_meant_by(typed), "{typed}");
        }
    }
}
