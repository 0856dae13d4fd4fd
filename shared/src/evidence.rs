//! R3: whether the sealed observations of a competency meet a sign-off's rule, and what is missing, in words.

pub mod elsewhere;

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};

use crate::{
    fact::Facts,
    framework::EvidenceRule,
    id::{PersonId, RecordId},
    ledger::{Ledger, Version},
    time::At,
    words,
};

/// One sealed observation and whether it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub record: RecordId,
    /// The line that sealed it: what a claim names.
    pub line: u64,
    pub observer: PersonId,
    /// 0 is 'could not judge'.
    pub level: i64,
    pub practice: bool,
    pub happened_at: At,
    pub counts: Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    Yes,
    /// Rated below the rule's level, or not judged.
    TooLow,
    /// Outside the rule's months.
    TooOld,
    /// In simulation, beyond what the rule takes.
    Practice,
}

/// The rule, what speaks for it and what is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub rule: EvidenceRule,
    /// Newest first. All of the competency's standing observations, or the chosen ones among them.
    pub items: Vec<Item>,
    pub count: u32,
    pub observers: BTreeSet<PersonId>,
}

impl Assessment {
    pub fn is_met(&self) -> bool {
        self.count >= self.rule.count && self.observer_count() >= self.rule.observers
    }

    pub fn observer_count(&self) -> u32 {
        u32::try_from(self.observers.len()).unwrap_or(u32::MAX)
    }

    pub fn counted(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.counts == Counts::Yes)
    }

    /// 'Needs 3 at level 3 or more from 2 people in 6 months. Has 3, from 2.'
    pub fn sentence(&self) -> String {
        words::evidence_sentence(&self.rule, self.count, self.observer_count())
    }

    /// 'Still needs 1 more at level 4 or more, from a second person.' Nothing where the rule is met.
    pub fn missing(&self) -> Option<String> {
        (!self.is_met()).then(|| words::evidence_missing(&self.rule, self.count, self.observer_count()))
    }
}

/// Assesses the mentee's observations of `competency` for a sign-off at `level`, asked for at `at`. With `chosen`,
/// only the observations sealed by those lines count. `None` where the framework has no rule for that level.
pub fn assess(facts: &Facts, ledger: &Ledger, competency: &str, level: u8, at: At, chosen: Option<&BTreeSet<u64>>) -> Option<Assessment> {
    let rule = *facts.competency(competency)?.evidence.get(&level)?;
    let mentee = facts.mentee()?.person;
    let first_day = window_start(facts, &rule, at);
    let zone = facts.zone();
    let of_it = |(_, version): &(RecordId, &Version)| version.person("mentee") == Some(mentee) && version.text("competency") == Some(competency);
    let read = |(record, version): (RecordId, &Version)| Some(item(record, version.sealed?, version, &rule, first_day, &zone));
    let mut items: Vec<Item> = match chosen {
        Some(lines) => ledger.standing_of("observation", lines).filter(of_it).filter_map(read).collect(),
        None => ledger.standing("observation").filter(of_it).filter_map(read).collect(),
    };
    items.sort_by_key(|item| std::cmp::Reverse((item.happened_at, item.line)));

    limit_practice(&mut items, rule.practice.limit(rule.count));
    let counted = || items.iter().filter(|item| item.counts == Counts::Yes);
    let count = u32::try_from(counted().count()).unwrap_or(u32::MAX);
    let observers = counted().map(|item| item.observer).collect();
    Some(Assessment { rule, count, observers, items })
}

/// Of practice only so many count: first whose observer nothing else brings, then the newest.
fn limit_practice(items: &mut [Item], limit: u32) {
    let mut observers: BTreeSet<PersonId> = items.iter().filter(|item| item.counts == Counts::Yes && !item.practice).map(|item| item.observer).collect();
    let mut practised: Vec<&mut Item> = items.iter_mut().filter(|item| item.counts == Counts::Yes && item.practice).collect();
    practised.sort_by_key(|item| !observers.insert(item.observer));
    practised.into_iter().skip(usize::try_from(limit).unwrap_or(usize::MAX)).for_each(|item| item.counts = Counts::Practice);
}

fn item(record: RecordId, line: u64, version: &Version, rule: &EvidenceRule, first_day: Date, zone: &crate::time::Zone) -> Item {
    let level = version.integer("level").unwrap_or(0);
    let happened_at = version.happened_at();
    let counts = if level < i64::from(rule.level) {
        Counts::TooLow
    } else if happened_at.day_in(zone) < first_day {
        Counts::TooOld
    } else {
        Counts::Yes
    };
    Item { record, line, observer: version.submitted.by, level, practice: version.flag("practice"), happened_at, counts }
}

/// Months are counted back from the claim's submit, by the day, in the organisation's zone, and further by every
/// paused day met on the way.
fn window_start(facts: &Facts, rule: &EvidenceRule, at: At) -> Date {
    let zone = facts.zone();
    let last = at.day_in(&zone);
    let mut pauses: Vec<(Date, Date)> =
        facts.pauses.iter().map(|pause| (pause.from.day_in(&zone).min(last), pause.until.map_or(last, |until| until.day_in(&zone)).min(last))).collect();
    pauses.sort_unstable_by_key(|(_, until)| std::cmp::Reverse(*until));

    let mut start = last.checked_sub(i64::from(rule.months).months()).unwrap_or(Date::MIN);
    // Days from here on are accounted for: a day in two pauses is one paused day.
    let mut met = last;
    // Backwards: whoever meets a pause's last day has to walk past all of it.
    for (from, until) in pauses {
        let until = until.min(met);
        if until <= start {
            break;
        }
        if from < until {
            start = start.checked_sub(i64::from(from.until(until).map_or(0, |span| span.get_days())).days()).unwrap_or(Date::MIN);
            met = from;
        }
    }
    start
}
