//! Changes that no honest phone writes, each with the code that refuses it.

use automerge::{
    ActorId, ChangeHash, ExpandedChange, ObjType, ScalarValue,
    legacy::{Key, ObjectId, Op as AutomergeOp, OpId as AutomergeOpId, OpType},
};
use serde_json::{Value, json};
use shared::{
    change::{Decoded, actor::actor, decoded::Object, genesis::genesis_actor, limits},
    log::{FIRST_EPOCH, Judged},
    scalar::Scalar,
    wire::Verdict,
};

use crate::{
    chain::chain,
    held::{encoded, held},
    observation::{Story, story, word},
    raw::{self, Raw, retold, run},
    world::{OBSERVED, OWN, RUTH, World},
};

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
        self.bytes(code, what, &retold(&self.next, spoil));
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
