//! Proof files: an honest one verifies, and whoever changes, hides or forges anything is found out.
#![cfg(feature = "document")]

mod ward;

use shared::{
    checkpoint::Checkpoint,
    decision::{Act, Decision, SignedDecision, Unlock, UnlockMethod},
    fact::{Device, Epoch, Fact},
    id::{DeviceId, RecordId},
    key::{Domain, PublicKey, SecretKey},
    kind::Kinds,
    line::{ChainHead, Header, Line, LineKind, Seen, Side},
    phone::Ask,
    proof::{self, Outcome, Proof, Report},
    replica::{Stored, Table},
    role::Role,
    time::{At, HOUR_MS},
};
use uuid::Uuid;
use ward::{
    AMARA, BEA, FARID, RUTH, TOMAS, Ward, log, own, person,
    server::{ORGANISATION, organisation_key},
};

/// Amara asked for a sign-off with three pieces of feedback, and Bea gave it.
struct Story {
    ward: Ward,
    bea: usize,
    ruth: usize,
    claim: RecordId,
    evidence: Vec<RecordId>,
}

impl Story {
    fn approved() -> Self {
        let mut story = Self::asked();
        story.ward.sync(story.bea);
        story.ward.pass(HOUR_MS);
        story.decide(Act::Approve, None);
        story
    }

    fn asked() -> Self {
        let mut ward = Ward::new();
        let (amara, ruth, farid, bea) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(FARID), ward.phone(BEA));
        ward.agreement(amara, ruth, bea);
        let evidence = ward.evidence(&[ruth, farid, ruth]);
        let other = ward.draft(ruth, "C02", 3);
        ward.set(ruth, own(RUTH), other, "went_well", "Nobody else's business.".into());
        ward.send_record(ruth, other).expect("signed");
        ward.sync(ruth);
        ward.sync(amara);
        let claim = ward.claim(amara, "C01", 3, &evidence).expect("asked");
        Self { ward, bea, ruth, claim, evidence }
    }

    fn decide(&mut self, act: Act, reason: Option<&str>) {
        self.ward.sync(self.bea);
        self.ward.decide(self.bea, self.claim, 1, act, reason).expect("the rules are met");
        self.ward.sync(self.bea);
    }

    /// Ruth says something on the claim: a word at the end of the log.
    fn comment(&mut self) {
        let fields = [("on", self.claim.to_string()), ("words", "Well done.".to_owned())];
        let fields = fields.map(|(field, words)| (field.to_owned(), words.into())).into();
        let record = self.ward.record();
        self.ward.sync(self.ruth);
        self.ward.ask(self.ruth, Ask::Create { log: log(), record, kind: "comment".to_owned(), fields }).expect("said");
        self.ward.sync(self.ruth);
        self.ward.sync(self.bea);
    }

    /// The log's lines as a phone's store has them.
    fn kept_by(&self, phone: usize) -> Vec<Line> {
        let begin = Stored::begin_of_lines(log());
        let kept = self.ward.phones[phone].store.iter().filter(|((table, key), _)| *table == Table::Lines && key.starts_with(&begin));
        kept.map(|(_, value)| Stored::read_line(value).expect("it was kept").1).collect()
    }

    fn lines(&self) -> Vec<Line> {
        self.ward.server.logs[&log()].1.clone()
    }

    fn file(&self) -> Vec<u8> {
        proof::of_record(&Kinds::standard(), log(), &self.lines(), self.claim).expect("a proof").encode()
    }

    fn proof(&self) -> Proof {
        Proof::read(&self.file()).expect("reads")
    }

    /// A proof of lines that the organisation itself signed, though its server ought not to have.
    fn of_forged(&self, parts: Vec<(Header, Side)>) -> Report {
        let mut chain = ChainHead::origin(log(), ORGANISATION);
        let lines: Vec<Line> =
            parts.into_iter().map(|(header, side)| chain.extend(header, side, |hash| Some(organisation_key().sign(Domain::Line, &hash.0)))).collect();
        let file = proof::of_record(&Kinds::standard(), log(), &lines, self.claim).expect("a proof").encode();
        checked(&file)
    }

    fn parts(&self) -> Vec<(Header, Side)> {
        self.lines().into_iter().map(|line| (line.header, line.side.expect("whole"))).collect()
    }

    /// The decision of that sort on the claim.
    fn place(&self, act: Act) -> usize {
        self.place_of(self.claim, act)
    }

    fn place_of(&self, record: RecordId, act: Act) -> usize {
        self.lines().iter().position(|line| decision(line).is_some_and(|decision| decision.record == record && decision.act == act)).expect("decided")
    }

    /// Puts a fact where a word stood, so that every position stays.
    fn instead_of_a_word_before(&self, place: usize, fact: &Fact) -> Vec<(Header, Side)> {
        let mut parts = self.parts();
        let at = (0..place).rev().find(|at| parts[*at].0.kind == LineKind::Word).expect("a word");
        parts[at].0.kind = LineKind::Fact;
        parts[at].1.bytes = shared::cbor::encode(fact).into();
        parts
    }
}

fn decision(line: &Line) -> Option<Decision> {
    let side = line.side.as_ref().filter(|_| line.header.kind == LineKind::Decision)?;
    let signed: SignedDecision = shared::cbor::decode(&side.bytes.0, shared::decision::MAX_DECISION_BYTES).expect("signed");
    Some(signed.decision().expect("a decision"))
}

fn checked(file: &[u8]) -> Report {
    proof::verify(file, &Kinds::standard(), Some(&organisation_key().public()))
}

fn outcome(report: &Report, code: &str) -> Option<Outcome> {
    report.find(code).map(|finding| finding.outcome)
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn an_honest_sign_off_holds_and_says_who_when_and_why() {
    let story = Story::approved();
    let report = checked(&story.file());
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    for code in ["file", "key", "chain", "submit", "approve", "r2_own_work", "r3_evidence", "r11_agreement", "state"] {
        assert_eq!(outcome(&report, code), Some(Outcome::Holds), "{code} in {report}");
    }
    let approve = &report.find("approve").expect("approved").sentence;
    assert!(approve.contains("Signed off by Bea Monteiral") && approve.contains("unlocked with a PIN"), "{approve}");
    assert!(report.find("state").expect("a state").sentence.contains("in force"));
    assert_eq!(outcome(&report, "as_of"), Some(Outcome::Beyond));
}

#[test]
fn without_a_key_the_one_in_the_file_is_named_for_comparing() {
    let story = Story::approved();
    let report = proof::verify(&story.file(), &Kinds::standard(), None);
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    let key = organisation_key().public();
    assert_eq!(outcome(&report, "key"), Some(Outcome::Beyond));
    assert!(report.find("key").expect("said").sentence.contains(&key.to_string()));
    assert_eq!(key.to_string().parse::<PublicKey>(), Ok(key));
}

#[test]
fn another_key_does_not_hold() {
    let report = proof::verify(&Story::approved().file(), &Kinds::standard(), Some(&SecretKey::from_seed([43; 32]).public()));
    assert_eq!(report.verdict(), Outcome::DoesNotHold);
    assert_eq!((outcome(&report, "key"), outcome(&report, "chain")), (Some(Outcome::DoesNotHold), Some(Outcome::DoesNotHold)));
}

#[test]
fn what_the_record_does_not_need_stays_in_the_log() {
    let story = Story::approved();
    let file = story.file();
    assert!(contains(&file, "Rang on your own."), "the evidence is in the file");
    assert!(!contains(&file, "Nobody else's business."), "other feedback is not");
    let lines = &story.proof().logs[0].lines;
    assert_eq!(lines.len(), story.lines().len());
    assert!(lines.iter().all(|line| line.header.kind != LineKind::Word || line.side.is_none()), "no word lines leave the log");
}

#[test]
fn a_portfolio_holds_with_everything_that_was_decided() {
    let mut story = Story::approved();
    let (ruth, bea) = (story.ruth, story.bea);
    let mistaken = story.ward.observe(ruth, "C01", 3);
    story.ward.decide(ruth, mistaken, 1, Act::Void, Some("the wrong person")).expect("voided");
    story.ward.sync(ruth);
    story.ward.sync(bea);
    story.ward.decide(bea, story.evidence[0], 1, Act::Countersign, None).expect("reviewed");
    story.ward.sync(bea);
    let file = proof::of_logs(&Kinds::standard(), &[(log(), story.lines())]).expect("a portfolio").encode();
    let report = checked(&file);
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    assert!(report.findings.iter().any(|finding| finding.code == "state" && finding.sentence.contains("recorded by mistake")), "{report}");
    assert!(contains(&file, "Nobody else's business."));
}

#[test]
fn a_proof_whose_last_line_is_a_word_ends_with_its_receipt() {
    let mut story = Story::approved();
    story.comment();
    let last = story.lines().pop().expect("lines");
    assert!(last.header.kind == LineKind::Word && last.signature.is_some());
    let report = checked(&story.file());
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    let mut without = story.proof();
    without.logs[0].lines.last_mut().expect("lines").signature = None;
    assert_eq!(outcome(&checked(&without.encode()), "chain"), Some(Outcome::DoesNotHold));
}

#[test]
fn a_phone_makes_the_same_file_of_the_lines_it_keeps() {
    let mut story = Story::approved();
    story.comment();
    let bea = story.bea;
    let (kept, claim) = (story.kept_by(bea), story.claim);
    let replica = |story: &Story| story.ward.phones[bea].replica.prove(log(), &kept, claim);
    let proof = replica(&story).expect("a proof");
    assert_eq!(proof.file.0, story.file());
    assert_eq!(proof.as_of, story.lines().last().expect("lines").header.received_at);
    assert_eq!((proof.record, proof.name), (claim, format!("claim-{claim}.countersign")));

    story.ward.decide(bea, claim, 1, Act::Revoke, Some("by mistake")).expect("asked for");
    assert_eq!(replica(&story).expect("a proof").file.0, story.file(), "what waits on the phone is in no proof");
}

#[test]
fn a_phone_says_why_it_has_no_proof() {
    let mut story = Story::asked();
    let bea = story.bea;
    story.ward.sync(bea);
    let code = |story: &Story, lines: &[Line], record| story.ward.phones[bea].replica.prove(log(), lines, record).expect_err("none").code;
    let kept = story.kept_by(bea);
    assert_eq!(code(&story, &kept, RecordId(Uuid::nil())), "proof_not_signed");
    assert_eq!(code(&story, &kept[..kept.len() - 1], story.claim), "proof_not_whole");
    assert_eq!(code(&story, &[], story.claim), "proof_not_whole");
}

#[test]
fn a_changed_byte_anywhere_in_a_line_breaks_it() {
    let honest = Story::approved().proof();
    let changes: [fn(&mut Line); 12] = [
        |line| line.header.position += 1,
        |line| line.header.epoch += 1,
        |line| line.header.author = Some(person(TOMAS)),
        |line| line.header.device = Some(DeviceId(Uuid::from_bytes([1; 16]))),
        |line| line.header.received_at = line.header.received_at.plus(1),
        |line| line.header.nonce.0[3] ^= 1,
        |line| line.commitment.0[0] ^= 1,
        |line| line.hash.0[31] ^= 1,
        |line| {
            if let Some(shared::key::Signature::Ed25519 { sig }) = &mut line.signature {
                sig.0[5] ^= 1;
            }
        },
        |line| {
            if let Some(side) = &mut line.side {
                side.salt.0[0] ^= 1;
            }
        },
        |line| {
            if let Some(last) = line.side.as_mut().and_then(|side| side.bytes.0.last_mut()) {
                *last ^= 1;
            }
        },
        |line| {
            if let Some(byte) = line.side.as_mut().and_then(|side| side.content.as_mut()?.0.get_mut(40)) {
                *byte ^= 1;
            }
        },
    ];
    let mut broken = [0; 12];
    for place in 0..honest.logs[0].lines.len() {
        for (number, change) in changes.iter().enumerate() {
            let mut proof = honest.clone();
            change(&mut proof.logs[0].lines[place]);
            if proof == honest {
                continue;
            }
            broken[number] += 1;
            let report = checked(&proof.encode());
            let code = if number == 11 { "content" } else { "chain" };
            assert_eq!(outcome(&report, code), Some(Outcome::DoesNotHold), "change {number} of line {place}: {report}");
        }
    }
    assert!(broken.iter().all(|count| *count > 0), "{broken:?}");
}

#[test]
fn a_line_left_out_put_in_or_moved_breaks_the_chain() {
    let honest = Story::approved().proof();
    let count = honest.logs[0].lines.len();
    for place in 0..count - 1 {
        let mut without = honest.clone();
        without.logs[0].lines.remove(place);
        let mut twice = honest.clone();
        let line = twice.logs[0].lines[place].clone();
        twice.logs[0].lines.insert(place, line);
        let mut moved = honest.clone();
        moved.logs[0].lines.swap(place, place + 1);
        for proof in [without, twice, moved] {
            assert_eq!(outcome(&checked(&proof.encode()), "chain"), Some(Outcome::DoesNotHold));
        }
    }
}

#[test]
fn what_the_file_says_of_itself_is_held_against_its_lines() {
    let story = Story::approved();
    let changed = |change: fn(&mut Proof)| {
        let mut proof = story.proof();
        change(&mut proof);
        checked(&proof.encode())
    };
    assert_eq!(outcome(&changed(|proof| proof.organisation_name = "Another".into()), "opening"), Some(Outcome::DoesNotHold));
    assert_eq!(outcome(&changed(|proof| proof.subjects[0].state = shared::ledger::State::Sent), "state"), Some(Outcome::DoesNotHold));
    assert_eq!(outcome(&changed(|proof| proof.subjects[0].version = 2), "state"), Some(Outcome::DoesNotHold));
    assert_eq!(outcome(&changed(|proof| proof.subjects[0].record = RecordId(Uuid::nil())), "record"), Some(Outcome::DoesNotHold));
    assert_eq!(outcome(&changed(|proof| proof.logs.clear()), "record"), Some(Outcome::DoesNotHold));
    assert_eq!(changed(|proof| proof.subjects.clear()).verdict(), Outcome::CannotTell);
    assert_eq!(changed(|proof| proof.v = 2).verdict(), Outcome::Unreadable);
}

#[test]
fn a_device_whose_certificate_was_revoked_or_is_anothers_signs_nothing() {
    let story = Story::approved();
    let place = story.place(Act::Approve);
    let device = story.ward.phones[story.bea].replica.identity().device;
    let report = story.of_forged(story.instead_of_a_word_before(place, &Fact::DeviceRevoked { device }));
    assert_eq!(outcome(&report, "certificate"), Some(Outcome::DoesNotHold), "{report}");
    let key = story.ward.phones[story.bea].key.public();
    let anothers = Fact::Device(Device { device, person: person(TOMAS), key, label: "phone".into() });
    let report = story.of_forged(story.instead_of_a_word_before(place, &anothers));
    assert_eq!(outcome(&report, "certificate"), Some(Outcome::DoesNotHold), "{report}");
}

/// Bea's signature on a claim, made without asking anybody.
fn approval_by_bea(story: &Story, parts: &mut Vec<(Header, Side)>) {
    let lines = story.lines();
    let submit = decision(&lines[story.place(Act::Submit)]).expect("asked");
    let last = parts.last().expect("lines").0.clone();
    let phone = &story.ward.phones[story.bea];
    let at = last.received_at.plus(1_000);
    let device = phone.replica.identity().device;
    let unlock = Unlock { method: UnlockMethod::Pin, at };
    let seen = Seen::of(&last);
    let approval = Decision { act: Act::Approve, by: person(BEA), device, role: Role::Supervisor, unlock, at, seen, ..submit };
    let body = approval.encode();
    let signature = phone.key.sign(Domain::Decision, &body.0);
    let signed = SignedDecision { body, signature, salt: None, heads: Vec::new() };
    let nonce = [200; 16].into();
    let position = last.position + 1;
    let header = Header { position, kind: LineKind::Decision, author: Some(person(BEA)), device: Some(device), received_at: at, nonce, ..last };
    parts.push((header, Side { salt: nonce, bytes: shared::cbor::encode(&signed).into(), content: None }));
}

#[test]
fn a_sign_off_by_the_one_whose_feedback_carries_it_does_not_hold() {
    let mut ward = Ward::new();
    let (amara, ruth, bea) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(BEA));
    ward.agreement(amara, ruth, bea);
    ward.sync(bea);
    let evidence = vec![ward.observe(bea, "C02", 3), ward.observe(bea, "C02", 3)];
    let claim = ward.claim(amara, "C02", 3, &evidence).expect("asked");
    let story = Story { ward, bea, ruth, claim, evidence };
    let mut parts = story.parts();
    approval_by_bea(&story, &mut parts);
    let report = story.of_forged(parts);
    assert_eq!(outcome(&report, "r2_own_work"), Some(Outcome::DoesNotHold), "{report}");
    assert_eq!(report.verdict(), Outcome::DoesNotHold);
}

#[test]
fn a_forged_approval_of_an_honest_claim_holds_only_with_its_evidence() {
    let story = Story::asked();
    let mut parts = story.parts();
    approval_by_bea(&story, &mut parts);
    // The forgery itself is sound, so that what fails below fails for its evidence.
    assert_eq!(story.of_forged(parts.clone()).verdict(), Outcome::Holds);
    let place = story.place_of(story.evidence[1], Act::Submit);
    parts[place].0.kind = LineKind::Word;
    let report = story.of_forged(parts);
    assert_eq!(outcome(&report, "r3_evidence"), Some(Outcome::DoesNotHold), "{report}");
}

#[test]
fn evidence_taken_out_of_the_file_is_missed() {
    let story = Story::approved();
    let place = story.place_of(story.evidence[0], Act::Submit);
    let mut proof = story.proof();
    proof.logs[0].lines[place].side.as_mut().expect("open").content = None;
    let report = checked(&proof.encode());
    assert_eq!(outcome(&report, "words"), Some(Outcome::CannotTell), "{report}");
    assert_eq!(report.verdict(), Outcome::DoesNotHold);
    proof.logs[0].lines[place].side = None;
    let report = checked(&proof.encode());
    assert_eq!(outcome(&report, "closed_decision"), Some(Outcome::CannotTell), "{report}");
    assert_eq!(outcome(&report, "chain"), Some(Outcome::Holds), "the chain holds over what was erased");
}

#[test]
fn a_sign_off_whose_evidence_was_erased_since_cannot_be_told_and_is_not_called_false() {
    let story = Story::approved();
    let mut parts = story.parts();
    let (erased, place) = (story.evidence[0], story.place_of(story.evidence[0], Act::Submit));
    parts[place].1.content = None;
    assert_eq!(story.of_forged(parts.clone()).verdict(), Outcome::DoesNotHold, "left out is not erased");

    let last = parts.last().expect("lines").0.clone();
    let epoch = Epoch { epoch: 2, erased: vec![erased], authors: Vec::new(), by: person(TOMAS), reason: "An address stood in it.".into() };
    let received_at = last.received_at.plus(HOUR_MS);
    let header = Header { position: last.position + 1, epoch: 2, kind: LineKind::Fact, author: None, device: None, received_at, nonce: [201; 16].into() };
    parts.push((header, Side { salt: [202; 16].into(), bytes: shared::cbor::encode(&Fact::Epoch(epoch)).into(), content: None }));
    let report = story.of_forged(parts);
    assert_eq!(report.verdict(), Outcome::CannotTell, "{report}");
    assert!(report.find("r3_evidence").expect("said").sentence.contains("were erased since"), "{report}");
    assert_eq!(outcome(&report, "words"), Some(Outcome::CannotTell));
    assert_eq!(outcome(&report, "state"), Some(Outcome::Holds), "{report}");
}

#[test]
fn a_revoke_is_said_and_cannot_be_hidden_but_by_an_older_file_which_says_as_of_when() {
    let mut story = Story::approved();
    let before = story.file();
    story.decide(Act::Revoke, Some("seen again, not ready"));
    let report = checked(&story.file());
    assert_eq!(report.verdict(), Outcome::Holds, "{report}");
    assert!(report.find("revoke").expect("said").sentence.contains("seen again, not ready"));
    assert!(report.find("state").expect("said").sentence.contains("taken back"));

    let place = story.place(Act::Revoke);
    let mut closed = story.proof();
    closed.logs[0].lines[place].side = None;
    closed.subjects[0].state = shared::ledger::State::InForce;
    let report = checked(&closed.encode());
    assert_eq!(report.verdict(), Outcome::CannotTell, "{report}");
    assert_eq!(outcome(&report, "closed_decision"), Some(Outcome::CannotTell));

    let mut cut = story.proof();
    cut.logs[0].lines.truncate(place);
    assert_eq!(outcome(&checked(&cut.encode()), "state"), Some(Outcome::DoesNotHold));

    let report = checked(&before);
    assert_eq!(report.verdict(), Outcome::Holds);
    let newest = place - 1;
    let as_of = &report.find("as_of").expect("said").sentence;
    assert!(as_of.contains(&format!("As of line {newest}")) && as_of.contains("only a newer file shows"), "{as_of}");
}

#[test]
fn whoever_cuts_lines_off_has_no_checkpoint_for_what_is_left() {
    let mut story = Story::approved();
    let before = story.proof();
    story.decide(Act::Revoke, Some("seen again, not ready"));
    let now = story.ward.now;
    let attested = |proof: &Proof, key: &SecretKey| {
        let mut proof = proof.clone();
        proof.attest(key, now);
        proof
    };
    let honest = attested(&story.proof(), &organisation_key());
    let report = checked(&honest.encode());
    assert_eq!((report.verdict(), outcome(&report, "as_of")), (Outcome::Holds, Some(Outcome::Holds)), "{report}");
    let newest = story.lines().len() - 1;
    assert!(report.find("as_of").expect("said").sentence.contains(&format!("ended with line {newest}, signed by")), "{report}");

    // A file of before, with what was signed of the end since: its own verdict holds without, and not with it.
    let mut cut = before.clone();
    cut.logs[0].checkpoint = honest.logs[0].checkpoint.clone();
    let mut moved = honest.clone();
    moved.logs[0].checkpoint.as_mut().expect("attested").at = now.plus(HOUR_MS);
    let mut early = honest.clone();
    early.logs[0].checkpoint = Some(Checkpoint::of(honest.logs[0].lines[newest].hash, &organisation_key(), At(0)));
    let mut foreign = honest.clone();
    foreign.logs[0].checkpoint = Some(Checkpoint::of(honest.logs[0].lines[newest].hash, &SecretKey::from_seed([99; 32]), now));
    for (what, forged) in [("cut", cut), ("moved", moved), ("early", early), ("foreign", foreign)] {
        let report = checked(&forged.encode());
        assert_eq!(outcome(&report, "as_of"), Some(Outcome::DoesNotHold), "{what}: {report}");
        assert_eq!(report.findings.iter().filter(|finding| finding.outcome == Outcome::DoesNotHold).count(), 1, "{what}: {report}");
    }
    // Another key than the one in force attests nothing.
    assert_eq!(attested(&before, &SecretKey::from_seed([99; 32])), before);
}

#[test]
fn limits_and_other_files_are_refused_in_words() {
    let story = Story::approved();
    let mut file = story.file();
    file.push(0);
    for bytes in [&file[..], &file[..file.len() / 2], b"", b"%PDF-1.7"] {
        let report = checked(bytes);
        assert_eq!(report.verdict(), Outcome::Unreadable);
        assert_eq!(report.findings.len(), 1);
    }
    let mut many = story.proof();
    many.subjects = vec![many.subjects[0].clone(); proof::MAX_PROOF_SUBJECTS + 1];
    assert!(checked(&many.encode()).findings[0].sentence.contains("the limit is 10000"));
    // Read over by a reader that is not strict, and so never checked.
    let mut value: ciborium::Value = ciborium::from_reader(story.file().as_slice()).expect("CBOR");
    value.as_map_mut().expect("a map").push(("note".into(), "trust me".into()));
    let mut other = Vec::new();
    ciborium::into_writer(&value, &mut other).expect("written");
    assert_eq!(checked(&other).verdict(), Outcome::Unreadable);
}

#[test]
fn twenty_thousand_spoiled_files_never_hold_and_never_panic() {
    const SPOILED: u64 = 20_000;
    let honest = Story::approved().file();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).expect("small")).expect("small")
    };
    let mut readable = 0;
    for round in 0..SPOILED {
        let mut file = honest.clone();
        for _ in 0..=random(2) {
            let at = random(file.len());
            match random(6) {
                0 => file.truncate(at.max(1)),
                1 => file.insert(at, u8::try_from(random(256)).expect("a byte")),
                2 => drop(file.remove(at)),
                3 => {
                    let other = random(file.len());
                    file.swap(at, other);
                }
                _ => file[at] ^= u8::try_from(1 + random(255)).expect("a byte"),
            }
        }
        if file == honest {
            continue;
        }
        let verdict = checked(&file).verdict();
        assert_ne!(verdict, Outcome::Holds, "round {round}");
        readable += u64::from(verdict != Outcome::Unreadable);
    }
    assert!(readable > SPOILED / 10, "most of them have to reach the check: {readable}");
}
