//! The seen-line reference: what a change's message holds, and all it holds.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::refused::Refused;

/// Characters of the tag.
const TAG_CHARACTERS: usize = 16;

/// The newest line that a writer had seen when typing: its position and the first 12 of the random
/// bytes that the server drew for it, written
/// `{position}:{16 base64url characters}`. Nobody can name a line before the server wrote it.
///
/// ```
/// use shared::change::Seen;
/// let seen: Seen = "41:AAECAwQFBgcICQoL".parse().expect("a reference");
/// assert_eq!((seen.position, seen.tag), (41, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
/// assert_eq!(seen.to_string(), "41:AAECAwQFBgcICQoL");
/// assert!("041:AAECAwQFBgcICQoL".parse::<Seen>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// The line's position in its log.
    pub position: u64,
    /// The first 12 bytes of the line's hash.
    pub tag: [u8; 12],
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, BASE64_URL_SAFE_NO_PAD.encode(self.tag))
    }
}

impl FromStr for Seen {
    type Err = Refused;

    /// One reference has one spelling: no sign, no leading zero, no padding.
    fn from_str(text: &str) -> Result<Self, Refused> {
        let (position, tag) = text.split_once(':').ok_or(Refused::BadMessage)?;
        let plain = position.bytes().all(|byte| byte.is_ascii_digit()) && (position == "0" || !position.starts_with('0'));
        if !plain || tag.len() != TAG_CHARACTERS {
            return Err(Refused::BadMessage);
        }
        let position = position.parse().map_err(|_| Refused::BadMessage)?;
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).map_err(|_| Refused::BadMessage)?;
        Ok(Self { position, tag: tag.try_into().map_err(|_| Refused::BadMessage)? })
    }
}
