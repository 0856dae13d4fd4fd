//! Several people type in the same words, offline and at once; the pair's words stay with the pair.
#![cfg(feature = "document")]

#[path = "change_support/rng.rs"]
mod rng;
mod ward;

use std::collections::BTreeMap;

use rng::Rng;
use shared::{
    id::{LogId, RecordId},
    phone::{Ask, Typing},
    scalar::Scalar,
    time::{HOUR_MS, SECOND_MS},
    wire::{Bundle, Item, SyncRequest, Verdict, WIRE_VERSION},
};
use ward::{AMARA, BEA, RUTH, Ward, log, own, pair, person};

/// Amara and Ruth with a phone each, and a session that Ruth planned and shared with both circles.
fn session(ward: &mut Ward) -> (usize, usize, RecordId) {
    ward.open_pair(RUTH);
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let session = ward.record();
    let fields = [("mentor", person(RUTH).to_string().into()), ("place", "Ward office".into()), ("agenda", "Falls at night.".into())];
    let fields = fields.map(|(field, value): (&str, Scalar)| (field.to_owned(), value)).into();
    ward.ask(ruth, Ask::Create { log: own(RUTH), record: session, kind: "session".into(), fields }).expect("a draft");
    ward.ask(ruth, Ask::Share { record: session, to: vec![log(), pair(RUTH)] }).expect("shared");
    ward.sync(ruth);
    ward.sync(amara);
    (amara, ruth, session)
}

/// One keystroke after the other, as a box sends them, and then the box is left.
fn types(ward: &mut Ward, phone: usize, record: RecordId, field: &str, before: &str, after: &str) {
    let log = pair(RUTH);
    let ask = |before: &str, after: &str, leaving| {
        let typing = Typing { before: before.to_owned(), after: after.to_owned() };
        Ask::Type { log, record, field: field.to_owned(), typing, leaving }
    };
    let mut shown = before.to_owned();
    for step in shared::prose::steps(before, after, 1) {
        ward.ask(phone, ask(&shown, &step, false)).expect("a keystroke");
        shown = step;
    }
    ward.ask(phone, ask(after, after, true)).expect("left");
}

fn reads(ward: &Ward, phone: usize, record: RecordId, field: &str) -> String {
    let row = ward.row(phone, pair(RUTH), record).expect("the pair's part");
    assert!(row.fields.get(field).is_none_or(|values| values.len() == 1), "words never stand side by side");
    row.text(field).unwrap_or_default().to_owned()
}

#[test]
fn a_session_has_its_facts_with_all_and_its_words_with_the_pair() {
    let mut ward = Ward::new();
    let bea = ward.phone(BEA);
    let (amara, ruth, session) = session(&mut ward);
    ward.sync(bea);
    for phone in [amara, ruth] {
        let facts = ward.row(phone, log(), session).expect("the facts");
        assert_eq!(facts.text("place"), Some("Ward office"));
        assert!(!facts.fields.contains_key("agenda"));
        assert_eq!(reads(&ward, phone, session, "agenda"), "Falls at night.");
    }
    assert_eq!(ward.row(bea, log(), session).expect("the facts").text("place"), Some("Ward office"));
    assert!(ward.row(bea, pair(RUTH), session).is_none());
    // R13: not a byte of it on her phone, in whatever form.
    assert!(ward.phones[bea].replica.log(pair(RUTH)).is_none());
    let needle = b"Falls at night.";
    for ((table, key), value) in &ward.phones[bea].store {
        assert!(!value.windows(needle.len()).any(|window| window == needle), "{table:?} {key}");
    }
    assert!(ward.row(ruth, own(RUTH), session).is_none(), "the draft is gone from the own lists");
    ward.reopen(amara);
    ward.reopen(ruth);
}

#[test]
fn a_share_that_is_taken_back_takes_the_words_typed_after_it_into_the_draft() {
    let mut ward = Ward::new();
    ward.open_pair(RUTH);
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let session = ward.record();
    let fields: BTreeMap<String, Scalar> = [("mentor".to_owned(), person(RUTH).to_string().into()), ("agenda".to_owned(), "Falls at night.".into())].into();
    ward.ask(ruth, Ask::Create { log: own(RUTH), record: session, kind: "session".into(), fields }).expect("a draft");
    ward.sync(ruth);
    ward.ask(ruth, Ask::Share { record: session, to: vec![log(), pair(RUTH)] }).expect("shared");
    types(&mut ward, ruth, session, "agenda", "Falls at night.", "Falls at night. Stairs.");
    types(&mut ward, ruth, session, "notes", "", "She knows the ward.");
    ward.ask(ruth, Ask::TakeBack { record: session }).expect("not gone yet");
    ward.sync(ruth);
    ward.reopen(ruth);
    let draft = ward.row(ruth, own(RUTH), session).expect("the draft is back");
    assert_eq!((draft.text("agenda"), draft.text("notes")), (Some("Falls at night. Stairs."), Some("She knows the ward.")));
    assert!(!draft.unsent, "it is in the own log");
    ward.sync(amara);
    assert!(ward.row(amara, pair(RUTH), session).is_none(), "nobody sees it");
    ward.ask(ruth, Ask::Share { record: session, to: vec![log(), pair(RUTH)] }).expect("shared once more");
    ward.sync(ruth);
    ward.sync(amara);
    assert_eq!(reads(&ward, amara, session, "agenda"), "Falls at night. Stairs.");
    assert_eq!(reads(&ward, amara, session, "notes"), "She knows the ward.");
}

#[test]
fn two_who_type_apart_both_keep_every_character() {
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    types(&mut ward, amara, session, "agenda", "Falls at night.", "Falls at night. My first handover.");
    types(&mut ward, ruth, session, "agenda", "Falls at night.", "Tea first. Falls at night.");
    types(&mut ward, amara, session, "notes", "", "Went through the form.");
    assert_eq!(reads(&ward, amara, session, "agenda"), "Falls at night. My first handover.");
    ward.reopen(amara);
    ward.sync(ruth);
    ward.sync(amara);
    ward.sync(ruth);
    for phone in [amara, ruth] {
        assert_eq!(reads(&ward, phone, session, "agenda"), "Tea first. Falls at night. My first handover.");
        assert_eq!(reads(&ward, phone, session, "notes"), "Went through the form.");
        assert!(!ward.row(phone, pair(RUTH), session).expect("there").unsent);
    }
    ward.reopen(amara);
    ward.reopen(ruth);
}

#[test]
fn what_arrives_while_somebody_types_is_not_typed_away() {
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    let typing = |before: &str, after: &str, leaving| Ask::Type {
        log: pair(RUTH),
        record: session,
        field: "agenda".into(),
        typing: Typing { before: before.into(), after: after.into() },
        leaving,
    };
    // Amara's box is open all the time and shows only her own characters.
    ward.ask(amara, typing("Falls at night.", "Falls at night. And", false)).expect("typed");
    types(&mut ward, ruth, session, "agenda", "Falls at night.", "Falls by night.");
    ward.sync(ruth);
    ward.pass(12 * SECOND_MS);
    ward.sync(amara);
    ward.ask(amara, typing("Falls at night. And", "Falls at night. And lifts.", true)).expect("typed");
    ward.sync(amara);
    ward.sync(ruth);
    assert_eq!(reads(&ward, amara, session, "agenda"), "Falls by night. And lifts.");
    assert_eq!(reads(&ward, ruth, session, "agenda"), "Falls by night. And lifts.");
}

#[test]
fn typed_words_are_laid_onto_what_stands_after_a_refusal() {
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    types(&mut ward, amara, session, "agenda", "Falls at night.", "Falls at night. Refused.");
    let request = ward.send(amara);
    types(&mut ward, amara, session, "agenda", "Falls at night. Refused.", "Falls at night. Refused. Kept.");
    types(&mut ward, ruth, session, "agenda", "Falls at night.", "Stairs. Falls at night.");
    ward.sync(ruth);
    let verdicts = request.push.iter().map(|_| Verdict::Refused(shared::refusal::Refusal::new("text_full", "x"))).collect();
    ward.answer_with(amara, &request, verdicts);
    ward.sync(amara);
    ward.sync(ruth);
    let stuck = ward.phones[amara].replica.stuck().to_vec();
    assert_eq!(stuck.len(), 1);
    assert_eq!(stuck[0].typed["agenda"], Typing { before: "Falls at night.".into(), after: "Falls at night. Refused.".into() });
    assert_eq!(reads(&ward, amara, session, "agenda"), "Stairs. Falls at night. Kept.");
    assert_eq!(reads(&ward, ruth, session, "agenda"), "Stairs. Falls at night. Kept.");
    // Tried once more, it is laid onto what stands there now.
    ward.ask(amara, Ask::Retry { stuck: stuck[0].id }).expect("tried again");
    ward.sync(amara);
    assert_eq!(reads(&ward, amara, session, "agenda"), "Stairs. Falls at night. Kept. Refused.");
    assert!(ward.phones[amara].replica.stuck().is_empty());
}

#[test]
fn a_long_paste_goes_in_several_changes() {
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    let paste = "Was mir wichtig ist. ".repeat(400);
    let whole = format!("Falls at night.{paste}");
    let typing = Typing { before: "Falls at night.".into(), after: whole.clone() };
    ward.ask(amara, Ask::Type { log: pair(RUTH), record: session, field: "agenda".into(), typing, leaving: true }).expect("pasted");
    assert_eq!(reads(&ward, amara, session, "agenda"), whole);
    ward.reopen(amara);
    let before = ward.server.journal.len();
    ward.sync(amara);
    assert!(ward.server.journal.len() - before >= 5, "{} changes", ward.server.journal.len() - before);
    ward.sync(ruth);
    assert_eq!(reads(&ward, ruth, session, "agenda"), whole);
    let too_long = Typing { before: whole.clone(), after: format!("{whole}{paste}") };
    let refused = ward.ask(amara, Ask::Type { log: pair(RUTH), record: session, field: "agenda".into(), typing: too_long, leaving: true });
    assert_eq!(refused.expect_err("longer than the box").code, "bad_value");
}

/// Pushes one change of `author`'s making past every courtesy check.
fn pushes(
    ward: &mut Ward,
    phone: usize,
    to: LogId,
    write: impl FnOnce(&mut shared::change::writer::Edit<'_>) -> Result<(), shared::change::writer::DocumentError>,
) -> Verdict {
    let device = ward.phones[phone].replica.identity().device;
    let written = ward.server.written(to, device, 900, write);
    let push = vec![Bundle { log: to, epoch: ward.server.logs[&to].0.epoch, items: vec![Item::Word(shared::bytes::Bytes(written.bytes))] }];
    let request = SyncRequest { v: WIRE_VERSION, device, cursors: Vec::new(), rest: true, push };
    let now = ward.now;
    ward.server.sync(ward.phones[phone].person, &request, now).verdicts.remove(0)
}

fn code(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Refused(refusal) => &refusal.code,
        Verdict::Accepted { .. } => "accepted",
        other => panic!("{other:?}"),
    }
}

#[test]
fn r13_what_the_pair_keeps_is_refused_in_the_record_log_and_from_others() {
    let mut ward = Ward::new();
    let bea = ward.phone(BEA);
    let (amara, _ruth, session) = session(&mut ward);
    ward.pass(HOUR_MS);
    let by = person(AMARA).to_string();
    let other = ward.record().to_string();
    let with = [("mentor".to_owned(), Scalar::from(person(RUTH).to_string()))];
    let prose = [("agenda".to_owned(), String::new()), ("notes".to_owned(), String::new())];
    assert_eq!(code(&pushes(&mut ward, amara, log(), |edit| edit.create(&other, "session", &by, &with, &prose))), "r13_pair");
    let scalar = [("agenda".to_owned(), Scalar::from("as one value"))];
    assert_eq!(code(&pushes(&mut ward, amara, log(), |edit| edit.create(&other, "session", &by, &scalar, &[]))), "r13_pair");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.create(&other, "session", &by, &[], &[]))), "incomplete_record");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.create(&other, "session", &by, &with, &prose))), "bad_value");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.create(&other, "agreement", &by, &[], &[]))), "r13_not_there");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.create(&other, "observation", &by, &[], &[]))), "r13_not_there");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.put(&session.to_string(), "place", &"here".into()))), "bad_value");
    assert_eq!(code(&pushes(&mut ward, bea, pair(RUTH), |edit| edit.type_into(&session.to_string(), "notes", "I was here"))), "r10_not_member");
    assert_eq!(code(&pushes(&mut ward, bea, log(), |edit| edit.put(&session.to_string(), "place", &"here".into()))), "r1_writer");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.create(&other, "session", &by, &[], &prose))), "accepted");
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.type_into(&other, "notes", &"x".repeat(3_000)))), "accepted");
    for round in 2..=6 {
        let text = "x".repeat(round * 3_000);
        assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.type_into(&other, "notes", &text))), "accepted");
    }
    assert_eq!(code(&pushes(&mut ward, amara, pair(RUTH), |edit| edit.type_into(&other, "notes", &"x".repeat(20_001)))), "bad_value");
}

#[test]
fn a_comment_on_what_the_pair_keeps_stays_with_the_pair() {
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    let comment = ward.record();
    let fields: BTreeMap<String, Scalar> = [("on".to_owned(), session.to_string().into()), ("words".to_owned(), "Shall we begin with this?".into())].into();
    ward.ask(amara, Ask::Create { log: pair(RUTH), record: comment, kind: "comment".into(), fields }).expect("a comment");
    ward.sync(amara);
    ward.sync(ruth);
    assert_eq!(ward.row(ruth, pair(RUTH), comment).expect("there").text("words"), Some("Shall we begin with this?"));
    assert!(ward.row(ruth, log(), comment).is_none());
}

/// Boxes that stay open for long, requests whose answers never come, apps that close: three phones type in one text.
fn a_story_of_typing(seed: u64) {
    let mut rng = Rng(seed);
    let mut ward = Ward::new();
    let (amara, ruth, session) = session(&mut ward);
    let other = ward.phone(RUTH);
    let phones = [amara, ruth, other];
    let mut boxes: BTreeMap<usize, String> = BTreeMap::new();
    let mut typed = Vec::new();
    let log = pair(RUTH);
    let ask = |before: &str, after: &str, leaving| {
        let typing = Typing { before: before.to_owned(), after: after.to_owned() };
        Ask::Type { log, record: session, field: "agenda".into(), typing, leaving }
    };
    for _ in 0..160 {
        let phone = phones[rng.below(3)];
        match rng.below(10) {
            0..=4 => {
                let held = boxes.remove(&phone).unwrap_or_else(|| reads(&ward, phone, session, "agenda"));
                let mut characters: Vec<char> = held.chars().collect();
                // Never into a word that stands there: one is looked for as a whole.
                let places: Vec<usize> = (1..=characters.len()).filter(|place| characters[place - 1] == ' ').chain([0]).collect();
                let place = places[rng.below(places.len())];
                let word = format!("w{} ", typed.len());
                characters.splice(place..place, word.chars());
                typed.push(word);
                let after = String::from_iter(characters);
                ward.ask(phone, ask(&held, &after, false)).expect("a keystroke");
                boxes.insert(phone, after);
            }
            5 => {
                if let Some(held) = boxes.remove(&phone) {
                    ward.ask(phone, ask(&held, &held, true)).expect("left");
                }
            }
            6 => drop(ward.sync(phone)),
            7 => ward.unanswered(phone),
            8 => {
                boxes.remove(&phone);
                ward.reopen(phone);
            }
            _ => ward.pass([SECOND_MS, 11 * SECOND_MS][rng.below(2)]),
        }
    }
    ward.pass(HOUR_MS);
    for phone in phones.into_iter().chain(phones) {
        ward.sync(phone);
    }
    let whole = reads(&ward, amara, session, "agenda");
    for word in &typed {
        assert_eq!(whole.split_inclusive(' ').filter(|found| found == word).count(), 1, "seed {seed}: {word} in {whole:?}");
    }
    assert_eq!(whole.chars().count(), "Falls at night.".len() + typed.iter().map(String::len).sum::<usize>(), "seed {seed}");
    for phone in phones {
        assert_eq!(reads(&ward, phone, session, "agenda"), whole, "seed {seed}");
        assert!(ward.phones[phone].replica.stuck().is_empty(), "seed {seed}");
    }
}

#[test]
fn whatever_happens_every_word_typed_is_there_once_and_on_every_phone() {
    // TYPING_RUNS sets another number of stories.
    let runs = std::env::var("TYPING_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(12);
    for seed in 1..=runs {
        a_story_of_typing(seed);
    }
}
