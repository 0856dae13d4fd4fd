//! Who writes which field, makes which record and decides what.

use shared::{
    decision::Act,
    fact::Fact,
    id::{LogId, PersonId},
    role::Role,
    rules::WriteTo,
    scalar::Scalar,
};

use crate::relationship::{AMARA, BEA, FARID, RUTH, Relationship, START, TOMAS, agreement, allowed, known, member, new, observation, plan, record, refused};

const ROLES: [(PersonId, Role); 5] = [(AMARA, Role::Mentee), (RUTH, Role::Mentor), (FARID, Role::Mentor), (BEA, Role::Supervisor), (TOMAS, Role::Lead)];

#[test]
fn r1_a_field_with_one_writer_is_nobody_elses() {
    let ward = Relationship::new();
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", some("calm"))]));
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", None)]));
    for (other, _) in ROLES.into_iter().filter(|(who, _)| *who != RUTH) {
        let sentence = refused(ward.writes(other, known("observation", RUTH), &[("went_well", some("badly"))]), "r1_writer");
        assert!(sentence.contains("comment"), "{sentence}");
        refused(ward.writes(other, known("observation", RUTH), &[("went_well", None)]), "r1_writer");
    }
    refused(ward.writes(AMARA, known("comment", RUTH), &[("words", some("I never said that"))]), "r1_writer");
    refused(ward.writes(RUTH, known("claim", AMARA), &[("level", Some(Scalar::Integer(4)))]), "r1_writer");
}

#[test]
fn r1_a_field_of_several_writers_is_theirs_and_nobody_elses() {
    let ward = Relationship::new();
    for who in [AMARA, RUTH, FARID] {
        allowed(ward.writes(who, known("agreement", RUTH), &[("scope", some("notes"))]));
    }
    for who in [RUTH, FARID, BEA] {
        allowed(ward.writes(who, known("plan", BEA), &[("target/C01", Some(Scalar::Integer(3)))]));
    }
    for who in [BEA, TOMAS] {
        refused(ward.writes(who, known("agreement", RUTH), &[("scope", some("notes"))]), "r1_writer");
    }
    refused(ward.writes(AMARA, known("plan", BEA), &[("target/C01", Some(Scalar::Integer(3)))]), "r1_writer");
}

#[test]
fn r1_any_current_member_but_the_mentee_may_observe() {
    let ward = Relationship::new();
    for (who, _) in ROLES.into_iter().filter(|(who, _)| *who != AMARA) {
        allowed(ward.writes(who, new("observation", who, true), &[("went_well", some("calm"))]));
    }
    refused(ward.writes(AMARA, new("observation", AMARA, true), &[]), "r1_kind");
    let mut both = Relationship::new();
    both.fact(Fact::Member(member(RUTH, "Ruth Calloray", Role::Mentee, START)));
    refused(both.writes(RUTH, new("observation", RUTH, true), &[("mentee", some(&RUTH.to_string()))]), "r1_kind");
}

#[test]
fn r1_only_the_roles_that_a_kind_names_make_one() {
    let ward = Relationship::new();
    for (kind, makers) in [("claim", &[AMARA][..]), ("agreement", &[AMARA, RUTH, FARID]), ("plan", &[RUTH, FARID, BEA])] {
        for (who, _) in ROLES {
            let answer = ward.writes(who, new(kind, who, true), &[]);
            if makers.contains(&who) { allowed(answer) } else { drop(refused(answer, "r1_kind")) }
        }
    }
    assert_eq!(ward.writes(RUTH, new("horoscope", RUTH, true), &[]).expect("no such kind").code, "unknown_kind");
}

#[test]
fn r1_authors_are_fixed_at_creation_and_nobody_makes_a_record_by_somebody_else() {
    let ward = Relationship::new();
    refused(ward.writes(RUTH, new("observation", FARID, true), &[]), "r1_fixed");
    let nobody = WriteTo::New { kind: "observation".into(), by: "somebody".into(), with_submit: true };
    refused(ward.writes(RUTH, nobody, &[]), "r1_fixed");
    refused(ward.writes_in(LogId::Own(RUTH), RUTH, new("observation", FARID, false), &[]), "r1_fixed");
}

#[test]
fn r1_what_is_shared_by_signing_is_not_shared_before_and_what_stays_own_stays() {
    let ward = Relationship::new();
    refused(ward.writes(RUTH, new("observation", RUTH, false), &[]), "shared_by_submit");
    allowed(ward.writes(RUTH, new("agreement", RUTH, false), &[]));
    allowed(ward.writes(RUTH, new("comment", RUTH, false), &[("words", some("well done"))]));
    allowed(ward.writes_in(LogId::Own(RUTH), RUTH, new("observation", RUTH, false), &[("jot", some("calm"))]));
    for field in ["jot", "discarded"] {
        let value = if field == "jot" { some("calm") } else { Some(Scalar::Flag(true)) };
        refused(ward.writes(RUTH, new("observation", RUTH, true), &[(field, value)]), "bad_value");
    }
}

#[test]
fn r1_a_field_takes_what_it_was_declared_for_and_no_more_keys_than_it_has_room_for() {
    let ward = Relationship::new();
    for (field, value) in [
        ("level", Scalar::Integer(6)),
        ("level", "three".into()),
        ("mood", "good".into()),
        ("setting", "a\nb".into()),
        ("went_well", "x".repeat(2_001).into()),
        ("mode", "dreamt".into()),
    ] {
        refused(ward.writes(RUTH, known("observation", RUTH), &[(field, Some(value))]), "bad_value");
    }
    for level in 0..=5 {
        allowed(ward.writes(RUTH, known("observation", RUTH), &[("level", Some(Scalar::Integer(level)))]));
    }
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", some(&"ü".repeat(2_000)))]));
    let many = |most: usize| -> Vec<(String, Option<Scalar>)> { (0..most).map(|line| (format!("evidence/{line}"), some(&record(1).to_string()))).collect() };
    let fifty = many(50);
    let fields: Vec<(&str, Option<Scalar>)> = fifty.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
    allowed(ward.writes(AMARA, known("claim", AMARA), &fields));
    let more = many(51);
    let fields: Vec<(&str, Option<Scalar>)> = more.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
    refused(ward.writes(AMARA, known("claim", AMARA), &fields), "too_many_keys");
    for key in ["evidence/07", "evidence/", "evidence/x", "evidence", "target/C01"] {
        refused(ward.writes(AMARA, known("claim", AMARA), &[(key, some(&record(1).to_string()))]), "bad_value");
    }
}

#[test]
fn r1_each_decision_belongs_to_the_roles_that_it_names() {
    let mut ward = Relationship::agreed();
    let line = ward.observed(RUTH, record(1), "C02", 3);
    let other = ward.observed(FARID, record(2), "C02", 3);
    ward.claimed(record(3), "C02", 3, &[(line, record(1)), (other, record(2))]);
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(4), 1, Some(plan(&["C01"], &[])));
    let table: [(Act, &str, u8, &[PersonId]); 6] = [
        (Act::Acknowledge, "observation", 1, &[AMARA]),
        (Act::Disagree, "observation", 1, &[AMARA]),
        (Act::Countersign, "observation", 1, &[BEA]),
        (Act::Approve, "claim", 3, &[BEA]),
        (Act::Return, "claim", 3, &[BEA]),
        (Act::Confirm, "plan", 4, &[BEA]),
    ];
    for (act, kind, on, deciders) in table {
        for (who, role) in ROLES {
            let answer = ward.asks(who, role, act, kind, record(on)).because("because").answer();
            if deciders.contains(&who) {
                assert_eq!(answer, None, "{act:?} by {who:?}");
            } else {
                refused(answer, "r1_act");
            }
        }
    }
    refused(ward.asks(BEA, Role::Supervisor, Act::Return, "observation", record(1)).because("no").answer(), "r1_act");
    refused(ward.asks(BEA, Role::Supervisor, Act::Approve, "observation", record(1)).answer(), "r1_act");
}

#[test]
fn r1_withdrawing_and_hiding_are_for_the_writer_and_the_lead() {
    let mut ward = Relationship::new();
    ward.observed(RUTH, record(1), "C02", 3);
    for act in [Act::Void, Act::Hide] {
        allowed(ward.asks(RUTH, Role::Mentor, act, "observation", record(1)).because("wrong person").answer());
        allowed(ward.asks(TOMAS, Role::Lead, act, "observation", record(1)).because("wrong person").answer());
        for (who, role) in [(AMARA, Role::Mentee), (FARID, Role::Mentor), (BEA, Role::Supervisor)] {
            refused(ward.asks(who, role, act, "observation", record(1)).because("I do not like it").answer(), "r1_writer");
        }
    }
}

#[test]
fn r1_a_record_of_one_author_is_sent_by_that_author() {
    let mut ward = Relationship::new();
    let words = observation("C02", 3, ward.now);
    allowed(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words));
    ward.observed(RUTH, record(1), "C02", 3);
    let by_another = ward.asks(FARID, Role::Mentor, Act::Submit, "observation", record(1)).because("better").with(&words).answer();
    refused(by_another, "r1_writer");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(2), 1, Some(agreement()));
    allowed(ward.sends(AMARA, Role::Mentee, "agreement", record(2), &agreement()));
    refused(ward.sends(BEA, Role::Supervisor, "agreement", record(2), &agreement()), "r1_act");
}

#[test]
fn r1_a_form_needs_its_fields_of_its_types_and_names_what_is_missing() {
    let ward = Relationship::new();
    let mut words = observation("C02", 3, ward.now);
    words.remove("setting");
    words.insert("went_well".into(), "".into());
    let sentence = refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "form_needed");
    assert!(sentence.contains("Where") && !sentence.contains("Went well"), "{sentence}");
    words.insert("setting".into(), "  ".into());
    refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "form_needed");
    for (field, value) in [("competency", "C99"), ("mentee", &RUTH.to_string() as &str)] {
        let mut words = observation("C02", 3, ward.now);
        words.insert(field.into(), value.into());
        refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "bad_value");
    }
    refused(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C99"], &[])), "bad_value");
    allowed(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C01"], &[])));
}

fn some(text: &str) -> Option<Scalar> {
    Some(text.into())
}
