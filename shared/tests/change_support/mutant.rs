//! Ways to spoil an honest change.

mod text;

use std::collections::BTreeSet;

use automerge::{
    ActorId, Change, ExpandedChange, ObjType, ScalarValue,
    legacy::{ElementId, Key, MarkData, ObjectId, Op, OpId, OpType},
};
use shared::change::actor::actor;

use super::{
    Rng,
    raw::{self, Raw, retold, run, signed, unsigned},
};
use text::{TEXT, TextMutation, Typed};

/// What a mutation can draw from.
pub struct Stock<'a> {
    /// Honest changes of the same log, among them the one spoiled.
    pub lines: &'a [Vec<u8>],
    /// What these say.
    pub told: &'a [Told],
    /// The device that sends.
    pub device: [u8; 16],
}

/// An operation of an honest change.
pub struct Told {
    id: OpId,
    /// Its change's number among its actor's.
    seq: u64,
    op: Op,
}

impl Told {
    pub fn all(lines: &[Vec<u8>]) -> Vec<Self> {
        let changes = lines.iter().map(|line| Change::try_from(line.as_slice()).expect("an honest change").decode());
        let told = changes.flat_map(|change| {
            let (start, seq, actor) = (change.start_op.get(), change.seq, change.actor_id);
            change.operations.into_iter().zip(start..).map(move |(op, counter)| Self { id: OpId::new(counter, &actor), seq, op }).collect::<Vec<_>>()
        });
        told.collect()
    }
}

impl Stock<'_> {
    /// Some honest change, never the genesis.
    fn line(&self, rng: &mut Rng) -> &[u8] {
        &self.lines[1 + rng.below(self.lines.len() - 1)]
    }
}

/// The name of a mutation, and what it does.
type Mutation<T> = (&'static str, fn(&mut T, &mut Rng, &Stock<'_>));

/// A spoiled change.
pub struct Mutant {
    /// What was done to it.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// Every verdict that it may end in, where the kind alone decides that.
    pub verdicts: Option<&'static [&'static str]>,
}

/// Makes one mutant; some come out as the change they were.
pub fn mutant(honest: &[u8], rng: &mut Rng, stock: &Stock<'_>) -> Mutant {
    match rng.below(4) {
        0 => {
            let mut bytes = honest.to_vec();
            let (name, mutate) = rng.one_of(BYTES);
            mutate(&mut bytes, rng, stock);
            Mutant { name, bytes, verdicts: None }
        }
        1 => {
            let mut raw = Raw::parse(honest);
            let (name, mutate) = rng.one_of(RAW);
            mutate(&mut raw, rng, stock);
            Mutant { name, bytes: raw.bytes(), verdicts: None }
        }
        2 => meant(honest, rng, stock),
        _ => typed(honest, rng, stock).unwrap_or_else(|| meant(honest, rng, stock)),
    }
}

fn meant(honest: &[u8], rng: &mut Rng, stock: &Stock<'_>) -> Mutant {
    let (name, mutate) = rng.one_of(MEANING);
    let bytes = retold(honest, |change| {
        mutate(change, rng, stock);
        if rng.one_in(4) {
            rng.one_of(MEANING).1(change, rng, stock);
        }
    });
    Mutant { name, bytes, verdicts: None }
}

/// `None` where the change types nothing, or has nothing of what would be spoiled.
fn typed(honest: &[u8], rng: &mut Rng, stock: &Stock<'_>) -> Option<Mutant> {
    let TextMutation { name, verdicts, spoil } = rng.one_of(TEXT);
    let mut is_spoiled = false;
    let bytes = retold(honest, |change| is_spoiled = Typed::of(change, rng, stock).is_some_and(|mut typed| spoil(&mut typed)));
    is_spoiled.then_some(Mutant { name, bytes, verdicts: Some(verdicts) })
}

/// The name of every kind of mutation.
pub fn kinds() -> BTreeSet<&'static str> {
    let others = BYTES.iter().map(|(name, _)| name).chain(RAW.iter().map(|(name, _)| name)).chain(MEANING.iter().map(|(name, _)| name));
    others.copied().chain(text_kinds().map(|(name, _)| name)).collect()
}

/// The kinds that spoil what is typed, with their verdicts: the first has to be reached.
pub fn text_kinds() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    TEXT.iter().map(|kind| (kind.name, kind.verdicts))
}

/// Bytes as such; most get a right checksum again, or nothing behind it would be tried.
const BYTES: &[Mutation<Vec<u8>>] = &[
    ("flip without checksum", |bytes, rng, _| {
        let place = rng.below(bytes.len());
        bytes[place] ^= 1 << rng.below(8);
    }),
    ("flip", |bytes, rng, _| {
        with_body(bytes, |body| {
            for _ in 0..1 + rng.below(3) {
                let place = rng.below(body.len());
                body[place] ^= 1 << rng.below(8);
            }
        });
    }),
    ("set", |bytes, rng, _| {
        with_body(bytes, |body| {
            let place = rng.below(body.len());
            body[place] = *rng.one_of(&[0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xff]);
        });
    }),
    ("byte more", |bytes, rng, _| {
        with_body(bytes, |body| {
            let place = rng.below(body.len());
            body.insert(place, rng.next() as u8);
        });
    }),
    ("byte gone", |bytes, rng, _| {
        with_body(bytes, |body| {
            let place = rng.below(body.len());
            body.remove(place);
        });
    }),
    ("cut", |bytes, rng, _| {
        with_body(bytes, |body| {
            let length = rng.below(body.len());
            body.truncate(length);
        });
    }),
    ("repeat a piece", |bytes, rng, _| {
        with_body(bytes, |body| {
            let start = rng.below(body.len());
            let piece = body[start..(start + 1 + rng.below(12)).min(body.len())].to_vec();
            let place = rng.below(body.len());
            body.splice(place..place, piece);
        });
    }),
    ("piece of another change", |bytes, rng, stock| {
        let other = raw::body(stock.line(rng));
        with_body(bytes, |body| {
            let start = rng.below(other.len());
            let piece = other[start..(start + 1 + rng.below(24)).min(other.len())].to_vec();
            let place = rng.below(body.len());
            let end = (place + piece.len()).min(body.len());
            body.splice(place..end, piece);
        });
    }),
    ("cut without header", |bytes, rng, _| {
        let length = rng.below(bytes.len());
        bytes.truncate(length);
    }),
    ("trailing bytes", |bytes, rng, _| bytes.push(rng.next() as u8)),
    ("two changes", |bytes, rng, stock| bytes.extend(stock.line(rng))),
    ("another chunk type", |bytes, rng, _| *bytes = raw::chunk(*rng.one_of(&[0, 2, 3, 4, 255]), &raw::body(bytes))),
    ("compressed", |bytes, _, _| *bytes = Change::try_from(bytes.as_slice()).expect("an honest change").bytes().into_owned()),
    ("long length", |bytes, _, _| {
        let body = raw::body(bytes);
        let mut long = bytes[..9].to_vec();
        let mut length = unsigned(body.len() as u64);
        *length.last_mut().expect("a length") |= 0x80;
        length.push(0);
        long.extend(length);
        long.extend(body);
        *bytes = long;
    }),
];

fn with_body(bytes: &mut Vec<u8>, mutate: impl FnOnce(&mut Vec<u8>)) {
    let mut body = raw::body(bytes);
    mutate(&mut body);
    *bytes = raw::chunk(1, &body);
}

fn some_column<'a>(raw: &'a mut Raw, rng: &mut Rng) -> &'a mut Vec<u8> {
    let place = rng.below(raw.columns.len());
    &mut raw.columns[place].1
}

/// The parts of a chunk, in spellings that Automerge never writes.
const RAW: &[Mutation<Raw>] = &[
    ("run-length bomb", |raw, rng, _| {
        let length = *rng.one_of(&[5_000, 5_001, 1 << 20, 1 << 40, i64::MAX]);
        let value = rng.below(3) as u8;
        *some_column(raw, rng) = run(length, &[value]);
    }),
    ("run-length bomb everywhere", |raw, rng, _| {
        let length = *rng.one_of(&[4_999, 5_000, 5_001, 1 << 24]);
        for (id, data) in &mut raw.columns {
            match *id {
                0x34 => *data = unsigned(length as u64),
                0x15 => *data = run(length, b"\x04well"),
                0x57 => data.clear(),
                _ => *data = run(length, &[u8::from(*id == 0x42)]),
            }
        }
        raw.columns.retain(|(_, data)| !data.is_empty());
    }),
    ("null bomb", |raw, rng, _| {
        let length = *rng.one_of(&[1_u64, 5_000, 1 << 32, u64::MAX]);
        *some_column(raw, rng) = [vec![0], unsigned(length)].concat();
    }),
    ("smallest literal", |raw, rng, _| *some_column(raw, rng) = signed(*rng.one_of(&[i64::MIN, -1, -5_001]))),
    ("trailing run", |raw, rng, _| {
        let more = match rng.below(3) {
            0 => vec![0, 0],
            1 => vec![0, 1],
            _ => run(1, &[rng.below(3) as u8]),
        };
        some_column(raw, rng).extend(more);
    }),
    ("run as literals", |raw, _, _| {
        let count = raw.columns.iter().find(|(id, _)| *id == 0x70).map_or(0, |(_, data)| data.len());
        *raw.column(0x42) = [signed(-(count as i64)), vec![1; count]].concat();
    }),
    ("deflate flag", |raw, rng, _| {
        let place = rng.below(raw.columns.len());
        raw.columns[place].0 |= 8;
    }),
    ("unknown column", |raw, rng, _| {
        let id = *rng.one_of(&[0x03, 0x10, 0x14, 0x21, 0x23, 0x35, 0x41, 0x58, 0x80, 0x81, 0x83, 0x94, 0xa5, 0xb2, 1 << 31]);
        *raw.column(id) = run(1, &[1]);
    }),
    ("list elements", |raw, rng, _| {
        *raw.column(0x13) = run(1, &[rng.below(3) as u8]);
        *raw.column(0x11) = run(1, &[0]);
    }),
    ("huge place in a text", |raw, rng, _| {
        let rows = rng.below(4) as i64 + 1;
        match rng.below(2) {
            0 => *raw.column(0x11) = run(rows, &unsigned(*rng.one_of(&[1, 2, 255, 1 << 32, u64::MAX]))),
            _ => *raw.column(0x13) = run(rows, &signed(*rng.one_of(&[-1, 1 << 31, 1 << 32, i64::MAX, i64::MIN]))),
        }
    }),
    ("insert flags", |raw, rng, _| {
        let runs = 1 + rng.below(4);
        *raw.column(0x34) = (0..runs).flat_map(|_| unsigned(*rng.one_of(&[0, 1, 2, 3, 5_000, 1 << 32, u64::MAX]))).collect();
    }),
    ("columns out of order", |raw, rng, _| {
        let (one, two) = (rng.below(raw.columns.len()), rng.below(raw.columns.len()));
        raw.columns.swap(one, two);
    }),
    ("column twice", |raw, rng, _| {
        let column = rng.one_of(&raw.columns).clone();
        raw.columns.push(column);
        raw.columns.sort_by_key(|(id, _)| *id);
    }),
    ("column gone", |raw, rng, _| {
        let place = rng.below(raw.columns.len());
        raw.columns.remove(place);
    }),
    ("column empty", |raw, rng, _| some_column(raw, rng).clear()),
    ("column of another change", |raw, rng, stock| {
        let other = Raw::parse(stock.line(rng));
        let (id, data) = rng.one_of(&other.columns).clone();
        *raw.column(id) = data;
    }),
    ("actor that nobody names", |raw, rng, _| {
        raw.others.push(rng.bytes::<18>().to_vec());
        raw.others.sort();
    }),
    ("actors out of order", |raw, rng, _| {
        raw.others.push(rng.bytes::<18>().to_vec());
        raw.others.reverse();
    }),
    ("author among the others", |raw, _, _| raw.others.push(raw.actor.clone())),
    ("actors gone", |raw, _, _| raw.others.clear()),
    ("actor of another length", |raw, rng, _| {
        let length = *rng.one_of(&[0, 1, 15, 16, 17, 19, 200]);
        raw.actor.resize(length, 7);
    }),
    ("huge actor index", |raw, rng, _| {
        let index = unsigned(*rng.one_of(&[1, 2, 255, 1 << 32, u64::MAX]));
        let id = *rng.one_of(&[0x01, 0x71]);
        let rows = rng.below(4) as i64 + 1;
        *raw.column(id) = run(rows, &index);
    }),
    ("huge counter", |raw, rng, _| {
        let counter = *rng.one_of(&[0, -1, 1 << 32, i64::MAX, i64::MIN]);
        let rows = rng.below(4) as i64 + 1;
        match rng.below(2) {
            0 => *raw.column(0x02) = run(rows, &unsigned(counter as u64)),
            _ => *raw.column(0x73) = run(rows, &signed(counter)),
        }
    }),
    ("huge counts of predecessors", |raw, rng, _| {
        let count = *rng.one_of(&[1, 2, 10_000, 1 << 40, u64::MAX]);
        let rows = rng.below(4) as i64 + 1;
        *raw.column(0x70) = run(rows, &unsigned(count));
    }),
    ("huge values", |raw, rng, _| {
        let meta = *rng.one_of(&[(1 << 60) | 6, (u64::MAX >> 4) << 4 | 6, (40_000 << 4) | 6, 5 | 8 << 4, 7, 8 | 1 << 4, 10, 15]);
        let rows = rng.below(4) as i64 + 1;
        *raw.column(0x56) = run(rows, &unsigned(meta));
    }),
    ("long key", |raw, rng, _| {
        let length = *rng.one_of(&[0, 1, 256, 257, 20_000]);
        *raw.column(0x15) = run(1, &[unsigned(length), vec![b'k'; length as usize]].concat());
    }),
    ("key that is no text", |raw, _, _| *raw.column(0x15) = run(1, &[2, 0xff, 0xfe])),
    ("footer", |raw, rng, _| raw.extra = vec![1, 3, 1, 2, rng.next() as u8]),
    ("time", |raw, rng, _| raw.time = rng.next() as i64),
    ("counters at the end", |raw, rng, _| raw.start_op = *rng.one_of(&[0, u64::from(u32::MAX), u64::from(u32::MAX) - 1, u64::MAX])),
    ("sequence at the end", |raw, rng, _| raw.seq = *rng.one_of(&[0, u64::from(u32::MAX), u64::MAX])),
    ("message that is no text", |raw, _, _| raw.message = vec![0xff; 20]),
    ("long message", |raw, rng, _| raw.message = vec![b'1'; *rng.one_of(&[37, 38, 4_000])]),
    ("many dependencies", |raw, rng, _| {
        for _ in 0..*rng.one_of(&[1, 256, 300]) {
            raw.deps.push(rng.bytes());
        }
        raw.deps.sort();
    }),
    ("dependency twice", |raw, rng, _| {
        let dep = *rng.one_of(&raw.deps);
        raw.deps.push(dep);
        raw.deps.sort();
    }),
    ("dependencies out of order", |raw, rng, stock| {
        let other = Raw::parse(stock.line(rng));
        raw.deps.push(*rng.one_of(&other.deps));
        raw.deps.reverse();
    }),
];

fn some_op<'a>(change: &'a mut ExpandedChange, rng: &mut Rng) -> &'a mut Op {
    let place = rng.below(change.operations.len());
    &mut change.operations[place]
}

fn some_id(change: &ExpandedChange, rng: &mut Rng, stock: &Stock<'_>) -> OpId {
    let other = Change::try_from(stock.line(rng)).expect("an honest change");
    match rng.below(4) {
        0 => OpId::new(change.start_op.get() + rng.below(change.operations.len() + 1) as u64, &change.actor_id),
        1 => OpId::new(1 + rng.below(change.start_op.get() as usize + 3) as u64, other.actor_id()),
        2 => OpId::new(1 + rng.below(40) as u64, &ActorId::from(rng.bytes::<18>().as_slice())),
        _ => OpId::new(other.start_op().get() + rng.below(other.len()) as u64, other.actor_id()),
    }
}

fn some_object(change: &ExpandedChange, rng: &mut Rng, stock: &Stock<'_>) -> ObjectId {
    let other = Change::try_from(stock.line(rng)).expect("an honest change").decode();
    match rng.below(5) {
        0 => ObjectId::Root,
        1 => ObjectId::Id(some_id(change, rng, stock)),
        _ => rng.one_of(&other.operations).obj.clone(),
    }
}

/// What a change says: each of these is encoded by Automerge itself.
const MEANING: &[Mutation<ExpandedChange>] = &[
    ("another sequence number", |change, rng, _| change.seq = (change.seq + rng.below(4) as u64).saturating_sub(1).max(1)),
    ("another first counter", |change, rng, _| {
        let start = change.start_op.get() + rng.below(5) as u64;
        change.start_op = start.saturating_sub(2).max(1).try_into().expect("not zero");
    }),
    ("dependency gone", |change, rng, _| {
        let place = rng.below(change.deps.len());
        change.deps = change.deps.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, dep)| *dep).collect();
    }),
    ("dependency more", |change, rng, stock| {
        let other = Change::try_from(stock.line(rng)).expect("an honest change");
        change.deps.push(other.hash());
    }),
    ("dependency unknown", |change, rng, _| change.deps.push(automerge::ChangeHash(rng.bytes()))),
    ("another slot", |change, rng, stock| change.actor_id = ActorId::from(actor(stock.device, rng.below(4) as u16).as_slice())),
    ("somebody else's actor", |change, rng, stock| {
        let other = Change::try_from(stock.line(rng)).expect("an honest change");
        change.actor_id = other.actor_id().clone();
    }),
    ("message", |change, rng, _| {
        change.message = match rng.below(5) {
            0 => None,
            1 => Some("0:AAAAAAAAAAAAAAA".into()),
            2 => Some("00:AAAAAAAAAAAAAAAA".into()),
            3 => Some("999999:AAAAAAAAAAAAAAAA".into()),
            _ => Some("0:AAAAAAAAAAAAAAAB".into()),
        };
    }),
    ("another object", |change, rng, stock| {
        let object = some_object(change, rng, stock);
        some_op(change, rng).obj = object;
    }),
    ("another key", |change, rng, _| {
        let key = match rng.below(6) {
            0 => String::new(),
            1 => "k".repeat(257),
            2 => "kind".into(),
            3 => rng.uuid(),
            4 => "records".into(),
            _ => rng.one_of(&super::FIELDS).to_string(),
        };
        some_op(change, rng).key = Key::Map(key.into());
    }),
    ("key of a list", |change, rng, stock| {
        let element = if rng.one_in(2) { ElementId::Head } else { ElementId::Id(some_id(change, rng, stock)) };
        some_op(change, rng).key = Key::Seq(element);
    }),
    ("insert", |change, rng, _| some_op(change, rng).insert = true),
    ("another action", |change, rng, _| {
        let action = match rng.below(9) {
            0 => OpType::Make(ObjType::Map),
            1 => OpType::Make(ObjType::List),
            2 => OpType::Make(ObjType::Text),
            3 => OpType::Make(ObjType::Table),
            4 => OpType::Increment(3),
            5 => OpType::MarkBegin(MarkData { name: "bold".into(), value: ScalarValue::Null, expand: true }),
            6 => OpType::MarkEnd(false),
            7 => OpType::Put("x".into()),
            _ => OpType::Delete,
        };
        some_op(change, rng).action = action;
    }),
    ("another value", |change, rng, _| {
        let value = match rng.below(10) {
            0 => ScalarValue::Null,
            1 => ScalarValue::Uint(4),
            2 => ScalarValue::F64(0.5),
            3 => ScalarValue::counter(1),
            4 => ScalarValue::Timestamp(4),
            5 => ScalarValue::Bytes(vec![1, 2]),
            6 => ScalarValue::Int(i64::MIN),
            7 => ScalarValue::Str("x".repeat(40_000).into()),
            8 => ScalarValue::Boolean(true),
            _ => ScalarValue::Int(7),
        };
        some_op(change, rng).action = OpType::Put(value);
    }),
    ("predecessors gone", |change, rng, _| some_op(change, rng).pred = Vec::new().into()),
    ("predecessor more", |change, rng, stock| {
        let id = some_id(change, rng, stock);
        let op = some_op(change, rng);
        op.pred = op.pred.iter().cloned().chain([id]).collect();
    }),
    ("predecessor twice", |change, rng, _| {
        let op = some_op(change, rng);
        op.pred = op.pred.iter().chain(op.pred.iter()).cloned().collect();
    }),
    ("another predecessor", |change, rng, stock| {
        let id = some_id(change, rng, stock);
        some_op(change, rng).pred = vec![id].into();
    }),
    ("operation twice", |change, rng, _| {
        let op = rng.one_of(&change.operations).clone();
        let place = rng.below(change.operations.len() + 1);
        change.operations.insert(place, op);
    }),
    ("operation gone", |change, rng, _| {
        let place = rng.below(change.operations.len());
        change.operations.remove(place);
        // Automerge itself panics at a change without operations, not the gate: see change_limits.
        if change.operations.is_empty() {
            change.operations.push(Op { action: OpType::Delete, obj: ObjectId::Root, key: Key::Map("log".into()), pred: Vec::new().into(), insert: false });
        }
    }),
    ("operations swapped", |change, rng, _| {
        let (one, two) = (rng.below(change.operations.len()), rng.below(change.operations.len()));
        change.operations.swap(one, two);
    }),
    ("operations of another change", |change, rng, stock| {
        let other = Change::try_from(stock.line(rng)).expect("an honest change").decode();
        change.operations.extend(other.operations);
    }),
    ("nested maps", |change, _, _| {
        let mut object = ObjectId::Root;
        let start = change.start_op.get() + change.operations.len() as u64;
        for depth in 0..200 {
            change.operations.push(Op {
                action: OpType::Make(ObjType::Map),
                obj: object,
                key: Key::Map("deeper".into()),
                pred: Vec::new().into(),
                insert: false,
            });
            object = ObjectId::Id(OpId::new(start + depth, &change.actor_id));
        }
    }),
    ("footer as Automerge writes it", |change, rng, _| change.extra_bytes = rng.bytes::<5>().to_vec()),
    ("another time", |change, rng, _| change.time = rng.next() as i64 >> rng.below(63)),
];
