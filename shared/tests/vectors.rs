//! The vectors of PROTOCOL.md, for whoever writes a client in another language. They fail when the code drifts from
//! them; `UPDATE=1` writes them anew, which is a change of the protocol and is read as one.
#![cfg(feature = "document")]

#[path = "change_support/raw.rs"]
#[allow(dead_code, reason = "these tests use a part of it")]
mod raw;
#[path = "vectors/world.rs"]
mod world;

use std::{fs, path::PathBuf};

use automerge::{
    ActorId, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue,
    legacy::{Key, ObjectId, Op as AutomergeOp, OpId as AutomergeOpId, OpType},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::{
    bytes::{Bytes, Hash},
    cbor,
    change::{
        Decoded, Effect, Index,
        actor::{actor, device_of},
        decoded::{Action, Object, OpId, Place},
        effect::effects,
        genesis::{genesis, genesis_actor},
        limits,
    },
    decision::{self, Act, Content, SignedDecision},
    fact::{Cover, Exemption, Fact, MAX_FACT_BYTES, MemberEnded, Pause},
    id::LogId,
    key::{Domain, PublicKey, Signature},
    kind::Kinds,
    line::{ChainHead, Header, Line, LineKind, Seen},
    log::{FIRST_EPOCH, Judged, Log},
    refusal::Refusal,
    role::Role,
    scalar::Scalar,
    time::MINUTE_MS,
    wire::{Bundle, Cursor, Enrol, Enrolled, Item, LiveFrame, LogUpdate, Problem, Session, SyncRequest, SyncResponse, Verdict, WIRE_VERSION, deflate},
};

use raw::{Raw, run};
use world::{
    AMARA, CONTENT_SALT, DEVICE_SEED, MET, OBSERVED, ORGANISATION, ORGANISATION_SEED, OWN, PAIR, PHONE, RECORD, RUTH, START, World, device_key, digest_of,
    observed, organisation_key,
};

/// Compares a file of vectors with what the code makes, or writes it.
fn held(name: &str, made: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let made = serde_json::to_string_pretty(made).expect("plain data") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).expect("the vectors can be written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made).unwrap_or(kept.lines().count().min(made.lines().count()));
    assert!(kept == made, "{} differs from what the code makes, first in line {}; UPDATE=1 writes it anew", path.display(), line + 1);
}

fn of_key(key: &PublicKey) -> String {
    match key {
        PublicKey::Ed25519 { key } => key.to_string(),
        PublicKey::Es256 { .. } => unreachable!("no vector has such a key"),
    }
}

fn of_signature(signature: &Signature) -> String {
    match signature {
        Signature::Ed25519 { sig } => hex::encode(&sig.0),
        Signature::Es256 { .. } => unreachable!("no vector has such a signature"),
    }
}

fn encoded(value: &impl serde::Serialize) -> String {
    hex::encode(cbor::encode(value))
}

/// The header's 69 bytes as PROTOCOL.md lays them out, built here a second time.
fn layout(header: &Header) -> Vec<u8> {
    let kind = match header.kind {
        LineKind::Word => 0,
        LineKind::Decision => 1,
        LineKind::Fact => 2,
    };
    let mut bytes = vec![kind];
    bytes.extend(header.position.to_be_bytes());
    bytes.extend(header.epoch.to_be_bytes());
    bytes.extend(header.received_at.0.to_be_bytes());
    bytes.extend(header.nonce.0);
    bytes.extend(header.author.map_or([0; 16], |author| *author.0.as_bytes()));
    bytes.extend(header.device.map_or([0; 16], |device| *device.0.as_bytes()));
    bytes
}

fn line(prev: &Hash, line: &Line) -> Value {
    let (header, side) = (&line.header, line.side.as_ref().expect("nothing is erased"));
    let layout = layout(header);
    let commitment: [u8; 32] = Sha256::digest([&side.salt.0[..], &side.bytes.0].concat()).into();
    assert_eq!(commitment, line.commitment.0);
    let hash: [u8; 32] = Sha256::digest([&b"countersign chain 1\0"[..], &prev.0, &layout, &commitment].concat()).into();
    assert_eq!(hash, line.hash.0);
    json!({
        "position": header.position,
        "epoch": header.epoch,
        "kind": header.kind,
        "author": header.author.map(|author| author.to_string()),
        "device": header.device.map(|device| device.to_string()),
        "received_at": header.received_at,
        "nonce": header.nonce,
        "header_bytes": hex::encode(layout),
        "salt": side.salt,
        "bytes": side.bytes,
        "content": side.content,
        "commitment": line.commitment,
        "hash": line.hash,
        "signature": line.signature.as_ref().map(of_signature),
        "cbor": encoded(line),
        "seen": Seen::of(header).message(),
    })
}

fn chain(log: LogId, lines: &[Line]) -> Value {
    let origin = ChainHead::origin(log, ORGANISATION).hash;
    let formula: [u8; 32] = Sha256::digest([&b"countersign log 1\0"[..], ORGANISATION.0.as_bytes(), log.to_string().as_bytes()].concat()).into();
    assert_eq!(formula, origin.0);
    let mut prev = origin;
    let mut told = Vec::new();
    for one in lines {
        told.push(line(&prev, one));
        prev = one.hash;
    }
    json!({
        "log": log.to_string(),
        "organisation": ORGANISATION.to_string(),
        "organisation_key": of_key(&organisation_key().public()),
        "origin": origin,
        "lines": told,
    })
}

/// Whoever has the lines believes them, and with a word erased still believes the chain.
fn verified(log: LogId, lines: &[Line]) {
    let mut reader = Log::new(log, ORGANISATION);
    for line in lines {
        reader.verify(&Kinds::standard(), line, &organisation_key().public()).expect("every line verifies");
    }
    let mut head = ChainHead::origin(log, ORGANISATION);
    for line in lines {
        let erased = Line { side: None, ..line.clone() };
        head.accept(&erased, &organisation_key().public()).expect("an erased line keeps its place");
    }
    assert_eq!(head, reader.chain);
}

/// Ruth's observation from the first jot to the sealed line.
struct Story {
    world: World,
    jot: Vec<u8>,
    more: Vec<u8>,
    shared: Vec<u8>,
    submit: SignedDecision,
    request: SyncRequest,
    answer: SyncResponse,
}

fn word(bytes: &[u8]) -> Item {
    Item::Word(Bytes(bytes.to_vec()))
}

fn story() -> Story {
    let mut world = World::new();
    let captured = world.now;
    let jot = world.edit(OWN, |edit| {
        let fields = [("jot".to_owned(), "rang alone".into()), ("captured_at".to_owned(), captured.0.into())];
        edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &fields, &[])
    });
    assert_eq!(world.push(OWN, &[word(&jot.bytes)]), Verdict::Accepted { position: 5 });
    world.pass();
    let more = world.edit(OWN, |edit| {
        edit.put(&OBSERVED.to_string(), "competency", &"C01".into())?;
        edit.put(&OBSERVED.to_string(), "level", &3.into())
    });
    assert_eq!(world.push(OWN, &[word(&more.bytes)]), Verdict::Accepted { position: 6 });
    world.pass();
    let before: Vec<Cursor> = [OWN, RECORD].map(|log| Cursor { log, epoch: FIRST_EPOCH, next: world.log(log).chain.next }).into();
    let fields: Vec<(String, Scalar)> = observed().into_iter().collect();
    let shared = world.edit(RECORD, |edit| edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &fields, &[]));
    let (_, digest) = digest_of(&observed());
    let (_, mut submit) = world.sign(Act::Submit, digest, None);
    (submit.salt, submit.heads) = (Some(CONTENT_SALT), vec![shared.hash]);
    let items = vec![word(&shared.bytes), Item::Decision(submit.clone())];
    let request = SyncRequest {
        v: WIRE_VERSION,
        device: PHONE,
        cursors: before.clone(),
        rest: false,
        push: vec![Bundle { log: RECORD, epoch: FIRST_EPOCH, items: items.clone() }],
    };
    // The server states first when the record was typed in the own log.
    let times = [5, 6].map(|position: usize| world.lines(OWN)[position].header.received_at);
    world.fact(RECORD, Fact::Captured { record: OBSERVED, earliest: times[0], latest: times[1] });
    let verdict = world.push(RECORD, &items);
    assert_eq!(verdict, Verdict::Accepted { position: 8 });
    let fresh = world.lines(RECORD)[6..].to_vec();
    let directory = [OWN, PAIR, RECORD].map(|log| Cursor { log, epoch: FIRST_EPOCH, next: world.log(log).chain.next }).into();
    let answer = SyncResponse {
        v: WIRE_VERSION,
        now: world.now,
        verdicts: vec![verdict],
        logs: vec![LogUpdate { log: RECORD, epoch: FIRST_EPOCH, lines: fresh, more: false }],
        directory,
    };
    Story { world, jot: jot.bytes, more: more.bytes, shared: shared.bytes, submit, request, answer }
}

#[test]
fn the_worked_example_and_its_chains_hold() {
    let story = story();
    for log in [OWN, RECORD] {
        verified(log, story.world.lines(log));
    }
    let version = story.world.log(RECORD).ledger.get(OBSERVED).and_then(|record| record.latest()).expect("it was sent");
    assert_eq!((version.sealed, version.content.clone()), (Some(8), observed()));
    let (content, digest) = digest_of(&observed());
    held(
        "observation.json",
        &json!({
            "organisation_seed": hex::encode(ORGANISATION_SEED),
            "device_seed": hex::encode(DEVICE_SEED),
            "person": RUTH.to_string(),
            "device": PHONE.to_string(),
            "record": OBSERVED.to_string(),
            "1_jot": hex::encode(&story.jot),
            "2_more": hex::encode(&story.more),
            "3_shared": hex::encode(&story.shared),
            "4_content": String::from_utf8(content).expect("JSON is UTF-8"),
            "5_content_salt": CONTENT_SALT,
            "6_digest": digest,
            "7_body": story.submit.body,
            "8_signature": of_signature(&story.submit.signature),
            "9_request": encoded(&story.request),
            "10_answer": encoded(&story.answer),
            "own_log": chain(OWN, story.world.lines(OWN)),
            "record_log": chain(RECORD, story.world.lines(RECORD)),
        }),
    );
}

#[test]
fn a_chain_of_three_lines_holds() {
    let world = World::new();
    let lines = &world.lines(OWN)[..3];
    verified(OWN, lines);
    held("chain.json", &chain(OWN, lines));
}

#[test]
fn canonical_content_has_one_spelling() {
    let form = Hash::of(b"a form");
    let hard: Content = [
        ("\u{1f600}".to_owned(), Scalar::Integer(-9_007_199_254_740_991)),
        ("\u{fb33}".to_owned(), true.into()),
        ("targets/C01".to_owned(), 0.into()),
        ("a".to_owned(), "x\u{1}\u{7f}\"\\/\u{8}\t\n\u{c}\r€\u{2028}".into()),
        ("empty".to_owned(), "".into()),
    ]
    .into();
    let case = |kind: &str, form: Hash, fields: &Content| {
        let bytes = decision::canonical_content(RECORD, OBSERVED, kind, &form, fields);
        let by_formula: [u8; 32] = Sha256::digest([&b"countersign content 1\0"[..], &CONTENT_SALT.0, &bytes].concat()).into();
        assert_eq!(decision::content_digest(&CONTENT_SALT, &bytes).0, by_formula);
        json!({
            "log": RECORD.to_string(),
            "record": OBSERVED.to_string(),
            "kind": kind,
            "form": form,
            "fields": fields,
            "bytes": hex::encode(&bytes),
            "salt": CONTENT_SALT,
            "digest": hex::encode(by_formula),
        })
    };
    let observation = Kinds::standard().get("observation").expect("declared").form();
    held("content.json", &json!([case("observation", observation, &observed()), case("agreement", form, &hard), case("comment", form, &Content::new())]));
}

#[test]
fn a_form_is_the_hash_of_its_declaration() {
    let forms: Vec<Value> = Kinds::standard()
        .iter()
        .map(|kind| {
            let declaration = serde_json::to_string(kind).expect("plain data");
            assert_eq!(Hash::of(declaration.as_bytes()), kind.form());
            json!({ "kind": kind.code, "form": kind.form(), "declaration": declaration })
        })
        .collect();
    held("forms.json", &json!(forms));
}

#[test]
fn decisions_are_signed_byte_for_byte() {
    let mut story = story();
    story.world.pass();
    let (_, digest) = digest_of(&observed());
    let (void, signed_void) = story.world.sign(Act::Void, digest, Some("Written on the wrong record."));
    assert_eq!(story.world.push(RECORD, &[Item::Decision(signed_void.clone())]), Verdict::Accepted { position: 9 });
    verified(RECORD, story.world.lines(RECORD));
    let submit = story.submit.decision().expect("it reads");
    let case = |decision: &decision::Decision, signed: &SignedDecision| {
        signed.verify(&device_key().public()).expect("it holds");
        let mut fields = serde_json::to_value(decision).expect("plain data");
        fields["log"] = json!(decision.log.to_string());
        json!({
            "decision": fields,
            "body": signed.body,
            "message": hex::encode(Domain::Decision.message(&signed.body.0)),
            "signature": of_signature(&signed.signature),
            "salt": signed.salt,
            "heads": signed.heads,
            "signed": encoded(signed),
        })
    };
    held(
        "decision.json",
        &json!({
            "seed": hex::encode(DEVICE_SEED),
            "key": of_key(&device_key().public()),
            "decisions": [case(&submit, &story.submit), case(&void, &signed_void)],
        }),
    );
}

#[test]
fn a_genesis_follows_from_log_and_epoch() {
    let case = |log: LogId, epoch: u32| {
        let name = log.to_string();
        let bytes = genesis(&name, epoch);
        let decoded = Decoded::parse(&bytes).expect("within the limits");
        let seed = [&b"countersign genesis"[..], name.as_bytes(), &epoch.to_be_bytes()].concat();
        assert_eq!(genesis_actor(&name, epoch)[..], Sha256::digest(seed)[..16]);
        json!({ "log": name, "epoch": epoch, "actor": hex::encode(genesis_actor(&name, epoch)), "bytes": hex::encode(&bytes), "hash": decoded.hash() })
    };
    held("genesis.json", &json!([case(RECORD, 1), case(RECORD, 2), case(OWN, 1), case(PAIR, 1)]));
}

fn named(decoded: &Decoded, id: &OpId) -> String {
    format!("{}@{}", id.counter, hex::encode(&*decoded.actors()[usize::from(id.actor)]))
}

/// A change in words, with all that its writer has to get right.
fn told(log: &LogId, index: &Index, bytes: &[u8]) -> Value {
    let decoded = Decoded::parse(bytes).expect("an honest change");
    let operations: Vec<Value> = decoded
        .operations()
        .iter()
        .enumerate()
        .map(|(place, op)| {
            let object = match &op.object {
                Object::Root => "root".to_owned(),
                Object::Made(id) => named(&decoded, id),
            };
            let at = match &op.place {
                Place::Key(key) => json!({ "key": key }),
                Place::Start => json!("start"),
                Place::Character(id) => json!({ "character": named(&decoded, id) }),
            };
            let action = match &op.action {
                Action::Make => json!("make_map"),
                Action::MakeText => json!("make_text"),
                Action::Put(value) => json!({ "put": value }),
                Action::Insert(character) => json!({ "insert": character }),
                Action::Delete => json!("delete"),
            };
            let preds: Vec<String> = op.preds.iter().map(|id| named(&decoded, id)).collect();
            json!({ "id": named(&decoded, &decoded.id(place)), "object": object, "at": at, "action": action, "preds": preds })
        })
        .collect();
    let effects: Vec<Value> = effects(&decoded, index).expect("an honest change").iter().map(effect).collect();
    json!({
        "log": log.to_string(),
        "bytes": hex::encode(bytes),
        "hash": decoded.hash(),
        "actor": hex::encode(&*decoded.actor()),
        "seq": decoded.seq(),
        "start_op": decoded.start_op(),
        "deps": decoded.deps(),
        "message": decoded.message(),
        "operations": operations,
        "effects": effects,
    })
}

fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Create { record, kind, by, fields, prose } => {
            json!({ "create": { "record": record, "kind": kind, "by": by, "fields": fields, "prose": prose } })
        }
        Effect::Put { record, field, value } => json!({ "put": { "record": record, "field": field, "value": value } }),
        Effect::Delete { record, field } => json!({ "delete": { "record": record, "field": field } }),
        Effect::Type { record, field, inserted, deleted } => {
            json!({ "type": { "record": record, "field": field, "inserted": inserted, "deleted": deleted } })
        }
    }
}

#[test]
fn honest_changes_decode_to_what_they_mean() {
    let mut world = World::new();
    let mut cases = Vec::new();
    let mut take = |world: &mut World, log: LogId, bytes: &[u8]| {
        cases.push(told(&log, &world.log(log).index, bytes));
        assert!(world.push(log, &[word(bytes)]).is_kept());
        world.pass();
    };
    let record = OBSERVED.to_string();
    let by = RUTH.to_string();
    let create = world.edit(OWN, |edit| edit.create(&record, "observation", &by, &[("jot".to_owned(), "rang alone".into())], &[]));
    take(&mut world, OWN, &create.bytes);
    let put = world.edit(OWN, |edit| {
        edit.put(&record, "level", &3.into())?;
        edit.put(&record, "practice", &false.into())?;
        edit.put(&record, "jot", &"rang on their own".into())
    });
    take(&mut world, OWN, &put.bytes);
    let delete = world.edit(OWN, |edit| edit.delete(&record, "practice"));
    take(&mut world, OWN, &delete.bytes);
    let met = MET.to_string();
    let agenda = [("agenda".to_owned(), "To ask: lifts".to_owned()), ("notes".to_owned(), String::new())];
    let session = world.edit(PAIR, |edit| edit.create(&met, "session", &by, &[], &agenda));
    take(&mut world, PAIR, &session.bytes);
    // Inserted alone and deleted alone: there is one way to write each, however a client compares texts.
    for (reads, what) in [("To ask: lifts 😀", "typed"), ("To ask", "deleted")] {
        let written = world.edit(PAIR, |edit| edit.type_into(&met, "agenda", reads));
        take(&mut world, PAIR, &written.bytes);
        assert_eq!(world.log(PAIR).index.now().prose(&met, "agenda").as_deref(), Some(reads), "{what}");
    }
    for log in [OWN, PAIR] {
        verified(log, world.lines(log));
    }
    held("changes.json", &json!(cases));
}

#[test]
fn a_change_that_a_library_compressed_can_be_made_plain() {
    let mut world = World::new();
    let words = "Rang on your own, said what you saw and what you wanted. ".repeat(8);
    let create = world.edit(OWN, |edit| edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &[("jot".to_owned(), words.into())], &[]));
    let compressed = Change::try_from(create.bytes.as_slice()).expect("an honest change").bytes().into_owned();
    assert_eq!((compressed[8], create.bytes[8]), (2, 1));
    assert!(matches!(world.judge(OWN, &[word(&compressed)]), Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "compressed"));
    assert!(matches!(world.judge(OWN, &[word(&create.bytes)]), Judged::Accept(_)));
    held("compressed.json", &json!({ "compressed": hex::encode(&compressed), "plain": hex::encode(&create.bytes) }));
}

/// The observation's jot is in Ruth's own log, and an honest next change is at hand.
struct Spoil {
    world: World,
    next: Vec<u8>,
    cases: Vec<Value>,
}

impl Spoil {
    fn new() -> Self {
        let Story { mut world, .. } = story();
        let next = world.edit(OWN, |edit| edit.put(&OBSERVED.to_string(), "level", &4.into())).bytes;
        assert!(matches!(world.judge(OWN, &[word(&next)]), Judged::Accept(_)), "unspoiled it is taken");
        Self { world, next, cases: Vec::new() }
    }

    fn bytes(&mut self, code: &str, what: &str, bytes: &[u8]) {
        let verdict = match self.world.judge(OWN, &[word(bytes)]) {
            Judged::Accept(_) => panic!("{what}: was taken"),
            Judged::Kept { position } => Verdict::Duplicate { position },
            Judged::Answer(verdict) => verdict,
        };
        let got = match &verdict {
            Verdict::Refused(refusal) => refusal.code.as_str(),
            Verdict::Duplicate { .. } => "duplicate",
            Verdict::BlockedBy { .. } => "blocked_by",
            Verdict::Exists { .. } => "exists",
            Verdict::Accepted { .. } | Verdict::Held(_) | Verdict::RetryAfter { .. } => "another",
        };
        assert_eq!(got, code, "{what}");
        self.cases.push(json!({ "code": code, "what": what, "bytes": hex::encode(bytes), "verdict": encoded(&verdict) }));
    }

    fn raw(&mut self, code: &str, what: &str, spoil: impl FnOnce(&mut Raw)) {
        let mut raw = Raw::parse(&self.next);
        spoil(&mut raw);
        self.bytes(code, what, &raw.bytes());
    }

    fn expanded(&mut self, code: &str, what: &str, spoil: impl FnOnce(&mut ExpandedChange)) {
        let mut expanded = Change::try_from(self.next.as_slice()).expect("an honest change").decode();
        spoil(&mut expanded);
        let bytes = Change::from(expanded).raw_bytes().to_vec();
        self.bytes(code, what, &bytes);
    }
}

fn operation(object: ObjectId, key: &str, action: OpType) -> AutomergeOp {
    AutomergeOp { action, obj: object, key: Key::Map(key.into()), pred: Vec::new().into(), insert: false }
}

#[test]
fn what_no_honest_phone_writes_is_refused_by_its_code() {
    let mut spoil = Spoil::new();
    let honest = spoil.next.clone();
    let records = ObjectId::Id(AutomergeOpId::new(2, &ActorId::from(genesis_actor(&OWN.to_string(), FIRST_EPOCH).as_slice())));
    let fresh = "0192f0c1-0000-7000-8000-00000000000f";
    spoil.bytes("not_a_change", "a byte behind the end", &[honest.clone(), vec![0]].concat());
    let mut flipped = honest.clone();
    flipped[4] ^= 1;
    spoil.bytes("bad_checksum", "one bit of the checksum flipped", &flipped);
    spoil.bytes("compressed", "a chunk of type 2", &raw::chunk(2, &raw::body(&honest)));
    spoil.raw("unknown_column", "the column of marks", |raw| *raw.column(0xa5) = run(1, b"\x04bold"));
    spoil.raw("uneven_columns", "a value's byte too many", |raw| raw.column(0x57).push(b'x'));
    spoil.raw("too_many_operations", "a run of 5,001 operations", |raw| *raw.column(0x42) = run(5_001, &[1]));
    spoil.raw("empty", "no columns", |raw| raw.columns.clear());
    spoil.expanded("unknown_operation", "a counter incremented", |change| change.operations[0].action = OpType::Increment(1));
    spoil.expanded("bad_key", "an empty key", |change| change.operations[0].key = Key::Map("".into()));
    spoil.expanded("bad_key", "a record's id that is no lower-case UUID", |change| {
        change.operations.push(operation(records.clone(), "not-a-uuid", OpType::Make(ObjType::Map)));
    });
    spoil.expanded("bad_value", "null", |change| change.operations[0].action = OpType::Put(ScalarValue::Null));
    spoil.expanded("bad_value", "an unsigned integer", |change| change.operations[0].action = OpType::Put(ScalarValue::Uint(4)));
    spoil.expanded("bad_value", "2^53", |change| change.operations[0].action = OpType::Put(ScalarValue::Int(Scalar::MAX_INTEGER + 1)));
    spoil.expanded("bad_actor", "an actor of 17 bytes", |change| change.actor_id = ActorId::from([1; 17].as_slice()));
    spoil.expanded("foreign_actor", "another device's actor", |change| change.actor_id = ActorId::from(actor([51; 16], 0).as_slice()));
    spoil.expanded("bad_time", "a time", |change| change.time = 1);
    spoil.expanded("extra_bytes", "bytes behind the columns", |change| change.extra_bytes = vec![1, 1, 7]);
    spoil.raw("not_canonical", "an actor that no operation names", |raw| raw.others.push(vec![9; 18]));
    spoil.expanded("bad_message", "no message", |change| change.message = None);
    spoil.expanded("bad_message", "a line that is not there", |change| change.message = Some("99:AAAAAAAAAAAAAAAA".into()));
    spoil.expanded("bad_seq", "the number of the change before", |change| change.seq = 1);
    spoil.expanded("bad_dependencies", "no past", |change| change.deps.clear());
    spoil.expanded("blocked_by", "a past that nobody has", |change| change.deps.push(ChangeHash([0xff; 32])));
    spoil.expanded("bad_start_op", "a counter left out", |change| change.start_op = (change.start_op.get() + 1).try_into().expect("not zero"));
    spoil.expanded("unknown_object", "an object that nobody made", |change| {
        change.operations[0].obj = ObjectId::Id(AutomergeOpId::new(900, &change.actor_id));
    });
    spoil.expanded("forbidden_object", "a map at the root", |change| {
        change.operations.push(operation(ObjectId::Root, "threads", OpType::Make(ObjType::Map)));
    });
    spoil.expanded("bad_pred", "not what stood there", |change| change.operations[0].pred = Vec::new().into());
    spoil.expanded("incomplete_create", "a record without its kind and author", |change| {
        change.operations.push(operation(records.clone(), fresh, OpType::Make(ObjType::Map)));
    });
    spoil.expanded("written_once", "a record's kind written again", |change| {
        let decoded = Decoded::parse(&honest).expect("an honest change");
        let kind = spoil_kind(&decoded);
        let mut again = operation(change.operations[0].obj.clone(), "kind", OpType::Put("claim".into()));
        again.pred = vec![kind].into();
        change.operations = vec![again];
    });
    spoil.expanded("exists", "a record that is there", |change| {
        let at = change.start_op.get() + 1;
        let actor = change.actor_id.clone();
        let made = ObjectId::Id(AutomergeOpId::new(at, &actor));
        change.operations.push(operation(records.clone(), &OBSERVED.to_string(), OpType::Make(ObjType::Map)));
        change.operations.push(operation(made.clone(), "kind", OpType::Put("observation".into())));
        change.operations.push(operation(made, "by", OpType::Put(RUTH.to_string().into())));
    });
    let jot = spoil.world.lines(OWN)[5].side.as_ref().expect("nothing is erased").bytes.0.clone();
    spoil.bytes("duplicate", "what was accepted before", &jot);
    assert!(
        matches!(spoil.world.judge(OWN, &[word(&vec![0; limits::MAX_CHANGE_BYTES + 1])]), Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "too_large")
    );
    let lines = spoil.world.lines(OWN).to_vec();
    held("refused.json", &json!({ "log": chain(OWN, &lines), "honest": hex::encode(&honest), "refused": spoil.cases }));
}

/// The name of the operation that wrote the record's kind: the one behind the record's own.
fn spoil_kind(decoded: &Decoded) -> AutomergeOpId {
    let Object::Made(record) = decoded.operations()[0].object else { panic!("a field of a record") };
    AutomergeOpId::new(u64::from(record.counter) + 1, &ActorId::from(&*decoded.actors()[usize::from(record.actor)]))
}

#[test]
fn names_have_one_spelling() {
    let seen = Seen::of(&World::new().lines(OWN)[1].header);
    let actors: Vec<Value> = [0_u16, 1, 258, u16::MAX]
        .iter()
        .map(|slot| {
            let bytes = actor(*PHONE.0.as_bytes(), *slot);
            assert_eq!(device_of(&bytes), Some(*PHONE.0.as_bytes()));
            json!({ "device": PHONE.to_string(), "slot": slot, "actor": hex::encode(bytes) })
        })
        .collect();
    let logs: Vec<Value> = [OWN, PAIR, RECORD]
        .iter()
        .map(|log| {
            let cursor = Cursor { log: *log, epoch: 1, next: 300 };
            json!({ "log": log.to_string(), "cursor": { "epoch": 1, "next": 300 }, "cbor": encoded(&cursor) })
        })
        .collect();
    held(
        "names.json",
        &json!({ "actors": actors, "logs": logs, "seen": { "position": seen.position, "tag": seen.tag, "message": seen.message(), "cbor": encoded(&seen) } }),
    );
}

#[test]
fn every_fact_reads_back() {
    let world = World::new();
    let (from, until, change) = (START, START.plus(MINUTE_MS), Hash::of(b"a change"));
    let role = Role::Mentor;
    let reason = "She works elsewhere now.".to_owned();
    let mut facts: Vec<Fact> =
        world.lines(PAIR).iter().map(|line| cbor::decode(&line.side.as_ref().expect("kept").bytes.0, MAX_FACT_BYTES).expect("a fact")).collect();
    facts.extend([
        Fact::MemberEnded(MemberEnded { person: RUTH, role, at: until, reason: reason.clone(), by: AMARA }),
        Fact::DeviceRevoked { device: PHONE },
        Fact::Exemption(Exemption { rule: "r2".into(), person: RUTH, reason: reason.clone(), review_on: until, by: AMARA }),
        Fact::Cover(Cover { supervisor: RUTH, person: AMARA, from, until, by: RUTH }),
        Fact::Paused(Pause { from, until: None }),
        Fact::Paused(Pause { from, until: Some(until) }),
        Fact::Captured { record: OBSERVED, earliest: from, latest: until },
        Fact::Adopted { change, author: RUTH, by: AMARA },
        Fact::Discarded { change, author: RUTH, by: AMARA, reason },
    ]);
    let cases: Vec<Value> = facts
        .iter()
        .map(|fact| {
            let bytes = cbor::encode(fact);
            assert_eq!(cbor::decode::<Fact>(&bytes, MAX_FACT_BYTES).as_ref(), Ok(fact));
            json!(hex::encode(bytes))
        })
        .collect();
    held("facts.json", &json!(cases));
}

#[test]
fn the_wire_reads_as_it_is_written() {
    let story = story();
    let now = story.world.now;
    let session = Session {
        person: RUTH,
        name: "Ruth Calloray".into(),
        organisation: ORGANISATION,
        organisation_name: "Quillbrook".into(),
        organisation_key: organisation_key().public(),
        demonstration: true,
        now,
    };
    let refusal = Refusal::new("r10_not_member", "You are not part of this relationship now.");
    let verdicts = vec![
        Verdict::Accepted { position: 8 },
        Verdict::Duplicate { position: 8 },
        Verdict::Exists { position: 5 },
        Verdict::Refused(refusal.clone()),
        Verdict::BlockedBy { change: Hash::of(b"a change") },
        Verdict::Held(refusal),
        Verdict::RetryAfter { seconds: 1 },
    ];
    let first = SyncRequest { v: WIRE_VERSION, device: PHONE, cursors: Vec::new(), rest: true, push: Vec::new() };
    let all = SyncResponse { verdicts, logs: Vec::new(), ..story.answer.clone() };
    let update = LogUpdate { log: RECORD, epoch: FIRST_EPOCH, lines: story.world.lines(RECORD)[7..8].to_vec(), more: false };
    let frames =
        [LiveFrame::Hello { now }, LiveFrame::Lines(update), LiveFrame::Moved { log: RECORD, next: 9 }, LiveFrame::Heartbeat { now: now.plus(MINUTE_MS) }];
    let stream: Vec<Value> = frames
        .iter()
        .map(|frame| {
            let body = cbor::encode(frame);
            let length = u32::try_from(body.len()).expect("short");
            json!({ "cbor": hex::encode(&body), "framed": hex::encode([&length.to_be_bytes()[..], &body].concat()) })
        })
        .collect();
    let enrol = Enrol { v: WIRE_VERSION, key: device_key().public(), label: "Ruth's phone".into() };
    let request = cbor::encode(&story.request);
    let packed = deflate::deflated(&request).expect("shorter");
    assert_eq!(deflate::inflated(&packed, request.len()).as_deref(), Ok(&request[..]));
    let problem = Problem { code: "sign_in_again".into(), title: "Sign in again to go on. Nothing you wrote is lost.".into(), status: 401 };
    held(
        "wire.json",
        &json!({
            "version": WIRE_VERSION,
            "session": encoded(&session),
            "enrol": encoded(&enrol),
            "enrolled": encoded(&Enrolled { device: PHONE, now }),
            "first_request": encoded(&first),
            "request": hex::encode(&request),
            "request_deflated": hex::encode(&packed),
            "answer": encoded(&story.answer),
            "every_verdict": encoded(&all),
            "live": stream,
            "problem": serde_json::to_string(&problem).expect("plain data"),
        }),
    );
    assert_eq!(START, story.world.lines(OWN)[0].header.received_at);
    assert!(story.world.log(RECORD).facts.is_member(AMARA, now));
}
