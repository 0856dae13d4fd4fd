//! Evidence from another relationship of the same mentee: how a claim names it, and what is copied in for it.

use std::{fmt, str::FromStr};

use crate::{
    bytes::{Bytes, Hash},
    decision::{Act, Content, Decision, Unproven},
    fact::Evidence,
    id::{LogId, RecordId},
    ledger::Version,
    scalar::Scalar,
};

/// The claim's keyed field: key is the observation's record, value an [`Elsewhere`].
pub const ELSEWHERE: &str = "elsewhere";

/// A sealed observation in another record log, as a claim names it: `record/0192… 57 9f2c…`. The digest binds the words,
/// so that the claim's signature says which ones were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    pub log: LogId,
    /// The line that sealed it there.
    pub line: u64,
    /// Of the version's frozen words.
    pub digest: Hash,
}

/// A text that does not name a sealed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a log, a line and a digest")]
pub struct NotElsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.log, self.line, self.digest)
    }
}

impl FromStr for Elsewhere {
    type Err = NotElsewhere;

    /// One spelling alone is read.
    fn from_str(text: &str) -> Result<Self, NotElsewhere> {
        let mut parts = text.split(' ');
        let mut part = || parts.next().ok_or(NotElsewhere);
        let (log, line, digest) = (part()?, part()?, part()?);
        let read = Self {
            log: log.parse().map_err(|_| NotElsewhere)?,
            line: line.parse().map_err(|_| NotElsewhere)?,
            digest: digest.parse().map_err(|_| NotElsewhere)?,
        };
        if read.to_string() == text { Ok(read) } else { Err(NotElsewhere) }
    }
}

impl Elsewhere {
    /// How a claim names a version that was sealed in `log`; `None` where it was not sealed.
    pub fn of(log: LogId, version: &Version) -> Option<Self> {
        Some(Self { log, line: version.sealed?, digest: version.digest })
    }

    /// Whether a version that was copied in is the one named.
    pub fn is(&self, version: &Version) -> bool {
        version.digest == self.digest && version.origin.is_some_and(|origin| (origin.log, origin.line) == (self.log, self.line))
    }
}

/// What a claim's words name in other relationships: each observation's record and where it was sealed. What does not
/// read is left out; no form takes it.
pub fn named(content: &Content) -> impl Iterator<Item = (RecordId, Elsewhere)> {
    content.iter().filter_map(|(key, value)| name(key, value))
}

/// The same of one field.
pub fn name(key: &str, value: &Scalar) -> Option<(RecordId, Elsewhere)> {
    let record = key.strip_prefix(ELSEWHERE)?.strip_prefix('/')?.parse().ok()?;
    Some((record, value.text()?.parse().ok()?))
}

impl Evidence {
    /// The decision that sealed it, once its signature holds by the device certified there; with its frozen words, where
    /// they are at hand, once the signed digest binds them.
    pub fn proven(&self, frozen: Option<&Bytes>) -> Result<(Decision, Option<Content>), Unproven> {
        let decision = self.signed.decision()?;
        if (self.device.person, self.device.device) != (decision.by, decision.device) {
            return Err(Unproven::NoCertificate);
        }
        if decision.act != Act::Submit {
            return Err(Unproven::Digest);
        }
        self.signed.proven_by(&self.device.key, decision.log, frozen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_line_elsewhere_has_one_spelling() {
        let text = "record/0192f0c1-2b3c-7d4e-8f50-112233445566 57 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let read: Elsewhere = text.parse().expect("it names a line");
        assert_eq!((read.line, read.to_string().as_str()), (57, text));
        for bad in [&text.replace(" 57 ", " 057 "), &text.replace("9f86", "9F86"), &text.replace(" 57", "  57"), &[text, " 1"].concat(), "", "57"] {
            assert_eq!(bad.parse::<Elsewhere>(), Err(NotElsewhere), "{bad}");
        }
    }
}
