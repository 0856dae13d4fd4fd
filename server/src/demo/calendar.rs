//! A story's days, in the organisation's time zone.

use jiff::{ToSpan as _, civil::Date};
use shared::time::{At, Zone};

/// A time of the story: its day and the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) day: i16,
    hour: i8,
    minute: i8,
}

/// `on(6, 2, 50)` is 02:50 in the night of day 6.
pub(super) const fn on(day: i16, hour: i8, minute: i8) -> Moment {
    Moment { day, hour, minute }
}

impl Moment {
    /// Some minutes later, within the same day.
    pub(super) const fn later(self, minutes: i8) -> Self {
        let total = self.minute as i16 + minutes as i16;
        Self { day: self.day, hour: self.hour + (total / 60) as i8, minute: (total % 60) as i8 }
    }
}

/// Turns story time into real time.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    zone: Zone,
    first: Date,
}

impl Calendar {
    /// A calendar in which `now` lies on the day `today`.
    pub(super) fn new(zone: Zone, now: At, today: i16) -> Self {
        let first = now.day_in(&zone).saturating_sub(i64::from(today).days());
        Self { zone, first }
    }

    pub(super) fn date(&self, day: i16) -> Date {
        self.first.saturating_add(i64::from(day).days())
    }

    /// A time that the change of clocks skips or repeats is taken as wall clocks take it: later, or the first.
    pub(super) fn at(&self, moment: Moment) -> At {
        let wall = self.date(moment.day).at(moment.hour, moment.minute, 0, 0);
        let zoned = wall.to_zoned(self.zone.0.clone()).expect("a day of this century has every zone's offset");
        At(zoned.timestamp().as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: i16 = 88;

    #[test]
    fn today_is_its_day_whatever_the_hour_and_the_season() {
        let zone = Zone::posix("GMT0BST,M3.5.0/1,M10.5.0");
        for now in ["2026-01-01T00:00:10Z", "2026-06-30T23:30:00Z", "2026-11-21T21:00:00Z"] {
            let now = At(now.parse::<jiff::Timestamp>().expect("a time").as_millisecond());
            let calendar = Calendar::new(zone.clone(), now, TODAY);
            assert_eq!(calendar.date(TODAY), now.day_in(&zone));
            assert!(calendar.at(on(TODAY - 1, 23, 59)) < now, "all of day 87 is past");
            assert_eq!(calendar.at(on(6, 2, 50)).civil_in(&zone).time(), jiff::civil::time(2, 50, 0, 0));
        }
    }

    #[test]
    fn later_turns_over_the_hour() {
        assert_eq!(on(6, 2, 50).later(15), on(6, 3, 5));
    }
}
