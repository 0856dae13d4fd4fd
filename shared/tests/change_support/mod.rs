//! A small world of phones and one server, for the tests of `shared::change`.
#![allow(dead_code, reason = "every test file uses its own part of this")]

pub mod mutant;
pub mod raw;
pub mod refused;
pub mod rng;
pub mod sample;

use std::collections::BTreeMap;

use shared::{
    change::{Decoded, Document, Index, Refused, Seen, Written, actor, genesis::genesis, shield, writer::DocumentError},
    scalar::Scalar,
};

pub use rng::Rng;

pub const LOG: &str = "record/0192f0c1-2b3c-7d4e-8f50-112233445566";
pub const PROSE: [&str; 2] = ["agenda", "notes"];
pub const FIELDS: [&str; 6] = ["setting", "level", "well", "next", "targets/C01/due", "complex"];

impl Rng {
    pub fn uuid(&mut self) -> String {
        let hex: String = self.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    pub fn scalar(&mut self) -> Scalar {
        match self.below(6) {
            0 => Scalar::Integer(self.next() as i64 % (Scalar::MAX_INTEGER + 1)),
            1 => Scalar::Integer(self.below(5) as i64),
            2 => Scalar::Flag(self.one_in(2)),
            3 => Scalar::from(""),
            4 => Scalar::from(["a", "b"][self.below(2)]),
            _ => Scalar::Text("asked before touching, größer 😀 ".chars().cycle().skip(self.below(20)).take(self.below(90)).collect()),
        }
    }
}

/// The server's side of one log.
pub struct Server {
    pub index: Index,
    /// Genesis first; the place is the position.
    pub lines: Vec<Vec<u8>>,
}

impl Server {
    pub fn new() -> Self {
        Self { index: Index::new(LOG, 0), lines: vec![genesis(LOG, 0)] }
    }

    /// The gate's word part: parse, shield, take in.
    pub fn push(&mut self, device: &[u8; 16], bytes: &[u8]) -> Result<u64, Refused> {
        let decoded = Decoded::parse(bytes)?;
        let newest = self.lines.len() as u64 - 1;
        shield(&self.index, &decoded, |actor| actor::device_of(actor) == Some(*device), |seen| seen.position <= newest && seen.tag == [0; 12])?;
        let position = newest + 1;
        self.index.apply(&decoded, position).expect("what the shield lets through can be applied");
        self.lines.push(bytes.to_vec());
        Ok(position)
    }

    pub fn document(&self) -> Document {
        document_of(&self.lines)
    }
}

pub fn document_of(lines: &[Vec<u8>]) -> Document {
    let mut document = Document::from_genesis(&lines[0]).expect("a genesis");
    for line in &lines[1..] {
        document.apply(line).expect("an accepted change");
    }
    document
}

pub fn automerge_of(lines: &[Vec<u8>]) -> automerge::Automerge {
    let mut document = automerge::Automerge::new();
    let changes: Vec<_> = lines.iter().map(|line| automerge::Change::try_from(line.as_slice()).expect("a change")).collect();
    document.apply_changes(changes).expect("accepted changes apply");
    document
}

/// One phone: its document, what it read of the log, and what it did not send yet.
pub struct Phone {
    pub device: [u8; 16],
    pub slot: u16,
    pub document: Document,
    pub read: usize,
    pub unsent: Vec<Written>,
}

impl Phone {
    pub fn new(device: [u8; 16]) -> Self {
        Self { device, slot: 0, document: Document::from_genesis(&genesis(LOG, 0)).expect("a genesis"), read: 1, unsent: Vec::new() }
    }

    pub fn seen(&self) -> Seen {
        Seen { position: self.read as u64 - 1, tag: [0; 12] }
    }

    pub fn edit(&mut self, write: impl FnOnce(&mut shared::change::writer::Edit<'_>) -> Result<(), DocumentError>) -> Option<Written> {
        let seen = self.seen();
        let written = self.document.edit(actor::actor(self.device, self.slot), &seen, write).expect("an honest edit");
        self.unsent.extend(written.clone());
        written
    }

    pub fn pull(&mut self, server: &Server, lines: usize) {
        let end = server.lines.len().min(self.read + lines);
        for line in &server.lines[self.read..end] {
            self.document.apply(line).expect("an accepted change");
        }
        self.read = end;
    }

    /// Sends all, in order.
    pub fn push(&mut self, server: &mut Server) {
        for change in std::mem::take(&mut self.unsent) {
            if let Err(refused) = server.push(&self.device, &change.bytes) {
                panic!("an honest change was refused: {} ({refused})", refused.as_str());
            }
        }
    }

    /// Some honest thing: a new record, several fields, a choice, a deletion.
    pub fn act(&mut self, rng: &mut Rng) {
        if rng.one_in(12) {
            self.slot = rng.below(3) as u16;
        }
        let records = self.document.records();
        let fresh = records.is_empty() || rng.one_in(6);
        let record = if fresh { rng.uuid() } else { rng.one_of(&records).clone() };
        let conflicts: Vec<(String, Vec<Scalar>)> = self.document.record(&record).into_iter().flatten().filter(|(_, values)| values.len() > 1).collect();
        let writes: Vec<(String, Option<Scalar>)> =
            (0..1 + rng.below(4)).map(|_| (rng.one_of(&FIELDS).to_string(), (!rng.one_in(6)).then(|| rng.scalar()))).collect();
        let typing = rng.one_in(3).then(|| (rng.one_of(&PROSE).to_string(), rng.below(40), rng.below(12), rng.scalar()));
        let choice = conflicts.first().filter(|_| rng.one_in(2)).map(|(field, values)| (field.clone(), rng.one_of(values).clone()));
        let first = *rng.one_of(&["", "To ask: ", "größer 😀"]);
        self.edit(|edit| {
            if fresh {
                let prose: Vec<_> = PROSE.iter().map(|field| (field.to_string(), first.to_owned())).collect();
                edit.create(&record, "observation", "a person", &[("setting".to_owned(), Scalar::from("ward"))], &prose)?;
            }
            if let Some((field, at, deleted, typed)) = typing {
                let mut text: Vec<char> = edit.prose(&record, &field)?.chars().collect();
                let at = at.min(text.len());
                let end = text.len().min(at + deleted);
                text.splice(at..end, typed.text().unwrap_or("").chars().take(20));
                edit.type_into(&record, &field, &String::from_iter(text))?;
            }
            if let Some((field, value)) = choice {
                return edit.put(&record, &field, &value);
            }
            for (field, value) in &writes {
                match value {
                    Some(value) => edit.put(&record, field, value)?,
                    None => edit.delete(&record, field)?,
                }
            }
            Ok(())
        });
    }
}

/// Runs phones against a server until `steps` things were done and everything was sent.
pub fn simulate(seed: u64, phones: usize, steps: usize) -> Server {
    let mut rng = Rng(seed);
    let mut server = Server::new();
    let mut phones: Vec<Phone> = (0..phones).map(|_| Phone::new(rng.bytes())).collect();
    for _ in 0..steps {
        let which = rng.below(phones.len());
        let phone = &mut phones[which];
        match rng.below(10) {
            0..6 => phone.act(&mut rng),
            6..8 => phone.push(&mut server),
            _ => {
                let lines = 1 + rng.below(40);
                phone.pull(&server, lines);
            }
        }
    }
    for phone in &mut phones {
        phone.push(&mut server);
    }
    server
}

/// All records with all their values, as Automerge itself reads them at some heads (`None`: now).
pub fn read_automerge(document: &automerge::Automerge, heads: Option<&[automerge::ChangeHash]>) -> BTreeMap<String, BTreeMap<String, Vec<Scalar>>> {
    use automerge::{ROOT, ReadDoc as _, ScalarValue, Value};
    let keys =
        |object: &automerge::ObjId| -> Vec<String> { heads.map_or_else(|| document.keys(object).collect(), |heads| document.keys_at(object, heads).collect()) };
    let all = |object: &automerge::ObjId, key: &str| {
        heads.map_or_else(|| document.get_all(object, key), |heads| document.get_all_at(object, key, heads)).expect("a map's key")
    };
    let Some((_, records)) = all(&ROOT, "records").pop() else { return BTreeMap::new() };
    let mut read = BTreeMap::new();
    for record in keys(&records) {
        let objects = all(&records, &record);
        assert_eq!(objects.len(), 1, "one object a record");
        let object = &objects[0].1;
        let fields = keys(object).into_iter().map(|field| {
            let values = all(object, &field).into_iter().filter_map(|(value, id)| match value {
                Value::Scalar(scalar) => Some(match scalar.as_ref() {
                    ScalarValue::Str(text) => Scalar::Text(text.to_string()),
                    ScalarValue::Int(number) => Scalar::Integer(*number),
                    ScalarValue::Boolean(flag) => Scalar::Flag(*flag),
                    other => panic!("a value that no change may hold: {other:?}"),
                }),
                Value::Object(automerge::ObjType::Text) => {
                    let text = heads.map_or_else(|| document.text(&id), |heads| document.text_at(&id, heads)).expect("a Text");
                    // One that reads nothing counts as no value.
                    (!text.is_empty()).then_some(Scalar::Text(text))
                }
                Value::Object(_) => panic!("an object in a record"),
            });
            (field, values.collect::<Vec<_>>())
        });
        let fields = fields.filter(|(_, values)| !values.is_empty());
        read.insert(record, fields.collect());
    }
    read
}

/// The same out of the index.
pub fn read_index(view: &shared::change::index::View<'_>) -> BTreeMap<String, BTreeMap<String, Vec<Scalar>>> {
    view.records().map(|record| (record.to_owned(), view.record(record))).collect()
}
