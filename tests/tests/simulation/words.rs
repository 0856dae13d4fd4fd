//! Words that can be found again, wherever they went: each is typed once in a world.

use std::fmt;

/// A word as it is typed: `w000042w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u32);

const DIGITS: usize = 6;
/// Its letters and digits.
const LENGTH: usize = DIGITS + 2;

impl Word {
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        let (last, digits) = rest.split_last()?;
        let number = (*first == b'w' && *last == b'w' && digits.iter().all(u8::is_ascii_digit)).then(|| std::str::from_utf8(digits).ok())??;
        number.parse().ok().map(Self)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "w{:0DIGITS$}w", self.0)
    }
}

/// Every word in these bytes, whatever stands around it.
pub fn found(bytes: &[u8]) -> impl Iterator<Item = Word> + '_ {
    bytes.windows(LENGTH).filter(|window| window.first() == Some(&b'w')).filter_map(Word::parse)
}
