//! One observation of the story and what became of it.

use shared::decision::Act;

use super::{Does, Fields, Key, Moment, Pair, Step, Value, Who, step};

/// Minutes between the bedside and the signature, unless said otherwise.
const SIGNED_AFTER_MINUTES: i8 = 15;

#[derive(Debug, Clone)]
pub(super) struct Seen {
    key: Key,
    pair: Pair,
    observer: Who,
    written: Moment,
    signed: Moment,
    jot: Option<&'static str>,
    fields: Fields,
    /// Known only when it was signed.
    late: Option<&'static str>,
    after: Vec<Step>,
}

/// What was seen: the skill and its level, where, and the two boxes.
pub(super) fn seen(
    pair: Pair,
    key: impl Into<Key>,
    observer: Who,
    written: Moment,
    (skill, level): (&'static str, i64),
    place: &'static str,
    words: [&'static str; 2],
) -> Seen {
    let [went_well, try_next] = words;
    let fields = vec![
        ("mentee", Value::Person(pair.mentee())),
        ("competency", Value::Words(skill)),
        ("setting", Value::Words(place)),
        ("level", Value::Number(level)),
        ("went_well", Value::Words(went_well)),
        ("try_next", Value::Words(try_next)),
        ("captured_at", Value::Time(written)),
    ];
    Seen { key: key.into(), pair, observer, written, signed: written.later(SIGNED_AFTER_MINUTES), jot: None, fields, late: None, after: Vec::new() }
}

impl Seen {
    fn with(mut self, field: &'static str, value: Value) -> Self {
        self.fields.push((field, value));
        self
    }

    /// The chip of the next step, by its code.
    pub(super) fn next(self, step: &'static str) -> Self {
        self.with("next_step", Value::Words(step))
    }

    pub(super) fn practice(self) -> Self {
        self.with("practice", Value::Yes)
    }

    pub(super) fn by_video(self) -> Self {
        self.with("mode", Value::Words("video"))
    }

    /// 'Earlier than now', chosen by the writer.
    pub(super) fn happened(self, at: Moment) -> Self {
        self.with("happened_at", Value::Time(at))
    }

    /// Jotted down on the spot; the rest was written and signed days later.
    pub(super) fn finished(mut self, signed: Moment, late: &'static str, jot: &'static str) -> Self {
        self.signed = signed;
        self.late = Some(late);
        self.jot = Some(jot);
        self
    }

    fn then(mut self, at: Moment, who: Who, act: Act, reason: Option<&'static str>) -> Self {
        self.after.push(step(at, who, self.pair, Does::Decide { key: self.key, act, reason }));
        self
    }

    pub(super) fn read(self, at: Moment) -> Self {
        let mentee = self.pair.mentee();
        self.then(at, mentee, Act::Acknowledge, None)
    }

    pub(super) fn sees_differently(self, at: Moment, reason: &'static str) -> Self {
        let mentee = self.pair.mentee();
        self.then(at, mentee, Act::Disagree, Some(reason))
    }

    pub(super) fn reviewed(self, at: Moment) -> Self {
        self.then(at, Who::Bea, Act::Countersign, None)
    }

    /// Its words hidden first, then withdrawn.
    pub(super) fn withdrawn(self, at: Moment, reason: &'static str) -> Self {
        let observer = self.observer;
        self.then(at, observer, Act::Hide, Some(reason)).then(at.later(2), observer, Act::Void, Some(reason))
    }

    pub(super) fn steps(self) -> Vec<Step> {
        let Self { key, pair, observer, written, signed, jot, fields, late, after } = self;
        let mut steps = Vec::new();
        let draft = |fields| step(written, observer, pair, Does::Draft { key, kind: "observation", fields });
        match jot {
            Some(jot) => {
                steps.push(draft(vec![("captured_at", Value::Time(written)), ("jot", Value::Words(jot))]));
                let rest =
                    fields.into_iter().filter(|(field, _)| *field != "captured_at").chain(late.map(|late| ("late_reason", Value::Words(late)))).collect();
                steps.push(step(signed, observer, pair, Does::Write { key, fields: rest }));
            }
            None => steps.push(draft(fields)),
        }
        steps.push(step(signed, observer, pair, Does::Send { key, sign: true, reason: None }));
        steps.extend(after);
        steps
    }
}
