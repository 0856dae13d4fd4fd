//! Two years of one relationship, to measure with: what a phone holds when somebody has been mentored for long.
//!
//! Amara again, with three mentors. Each skill comes round in turn, and each mentor sees each skill.

use shared::decision::Act;

use super::{
    super::calendar::{Moment, on},
    Does, Key, Pair, Step, Value, Who, amara,
    seen::{Seen, seen},
    step,
};

const PAIR: Pair = Pair::Amara;
const MENTORS: [Who; 3] = [Who::Ruth, Who::Farid, Who::Joon];
const PLACES: [&str; 3] = ["Quillbrook House", "Fenside Clinic", "Home visit"];

const OBSERVATIONS: usize = 500;
/// Somebody comments on every so many observations: 100 comments.
const SEEN_A_COMMENT: usize = 5;
const CLAIMS: usize = 8;
/// Observations of a skill that a claim names.
const CLAIMED: usize = 3;
/// Rounds through the skills between two claims, and before the first.
const ROUNDS_A_CLAIM: usize = 5;
const ROUNDS_BEFORE: usize = 2;
/// The plan's end moves by so many days, seven times.
const QUARTER: i16 = 90;

/// A skill, and whether a supervisor looks at each observation of it.
const SKILLS: [(&str, bool); 12] = [
    ("C01", true),
    ("C02", false),
    ("C03", true),
    ("C04", true),
    ("C05", true),
    ("C06", true),
    ("C07", false),
    ("C08", false),
    ("C09", true),
    ("C10", false),
    ("C11", true),
    ("C12", false),
];

const WENT_WELL: [&str; 7] = [
    "You looked twice before you acted, and said aloud what had changed since the evening round and what had not.",
    "Everything was written within the hour: the clock time of each look, what you saw, and in a line of its own what you think.",
    "You asked before you touched anything, waited for the answer, and noticed the quiet no when it came.",
    "Urgent first, then what was not done and who has it now. You had it said back to you, and one thing was put right that way.",
    "You kept your voice low, gave room, and sent the others out. It took four minutes and nobody was held.",
    "The second number when the first did not answer, and both calls in the notes with their times.",
    "Hands at each moment, the field stayed clean, and you stopped when the edge looked different from the picture.",
];

const TRY_NEXT: [&str; 5] = [
    "Say what you need from them before they ask; it saves a call back.",
    "Write down what you tried before you called, even when it did not help.",
    "Lay everything out first, so that nobody has to leave the room half way through.",
    "Shorter: three lines that another shift can work from are better than a page.",
    "Let the person tell it back in their own words before you leave.",
];

const COMMENTS: [&str; 4] = [
    "I did it that way again on the next shift and it held. The part about times still takes me too long at the end of a night.",
    "Thank you. I had not noticed that I do this; I asked the others and they see it too.",
    "Can we look at one of these together next week? I am not sure where the line is when two people need somebody at once.",
    "I have put this on my card for the two o'clock call.",
];

pub(super) fn steps() -> Vec<Step> {
    let mut steps = amara::agreement();
    steps.extend(amara::plan());
    steps.extend(joining());
    steps.extend((0..OBSERVATIONS).flat_map(|number| observation(number).steps()));
    steps.extend((0..OBSERVATIONS).step_by(SEEN_A_COMMENT).map(comment));
    steps.extend((0..CLAIMS).flat_map(claim));
    steps.extend((1..8).flat_map(quarter));
    steps.extend(second_year());
    steps
}

/// Two more mentors, who sign the agreement that they find.
fn joining() -> Vec<Step> {
    let key = "a-agreement".into();
    let join = |who, hour| {
        [step(on(16, hour, 0), who, PAIR, Does::JoinsAsMentor), step(on(16, hour, 30), who, PAIR, Does::Decide { key, act: Act::Sign, reason: None })]
    };
    [join(Who::Farid, 9), join(Who::Joon, 10)].concat()
}

fn day_of(number: usize) -> i16 {
    18 + i16::try_from(number * 7 / 5).expect("a story has fewer days than 32,767")
}

fn key_of(number: usize) -> Key {
    Key("two-years", number)
}

fn observation(number: usize) -> Seen {
    let (skill, reviewed) = SKILLS[number % SKILLS.len()];
    let round = number / SKILLS.len();
    let observer = MENTORS[(number + round) % MENTORS.len()];
    let level = if round.is_multiple_of(2) { 3 } else { 4 };
    let hour = i8::try_from(9 + number % 8).expect("an hour of the day");
    let words = [WENT_WELL[number % WENT_WELL.len()], TRY_NEXT[number % TRY_NEXT.len()]];
    let day = day_of(number);
    let seen =
        seen(PAIR, key_of(number), observer, on(day, hour, 20), (skill, level), PLACES[number % PLACES.len()], words).next("talk").read(on(day + 1, 19, 30));
    if reviewed { seen.reviewed(on(day + 2, 10, 0)) } else { seen }
}

fn comment(number: usize) -> Step {
    let words = COMMENTS[number / SEEN_A_COMMENT % COMMENTS.len()];
    step(on(day_of(number) + 1, 19, 40), Who::Amara, PAIR, Does::Say { on: key_of(number), words })
}

/// One skill after the other at level 3: asked for and signed off.
fn claim(number: usize) -> Vec<Step> {
    let rounds = ROUNDS_BEFORE + number * ROUNDS_A_CLAIM..;
    let evidence: Vec<usize> = rounds.take(CLAIMED).map(|round| round * SKILLS.len() + number).collect();
    let day = evidence.last().map_or(0, |last| day_of(*last)) + 3;
    let key = Key("two-years-claim", number);
    let words = "I do it without being asked now, and the last three looks say so.";
    let mut steps = amara::claim(key, SKILLS[number].0, words, evidence.into_iter().map(key_of).collect(), on(day, 18, 30)).to_vec();
    steps.push(step(on(day + 2, 11, 5), Who::Bea, PAIR, Does::Decide { key, act: Act::Approve, reason: None }));
    steps
}

/// The plan goes on for another quarter.
fn quarter(number: i16) -> Vec<Step> {
    let key = "a-plan".into();
    let day = number * QUARTER;
    let due = ["due_on", "target_due_on/C01", "target_due_on/C03", "target_due_on/C05"].map(|field| (field, Value::Day(day + QUARTER)));
    let at: fn(i16, i8) -> Moment = |day, hour| on(day, hour, 15);
    vec![
        step(at(day, 20), Who::Ruth, PAIR, Does::Write { key, fields: due.to_vec() }),
        step(at(day, 21), Who::Ruth, PAIR, Does::Send { key, sign: false, reason: Some("Goes on for another quarter.") }),
        step(at(day + 1, 10), Who::Bea, PAIR, Does::Decide { key, act: Act::Confirm, reason: None }),
    ]
}

/// The agreement, looked at again after a year and signed by all five.
fn second_year() -> Vec<Step> {
    let key = "a-agreement".into();
    let mut steps = vec![
        step(on(366, 20, 15), Who::Ruth, PAIR, Does::Write { key, fields: vec![("review_on", Value::Day(731))] }),
        step(on(366, 20, 20), Who::Ruth, PAIR, Does::Send { key, sign: true, reason: Some("Looked at again after a year.") }),
    ];
    let signs = [(Who::Amara, 21), (Who::Farid, 22), (Who::Joon, 22), (Who::Bea, 23)];
    steps.extend(signs.map(|(who, hour)| step(on(366, hour, 30), who, PAIR, Does::Decide { key, act: Act::Sign, reason: None })));
    steps
}
