//! Time as an argument: nothing in this crate reads a clock.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the Unix epoch. Range: ±2^53, so that it survives JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At(pub i64);

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl At {
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative if `self` comes first.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole days from `earlier` to `self`, never below zero.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.since(earlier) / DAY_MS).max(0)
    }

    /// The calendar day of this moment in the organisation's time zone.
    pub fn day_in(self, zone: &Zone) -> civil::Date {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.0.clone()).date()
    }

    /// The wall clock time in the organisation's time zone.
    pub fn civil_in(self, zone: &Zone) -> civil::DateTime {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.0.clone()).datetime()
    }
}

/// A day as a field holds it, `2026-05-12`, and in no other way. jiff's parser reads whatever a time can look like,
/// which both of the client's modules would carry for it.
pub fn parse_day(text: &str) -> Option<civil::Date> {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| parts.next().filter(|part| part.len() == length).and_then(digits);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A time of day as a field holds it, `03:41`.
pub fn parse_time(text: &str) -> Option<civil::Time> {
    let (hour, minute) = text.split_once(':')?;
    let part = |part: &str| i8::try_from(digits(part).filter(|_| part.len() == 2)?).ok();
    civil::Time::new(part(hour)?, part(minute)?, 0, 0).ok()
}

/// A number without the sign that [`str::parse`] would take.
fn digits(text: &str) -> Option<i16> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The organisation's time zone. Days of a rule are counted in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(pub TimeZone);

impl Zone {
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A POSIX rule such as `GMT0BST,M3.5.0/1,M10.5.0`: a phone carries no zone database, so the
    /// organisation's fact states the rule itself. An unreadable rule counts as UTC.
    pub fn posix(rule: &str) -> Self {
        Self(TimeZone::posix(rule).unwrap_or(TimeZone::UTC))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_spelling_and_exists() {
        assert_eq!(parse_day("2026-05-12"), civil::Date::new(2026, 5, 12).ok());
        for wrong in ["", "2026-02-30", "2026-5-12", "2026-05-1", "26-05-12", "2026-05-12T", "+026-05-12", "20260512", "2026-05-12-01", "2026-05-\u{661}"] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_has_one_spelling_and_exists() {
        assert_eq!(parse_time("03:41"), civil::Time::new(3, 41, 0, 0).ok());
        for wrong in ["", "3:41", "24:00", "03:60", "03:41:00", "-3:41", "+3:41"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
