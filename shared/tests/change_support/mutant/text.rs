//! Ways to spoil a change that types: characters, their names, and the Text they stand in.

use automerge::{
    ActorId, ExpandedChange, ObjType, ScalarValue,
    legacy::{ElementId, Key, MarkData, ObjectId, Op, OpId, OpType},
};
use shared::change::limits::MAX_OPERATIONS;

use super::{super::Rng, Stock, Told};

/// A mutation of a change that types, with every verdict that it may end in; the first is what it is there to try.
pub struct TextMutation {
    pub name: &'static str,
    pub verdicts: &'static [&'static str],
    /// Whether there was something to spoil.
    pub spoil: fn(&mut Typed<'_>) -> bool,
}

/// A change that types, and what a mutation of it can draw from.
pub struct Typed<'a> {
    change: &'a mut ExpandedChange,
    rng: &'a mut Rng,
    stock: &'a Stock<'a>,
    /// The places of the operations that insert; at least one.
    inserts: Vec<usize>,
}

impl<'a> Typed<'a> {
    /// `None` where the change types nothing.
    pub fn of(change: &'a mut ExpandedChange, rng: &'a mut Rng, stock: &'a Stock<'a>) -> Option<Self> {
        let inserts: Vec<usize> = change.operations.iter().enumerate().filter(|(_, op)| op.insert).map(|(place, _)| place).collect();
        (!inserts.is_empty()).then_some(Self { change, rng, stock, inserts })
    }

    /// The place of a character that it types.
    fn place(&mut self) -> usize {
        *self.rng.one_of(&self.inserts)
    }

    fn insert(&mut self) -> &mut Op {
        let place = self.place();
        &mut self.change.operations[place]
    }

    /// The name of the operation at a place, which may be behind the last.
    fn id(&self, place: usize) -> OpId {
        OpId::new(self.change.start_op.get() + place as u64, &self.change.actor_id)
    }

    /// A character that it types and does not take away, with its Text.
    fn standing(&mut self) -> Option<(ObjectId, OpId)> {
        let taken: Vec<OpId> = self.change.operations.iter().filter(|op| op.action == OpType::Delete).flat_map(|op| op.pred.iter().cloned()).collect();
        let standing: Vec<usize> = self.inserts.iter().copied().filter(|place| !taken.contains(&self.id(*place))).collect();
        let place = self.some_of(&standing)?;
        Some((self.change.operations[place].obj.clone(), self.id(place)))
    }

    /// Puts an operation behind the others: what is named before keeps its name. The new one's own name.
    fn push(&mut self, obj: ObjectId, key: Key, insert: bool, action: OpType, pred: Vec<OpId>) -> OpId {
        self.change.operations.push(Op { action, obj, key, pred: pred.into(), insert });
        self.id(self.change.operations.len() - 1)
    }

    fn delete(&mut self, text: ObjectId, character: &OpId, pred: Vec<OpId>) {
        self.push(text, at(character), false, OpType::Delete, pred);
    }

    /// The operations of its actor's changes before this one, which it had seen for sure.
    fn own_past(&self) -> impl Iterator<Item = &'a Told> {
        let (actor, seq) = (self.change.actor_id.clone(), self.change.seq);
        self.stock.told.iter().filter(move |told| told.id.actor() == &actor && told.seq < seq)
    }

    /// Characters that anybody typed at any time: into `text`, or into others.
    fn characters(&self, text: &ObjectId, into_it: bool) -> Vec<&'a OpId> {
        let inserts = self.stock.told.iter().filter(|told| told.op.insert);
        inserts.filter(|told| (told.op.obj == *text) == into_it).map(|told| &told.id).collect()
    }

    fn some_of<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.rng.below(of.len())).copied()
    }

    /// The map of records, by its name.
    fn records(&self) -> Option<ObjectId> {
        let made = self.stock.told.iter().find(|told| told.op.action == OpType::Make(ObjType::Map) && told.op.obj != ObjectId::Root);
        made.map(|told| told.op.obj.clone())
    }

    /// Makes a record that nobody has, and its name.
    fn fresh_record(&mut self) -> Option<ObjectId> {
        let (records, name) = (self.records()?, self.rng.uuid());
        Some(ObjectId::Id(self.push(records, Key::Map(name.into()), false, OpType::Make(ObjType::Map), Vec::new())))
    }

    fn make_text(&mut self, record: ObjectId, field: &str, pred: Vec<OpId>) -> OpId {
        self.push(record, Key::Map(field.into()), false, OpType::Make(ObjType::Text), pred)
    }
}

fn at(character: &OpId) -> Key {
    Key::Seq(ElementId::Id(character.clone()))
}

fn text(text: &str) -> OpType {
    OpType::Put(ScalarValue::Str(text.into()))
}

pub const TEXT: &[TextMutation] = &[
    TextMutation {
        name: "character behind a later one",
        verdicts: &["unknown_object"],
        spoil: |typed| {
            let place = typed.place();
            let later = place + typed.rng.below(typed.change.operations.len() + 4 - place);
            typed.change.operations[place].key = at(&typed.id(later));
            true
        },
    },
    TextMutation {
        name: "character behind a stranger's",
        verdicts: &["bad_actor"],
        spoil: |typed| {
            let stranger = ActorId::from(typed.rng.bytes::<18>().as_slice());
            let counter = 1 + typed.rng.below(60) as u64;
            typed.insert().key = at(&OpId::new(counter, &stranger));
            true
        },
    },
    TextMutation {
        name: "character behind one of another text",
        verdicts: &["unknown_object", "bad_actor"],
        spoil: |typed| {
            let place = typed.place();
            let own = typed.change.operations[place].obj.clone();
            let others = typed.characters(&own, false);
            let Some(other) = typed.some_of(&others) else { return false };
            typed.change.operations[place].key = at(other);
            true
        },
    },
    TextMutation {
        name: "character behind something that is none",
        verdicts: &["unknown_object"],
        spoil: |typed| {
            let others: Vec<_> = typed.own_past().filter(|told| !told.op.insert).map(|told| &told.id).collect();
            let Some(other) = typed.some_of(&others) else { return false };
            typed.insert().key = at(other);
            true
        },
    },
    TextMutation {
        name: "character behind one somebody else typed",
        verdicts: &["accepted", "unknown_object", "bad_actor"],
        spoil: |typed| {
            let place = typed.place();
            let own = typed.change.operations[place].obj.clone();
            let same = typed.characters(&own, true);
            let Some(other) = typed.some_of(&same) else { return false };
            typed.change.operations[place].key = at(other);
            true
        },
    },
    TextMutation {
        name: "character behind an earlier one",
        verdicts: &["accepted"],
        spoil: |typed| {
            let place = typed.place();
            let own = typed.change.operations[place].obj.clone();
            let earlier: Vec<usize> = typed.inserts.iter().copied().filter(|other| *other < place && typed.change.operations[*other].obj == own).collect();
            let Some(earlier) = typed.some_of(&earlier) else { return false };
            typed.change.operations[place].key = at(&typed.id(earlier));
            true
        },
    },
    TextMutation {
        name: "character behind one taken away",
        verdicts: &["accepted"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            typed.delete(object.clone(), &character, vec![character.clone()]);
            typed.push(object, at(&character), true, text("x"), Vec::new());
            true
        },
    },
    TextMutation {
        name: "character at the beginning",
        verdicts: &["accepted"],
        spoil: |typed| {
            typed.insert().key = Key::Seq(ElementId::Head);
            true
        },
    },
    TextMutation {
        name: "another character",
        verdicts: &["accepted"],
        spoil: |typed| {
            let character = *typed.rng.one_of(&["\0", "\n", "\u{7f}", "\u{301}", "\u{fffd}", "\u{feff}", "\u{202e}", "\u{10ffff}"]);
            typed.insert().action = text(character);
            true
        },
    },
    TextMutation {
        name: "several characters an insert",
        verdicts: &["bad_value"],
        spoil: |typed| {
            let several = *typed.rng.one_of(&["ab", "e\u{301}", "\u{1f469}\u{200d}\u{1f4bb}", "\r\n"]);
            typed.insert().action = text(several);
            true
        },
    },
    TextMutation {
        name: "no character an insert",
        verdicts: &["bad_value"],
        spoil: |typed| {
            typed.insert().action = text("");
            true
        },
    },
    TextMutation {
        name: "insert of what is no text",
        verdicts: &["bad_value"],
        spoil: |typed| {
            let value = match typed.rng.below(6) {
                0 => ScalarValue::Int(7),
                1 => ScalarValue::Boolean(true),
                2 => ScalarValue::Null,
                3 => ScalarValue::Bytes(vec![b'x']),
                4 => ScalarValue::F64(0.5),
                _ => ScalarValue::counter(1),
            };
            typed.insert().action = OpType::Put(value);
            true
        },
    },
    TextMutation {
        name: "insert that overwrites",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let (place, other) = (typed.place(), typed.place());
            typed.change.operations[place].pred = vec![typed.id(other)].into();
            true
        },
    },
    TextMutation {
        name: "character written over",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            typed.push(object, at(&character), false, text("x"), vec![character.clone()]);
            true
        },
    },
    TextMutation {
        name: "character counted up",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            typed.push(object, at(&character), false, OpType::Increment(1), vec![character.clone()]);
            true
        },
    },
    TextMutation {
        name: "mark over characters",
        verdicts: &["unknown_column", "unknown_operation"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            let mark = MarkData { name: "bold".into(), value: ScalarValue::Boolean(true), expand: typed.rng.one_in(2) };
            typed.push(object.clone(), at(&character), true, OpType::MarkBegin(mark), Vec::new());
            typed.push(object, at(&character), true, OpType::MarkEnd(false), Vec::new());
            true
        },
    },
    TextMutation {
        name: "character taken away twice",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            typed.delete(object.clone(), &character, vec![character.clone()]);
            typed.delete(object, &character, vec![character.clone()]);
            true
        },
    },
    TextMutation {
        name: "character taken away in an earlier change",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let taken: Vec<_> = typed.own_past().map(|told| &told.op).filter(|op| op.action == OpType::Delete && matches!(op.key, Key::Seq(_))).collect();
            let Some(op) = typed.some_of(&taken) else { return false };
            typed.change.operations.push(op.clone());
            true
        },
    },
    TextMutation {
        name: "character taken away by nothing",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            typed.delete(object, &character, Vec::new());
            true
        },
    },
    TextMutation {
        name: "character taken away in another's name",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            let far = 1 + typed.rng.below(4);
            let other = typed.id(typed.change.operations.len() + far);
            let both = typed.rng.one_in(2);
            let pred = if both { vec![character.clone(), other] } else { vec![other] };
            typed.delete(object, &character, pred);
            true
        },
    },
    TextMutation {
        name: "unknown character taken away",
        verdicts: &["unknown_object"],
        spoil: |typed| {
            let object = typed.insert().obj.clone();
            let far = typed.rng.below(9);
            let later = typed.id(typed.change.operations.len() + far);
            typed.delete(object, &later, vec![later.clone()]);
            true
        },
    },
    TextMutation {
        name: "stranger's character taken away",
        verdicts: &["bad_actor"],
        spoil: |typed| {
            let object = typed.insert().obj.clone();
            let character = OpId::new(1 + typed.rng.below(60) as u64, &ActorId::from(typed.rng.bytes::<18>().as_slice()));
            typed.delete(object, &character, vec![character.clone()]);
            true
        },
    },
    TextMutation {
        name: "character of another text taken away",
        verdicts: &["unknown_object", "bad_actor"],
        spoil: |typed| {
            let Some((object, _)) = typed.standing() else { return false };
            let others = typed.characters(&object, false);
            let Some(other) = typed.some_of(&others) else { return false };
            typed.delete(object, other, vec![other.clone()]);
            true
        },
    },
    TextMutation {
        name: "beginning taken away",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let object = typed.insert().obj.clone();
            typed.push(object, Key::Seq(ElementId::Head), false, OpType::Delete, Vec::new());
            true
        },
    },
    TextMutation {
        name: "map's operation in a text",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            let (action, pred) = match typed.rng.below(4) {
                0 => (text("x"), Vec::new()),
                1 => (OpType::Delete, vec![character]),
                2 => (OpType::Make(ObjType::Map), Vec::new()),
                _ => (OpType::Make(ObjType::Text), Vec::new()),
            };
            typed.push(object, Key::Map("setting".into()), false, action, pred);
            true
        },
    },
    TextMutation {
        name: "text's operation in a map",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            typed.push(record, Key::Seq(ElementId::Head), true, text("x"), Vec::new());
            true
        },
    },
    TextMutation {
        name: "text's operation in the records",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let Some(records) = typed.records() else { return false };
            typed.insert().obj = records;
            true
        },
    },
    TextMutation {
        name: "text's operation at the root",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            typed.insert().obj = ObjectId::Root;
            true
        },
    },
    TextMutation {
        name: "text's operation in an unknown text",
        verdicts: &["unknown_object"],
        spoil: |typed| {
            let far = typed.rng.below(9);
            let later = typed.id(typed.change.operations.len() + far);
            typed.insert().obj = ObjectId::Id(later);
            true
        },
    },
    TextMutation {
        name: "object in a text",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some((object, character)) = typed.standing() else { return false };
            let made = *typed.rng.one_of(&[ObjType::Map, ObjType::Text, ObjType::List, ObjType::Table]);
            typed.push(object, at(&character), true, OpType::Make(made), Vec::new());
            true
        },
    },
    TextMutation {
        name: "text made late",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let is_put = |op: &Op| matches!((&op.key, &op.action), (Key::Map(_), OpType::Put(_))) && op.obj != ObjectId::Root;
            let records: Vec<_> = typed.own_past().map(|told| &told.op).filter(|op| is_put(op)).map(|op| &op.obj).collect();
            let Some(record) = typed.some_of(&records) else { return false };
            let field = *typed.rng.one_of(&["late", "agenda", "setting"]);
            typed.make_text(record.clone(), field, Vec::new());
            true
        },
    },
    TextMutation {
        name: "text made twice",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            typed.make_text(record.clone(), "agenda", Vec::new());
            typed.make_text(record, "agenda", Vec::new());
            true
        },
    },
    TextMutation {
        name: "text made over something",
        verdicts: &["bad_pred"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            let place = typed.rng.below(typed.change.operations.len());
            let other = typed.id(place);
            typed.make_text(record, "agenda", vec![other]);
            true
        },
    },
    TextMutation {
        name: "text where a value stands",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            typed.push(record.clone(), Key::Map("agenda".into()), false, text("x"), Vec::new());
            typed.make_text(record, "agenda", Vec::new());
            true
        },
    },
    TextMutation {
        name: "text in the place of who wrote it",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            let field = *typed.rng.one_of(&["kind", "by"]);
            typed.make_text(record, field, Vec::new());
            true
        },
    },
    TextMutation {
        name: "text written over or away",
        verdicts: &["forbidden_object"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            let made = typed.make_text(record.clone(), "agenda", Vec::new());
            let action = if typed.rng.one_in(2) { text("x") } else { OpType::Delete };
            typed.push(record, Key::Map("agenda".into()), false, action, vec![made]);
            true
        },
    },
    TextMutation {
        name: "list instead of a text",
        verdicts: &["unknown_operation"],
        spoil: |typed| {
            let Some(record) = typed.fresh_record() else { return false };
            typed.push(record, Key::Map("agenda".into()), false, OpType::Make(ObjType::List), Vec::new());
            true
        },
    },
    TextMutation {
        name: "more characters than operations are allowed",
        verdicts: &["too_many_operations"],
        spoil: |typed| {
            let object = typed.insert().obj.clone();
            let mut behind = Key::Seq(ElementId::Head);
            while typed.change.operations.len() <= MAX_OPERATIONS {
                let name = typed.push(object.clone(), behind, true, text("x"), Vec::new());
                behind = at(&name);
            }
            true
        },
    },
    TextMutation {
        name: "characters exchanged",
        verdicts: &["accepted"],
        spoil: |typed| {
            let (one, two) = (typed.place(), typed.place());
            let action = typed.change.operations[one].action.clone();
            typed.change.operations[one].action = std::mem::replace(&mut typed.change.operations[two].action, action);
            true
        },
    },
];
