//! A phone says what the server would say (invariant 9).

use shared::{
    bytes::Bytes,
    decision::{Act, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod},
    key::Domain,
    kind::Kinds,
    log::{Author, Judged},
    phone::{Ask, Row},
    role::Role,
    rules,
    scalar::Scalar,
    wire::{Item, Verdict},
};

use super::Story;
use crate::ward::log;

impl Story {
    /// Invariant 9: a phone that has seen everything says what the server would say, for decisions and for words.
    pub fn agrees(&mut self, phone: usize) {
        self.ward.sync(phone);
        if self.ward.phones[phone].replica.has_unsent(self.ward.now) {
            return;
        }
        for _ in 0..4 {
            let Some(row) = self.a_row(phone).filter(|row| row.log == log()) else { return };
            self.agrees_on_words(phone, &row);
            let Some(entry) = row.entry.clone() else { continue };
            let version = self.rng.below(entry.versions.len()) + 1;
            let act = *self.rng.one_of(&Act::ALL[1..]);
            let reason = (!self.rng.one_in(3)).then_some("as said");
            self.agrees_on(phone, &row, u32::try_from(version).expect("small"), act, reason);
        }
    }

    fn agrees_on(&mut self, phone: usize, row: &Row, version: u32, act: Act, reason: Option<&str>) {
        let clock = self.ward.now.plus(self.ward.phones[phone].clock_off_ms);
        let unlock = Unlock { method: UnlockMethod::Pin, at: clock };
        let ask = Ask::Decide { log: log(), record: row.record, version, act, reason: reason.map(str::to_owned), pin: String::new() };
        let says = self.ward.phones[phone].replica.propose(&ask, unlock, clock, &mut || [0; 16]).map(|_| ()).map_err(|refusal| refusal.code);

        let (who, now) = (self.person(phone), self.ward.now);
        let kinds = Kinds::standard();
        let held = &self.ward.phones[phone];
        let device = held.replica.identity().device;
        let (server, _lines) = self.ward.server.logs.get_mut(&log()).expect("open");
        let kind = kinds.get(&row.kind).expect("known");
        let role = rules::role_for(&server.facts, who, act, kind, row.by, now).unwrap_or(Role::Mentor);
        let bound = row.entry.as_ref().and_then(|entry| entry.version(version)).expect("a version");
        let decision = Decision {
            v: DECISION_FORMAT,
            log: log(),
            record: row.record,
            version,
            act,
            kind: row.kind.clone(),
            form: bound.form,
            digest: bound.digest,
            by: who,
            device,
            role,
            unlock,
            at: clock,
            seen: server.newest().expect("open"),
            beacon: None,
            reason: reason.map(str::to_owned),
        };
        let body = decision.encode();
        let signed = SignedDecision { signature: held.key.sign(Domain::Decision, &body.0), body, salt: None, heads: vec![] };
        let items = [Item::Decision(signed)];
        let verdict = server.judge(&kinds, Author { person: who, device }, &items, now);
        #[cfg(feature = "parts")]
        assert_eq!(self.ward.server.shelves.judge(&kinds, server, _lines, (Author { person: who, device }, &items, now)), verdict, "seed {}", self.seed);
        let does = outcome(&verdict);
        assert_eq!(says, does, "seed {}: {act:?} on {} by {who:?}", self.seed, row.kind);
        self.tell(format!("agreed: {}", does.err().unwrap_or_else(|| "ok".into())));
    }

    fn agrees_on_words(&mut self, phone: usize, row: &Row) {
        let field = *self.rng.one_of(&["words", "scope", "went_well", "target/C01", "outcome/C01", "jot", "level", "mood"]);
        let value = self.rng.one_of(&[Scalar::from("once more"), Scalar::Integer(2), Scalar::Integer(9)]).clone();
        let says = {
            // Asked of a copy: what is let through is not to be written.
            let stored = &self.ward.phones[phone];
            let replica = &stored.replica;
            let server = &self.ward.server.logs[&log()].0;
            let keys = row.fields.keys().cloned().collect();
            let write = rules::Write {
                record: row.record,
                to: rules::WriteTo::Known { kind: row.kind.clone(), by: row.by },
                fields: vec![(field, Some(&value))],
                typed: Vec::new(),
                keys,
            };
            let state = replica.log(log()).expect("open").state(&self.ward.server.kinds);
            assert_eq!(server.facts, *state.facts);
            rules::why_not_words(state, log(), stored.person, &[write], self.ward.now).map_or(Ok(()), |refusal| Err(refusal.code))
        };
        let standing = row.fields.get(field).is_some_and(|values| values.contains(&value));
        if standing {
            return;
        }
        let (who, now, seed) = (self.person(phone), self.ward.now, self.seed);
        let device = self.ward.phones[phone].replica.identity().device;
        let written = self.ward.server.written(log(), device, u16::MAX, |edit| edit.put(&row.record.to_string(), field, &value));
        let item = Item::Word(Bytes(written.bytes));
        let (server, _lines) = self.ward.server.logs.get_mut(&log()).expect("open");
        let (kinds, author, items) = (Kinds::standard(), Author { person: who, device }, [item]);
        let verdict = server.judge(&kinds, author, &items, now);
        #[cfg(feature = "parts")]
        assert_eq!(self.ward.server.shelves.judge(&kinds, server, _lines, (author, &items, now)), verdict, "seed {seed}");
        let does = outcome(&verdict);
        assert_eq!(says, does, "seed {seed}: {field} of {} by {who:?}", row.kind);
        self.tell(format!("words agreed: {}", does.err().unwrap_or_else(|| "ok".into())));
    }
}

/// `Held` is R10's other half: the phone knows that its person has left and says so.
fn outcome(judged: &Judged) -> Result<(), String> {
    match judged {
        Judged::Accept(_) | Judged::Kept { .. } => Ok(()),
        Judged::Answer(Verdict::Refused(refusal)) => Err(refusal.code.clone()),
        Judged::Answer(Verdict::Held(_)) => Err("r10_not_member".into()),
        Judged::Answer(other) => Err(format!("{other:?}")),
    }
}
