//! Amara, nights at Quillbrook House, with Ruth; later also Farid. Bea supervises.

use shared::decision::Act;

use super::{
    super::calendar::on,
    Does, Fields, Key, Moment, Pair, Step, Value, Who,
    seen::{Seen, seen},
    step,
};

const PAIR: Pair = Pair::Amara;
const HOUSE: &str = "Quillbrook House";
const CLINIC: &str = "Fenside Clinic";
const HOME: &str = "Home visit";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = agreement();
    steps.extend(plan());
    steps.push(step(on(16, 9, 0), Who::Farid, PAIR, Does::JoinsAsMentor));
    steps.push(step(on(16, 13, 20), Who::Farid, PAIR, Does::Decide { key: "a-agreement".into(), act: Act::Sign, reason: None }));
    steps.extend(observations().into_iter().flat_map(Seen::steps));
    steps.push(step(on(12, 10, 15), Who::Bea, PAIR, Does::Say { on: "a-9".into(), words: NOTES_STANDARD }));
    steps.extend(notes_claim());
    steps.extend(worry_claim());
    let jot = vec![("captured_at", Value::Time(on(87, 2, 10))), ("jot", Value::Words("calm with the new resident, good questions"))];
    steps.push(step(on(87, 2, 10), Who::Ruth, PAIR, Does::Draft { key: "a-87".into(), kind: "observation", fields: jot }));
    steps
}

const NOTES_STANDARD: &str = "The notes standard says it this way: the clock time of each look, what was seen or heard, and only then what you think. 'Slept well' without a time does not meet it. Induction left that out; I have asked Tomas to put it in.";

const BOUNDARIES: &str = "Feedback is about the work, not about the person.";
const BOUNDARIES_AFTER_NIGHTS: &str = "Feedback is about the work, not about the person. No messages 08:00–16:00 after nights.";

pub(super) fn agreement() -> Vec<Step> {
    let fields: Fields = vec![
        ("scope", Value::Words("Raising worries in time, notes that stand in an audit, writing up a crisis.")),
        ("frequency", Value::Words("Every 14 days, 45 minutes, in paid time.")),
        ("channel", Value::Words("In person on shift. Between sessions by phone.")),
        ("confidentiality", Value::Words("What we say in our sessions, and what Amara thinks aloud.")),
        ("exceptions", Value::Words("Harm to somebody, or a risk of it. Ruth says so to Amara first, then tells Bea.")),
        ("boundaries", Value::Words(BOUNDARIES)),
        ("review_on", Value::Day(90)),
        ("ends", Value::Words("With a last session that looks back, or when either of us asks the programme lead.")),
    ];
    let key = Key::from("a-agreement");
    let sign = || Does::Decide { key, act: Act::Sign, reason: None };
    let again = Some("Amara asks for quiet hours after nights.");
    vec![
        step(on(0, 14, 10), Who::Ruth, PAIR, Does::Draft { key, kind: "agreement", fields }),
        step(on(0, 14, 40), Who::Ruth, PAIR, Does::Send { key, sign: true, reason: None }),
        step(on(0, 14, 55), Who::Amara, PAIR, sign()),
        step(on(0, 16, 30), Who::Bea, PAIR, sign()),
        step(on(1, 7, 40), Who::Amara, PAIR, Does::Write { key, fields: vec![("boundaries", Value::Words(BOUNDARIES_AFTER_NIGHTS))] }),
        step(on(1, 7, 42), Who::Amara, PAIR, Does::Send { key, sign: true, reason: again }),
        step(on(1, 7, 55), Who::Ruth, PAIR, sign()),
        step(on(1, 10, 20), Who::Bea, PAIR, sign()),
    ]
}

pub(super) fn plan() -> Vec<Step> {
    let measure = "Observed level; shift notes corrected per month, from 9 to 3 or fewer";
    let fields: Fields = vec![
        ("starts_on", Value::Day(0)),
        ("due_on", Value::Day(90)),
        ("baseline/C01", Value::Number(2)),
        ("target/C01", Value::Number(3)),
        ("target_due_on/C01", Value::Day(90)),
        ("measure/C01", Value::Words("Observed level")),
        ("baseline/C03", Value::Number(2)),
        ("target/C03", Value::Number(3)),
        ("target_due_on/C03", Value::Day(90)),
        ("measure/C03", Value::Words(measure)),
        ("baseline/C05", Value::Number(1)),
        ("target/C05", Value::Number(2)),
        ("target_due_on/C05", Value::Day(90)),
        ("measure/C05", Value::Words("Observed level")),
        ("words", Value::Words("Raise a worry without waiting, and write notes that another shift can work from.")),
    ];
    let key = Key::from("a-plan");
    vec![
        step(on(0, 15, 0), Who::Ruth, PAIR, Does::Draft { key, kind: "plan", fields }),
        step(on(0, 15, 10), Who::Ruth, PAIR, Does::Share { key }),
        step(on(1, 8, 0), Who::Ruth, PAIR, Does::Send { key, sign: false, reason: None }),
        step(on(1, 10, 30), Who::Bea, PAIR, Does::Decide { key, act: Act::Confirm, reason: None }),
    ]
}

#[rustfmt::skip]
fn observations() -> Vec<Seen> {
    let (ruth, farid) = (Who::Ruth, Who::Farid);
    vec![
        seen(PAIR, "a-6", ruth, on(6, 2, 50), ("C01", 2), HOUSE, ["You saw he was drowsier and did full checks.", "Ring before the paperwork; say the change first."])
            .read(on(6, 19, 40)).reviewed(on(8, 10, 0)),
        seen(PAIR, "a-9", ruth, on(9, 6, 30), ("C03", 1), HOUSE, ["You wrote up everyone.", "'Slept well' is not a time; write when you looked."])
            .next("do_one_together").sees_differently(on(9, 20, 5), "That is what induction showed me.").reviewed(on(12, 10, 25)),
        seen(PAIR, "a-20", farid, on(20, 15, 10), ("C03", 2), HOUSE, ["Times are there.", "Keep your guess out of the facts."])
            .read(on(21, 19, 30)).reviewed(on(22, 9, 40)),
        seen(PAIR, "a-36", ruth, on(36, 4, 5), ("C01", 3), HOUSE, ["Rang on your own.", "Say what you need before they ask."])
            .read(on(36, 19, 45)),
        seen(PAIR, "a-41", farid, on(41, 14, 0), ("C05", 2), CLINIC, ["Clear order.", "Add what you tried before calling."])
            .practice().read(on(42, 19, 30)).reviewed(on(43, 11, 10)),
        seen(PAIR, "a-48", ruth, on(48, 5, 20), ("C03", 3), HOUSE, ["Complete for six people.", "One correction without initials."])
            .finished(on(58, 21, 10), "leave", "notes for all six complete, one correction without initials").read(on(59, 19, 40)),
        seen(PAIR, "a-63", farid, on(63, 16, 40), ("C03", 3), HOUSE, ["Seen and thought kept apart.", "Shorter."])
            .read(on(64, 18, 50)),
        seen(PAIR, "a-66", farid, on(66, 11, 15), ("C10", 4), HOME, ["Clean stayed clean in a cramped room.", "Ask for a second light."])
            .withdrawn(on(67, 8, 55), "Wrong person: this was not Amara."),
        seen(PAIR, "a-70", ruth, on(70, 6, 45), ("C03", 3), HOUSE, ["Would pass audit but for one time.", "Check the clock you use."])
            .read(on(70, 19, 30)),
        seen(PAIR, "a-72", farid, on(72, 15, 30), ("C01", 3), CLINIC, ["Went to the second number when the first did not answer.", "Note the time of both."])
            .read(on(73, 19, 20)),
        seen(PAIR, "a-80", ruth, on(80, 3, 15), ("C01", 4), HOUSE, ["Change, since when, what you need: in one breath.", "Do the same at handover."])
            .read(on(80, 19, 35)),
    ]
}

/// Asks for a sign-off at level 3.
pub(super) fn claim(key: Key, skill: &'static str, words: &'static str, evidence: Vec<Key>, at: Moment) -> [Step; 3] {
    let fields = vec![("competency", Value::Words(skill)), ("level", Value::Number(3)), ("words", Value::Words(words))];
    [
        step(at, Who::Amara, PAIR, Does::Draft { key, kind: "claim", fields }),
        step(at, Who::Amara, PAIR, Does::Choose { key, evidence }),
        step(at.later(5), Who::Amara, PAIR, Does::Send { key, sign: false, reason: None }),
    ]
}

fn notes_claim() -> Vec<Step> {
    let key = Key::from("a-claim-notes");
    let better = "I used to write at the end of the shift, from memory. Now I write within the hour, with the clock time of each look, and what I think stands in a line of its own.";
    let mut steps =
        claim(key, "C03", "My notes have been complete on the last three looks.", ["a-48", "a-63", "a-70"].map(Key::from).to_vec(), on(82, 18, 30)).to_vec();
    steps.extend([
        step(on(83, 10, 20), Who::Bea, PAIR, Does::Decide { key, act: Act::Return, reason: Some("Say what you now do differently.") }),
        step(on(84, 19, 10), Who::Amara, PAIR, Does::Write { key, fields: vec![("words", Value::Words(better))] }),
        step(on(84, 19, 20), Who::Amara, PAIR, Does::Send { key, sign: false, reason: None }),
        step(on(86, 11, 5), Who::Bea, PAIR, Does::Decide { key, act: Act::Approve, reason: None }),
    ]);
    steps
}

fn worry_claim() -> Vec<Step> {
    let words = "I ring without being asked: the change, since when, what I need. If nobody answers I go to the second number.";
    claim("a-claim-worry".into(), "C01", words, ["a-36", "a-72", "a-80"].map(Key::from).to_vec(), on(87, 18, 40)).to_vec()
}
