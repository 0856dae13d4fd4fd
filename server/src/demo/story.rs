//! What happened, step by step: who did what on which day. Data; [`super::stage`] plays it.

mod amara;
mod joon;
mod seen;
mod two_years;

use shared::decision::Act;

use super::{Story, calendar::Moment};

/// The people of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Amara,
    Joon,
    Ruth,
    Farid,
    Bea,
    Tomas,
}

impl Who {
    pub(super) const ALL: [Self; 6] = [Self::Amara, Self::Joon, Self::Ruth, Self::Farid, Self::Bea, Self::Tomas];

    pub(super) fn email(self) -> &'static str {
        match self {
            Self::Amara => "amara@quillbrook.example",
            Self::Joon => "joon@quillbrook.example",
            Self::Ruth => "ruth@quillbrook.example",
            Self::Farid => "farid@quillbrook.example",
            Self::Bea => "bea@quillbrook.example",
            Self::Tomas => "tomas@quillbrook.example",
        }
    }
}

/// The two relationships, by their mentee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pair {
    Amara,
    Joon,
}

impl Pair {
    pub(super) fn mentee(self) -> Who {
        match self {
            Self::Amara => Who::Amara,
            Self::Joon => Who::Joon,
        }
    }
}

/// A record's name within the story: a word, and a number where many are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(&'static str, usize);

impl From<&'static str> for Key {
    fn from(word: &'static str) -> Self {
        Self(word, 0)
    }
}

/// What a field gets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Words(&'static str),
    Number(i64),
    Yes,
    Person(Who),
    /// A day of the story, as a date.
    Day(i16),
    Time(Moment),
}

pub(super) type Fields = Vec<(&'static str, Value)>;

#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) at: Moment,
    pub(super) who: Who,
    pub(super) pair: Pair,
    pub(super) does: Does,
}

#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Begins a record, seen by nobody else.
    Draft { key: Key, kind: &'static str, fields: Fields },
    /// Writes on: in the draft, or in the shared record once it is one.
    Write { key: Key, fields: Fields },
    /// Chooses the feedback for a claim.
    Choose { key: Key, evidence: Vec<Key> },
    /// Shares a draft unsigned.
    Share { key: Key },
    /// Sends a version; with `sign` also signs it where several do.
    Send { key: Key, sign: bool, reason: Option<&'static str> },
    /// Decides on the newest version.
    Decide { key: Key, act: Act, reason: Option<&'static str> },
    /// Comments on a record.
    Say { on: Key, words: &'static str },
    /// The phone loses its signal: what follows stays on it.
    LosesSignal,
    /// It has one again: everything goes.
    HasSignal,
    /// Becomes a mentor of the pair.
    JoinsAsMentor,
    /// Cadence, plan and evidence window stop from now until that day begins.
    Pauses { until: Moment },
}

/// A whole story in the order of time.
pub(super) fn steps(story: Story) -> Vec<Step> {
    let mut steps = match story {
        Story::Demonstration => [amara::steps(), joon::steps()].concat(),
        Story::TwoYears => two_years::steps(),
    };
    steps.sort_by_key(|step| step.at);
    steps
}

fn step(at: Moment, who: Who, pair: Pair, does: Does) -> Step {
    Step { at, who, pair, does }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_lies_before_today() {
        for story in [Story::Demonstration, Story::TwoYears] {
            assert!(steps(story).iter().all(|step| step.at.day < story.today()), "{story:?}");
        }
    }

    #[test]
    fn two_years_hold_500_observations_of_three_mentors_and_what_comes_with_them() {
        let steps = steps(Story::TwoYears);
        let drafts = |wanted| steps.iter().filter(move |step| matches!(step.does, Does::Draft { kind, .. } if kind == wanted));
        assert_eq!(drafts("observation").count(), 500);
        let mentors: std::collections::BTreeSet<Who> = drafts("observation").map(|step| step.who).collect();
        assert_eq!(mentors, [Who::Ruth, Who::Farid, Who::Joon].into());
        assert_eq!(steps.iter().filter(|step| matches!(step.does, Does::Say { .. })).count(), 100);
        assert_eq!(drafts("claim").count(), 8);
    }
}
