//! Times as a person reads them, in the organisation's zone.

use shared::time::{At, DAY_MS, HOUR_MS, MINUTE_MS, Zone, parse_day, parse_time};

use crate::words::time as say;

/// '03:41'.
pub fn time(at: At, zone: &Zone) -> String {
    let civil = at.civil_in(zone);
    [two(civil.hour()), two(civil.minute())].join(":")
}

fn two(number: i8) -> String {
    let text = number.to_string();
    if text.len() < 2 { ["0", &text].concat() } else { text }
}

/// 'today', 'yesterday', '12 May', '12 May 2025'.
pub fn day(at: At, zone: &Zone, now: At) -> String {
    let (day, today) = (at.day_in(zone), now.day_in(zone));
    if day == today {
        return say::TODAY.to_owned();
    }
    if Some(day) == today.yesterday().ok() {
        return say::YESTERDAY.to_owned();
    }
    let year = (day.year() != today.year()).then(|| day.year());
    say::day(day.day(), day.month(), year)
}

/// '12 May 2025', whatever day it is now: for what is printed on a decision.
pub fn full_day(at: At, zone: &Zone) -> String {
    let day = at.day_in(zone);
    say::day(day.day(), day.month(), Some(day.year()))
}

/// 'today, 03:41'.
pub fn day_and_time(at: At, zone: &Zone, now: At) -> String {
    [day(at, zone, now), time(at, zone)].join(", ")
}

/// A stored day, `2026-05-12`, as '12 May 2026'.
pub fn written_day(text: &str) -> String {
    let mut parts = text.split('-').map(|part| part.parse::<i16>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) => say::day(i8::try_from(day).unwrap_or(1), i8::try_from(month).unwrap_or(1), Some(year)),
        _ => text.to_owned(),
    }
}

/// How long ago, in the unit that a person would use: 'just now', '5 min', '2 h', '3 days'.
pub fn age(ms: i64) -> String {
    if ms < MINUTE_MS {
        say::JUST_NOW.to_owned()
    } else if ms < HOUR_MS {
        say::minutes(ms / MINUTE_MS)
    } else if ms < DAY_MS {
        say::hours(ms / HOUR_MS)
    } else {
        say::days(ms / DAY_MS)
    }
}

/// 'just now', '2 h ago'.
pub fn ago(ms: i64) -> String {
    if ms < MINUTE_MS { say::JUST_NOW.to_owned() } else { say::ago(&age(ms)) }
}

/// Whole calendar days in the organisation's zone from one moment to another, never below zero.
pub fn days_between(from: At, to: At, zone: &Zone) -> i64 {
    from.day_in(zone).until(to.day_in(zone)).map_or(0, |span| i64::from(span.get_days())).max(0)
}

/// A moment as a `datetime-local` field writes it, `2026-05-12T03:41`.
pub fn to_field(at: At, zone: &Zone) -> String {
    let civil = at.civil_in(zone);
    let [month, day, hour, minute] = [civil.month(), civil.day(), civil.hour(), civil.minute()].map(two);
    [civil.year().to_string(), ["-", &month, "-", &day, "T", &hour, ":", &minute].concat()].concat()
}

/// The moment that a `datetime-local` field holds, in the organisation's zone.
pub fn from_field(text: &str, zone: &Zone) -> Option<At> {
    let (day, time) = text.split_once('T')?;
    let civil = parse_day(day)?.to_datetime(parse_time(time)?);
    Some(At(civil.to_zoned(zone.0.clone()).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> Zone {
        Zone::posix("GMT0BST,M3.5.0/1,M10.5.0")
    }

    #[test]
    fn a_moment_is_told_in_the_organisations_zone() {
        let night = At(1_778_553_660_000); // 2026-05-12 02:41 UTC
        assert_eq!(time(night, &london()), "03:41");
        assert_eq!(day(night, &london(), night), "today");
        assert_eq!(day(night, &london(), night.plus(DAY_MS)), "yesterday");
        assert_eq!(day(night, &london(), night.plus(5 * DAY_MS)), "12 May");
        assert_eq!(full_day(night, &london()), "12 May 2026");
    }

    #[test]
    fn a_chosen_time_reads_back_as_it_was_chosen() {
        let at = from_field("2026-05-12T03:41", &london()).expect("a moment");
        assert_eq!(to_field(at, &london()), "2026-05-12T03:41");
        assert_eq!(from_field("", &london()), None);
    }

    #[test]
    fn ages_grow_from_minutes_to_days() {
        assert_eq!(age(59_000), "just now");
        assert_eq!(age(2 * HOUR_MS + 5), "2 h");
        assert_eq!(age(DAY_MS), "1 day");
        assert_eq!(written_day("2026-05-12"), "12 May 2026");
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        let evening = At(1_778_536_800_000); // 2026-05-11 22:00 UTC, 23:00 in London
        assert_eq!(days_between(evening, evening.plus(2 * HOUR_MS), &london()), 1);
        assert_eq!(days_between(evening, evening.plus(-5 * DAY_MS), &london()), 0);
    }
}
