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
