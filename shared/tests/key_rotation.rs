//! The organisation changes its key, or loses it: what phones and proofs believe before and after, and what nobody does.
#![cfg(feature = "document")]

mod ward;

use shared::{
    beacon::Beacon,
    bytes::Salt,
    check_number::CheckNumber,
    fact::{Fact, KeyNamed, KeyTaken},
    id::{LogId, RecordId},
    key::{Domain, PublicKey, SecretKey},
    kind::Kinds,
    line::{ChainHead, Header, Line, LineKind, Side},
    phone::{Ask, News, Phase},
    proof::{self, Outcome, Report},
    replica::{Effects, Identity, Replica, StoreOp, Table},
    time::HOUR_MS,
    wire::{LogUpdate, SyncRequest},
};
use ward::{AMARA, RUTH, Ward, log, own, server::organisation_key};

fn second() -> SecretKey {
    SecretKey::from_seed([43; 32])
}

fn third() -> SecretKey {
    SecretKey::from_seed([44; 32])
}

/// Ruth and Amara with phones, and an observation that Ruth signed.
fn told() -> (Ward, usize, usize, RecordId) {
    let mut ward = Ward::new();
    let (amara, ruth) = (ward.phone(AMARA), ward.phone(RUTH));
    let observed = ward.observe(ruth, "C01", 3);
    ward.sync(amara);
    (ward, amara, ruth, observed)
}

/// The sentence with which a phone says that it does not believe what it was told.
fn broken(effects: &Effects) -> Option<&str> {
    effects.news.iter().find_map(|news| match news {
        News::Phase(Phase::Broken { sentence }) => Some(sentence.as_str()),
        _ => None,
    })
}

/// How the check number begins of the key that the phone says a person has to vouch for.
fn replaced(ward: &Ward, phone: usize) -> Option<String> {
    ward.phones[phone].replica.view().into_iter().find_map(|news| match news {
        News::Sync(sync) => sync.key_replaced,
        _ => None,
    })
}

/// Asks for everything that is new; what the phone made of it.
fn fetches(ward: &mut Ward, phone: usize) -> Effects {
    let (request, effects) = ward.phones[phone].replica.request(ward.now);
    ward.phones[phone].keep(effects);
    let (person, now) = (ward.phones[phone].person, ward.now);
    let response = ward.server.sync(person, &request, now);
    let effects = ward.phones[phone].replica.absorb(&request, response, now);
    ward.phones[phone].keep(effects.clone());
    effects
}

fn read(replica: &Replica, log: LogId) -> u64 {
    replica.log(log).map_or(0, |log| log.chain.next)
}

fn next(ward: &Ward, log: LogId) -> u64 {
    ward.server.logs[&log].0.chain.next
}

fn lines(ward: &Ward, log: LogId) -> Vec<Line> {
    ward.server.logs[&log].1.clone()
}

/// A phone without lines, that was set up with this key.
fn set_up_with(ward: &Ward, phone: usize, key: &SecretKey) -> Replica {
    let identity = Identity { organisation_key: key.public(), ..ward.phones[phone].replica.identity().clone() };
    Replica::new(Kinds::standard(), identity)
}

fn tells(replica: &mut Replica, ward: &Ward, log: LogId, lines: Vec<Line>, more: bool) -> Effects {
    replica.live(LogUpdate { log, epoch: 1, lines, more }, ward.now)
}

/// One more line, made of a fact or of a word, by whatever key.
fn extended(lines: &[Line], fact: &Fact, key: Option<&SecretKey>) -> Vec<Line> {
    let last = lines.last().expect("lines");
    let mut head = ChainHead { next: last.header.position + 1, hash: last.hash };
    let header = Header { position: head.next, kind: LineKind::Fact, author: None, device: None, nonce: Salt::from([9; 16]), ..last.header.clone() };
    let side = Side { salt: Salt::from([8; 16]), bytes: shared::cbor::encode(fact).into(), content: None };
    let line = head.extend(header, side, |hash| key.map(|key| key.sign(Domain::Line, &hash.0)));
    [lines, &[line]].concat()
}

fn named(key: &SecretKey) -> Fact {
    Fact::KeyNamed(KeyNamed { key: key.public(), reason: "a server was replaced".into() })
}

fn taken(key: &SecretKey, reason: Option<&str>) -> Fact {
    Fact::KeyTaken(KeyTaken { key: key.public(), reason: reason.map(str::to_owned) })
}

#[test]
fn phones_follow_a_rotation_and_go_on() {
    let (mut ward, amara, ruth, observed) = told();
    ward.server.rotate(second(), ward.now);
    for phone in [amara, ruth] {
        assert_eq!(broken(&fetches(&mut ward, phone)), None);
        for id in [log(), own(ward_person(phone))] {
            assert_eq!(read(&ward.phones[phone].replica, id), next(&ward, id), "{id} is read to its end");
            assert_eq!(ward.phones[phone].replica.log(id).expect("read").facts.keys.current(), Some(&second().public()));
        }
    }
    // What was signed before stands, and what is signed now is received under the new key.
    ward.decide(amara, observed, 1, shared::decision::Act::Acknowledge, None).expect("the rules are met");
    ward.sync(amara);
    assert_eq!(broken(&fetches(&mut ward, ruth)), None);
    assert!(!ward.phones[amara].replica.has_unsent(ward.now));
    // A second one, over the live stream, on a phone that was closed meanwhile.
    ward.reopen(ruth);
    let from = usize::try_from(next(&ward, log())).expect("few");
    ward.server.rotate(third(), ward.now);
    let fresh = lines(&ward, log())[from..].to_vec();
    let update = LogUpdate { log: log(), epoch: 1, lines: fresh, more: false };
    let effects = ward.phones[ruth].replica.live(update, ward.now);
    assert_eq!((broken(&effects), read(&ward.phones[ruth].replica, log())), (None, next(&ward, log())));
}

fn ward_person(phone: usize) -> u8 {
    if phone == 0 { AMARA } else { RUTH }
}

#[test]
fn a_log_that_began_after_the_rotation_is_believed_by_a_phone_of_before() {
    let (mut ward, amara, _, _) = told();
    ward.server.rotate(second(), ward.now);
    let pair = ward.open_pair(RUTH);
    assert_eq!(lines(&ward, pair).first().map(|line| shared::keys::Keys::of(std::slice::from_ref(line)).current().cloned()), Some(Some(second().public())));
    assert_eq!(broken(&fetches(&mut ward, amara)), None);
    assert_eq!(read(&ward.phones[amara].replica, pair), next(&ward, pair));

    // It is the own log that leads there: told alone, the new log is a stranger's.
    let mut alone = set_up_with(&ward, amara, &organisation_key());
    assert!(broken(&tells(&mut alone, &ward, pair, lines(&ward, pair), false)).is_some());
    assert_eq!(read(&alone, pair), 0);
    assert_eq!(broken(&tells(&mut alone, &ward, own(AMARA), lines(&ward, own(AMARA)), false)), None);
    assert_eq!(broken(&tells(&mut alone, &ward, pair, lines(&ward, pair), false)), None);
    assert_eq!(read(&alone, pair), next(&ward, pair));
}

#[test]
fn a_phone_that_is_set_up_after_the_rotation_reads_what_was_before() {
    let (mut ward, _, _, observed) = told();
    ward.server.rotate(second(), ward.now);
    let late = ward.phone(AMARA);
    let replica = &ward.phones[late].replica;
    assert_eq!(replica.identity().organisation_key, second().public());
    assert_eq!(read(replica, log()), next(&ward, log()));
    assert!(replica.row_of(log(), observed).is_some());
}

#[test]
fn the_beginning_of_an_older_log_is_shown_and_kept_only_once_a_known_key_vouches_for_it() {
    let (mut ward, amara, ..) = told();
    ward.server.rotate(second(), ward.now);
    let all = lines(&ward, log());
    let mut late = set_up_with(&ward, amara, &second());
    let half = all.len() / 2;
    let effects = tells(&mut late, &ward, log(), all[..half].to_vec(), true);
    assert_eq!((broken(&effects), effects.store.as_slice(), read(&late, log())), (None, [].as_slice(), 0));
    assert!(!effects.news.iter().any(|news| matches!(news, News::Log(_) | News::Rows { .. })), "nothing of it is shown");
    // It asks on from there, and for nothing twice.
    let (request, _): (SyncRequest, _) = late.request(ward.now);
    let cursor = request.cursors.iter().find(|cursor| cursor.log == log()).expect("it is named");
    assert_eq!(cursor.next, half as u64);
    // Lines from further behind are asked for again.
    let effects = tells(&mut late, &ward, log(), all[half + 1..].to_vec(), false);
    assert_eq!((broken(&effects), read(&late, log())), (None, 0));
    let effects = tells(&mut late, &ward, log(), all[half..].to_vec(), false);
    assert_eq!((broken(&effects), read(&late, log())), (None, next(&ward, log())));
    assert!(!effects.store.is_empty() && effects.news.iter().any(|news| matches!(news, News::Log(_))));

    // Where no such key comes, nothing of it was believed.
    let mut elsewhere = set_up_with(&ward, amara, &third());
    tells(&mut elsewhere, &ward, log(), all[..half].to_vec(), true);
    let effects = tells(&mut elsewhere, &ward, log(), all[half..].to_vec(), false);
    assert!(broken(&effects).is_some() && effects.store.is_empty());
    assert_eq!(read(&elsewhere, log()), 0);
}

#[test]
fn a_lost_key_is_refused_by_every_phone_of_before_and_taken_by_those_set_up_since() {
    let (mut ward, amara, _, observed) = told();
    let before = read(&ward.phones[amara].replica, log());
    ward.server.lose_key(second(), ward.now);
    assert_eq!(broken(&fetches(&mut ward, amara)), None, "what was read stays open");
    assert_eq!(replaced(&ward, amara), Some(CheckNumber::of(&second().public()).begins()));
    assert_eq!(read(&ward.phones[amara].replica, log()), before, "nothing behind it is believed");
    assert!(ward.phones[amara].replica.row_of(log(), observed).is_some(), "what was read stays");
    // A log that began since is not believed either, and nothing else is said of it.
    let pair = ward.open_pair(RUTH);
    assert_eq!(broken(&fetches(&mut ward, amara)), None);
    assert_eq!(read(&ward.phones[amara].replica, pair), 0);

    let anew = ward.phone(AMARA);
    assert_eq!(read(&ward.phones[anew].replica, log()), next(&ward, log()));
    assert!(ward.phones[anew].replica.row_of(log(), observed).is_some());
}

#[test]
fn a_person_takes_the_new_key_by_its_number_and_nothing_that_was_typed_is_lost() {
    let (mut ward, amara, ruth, observed) = told();
    // Begun, typed and signed without signal; somebody else goes on meanwhile, on a phone of since.
    let signed = ward.draft(ruth, "C02", 4);
    ward.send_record(ruth, signed).expect("the rules are met");
    let draft = ward.draft(ruth, "C03", 2);
    ward.server.lose_key(second(), ward.now);
    let since = ward.phone(AMARA);
    ward.decide(since, observed, 1, shared::decision::Act::Acknowledge, None).expect("the rules are met");
    ward.sync(since);

    let unsent = |ward: &Ward| ward.phones[ruth].store.keys().filter(|(table, _)| *table == Table::Pending).count();
    let waiting = unsent(&ward);
    assert!(waiting > 0);
    let number = CheckNumber::of(&second().public());
    for _ in ["told", "reopened"] {
        // What left before the phone knew is not believed to have arrived.
        fetches(&mut ward, ruth);
        assert_eq!((replaced(&ward, ruth), unsent(&ward)), (Some(number.begins()), waiting));
        let request = ward.send(ruth);
        assert!(request.push.is_empty(), "nothing goes to whoever has that key");
        ward.reopen(ruth);
        assert_eq!(replaced(&ward, ruth), Some(number.begins()), "without signal too");
    }
    ward.set(ruth, own(RUTH), draft, "went_well", "Typed while nothing was sent.".into());

    let other = CheckNumber::of(&third().public());
    for typed in ["", &number.begins(), &other.goes_on(), &other.to_string()] {
        assert_eq!(ward.ask(ruth, Ask::TakeKey { typed: typed.to_owned() }).expect_err("refused").code, "key_differs");
    }
    assert!(ward.send(ruth).push.is_empty());
    ward.ask(ruth, Ask::TakeKey { typed: number.goes_on() }).expect("it is that key's");
    ward.reopen(ruth);
    assert_eq!((replaced(&ward, ruth), ward.phones[ruth].replica.identity().organisation_key.clone()), (None, organisation_key().public()));
    assert!(ward.sync(ruth).iter().all(shared::wire::Verdict::is_kept));
    assert!(!ward.phones[ruth].replica.has_unsent(ward.now) && ward.phones[ruth].replica.stuck().is_empty());
    for id in [log(), own(RUTH)] {
        assert_eq!(read(&ward.phones[ruth].replica, id), next(&ward, id), "{id} is read to its end");
    }
    assert_eq!(ward.shown(ruth, own(RUTH), draft, "went_well"), ["Typed while nothing was sent.".into()]);
    assert!(ward.row(ruth, log(), observed).and_then(|row| row.entry).expect("it is there").latest().is_some_and(|version| version.acknowledged.is_some()));
    ward.sync(since);
    assert!(ward.row(since, log(), signed).and_then(|row| row.entry).is_some(), "the others read it");

    // The former key is believed no more, wherever it is.
    let forged = extended(&lines(&ward, own(RUTH)), &Fact::Settings(shared::fact::Settings::default()), Some(&organisation_key()));
    let update = LogUpdate { log: own(RUTH), epoch: 1, lines: forged, more: false };
    let effects = ward.phones[ruth].replica.live(update, ward.now);
    assert!(broken(&effects).is_some() && effects.store.is_empty());
    assert_eq!(broken(&fetches(&mut ward, amara)), None);
}

#[test]
fn a_key_that_a_person_took_has_to_lead_through_what_was_read() {
    let (mut ward, amara, ..) = told();
    let before = read(&ward.phones[amara].replica, log());
    // Whoever has the new key tells another history, as long as the true one.
    let mut forged = made_up(&ward, &second());
    forged = extended(&forged, &Fact::Settings(shared::fact::Settings::default()), Some(&second()));
    ward.server.lose_key(second(), ward.now);
    fetches(&mut ward, amara);
    ward.ask(amara, Ask::TakeKey { typed: CheckNumber::of(&second().public()).goes_on() }).expect("it is that key's");
    let update = LogUpdate { log: log(), epoch: 1, lines: forged, more: false };
    let effects = ward.phones[amara].replica.live(update, ward.now);
    assert!(broken(&effects).is_some() && effects.store.is_empty());
    assert_eq!(read(&ward.phones[amara].replica, log()), before);
    assert_eq!(broken(&fetches(&mut ward, amara)), None);
    assert_eq!(read(&ward.phones[amara].replica, log()), next(&ward, log()));
}

#[test]
fn a_key_that_somebody_only_claimed_is_forgotten_once_the_organisation_answers() {
    let (mut ward, amara, ruth, _) = told();
    let honest = lines(&ward, own(RUTH));
    let claimed = extended(&honest, &taken(&second(), Some("lost")), Some(&second()));
    let update = LogUpdate { log: own(RUTH), epoch: 1, lines: claimed, more: false };
    let effects = ward.phones[ruth].replica.live(update, ward.now);
    ward.phones[ruth].keep(effects);
    assert!(replaced(&ward, ruth).is_some());
    ward.draft(ruth, "C02", 4);
    assert!(ward.send(ruth).push.is_empty());
    fetches(&mut ward, ruth);
    assert_eq!(replaced(&ward, ruth), None);
    assert!(ward.sync(ruth).iter().all(shared::wire::Verdict::is_kept));
    ward.reopen(ruth);
    assert_eq!(replaced(&ward, ruth), None);
    assert_eq!(replaced(&ward, amara), None);
}

/// A phone says that it does not believe what it was told, or that a person has to vouch for a key first.
fn doubted(effects: &Effects) -> bool {
    let asks = |news: &News| matches!(news, News::Sync(sync) if sync.key_replaced.is_some());
    broken(effects).is_some() || effects.news.iter().any(asks)
}

fn keeps_lines(effects: &Effects) -> bool {
    effects.store.iter().any(|op| matches!(op, StoreOp::Put { table: Table::Lines, .. }))
}

/// What a phone that has read all of the record log makes of these lines: whether it says so, and where it then stands.
#[track_caller]
fn attacked(ward: &Ward, phone: usize, lines: &[Line]) {
    let mut replica = set_up_with(ward, phone, &organisation_key());
    let known = lines_known(ward);
    assert_eq!(broken(&tells(&mut replica, ward, log(), known.clone(), false)), None);
    let before = read(&replica, log());
    let effects = tells(&mut replica, ward, log(), lines[known.len()..].to_vec(), false);
    assert!(doubted(&effects), "it is found out");
    assert_eq!((read(&replica, log()), keeps_lines(&effects)), (before, false), "nothing of it is believed");
    // Nor by a phone that reads it from its first line.
    let mut fresh = set_up_with(ward, phone, &organisation_key());
    let effects = tells(&mut fresh, ward, log(), lines.to_vec(), false);
    assert!(doubted(&effects) && !keeps_lines(&effects));
    assert_eq!(read(&fresh, log()), 0);
}

fn lines_known(ward: &Ward) -> Vec<Line> {
    lines(ward, log())
}

#[test]
fn keys_that_the_organisation_did_not_name_are_found_out() {
    let (ward, amara, ..) = told();
    let honest = lines(&ward, log());
    let (known, evil) = (organisation_key(), second());
    // The key is named by somebody who does not have the one in force.
    for signer in [None, Some(&evil)] {
        let forged = extended(&extended(&honest, &named(&evil), signer), &taken(&evil, None), Some(&evil));
        attacked(&ward, amara, &forged);
    }
    // Nobody names it.
    attacked(&ward, amara, &extended(&honest, &taken(&evil, Some("lost")), Some(&evil)));
    // One is named and another is taken, or it is taken by whoever does not have it, or not at once.
    let half = extended(&honest, &named(&evil), Some(&known));
    attacked(&ward, amara, &extended(&half, &taken(&third(), None), Some(&third())));
    attacked(&ward, amara, &extended(&half, &taken(&evil, None), Some(&known)));
    attacked(&ward, amara, &extended(&half, &named(&third()), Some(&known)));
    // A former key comes back.
    let whole = extended(&half, &taken(&evil, None), Some(&evil));
    attacked(&ward, amara, &extended(&extended(&whole, &named(&known), Some(&evil)), &taken(&known, None), Some(&known)));
    // The former key signs on.
    attacked(&ward, amara, &extended(&whole, &Fact::Settings(shared::fact::Settings::default()), Some(&known)));
    // And as it ought to be, it is believed.
    let mut replica = set_up_with(&ward, amara, &known);
    assert_eq!(broken(&tells(&mut replica, &ward, log(), whole.clone(), false)), None);
    assert_eq!(read(&replica, log()), whole.len() as u64);
}

/// A log that somebody else wrote, with a key of their own, up to the end.
fn made_up(ward: &Ward, evil: &SecretKey) -> Vec<Line> {
    let mut chain = ChainHead::origin(log(), ward.server.organisation);
    let tell = |line: &Line| {
        let mut side = line.side.clone().expect("whole");
        if let Ok(Fact::Opened(mut opened)) = shared::cbor::decode::<Fact>(&side.bytes.0, shared::fact::MAX_FACT_BYTES) {
            opened.key = evil.public();
            side.bytes = shared::cbor::encode(&Fact::Opened(opened)).into();
        }
        chain.extend(line.header.clone(), side, |hash| Some(evil.sign(Domain::Line, &hash.0)))
    };
    lines(ward, log()).iter().map(tell).collect()
}

#[test]
fn a_history_that_only_claims_to_come_to_a_trusted_key_is_not_believed() {
    let (ward, amara, ..) = told();
    let (trusted, evil) = (organisation_key(), second());
    let forged = made_up(&ward, &evil);
    let refuses = |lines: Vec<Line>| {
        let mut replica = set_up_with(&ward, amara, &trusted);
        let effects = tells(&mut replica, &ward, log(), lines, false);
        doubted(&effects) && !keeps_lines(&effects) && read(&replica, log()) == 0
    };
    assert!(refuses(forged.clone()));
    // It ends in the trusted key, and nothing is signed by it.
    for signer in [None, Some(&evil)] {
        assert!(refuses(extended(&forged, &taken(&trusted, Some("lost")), signer)));
        assert!(refuses(extended(&extended(&forged, &named(&trusted), Some(&evil)), &taken(&trusted, None), signer)));
    }
    // A true line of the organisation's behind it, from another place.
    let last = lines(&ward, log()).pop().expect("lines");
    assert!(refuses([extended(&forged, &taken(&trusted, Some("lost")), Some(&evil)), vec![last]].concat()));
}

#[test]
fn hours_that_either_key_signed_are_quoted_where_the_log_has_come_to_it() {
    let (mut ward, amara, _, observed) = told();
    ward.pass(2 * HOUR_MS);
    // The answer brings the new key's hour and, in the own log alone, the new key.
    ward.server.rotate_in(own(AMARA), &second(), ward.now);
    ward.server.key = second();
    assert_eq!(broken(&fetches(&mut ward, amara)), None);
    let quoted = |ward: &mut Ward| {
        let (replica, now) = (&mut ward.phones[amara].replica, ward.now);
        let ask = Ask::Decide { log: log(), record: observed, version: 1, act: shared::decision::Act::Acknowledge, reason: None, pin: String::new() };
        let unlock = shared::decision::Unlock { method: shared::decision::UnlockMethod::Pin, at: now };
        let unsigned = replica.propose(&ask, unlock, now, &mut || [1; 16]).expect("the rules are met");
        let body = unsigned.bodies()[0].strip_prefix(Domain::Decision.message(&[]).as_slice()).expect("a tag").to_vec();
        shared::cbor::decode::<shared::decision::Decision>(&body, shared::decision::MAX_DECISION_BYTES).expect("a decision").beacon
    };
    assert_eq!(quoted(&mut ward), None, "the record log has not come to that key");
    ward.server.key = organisation_key();
    ward.server.rotate_in(log(), &second(), ward.now);
    ward.server.key = second();
    fetches(&mut ward, amara);
    ward.pass(HOUR_MS);
    fetches(&mut ward, amara);
    assert_eq!(quoted(&mut ward), Some(Beacon::of(ward.server.organisation, &second(), ward.now)));
    // A decision that quotes the former key's hour is judged as before.
    let facts = &ward.server.logs[&log()].0.facts;
    assert!(facts.has_signed(&Beacon::of(ward.server.organisation, &organisation_key(), ward.now)));
    assert!(!facts.has_signed(&Beacon::of(ward.server.organisation, &third(), ward.now)));
}

fn checked(file: &[u8], key: Option<&PublicKey>) -> Report {
    proof::verify(file, &Kinds::standard(), key)
}

fn outcome(report: &Report, code: &str) -> Option<Outcome> {
    report.find(code).map(|finding| finding.outcome)
}

fn proof_of(ward: &Ward, record: RecordId) -> Vec<u8> {
    proof::of_record(&Kinds::standard(), log(), &lines(ward, log()), record).expect("a proof").encode()
}

#[test]
fn proofs_of_before_and_after_hold_by_each_key_that_leads_to_their_end() {
    let (mut ward, .., observed) = told();
    let before = proof_of(&ward, observed);
    ward.server.rotate(second(), ward.now);
    let after = proof_of(&ward, observed);
    let (first, second) = (organisation_key().public(), second().public());
    for (file, key) in [(&before, Some(&first)), (&before, None), (&after, Some(&first)), (&after, Some(&second)), (&after, None)] {
        let report = checked(file, key);
        assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    }
    assert_eq!(outcome(&checked(&after, Some(&first)), "key_changed"), Some(Outcome::Holds));
    assert_eq!(outcome(&checked(&before, Some(&first)), "key_changed"), None);
    // A file of before ends under the key of then.
    assert_eq!(checked(&before, Some(&second)).verdict(), Outcome::DoesNotHold);
    assert_eq!(checked(&after, Some(&third().public())).verdict(), Outcome::DoesNotHold);
    // The file names the key in force at its end, and no other of the history.
    let mut wrong = proof::Proof::read(&after).expect("reads");
    assert_eq!(wrong.key, second);
    wrong.key = first.clone();
    assert_eq!(checked(&wrong.encode(), Some(&first)).verdict(), Outcome::DoesNotHold);
}

#[test]
fn a_proof_over_a_lost_key_says_what_cannot_be_told() {
    let (mut ward, .., observed) = told();
    ward.server.lose_key(second(), ward.now);
    let file = proof_of(&ward, observed);
    let report = checked(&file, Some(&second().public()));
    assert_eq!((report.verdict(), outcome(&report, "key_replaced")), (Outcome::CannotTell, Some(Outcome::CannotTell)), "{report}");
    assert_eq!(outcome(&report, "submit"), Some(Outcome::Holds));
    let report = checked(&file, Some(&organisation_key().public()));
    assert_eq!((report.verdict(), outcome(&report, "key_replaced")), (Outcome::DoesNotHold, Some(Outcome::DoesNotHold)), "{report}");
}

#[test]
fn a_portfolio_waits_until_every_log_has_come_to_the_same_key() {
    let (mut ward, ..) = told();
    let portfolio = |ward: &Ward| proof::of_logs(&Kinds::standard(), &[(log(), lines(ward, log())), (own(RUTH), lines(ward, own(RUTH)))]);
    assert!(portfolio(&ward).is_ok());
    ward.server.rotate_in(log(), &second(), ward.now);
    assert_eq!(portfolio(&ward), Err(proof::NotProvable::KeyChanges));
    ward.server.rotate_in(own(RUTH), &second(), ward.now);
    let report = checked(&portfolio(&ward).expect("a proof").encode(), Some(&organisation_key().public()));
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
}

#[test]
fn the_organisation_itself_states_no_key_out_of_turn() {
    let (mut ward, ..) = told();
    let now = ward.now;
    let mut refused = |fact: Fact| ward.server.fact(log(), fact, now).expect_err("refused").code;
    assert_eq!(refused(named(&organisation_key())), "key_out_of_turn");
    assert_eq!(refused(taken(&organisation_key(), Some("lost"))), "key_out_of_turn");
    assert_eq!(refused(taken(&second(), None)), "r6_reason");
    assert_eq!(refused(Fact::KeyNamed(KeyNamed { key: second().public(), reason: " ".into() })), "r6_reason");
}
