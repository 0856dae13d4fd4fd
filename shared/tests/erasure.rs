//! Erasing by epoch, as the phones meet it: nothing of the words stays on them, nothing else is lost, nobody is believed who
//! only says that something was erased.
#![cfg(feature = "document")]

mod ward;

use shared::{
    decision::Act,
    id::RecordId,
    line::{ChainHead, LineKind},
    log::ReplayError,
    phone::{Ask, News, Phase, Typing},
    replica::{Replica, Table},
    scalar::Scalar,
    time::MINUTE_MS,
    wire::{LogUpdate, Verdict},
};
use ward::{AMARA, BEA, FARID, RUTH, Ward, log, own, person};

const SECRET: &str = "Lives at 4 Hallow Street";

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// An agreement draft that Ruth shares: both may write its scope.
fn shared_agreement(ward: &mut Ward, ruth: usize) -> RecordId {
    let record = ward.record();
    let fields = [("scope".to_owned(), Scalar::from("Calls")), ("frequency".to_owned(), "Weekly".into())].into();
    ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: "agreement".into(), fields }).expect("drafted");
    ward.ask(ruth, Ask::Share { record, to: vec![log()] }).expect("shared");
    ward.sync(ruth);
    record
}

/// An observation with a secret in it, signed and sent.
fn secret(ward: &mut Ward, ruth: usize) -> RecordId {
    let record = ward.draft(ruth, "C01", 3);
    ward.set(ruth, own(RUTH), record, "went_well", SECRET.into());
    ward.send_record(ruth, record).expect("signed");
    ward.sync(ruth);
    record
}

/// Ruth and Amara, an agreement that both may write, and a record that is to go; Amara has read both.
struct Opening {
    ward: Ward,
    amara: usize,
    ruth: usize,
    record: RecordId,
    gone: RecordId,
}

fn opening() -> Opening {
    let mut ward = Ward::new();
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let record = shared_agreement(&mut ward, ruth);
    let gone = secret(&mut ward, ruth);
    ward.sync(amara);
    Opening { ward, amara, ruth, record, gone }
}

#[test]
fn nothing_of_the_words_stays_on_a_phone_and_everything_else_does() {
    let mut ward = Ward::new();
    let (amara, ruth, bea) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(BEA));
    let agreement = ward.agreement(amara, ruth, bea);
    let gone = secret(&mut ward, ruth);
    let kept = ward.observe(ruth, "C01", 4);
    for phone in [amara, bea] {
        ward.sync(phone);
    }
    let before: Vec<_> = [agreement, kept].map(|record| ward.row(amara, log(), record).expect("there").fields).into();
    assert!(ward.phones[amara].store.values().any(|value| holds(value, SECRET)), "it is there before");

    ward.server.erase(&[gone], ward.now);
    for phone in [amara, ruth, bea] {
        ward.sync(phone);
        ward.reopen(phone);
        assert!(!ward.phones[phone].store.values().any(|value| holds(value, SECRET)), "not in the phone's store");
        assert!(!format!("{:?}", ward.phones[phone].replica.view()).contains(SECRET), "not on its screen");
        let row = ward.row(phone, log(), gone).expect("that it was signed stays");
        assert!(row.fields.is_empty() && row.entry.is_some());
    }
    let after: Vec<_> = [agreement, kept].map(|record| ward.row(amara, log(), record).expect("there").fields).into();
    assert_eq!(before, after);
    assert!(ward.row(amara, log(), agreement).is_some_and(|row| !row.changed_after));
    // What a new phone folds from nothing is what the server has, and what the others have.
    let (state, lines) = &ward.server.logs[&log()];
    let fresh = ward.server.fold(log(), lines).expect("it verifies");
    for known in [state, ward.phones[amara].replica.log(log()).expect("there")] {
        assert!(known.index == fresh.index && known.ledger == fresh.ledger && known.facts == fresh.facts && known.chain == fresh.chain);
    }
    // The agreement that the rules read still stands, and work goes on.
    ward.observe(ruth, "C02", 3);
    ward.sync(amara);
    ward.decide(amara, kept, 1, Act::Acknowledge, None).expect("it can be read and acknowledged");
    assert!(ward.sync(amara).iter().all(Verdict::is_kept));
}

#[test]
fn words_that_are_not_sent_yet_are_laid_onto_the_new_epoch() {
    let Opening { mut ward, amara, ruth, record, gone } = opening();
    // Without signal: Amara rewords what stood there; the request that carries a part of it is never answered.
    ward.pass(MINUTE_MS);
    ward.set(amara, log(), record, "scope", "Calls and notes".into());
    ward.send(amara);
    ward.set(amara, log(), record, "frequency", "Every two weeks".into());
    ward.server.erase(&[gone], ward.now);
    let verdicts = ward.sync(amara);
    assert!(matches!(verdicts.as_slice(), [Verdict::Refused(old), ..] if old.code == "old_epoch"), "{verdicts:?}");
    ward.sync(ruth);
    for phone in [amara, ruth] {
        let row = ward.row(phone, log(), record).expect("there");
        assert_eq!(row.fields["scope"], ["Calls and notes".into()], "she had seen what she replaced");
        assert_eq!(row.fields["frequency"], ["Every two weeks".into()]);
    }
    assert!(ward.phones[amara].replica.stuck().is_empty() && !ward.phones[amara].replica.has_unsent(ward.now));
}

#[test]
fn what_somebody_else_wrote_meanwhile_stands_beside_it_after_an_epoch_too() {
    let Opening { mut ward, amara, ruth, record, gone } = opening();
    ward.set(amara, log(), record, "scope", "Notes".into());
    // Amara does not see this before the epoch.
    ward.sync(ruth);
    ward.set(ruth, log(), record, "scope", "Handing over".into());
    ward.sync(ruth);
    ward.server.erase(&[gone], ward.now);
    ward.sync(amara);
    ward.sync(ruth);
    for phone in [amara, ruth] {
        let mut scopes = ward.row(phone, log(), record).expect("there").fields["scope"].clone();
        scopes.sort();
        assert_eq!(scopes, ["Handing over".into(), "Notes".into()], "both, to pick from");
    }
    // A second epoch carries both over.
    let other = secret(&mut ward, ruth);
    ward.server.erase(&[other], ward.now);
    ward.sync(amara);
    assert_eq!(ward.row(amara, log(), record).expect("there").fields["scope"].len(), 2);
    ward.set(amara, log(), record, "scope", "Notes".into());
    ward.sync(amara);
    ward.sync(ruth);
    assert_eq!(ward.row(ruth, log(), record).expect("there").fields["scope"], ["Notes".into()], "picked");
}

#[test]
fn what_was_accepted_and_never_answered_is_not_there_twice() {
    let Opening { mut ward, amara, record, gone, .. } = opening();
    ward.set(amara, log(), record, "scope", "Notes".into());
    let comment = ward.record();
    let fields = [("on".to_owned(), record.to_string().into()), ("words".to_owned(), "Better so?".into())].into();
    ward.ask(amara, Ask::Create { log: log(), record: comment, kind: "comment".into(), fields }).expect("written");
    ward.sign(amara, Ask::Decide { log: log(), record: gone, version: 1, act: Act::Acknowledge, reason: None, pin: String::new() }).expect("read");
    let request = ward.send(amara);
    let accepted = ward.server.sync(person(AMARA), &request, ward.now);
    assert!(accepted.verdicts.iter().all(Verdict::is_kept), "{:?}", accepted.verdicts);
    ward.server.erase(&[gone], ward.now);
    ward.sync(amara);
    let row = ward.row(amara, log(), record).expect("there");
    assert_eq!(row.fields["scope"], ["Notes".into()]);
    let replica = &ward.phones[amara].replica;
    assert!(replica.stuck().is_empty() && !replica.has_unsent(ward.now), "{:?}", replica.stuck());
    assert_eq!(ward.row(amara, log(), comment).expect("there").text("words"), Some("Better so?"));
}

#[test]
fn words_for_an_erased_record_are_kept_for_their_writer() {
    let mut ward = Ward::new();
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let record = shared_agreement(&mut ward, ruth);
    ward.sync(amara);
    ward.set(amara, log(), record, "scope", "My own words".into());
    ward.server.erase(&[record], ward.now);
    ward.sync(amara);
    let stuck = ward.phones[amara].replica.stuck();
    let [stuck] = stuck else { panic!("one could not be sent: {stuck:?}") };
    assert_eq!((stuck.refusal.code.as_str(), stuck.fields.get("scope")), ("erased", Some(&Some("My own words".into()))));
    assert!(ward.row(amara, log(), record).is_none(), "it was never signed: nothing of it is left");
    let refused = ward.ask(amara, Ask::Create { log: log(), record, kind: "agreement".into(), fields: Default::default() });
    assert_eq!(refused.expect_err("it does not come back").code, "erased");
}

#[test]
fn a_session_s_text_is_carried_over_and_typed_on() {
    let mut ward = Ward::new();
    let pair = ward.open_pair(RUTH);
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let session = ward.record();
    let fields = [("mentor".to_owned(), Scalar::from(person(RUTH).to_string())), ("agenda".to_owned(), "x".repeat(5_000).as_str().into())].into();
    ward.sync(ruth);
    ward.ask(ruth, Ask::Create { log: own(RUTH), record: session, kind: "session".into(), fields }).expect("drafted");
    ward.ask(ruth, Ask::Share { record: session, to: vec![log(), pair] }).expect("shared");
    ward.sync(ruth);
    ward.sync(amara);
    let other = ward.record();
    let fields = [("mentor".to_owned(), Scalar::from(person(RUTH).to_string())), ("agenda".to_owned(), SECRET.into())].into();
    ward.ask(ruth, Ask::Create { log: own(RUTH), record: other, kind: "session".into(), fields }).expect("drafted");
    ward.ask(ruth, Ask::Share { record: other, to: vec![log(), pair] }).expect("shared");
    ward.sync(ruth);
    ward.sync(amara);
    let before = "x".repeat(5_000);
    let typing = Typing { before: before.clone(), after: format!("{before} and the key") };
    ward.ask(amara, Ask::Type { log: pair, record: session, field: "agenda".into(), typing, leaving: true }).expect("typed");
    ward.server.erase(&[other], ward.now);
    ward.sync(amara);
    ward.sync(ruth);
    for phone in [amara, ruth] {
        assert_eq!(ward.row(phone, pair, session).expect("there").text("agenda"), Some(format!("{before} and the key").as_str()));
        assert!(!ward.phones[phone].store.values().any(|value| holds(value, SECRET)));
    }
}

#[test]
fn a_phone_that_closes_half_way_reads_the_epoch_from_its_start() {
    let Opening { mut ward, amara, ruth, record, gone } = opening();
    ward.set(amara, log(), record, "scope", "Notes".into());
    ward.server.erase(&[gone], ward.now);
    // One page, and the app is closed.
    let request = ward.send(amara);
    let mut response = ward.server.sync(person(AMARA), &request, ward.now);
    for update in response.logs.iter_mut().filter(|update| update.log == log()) {
        update.lines.truncate(10);
        update.more = true;
    }
    ward.answer(amara, &request, response);
    ward.reopen(amara);
    let verdicts = ward.sync(amara);
    assert!(verdicts.iter().all(Verdict::is_kept) && !verdicts.is_empty(), "{verdicts:?} {:?}", ward.phones[amara].replica.stuck());
    ward.sync(ruth);
    let expected = ward.server.logs[&log()].0.chain;
    assert_eq!(ward.phones[amara].replica.log(log()).expect("there").chain, expected);
    // Whether she had seen what she replaces is not known any more: both stand.
    let scopes = ward.row(ruth, log(), record).expect("there").fields["scope"].clone();
    assert!(scopes.contains(&"Notes".into()) && scopes.contains(&"Calls".into()), "{scopes:?}");
    let lines = ward.phones[amara].store.keys().filter(|(table, key)| *table == Table::Lines && key.starts_with(&log().to_string())).count();
    assert_eq!(u64::try_from(lines).expect("small"), expected.next, "no line of the old epoch is left over");
}

/// The server gives no lines where words were erased while it read them; the phone asks again, and meanwhile more were.
#[test]
fn a_phone_that_was_told_of_an_epoch_and_given_none_of_it_reads_the_next_one() {
    let Opening { mut ward, amara, ruth, gone, .. } = opening();
    let second = secret(&mut ward, ruth);
    let phone = &mut ward.phones[amara];
    phone.replica = Replica::new(ward.server.kinds.clone(), phone.replica.identity().clone());
    phone.store.clear();
    ward.server.erase(&[gone], ward.now);
    let request = ward.send(amara);
    let mut response = ward.server.sync(person(AMARA), &request, ward.now);
    for update in response.logs.iter_mut().filter(|update| update.log == log()) {
        (update.lines, update.more) = (Vec::new(), true);
    }
    ward.answer(amara, &request, response);
    ward.server.erase(&[second], ward.now);
    ward.sync(amara);
    ward.reopen(amara);
    let known = ward.phones[amara].replica.log(log()).expect("it was fetched");
    assert_eq!((known.chain, known.is_whole()), (ward.server.logs[&log()].0.chain, true));
}

/// A log with an erased record, as its server has it.
fn erased() -> Ward {
    let mut ward = Ward::new();
    let (_amara, ruth, _farid) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(FARID));
    let gone = secret(&mut ward, ruth);
    ward.observe(ruth, "C01", 4);
    ward.server.erase(&[gone], ward.now);
    ward.observe(ruth, "C02", 3);
    ward
}

#[test]
fn nobody_withholds_words_by_saying_that_they_were_erased() {
    let ward = erased();
    let (_, lines) = &ward.server.logs[&log()];
    assert!(ward.server.fold(log(), lines).is_ok());
    let without = |wanted: &dyn Fn(&shared::line::Line) -> bool, content: bool| {
        let mut lines = lines.clone();
        let line = lines.iter_mut().rfind(|line| wanted(line)).expect("there is such a line");
        match &mut line.side {
            Some(side) if content => side.content = None,
            side => *side = None,
        }
        ward.server.fold(log(), &lines).expect_err("it is found out")
    };
    let began = ward.server.logs[&log()].0.began();
    // A word of this epoch, and one that was carried over.
    assert!(matches!(without(&|line| line.header.kind == LineKind::Word, false), ReplayError::Withheld(_)));
    assert!(matches!(without(&|line| line.header.position == began + 1, false), ReplayError::Withheld(_)));
    // A fact, a decision; frozen words that nobody erased.
    assert!(matches!(without(&|line| line.header.kind == LineKind::Fact && line.header.position < began, false), ReplayError::Withheld(_)));
    assert!(matches!(without(&|line| line.header.kind == LineKind::Decision && line.header.position < began, false), ReplayError::Withheld(_)));
    let frozen = |line: &shared::line::Line| line.side.as_ref().is_some_and(|side| side.content.is_some());
    assert!(matches!(without(&frozen, true), ReplayError::Digest(_)));
    assert!(matches!(without(&|line| frozen(line) && line.header.position < began, true), ReplayError::Withheld(_)));
}

#[test]
fn words_by_nobody_stand_only_where_an_epoch_begins() {
    let ward = erased();
    let (state, lines) = &ward.server.logs[&log()];
    let carried = lines.iter().find(|line| line.header.position == state.began() + 1).expect("something was carried over").clone();
    // The same words again at the end, chained and signed by whoever has the key.
    let mut head = state.chain;
    let header = shared::line::Header { position: head.next, ..carried.header.clone() };
    let again = head.extend(header, carried.side.clone().expect("whole"), |hash| Some(ward.server.key.sign(shared::key::Domain::Line, &hash.0)));
    let told: Vec<_> = lines.iter().cloned().chain([again]).collect();
    assert!(matches!(ward.server.fold(log(), &told), Err(ReplayError::Author(_))));
}

#[test]
fn an_epoch_of_another_history_is_not_believed() {
    let mut ward = Ward::new();
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let gone = secret(&mut ward, ruth);
    ward.observe(ruth, "C01", 4);
    ward.sync(amara);
    ward.server.erase(&[gone], ward.now);
    // The same log, in which an early line was received at another time.
    let key = &ward.server.key;
    let mut head = ChainHead::origin(log(), ward.server.organisation);
    let retold: Vec<_> = ward.server.logs[&log()]
        .1
        .iter()
        .map(|line| match &line.side {
            Some(side) => {
                let mut header = line.header.clone();
                header.received_at = header.received_at.plus(i64::from(header.position == 3));
                head.extend(header, side.clone(), |hash| Some(key.sign(shared::key::Domain::Line, &hash.0)))
            }
            None => {
                let mut erased =
                    head.extend(line.header.clone(), shared::line::Side { salt: line.header.nonce, bytes: Vec::new().into(), content: None }, |hash| {
                        Some(key.sign(shared::key::Domain::Line, &hash.0))
                    });
                erased.side = None;
                erased
            }
        })
        .collect();
    let told = |lines, replica: &mut Replica| {
        let effects = replica.live(LogUpdate { log: log(), epoch: 2, lines, more: false }, ward.now);
        effects.news.iter().any(|news| matches!(news, News::Phase(Phase::Broken { .. })))
    };
    let identity = ward.phones[amara].replica.identity().clone();
    let mut stranger = Replica::new(ward.server.kinds.clone(), identity);
    assert!(!told(retold.clone(), &mut stranger), "whoever never saw the log cannot tell");
    assert!(told(retold, &mut ward.phones[amara].replica), "whoever has read it can");
}
