//! What was refused keeps its words, and can be tried again.

use shared::{
    decision::Act,
    fact::{Fact, Member},
    ledger::State,
    phone::{Ask, News},
    refusal::Refusal,
    role::Role,
    time::SECOND_MS,
    wire::Verdict,
};

use crate::{
    deeds::{agreement, kept, stuck, typing},
    ward::{AMARA, FARID, RUTH, TOMAS, Ward, log, member, own},
};

#[test]
fn a_refused_share_is_a_draft_again_with_its_reason_and_can_be_tried_again() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = agreement(&mut ward, ruth, RUTH);
    ward.sync(ruth);
    ward.ask(ruth, Ask::Share { record, to: vec![log()] }).expect("asked for");
    ward.set(ruth, log(), record, "channel", "typed after".into());
    ward.pass(SECOND_MS);
    // The server refuses the share for some reason of its own; what was typed on top of it is blocked by that.
    let request = ward.send(ruth);
    let refusal = Refusal::new("r10_role", "Not now.");
    ward.answer_with(ruth, &request, vec![Verdict::Refused(refusal.clone()), Verdict::BlockedBy { change: Default::default() }]);
    let entries = stuck(&ward, ruth);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!((&entries[0].refusal, entries[0].fields["scope"].clone()), (&refusal, Some("as said".into())), "with every word");
    assert_eq!(ward.shown(ruth, own(RUTH), record, "channel"), ["typed after".into()], "and a draft again, with what came after");
    assert_eq!(ward.row(ruth, log(), record), None);
    ward.reopen(ruth);
    for entry in entries {
        ward.ask(ruth, Ask::Retry { stuck: entry.id }).expect("tried again");
    }
    assert!(kept(&ward.sync(ruth)), "{:?}", stuck(&ward, ruth));
    ward.sync(amara);
    assert!(ward.row(amara, log(), record).is_some());
    assert!(stuck(&ward, ruth).is_empty());
    ward.reopen(ruth);
}

#[test]
fn trying_a_refused_observation_again_leaves_it_as_a_draft_to_be_signed_anew() {
    let mut ward = Ward::new();
    let (farid, tomas) = (ward.phone(FARID), ward.phone(TOMAS));
    let record = ward.draft(farid, "C02", 3);
    ward.sync(farid);
    ward.send_record(farid, record).expect("signed");
    ward.set(farid, log(), record, "problem", "typed on top of it".into());
    ward.pass(SECOND_MS);
    ward.end_membership(FARID, Role::Mentor);
    ward.sync(farid);
    let [entry, on_top] = stuck(&ward, farid).try_into().expect("both held");
    assert_eq!((entry.held, entry.acts.as_slice(), entry.fields["went_well"].clone()), (true, &[Act::Submit][..], Some("Rang on your own.".into())));
    let now = ward.now;
    let back = Member { from: now, ..member(FARID, "Farid Nasweh", Role::Mentor) };
    ward.server.fact(log(), Fact::Member(back), now).expect("back again");
    ward.sync(farid);
    for entry in [entry, on_top] {
        ward.ask(farid, Ask::Retry { stuck: entry.id }).expect("possible");
    }
    assert!(stuck(&ward, farid).is_empty());
    assert_eq!(ward.shown(farid, own(FARID), record, "problem"), ["typed on top of it".into()], "no word is lost by trying again");
    ward.reopen(farid);
    ward.send_record(farid, record).expect("signed anew");
    assert!(kept(&ward.sync(farid)));
    ward.sync(tomas);
    assert_eq!(ward.row(tomas, log(), record).expect("there").entry.and_then(|entry| entry.state(1)), Some(State::Sealed));
}

#[test]
fn words_sent_from_another_phone_already_become_the_next_draft_when_tried_again() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
    ward.set(two, own(RUTH), record, "went_well", "other words".into());
    ward.send_record(one, record).expect("signed");
    ward.send_record(two, record).expect("signed");
    ward.sync(one);
    ward.sync(two);
    let entry = stuck(&ward, two).pop().expect("shown");
    assert_eq!(entry.refusal.code, "exists");
    ward.ask(two, Ask::Retry { stuck: entry.id }).expect("tried again");
    assert!(kept(&ward.sync(two)));
    ward.sync(one);
    let row = ward.row(one, log(), record).expect("there");
    assert_eq!((row.fields["went_well"].as_slice(), row.changed_after), (&["other words".into()][..], true));
    assert_eq!(row.entry.expect("sealed").versions[0].text("went_well"), Some("Rang on your own."), "what was signed stays");
}

#[test]
fn a_revoked_phone_keeps_every_word_that_it_had_not_sent_and_sends_none() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let signed = ward.draft(ruth, "C02", 3);
    ward.send_record(ruth, signed).expect("signed");
    // One request left, and nobody knows what became of it.
    ward.send(ruth);
    let draft = ward.draft(ruth, "C01", 2);
    typing(&mut ward, ruth, own(RUTH), draft, "went_well", "Half a sente");
    let refusal = Refusal::new("unknown_device", "Not set up any more.");
    let now = ward.now;
    let effects = ward.phones[ruth].replica.revoked(&refusal, now);
    assert!(effects.news.iter().any(|news| matches!(news, News::Sync(sync) if sync.revoked && sync.unsent == 0)));
    ward.phones[ruth].keep(effects);
    ward.reopen(ruth);
    assert!(ward.send(ruth).push.is_empty());
    let entries = stuck(&ward, ruth);
    assert!(entries.iter().all(|entry| entry.refusal == refusal));
    let words = |record| entries.iter().filter(move |entry| entry.record == record).flat_map(|entry| entry.words().into_values().flatten());
    assert!(words(signed).any(|words| words == "Rang on your own.".into()));
    assert!(words(draft).any(|words| words == "Half a sente".into()));
    let of_signed: Vec<_> = entries.iter().filter(|entry| entry.record == signed).map(|entry| entry.acts.as_slice()).collect();
    assert_eq!(of_signed, [[Act::Submit]], "what is in the share is not told a second time as its draft");
}
