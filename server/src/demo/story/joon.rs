//! Joon, back from leave, at Fenside Clinic with Farid. Bea supervises.

use shared::decision::Act;

use super::{
    super::calendar::on,
    Does, Fields, Key, Pair, Step, Value, Who,
    seen::{Seen, seen},
    step,
};

const PAIR: Pair = Pair::Joon;
const CLINIC: &str = "Fenside Clinic";
const HOME: &str = "Home visit";
const VIDEO: &str = "By video";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = agreement();
    steps.extend(plan());
    steps.extend(pause());
    steps.extend(observations().into_iter().flat_map(Seen::steps));
    // The back room of the clinic has no signal, and Farid was away from it until the day after next.
    steps.push(step(on(64, 11, 30), Who::Farid, PAIR, Does::LosesSignal));
    steps.push(step(on(66, 8, 10), Who::Farid, PAIR, Does::HasSignal));
    steps
}

fn agreement() -> Vec<Step> {
    let fields: Fields = vec![
        ("scope", Value::Words("Dressings alone again, and visits by video.")),
        ("frequency", Value::Words("Every 21 days, on a day that Joon works.")),
        ("channel", Value::Words("At the clinic, else by phone on working days.")),
        ("confidentiality", Value::Words("What we say in our sessions, and Joon's plans for the time after.")),
        ("exceptions", Value::Words("Harm to somebody, or a risk of it. Farid says so to Joon first, then tells Bea.")),
        ("boundaries", Value::Words("Nothing on days off.")),
        ("review_on", Value::Day(92)),
        ("ends", Value::Words("When the plan is closed, or when either of us asks the programme lead.")),
    ];
    let key = Key::from("b-agreement");
    let sign = || Does::Decide { key, act: Act::Sign, reason: None };
    vec![
        step(on(1, 15, 30), Who::Farid, PAIR, Does::Draft { key, kind: "agreement", fields }),
        step(on(2, 9, 0), Who::Farid, PAIR, Does::Send { key, sign: true, reason: None }),
        step(on(2, 12, 30), Who::Joon, PAIR, sign()),
        step(on(2, 15, 10), Who::Bea, PAIR, sign()),
    ]
}

const DUE: [&str; 3] = ["due_on", "target_due_on/C10", "target_due_on/C12"];

fn due(day: i16) -> Fields {
    DUE.map(|field| (field, Value::Day(day))).to_vec()
}

fn plan() -> Vec<Step> {
    let mut fields: Fields = vec![
        ("starts_on", Value::Day(2)),
        ("baseline/C10", Value::Number(3)),
        ("target/C10", Value::Number(4)),
        ("measure/C10", Value::Words("Observed level, seen by two people")),
        ("baseline/C12", Value::Number(1)),
        ("target/C12", Value::Number(3)),
        ("measure/C12", Value::Words("Observed level")),
        ("words", Value::Words("Run the leg-wound clinic alone, and lead visits by video.")),
    ];
    fields.extend(due(92));
    let key = Key::from("b-plan");
    vec![
        step(on(1, 16, 0), Who::Farid, PAIR, Does::Draft { key, kind: "plan", fields }),
        step(on(1, 16, 10), Who::Farid, PAIR, Does::Share { key }),
        step(on(2, 9, 10), Who::Farid, PAIR, Does::Send { key, sign: false, reason: None }),
        step(on(2, 15, 20), Who::Bea, PAIR, Does::Decide { key, act: Act::Confirm, reason: None }),
    ]
}

/// Three weeks of planned leave; the plan's end moves by as much.
fn pause() -> Vec<Step> {
    let key = Key::from("b-plan");
    let reason = Some("Paused for 21 days; the end moves by as much.");
    vec![
        step(on(35, 0, 0), Who::Tomas, PAIR, Does::Pauses { until: on(56, 0, 0) }),
        step(on(57, 9, 20), Who::Farid, PAIR, Does::Write { key, fields: due(113) }),
        step(on(57, 9, 25), Who::Farid, PAIR, Does::Send { key, sign: false, reason }),
        step(on(57, 14, 0), Who::Bea, PAIR, Does::Decide { key, act: Act::Confirm, reason: None }),
    ]
}

#[rustfmt::skip]
fn observations() -> Vec<Seen> {
    let farid = Who::Farid;
    vec![
        seen(PAIR, "b-11", farid, on(11, 10, 20), ("C10", 3), CLINIC, ["Explained each step.", "Lay everything out first."])
            .next("do_one_together").read(on(12, 12, 40)).reviewed(on(13, 9, 30)),
        seen(PAIR, "b-18", farid, on(18, 14, 30), ("C12", 2), VIDEO, ["Asked who was in the room.", "Say what you cannot see."])
            .next("watch_me").by_video().read(on(19, 12, 35)).reviewed(on(20, 9, 45)),
        seen(PAIR, "b-64", farid, on(64, 11, 35), ("C10", 4), CLINIC, ["Nothing to add on technique.", "Let the person see it if they wish."])
            .read(on(67, 12, 30)),
        seen(PAIR, "b-66", farid, on(67, 9, 5), ("C10", 4), HOME, ["Clean stayed clean in a cramped room.", "Ask for a second light."])
            .happened(on(66, 11, 15)).read(on(68, 12, 45)),
        seen(PAIR, "b-75", farid, on(75, 15, 0), ("C12", 3), VIDEO, ["Moved the camera so hands were seen.", "Agree the ring-back number first."])
            .by_video().read(on(76, 12, 30)),
        seen(PAIR, "b-81", farid, on(81, 10, 35), ("C10", 3), CLINIC, ["Good pace.", "Trolley uncovered twice."])
            .next("do_one_together").read(on(82, 12, 45)),
        seen(PAIR, "b-86", farid, on(86, 11, 30), ("C10", 4), CLINIC, ["Trolley covered throughout.", "Teach it to a colleague."]),
    ]
}
