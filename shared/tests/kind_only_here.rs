//! A kind of record that exists only in this test. Policy, form, canonical content, view and export come from its
//! declaration; nothing else in the product knows it.
#![cfg(feature = "document")]

mod ward;

use std::collections::BTreeMap;

use shared::{
    decision::{Act, canonical_content},
    export,
    id::RecordId,
    kind::{Chain, Choice, Circle, Field, Keyed, Kind, Kinds, Sharing, Value},
    ledger::State,
    phone::{Ask, News},
    replica::Replica,
    role::Role,
    scalar::Scalar,
    wire::Verdict,
};
use ward::{AMARA, BEA, FARID, RUTH, TOMAS, Ward, log, own, person};

const BOTH: &[Role] = &[Role::Mentor, Role::Supervisor];

static ROUND: Kind = Kind {
    code: "night_round",
    name: "Night round",
    purpose: "What the round found, and what to look at next.",
    writers: BOTH,
    sharing: Sharing::Freely,
    chain: Chain::SupervisorConfirms,
    widest: Circle::All,
    fields: &[
        Field::new("topic", "What it was about", Value::Line { max_chars: 20 }).needed(),
        Field::new("findings", "What was found", Value::Paragraph { max_chars: 200 }).by(BOTH),
        Field::new("calm", "How calm it was", Value::Rating).by(BOTH),
        Field::new("pace", "Pace", Value::Choice { of: &[Choice { code: "slow", label: "Slow and thorough" }, Choice { code: "quick", label: "Quick" }] }),
        Field::new("step", "Next for", Value::Level).by(BOTH).keyed(Keyed::Competency { most: 2 }).needed(),
        Field::new("hunch", "A hunch", Value::Line { max_chars: 50 }).stays_own(),
    ],
};

fn ward() -> Ward {
    Ward::with(Kinds::standard().and(&ROUND))
}

fn words(fields: &[(&str, Scalar)]) -> BTreeMap<String, Scalar> {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

fn draft(ward: &mut Ward, phone: usize, by: u8) -> RecordId {
    let record = ward.record();
    let fields = words(&[
        ("topic", "Falls".into()),
        ("findings", "One at the third check.".into()),
        ("pace", "slow".into()),
        ("step/C01", Scalar::Integer(3)),
        ("hunch", "the carpet".into()),
    ]);
    ward.ask(phone, Ask::Create { log: own(by), record, kind: ROUND.code.into(), fields }).expect("drafted");
    record
}

fn share(ward: &mut Ward, phone: usize, record: RecordId) {
    ward.ask(phone, Ask::Share { record, to: vec![log()] }).expect("shared");
    let verdicts = ward.sync(phone);
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{verdicts:?}");
}

fn set(ward: &mut Ward, phone: usize, record: RecordId, field: &str, value: Scalar) -> Result<(), String> {
    ward.ask(phone, Ask::Set { log: log(), record, field: field.into(), value: Some(value), leaving: true }).map_err(|refusal| refusal.code)
}

#[test]
fn its_declaration_says_who_makes_one_and_who_writes_which_field() {
    let mut ward = ward();
    let phones = [AMARA, TOMAS, FARID, BEA, RUTH].map(|number| (number, ward.phone(number)));
    for (number, phone) in phones {
        let record = ward.record();
        let made = ward.ask(phone, Ask::Create { log: log(), record, kind: ROUND.code.into(), fields: words(&[("topic", "Falls".into())]) });
        let may = [RUTH, FARID, BEA].contains(&number);
        assert_eq!(made.map_err(|refusal| refusal.code), if may { Ok(()) } else { Err("r1_kind".to_owned()) }, "{number}");
        ward.sync(phone);
    }
    let (_, ruth) = phones[4];
    let record = draft(&mut ward, ruth, RUTH);
    share(&mut ward, ruth, record);
    for (number, phone) in phones {
        ward.sync(phone);
        let both = [RUTH, FARID, BEA].contains(&number);
        for (field, value, may) in [
            ("topic", Scalar::from(format!("Sleep {number}")), number == RUTH),
            ("pace", "quick".into(), number == RUTH),
            ("findings", format!("{number} of them").into(), both),
            ("calm", Scalar::Integer(i64::from(number)), both),
            ("step/C02", Scalar::Integer(i64::from(number)), both),
        ] {
            let written = set(&mut ward, phone, record, field, value);
            assert_eq!(written, if may { Ok(()) } else { Err("r1_writer".to_owned()) }, "{field} by {number}");
        }
        let verdicts = ward.sync(phone);
        assert!(verdicts.iter().all(Verdict::is_kept), "what the phone let through the server takes: {verdicts:?}");
    }
}

#[test]
fn its_values_are_held_to_their_types_limits_and_number_of_keys() {
    let mut ward = ward();
    let ruth = ward.phone(RUTH);
    let record = draft(&mut ward, ruth, RUTH);
    share(&mut ward, ruth, record);
    for (field, value) in [
        ("topic", Scalar::from("x".repeat(21))),
        ("topic", "two\nlines".into()),
        ("topic", Scalar::Integer(1)),
        ("calm", Scalar::Integer(6)),
        ("pace", "frantic".into()),
        ("step/C01", Scalar::Integer(0)),
        ("step/C 01", Scalar::Integer(1)),
        ("step", Scalar::Integer(1)),
        ("mood", "good".into()),
        ("hunch", "the lamp".into()),
    ] {
        assert_eq!(set(&mut ward, ruth, record, field, value.clone()), Err("bad_value".into()), "{field}: {value:?}");
    }
    assert_eq!(set(&mut ward, ruth, record, "step/C02", Scalar::Integer(1)), Ok(()));
    assert_eq!(set(&mut ward, ruth, record, "step/C03", Scalar::Integer(1)), Err("too_many_keys".into()));
    assert_eq!(set(&mut ward, ruth, record, "step/C01", Scalar::Integer(5)), Ok(()), "a key that is there can be written again");
}

#[test]
fn its_form_has_its_fields_in_order_and_says_what_is_missing() {
    let labels: Vec<&str> = ROUND.fields.iter().map(|field| field.label).collect();
    assert_eq!(labels, ["What it was about", "What was found", "How calm it was", "Pace", "Next for", "A hunch"]);
    let missing: Vec<&str> = ROUND.missing(|_| false).iter().map(|field| field.code).collect();
    assert_eq!(missing, ["topic", "step"]);
    assert_eq!(ROUND.field("step/C01").map(|field| field.label), Some("Next for"));

    let mut ward = ward();
    let (ruth, bea) = (ward.phone(RUTH), ward.phone(BEA));
    let record = ward.record();
    ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: ROUND.code.into(), fields: words(&[("topic", " ".into())]) }).expect("drafted");
    let refusal = ward.send_record(ruth, record).expect_err("not complete");
    assert_eq!((refusal.code.as_str(), refusal.sentence.as_str()), ("form_needed", "Before this can be sent it needs: What it was about, Next for."));
    ward.set(ruth, own(RUTH), record, "topic", "Falls".into());
    ward.set(ruth, own(RUTH), record, "step/C99", Scalar::Integer(1));
    assert_eq!(ward.send_record(ruth, record).expect_err("no such skill").code, "bad_value");
    ward.ask(ruth, Ask::Set { log: own(RUTH), record, field: "step/C99".into(), value: None, leaving: true }).expect("cleared");
    ward.set(ruth, own(RUTH), record, "step/C02", Scalar::Integer(1));
    ward.send_record(ruth, record).expect("complete");
    assert!(ward.sync(ruth).iter().all(Verdict::is_kept));
    ward.sync(bea);
    assert!(ward.row(bea, log(), record).is_some());
}

#[test]
fn its_canonical_content_is_every_visible_value_under_its_form() {
    let mut ward = ward();
    let ruth = ward.phone(RUTH);
    let record = draft(&mut ward, ruth, RUTH);
    ward.send_record(ruth, record).expect("sent");
    ward.sync(ruth);
    let version = ward.row(ruth, log(), record).expect("there").entry.expect("submitted").versions[0].clone();
    let bytes = canonical_content(log(), record, ROUND.code, &ROUND.form(), &version.content);
    let expected = format!(
        "{{\"content\":{{\"findings\":\"One at the third check.\",\"pace\":\"slow\",\"step/C01\":3,\"topic\":\"Falls\"}},\"content_version\":1,\"domain\":\"countersign content\",\"form\":\"{}\",\"kind\":\"night_round\",\"log\":\"{}\",\"record\":\"{record}\"}}",
        ROUND.form(),
        log()
    );
    assert_eq!(String::from_utf8(bytes).expect("text"), expected);
    assert_eq!(version.form, ROUND.form());
    let other: &'static Kind = Box::leak(Box::new(Kind { purpose: "Something else.", ..ROUND.clone() }));
    assert_ne!(other.form(), ROUND.form(), "other questions, another form");
}

#[test]
fn its_rows_chain_and_second_version_come_from_the_declaration() {
    let mut ward = ward();
    let (ruth, farid, bea, amara) = (ward.phone(RUTH), ward.phone(FARID), ward.phone(BEA), ward.phone(AMARA));
    let record = draft(&mut ward, ruth, RUTH);
    ward.sync(ruth);
    ward.sync(bea);
    assert_eq!(ward.row(bea, log(), record), None, "a draft is its author's alone");
    share(&mut ward, ruth, record);
    ward.sync(farid);
    let row = ward.row(farid, log(), record).expect("shared, not sent");
    assert_eq!((row.kind.as_str(), row.by, row.text("topic"), row.entry.clone()), ("night_round", person(RUTH), Some("Falls"), None));
    assert!(!row.fields.contains_key("hunch"), "what stays own stayed");
    ward.set(farid, log(), record, "calm", Scalar::Integer(2));
    ward.sync(farid);
    ward.sync(ruth);
    ward.send_record(ruth, record).expect("sent");
    ward.sync(ruth);
    for (phone, code) in [(farid, "r1_act"), (amara, "r1_act")] {
        ward.sync(phone);
        assert_eq!(ward.decide(phone, record, 1, Act::Confirm, None).expect_err("not theirs").code, code);
    }
    ward.sync(bea);
    assert_eq!(ward.decide(bea, record, 1, Act::Approve, None).expect_err("not of this chain").code, "r1_act");
    ward.decide(bea, record, 1, Act::Confirm, None).expect("hers");
    ward.sync(bea);
    let row = ward.row(bea, log(), record).expect("there");
    assert_eq!(row.entry.as_ref().and_then(|entry| entry.state(1)), Some(State::InForce));
    assert_eq!((row.integer("calm"), row.changed_after), (Some(2), false));
    ward.set(bea, log(), record, "calm", Scalar::Integer(5));
    assert!(ward.row(bea, log(), record).expect("there").changed_after);
    ward.sync(bea);
    ward.sync(ruth);
    assert_eq!(ward.send_record(ruth, record).expect_err("in force").code, "r5_reason");
    for phone in [ruth, bea] {
        ward.reopen(phone);
    }
}

#[test]
fn it_is_exported_in_plain_words() {
    let mut ward = ward();
    let (ruth, bea) = (ward.phone(RUTH), ward.phone(BEA));
    let record = draft(&mut ward, ruth, RUTH);
    ward.send_record(ruth, record).expect("sent");
    ward.sync(ruth);
    ward.sync(bea);
    ward.decide(bea, record, 1, Act::Return, Some("which floor?")).expect("sent back");
    ward.sync(bea);
    let row = ward.row(bea, log(), record).expect("there");
    let facts = &ward.phones[bea].replica.log(log()).expect("open").facts;
    let text = export::record(&ROUND, facts, &row);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "Night round",
            "By: Ruth Calloray",
            "What it was about: Falls",
            "What was found: One at the third check.",
            "Pace: Slow and thorough",
            "Next for, Raising a worry in time: 3, may do this with someone in reach"
        ]
    );
    assert!(
        text.contains("Version 1")
            && text.contains("Sent: Ruth Calloray, mentor")
            && text.contains("Sent back: Bea Monteiral, supervisor")
            && text.contains("which floor?"),
        "{text}"
    );
    let unsent = [("topic".to_owned(), Some("Sleep".into())), ("pace".to_owned(), None)].into();
    assert_eq!(export::unsent(&ROUND, facts, &unsent), "Night round\nWhat it was about: Sleep\n");
}

#[test]
fn a_build_that_does_not_know_it_refuses_it_in_words() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.record();
    let refusal =
        ward.ask(ruth, Ask::Create { log: log(), record, kind: ROUND.code.into(), fields: words(&[("topic", "Falls".into())]) }).expect_err("unknown");
    assert_eq!(refusal.code, "unknown_kind");
    assert!(refusal.sentence.contains("Update the app"));
}

#[test]
fn a_phone_with_an_older_app_keeps_what_it_can_read_and_says_update() {
    let mut ward = ward();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let identity = ward.phones[amara].replica.identity().clone();
    ward.phones[amara].replica = Replica::new(Kinds::standard(), identity);
    let says_update = |ward: &Ward| ward.phones[amara].replica.view().iter().any(|news| matches!(news, News::Sync(sync) if sync.other_version));

    let known = ward.observe(ruth, "C01", 3);
    ward.sync(amara);
    assert!(!says_update(&ward), "nothing is unknown yet");
    let record = draft(&mut ward, ruth, RUTH);
    share(&mut ward, ruth, record);
    ward.send_record(ruth, record).expect("submitted");
    ward.sync(ruth);
    ward.observe(ruth, "C02", 3);
    ward.sync(amara);
    assert!(says_update(&ward));
    assert!(ward.row(amara, log(), known).is_some(), "what came before is there");
    // Its own words still go: the server knows more than it does.
    let comment = ward.record();
    let fields = words(&[("on", known.to_string().into()), ("words", "Thank you".into())]);
    ward.ask(amara, Ask::Create { log: log(), record: comment, kind: "comment".into(), fields }).expect("written");
    assert!(ward.sync(amara).iter().all(Verdict::is_kept));

    // The update: the same store, by a build that knows the kind.
    ward.reopen(amara);
    ward.sync(amara);
    assert!(!says_update(&ward));
    assert!(ward.row(amara, log(), record).is_some_and(|row| row.entry.is_some()));
    assert_eq!(ward.phones[amara].replica.log(log()).expect("there").chain, ward.server.logs[&log()].0.chain);
}
