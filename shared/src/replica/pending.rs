//! Intents: what was written or decided here and is not confirmed by a line yet.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{Bytes, Hash},
    decision::{Act, Content, SignedDecision},
    id::{LogId, RecordId},
    kind::{Kind, Sharing},
    line::Seen,
    phone::{Stuck, Typing},
    planted::{LeftOut, is_left_out},
    prose,
    refusal::Refusal,
    rules::{self, Write, WriteTo},
    scalar::Scalar,
    sync::TYPING_MS,
    time::At,
    wire::Item,
    words::refusal as say,
};

use super::{Effects, MAX_PENDING, MAX_STUCK, Replica, stored::Table};

/// One bundle in the making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// In the order of writing.
    pub number: u64,
    pub log: LogId,
    pub record: RecordId,
    pub kind: String,
    /// The phone's clock at the first character.
    pub at: At,
    /// The newest line seen when it was begun.
    pub basis: Seen,
    pub words: Option<Words>,
    pub decisions: Vec<SignedDecision>,
    /// Set when a request carried it: the same bytes from then on.
    pub fixed: Option<Fixed>,
    /// Still being typed; goes when the person leaves the field or after a while.
    pub typing_since: Option<At>,
}

/// What its change will write.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Words {
    /// Makes the record.
    pub creates: bool,
    /// From the author's own log, to be shared.
    pub shares: bool,
    pub fields: BTreeMap<String, Option<Scalar>>,
    /// What was typed into Text: laid onto what stands there when it is written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub typed: BTreeMap<String, Typing>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Fixed {
    /// In the order of fixing, which later changes build on: not always the order of writing.
    #[serde(default)]
    pub turn: u64,
    pub items: Vec<Item>,
    /// The Automerge hash of the change in it.
    pub change: Option<Hash>,
    pub bytes: Option<Bytes>,
}

/// Characters typed or deleted that one change carries: well within [`crate::change::limits::MAX_OPERATIONS`].
const MAX_TYPED_AT_ONCE: usize = 2_000;

impl Words {
    /// What makes a record in that log: its values, and every Text that it has there, empty or not.
    fn making(kind: &'static Kind, log: LogId, mut fields: BTreeMap<String, Scalar>, shares: bool) -> Self {
        let typed = kind.prose_in(log).map(|field| {
            let after = fields.remove(field.code).and_then(|value| value.text().map(str::to_owned)).unwrap_or_default();
            (field.code.to_owned(), Typing { before: String::new(), after })
        });
        let typed = typed.collect();
        Self { creates: true, shares, fields: fields.into_iter().map(|(field, value)| (field, Some(value))).collect(), typed }
    }
}

impl Pending {
    /// Whether every value of another intent stands in this one, which shares its record.
    pub fn says_all_of(&self, other: &Self) -> bool {
        let (Some(here), Some(there)) = (&self.words, &other.words) else { return false };
        let is_said = |(field, value)| here.fields.get(field) == Some(value);
        here.shares && self.record == other.record && other.decisions.is_empty() && there.typed.is_empty() && there.fields.iter().all(is_said)
    }

    /// Whether the next request may carry it. Where the clock was set back nobody knows how long ago it was typed: it goes.
    pub fn is_ready(&self, now: At) -> bool {
        self.typing_since.is_none_or(|since| !(0..TYPING_MS).contains(&now.since(since)))
    }
}

/// One field as it was typed; `leaving` once its writer is done with it.
pub(super) struct Typed<'a> {
    pub field: &'a str,
    pub value: Option<&'a Scalar>,
    pub leaving: bool,
}

pub(super) type Touched = BTreeSet<(LogId, RecordId)>;

impl Replica {
    fn begin(&mut self, log: LogId, record: RecordId, kind: &str, now: At) -> Result<Pending, Refusal> {
        if self.pending.len() >= MAX_PENDING {
            return Err(Refusal::new("phone_full", "Too much is waiting on this phone. Find signal, let it send, then go on."));
        }
        if self.stuck.len() >= MAX_STUCK {
            return Err(Refusal::new("phone_full", "Too much could not be sent. Copy or dismiss some of it under 'Could not be sent', then go on."));
        }
        let basis = self.book(log)?.log.newest().ok_or_else(say::unknown_record)?;
        let number = self.next_number;
        self.next_number += 1;
        Ok(Pending { number, log, record, kind: kind.to_owned(), at: now, basis, words: None, decisions: Vec::new(), fixed: None, typing_since: None })
    }

    fn keep(&mut self, pending: Pending, effects: &mut Effects) {
        effects.put(Table::Pending, key(pending.number), &pending);
        match self.pending.iter_mut().find(|known| known.number == pending.number) {
            Some(known) => *known = pending,
            None => self.pending.push(pending),
        }
    }

    pub(super) fn drop_pending(&mut self, number: u64, effects: &mut Effects) -> Option<Pending> {
        let place = self.pending.iter().position(|pending| pending.number == number)?;
        effects.delete(Table::Pending, key(number));
        Some(self.pending.remove(place))
    }

    pub(super) fn update_pending(&mut self, number: u64, effects: &mut Effects, change: impl FnOnce(&mut Pending)) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.number == number) {
            change(pending);
            effects.put(Table::Pending, key(number), pending);
        }
    }

    pub(super) fn create(
        &mut self,
        log: LogId,
        record: RecordId,
        kind: &str,
        fields: &BTreeMap<String, Scalar>,
        now: At,
        effects: &mut Effects,
    ) -> Result<Touched, Refusal> {
        let declared = self.kinds.get(kind).ok_or_else(say::unknown_kind)?;
        check(declared, fields)?;
        if self.row(log, record).is_some() {
            return Err(Refusal::new("exists", "There is a record with this id already."));
        }
        let words = Words::making(declared, log, fields.clone(), false);
        self.may_write_words(log, record, self.made_by_me(kind, false), &words, now)?;
        let mut pending = self.begin(log, record, kind, now)?;
        pending.words = Some(words);
        self.keep_in_steps(pending, now, effects)?;
        Ok([(log, record)].into())
    }

    pub(super) fn set(&mut self, log: LogId, record: RecordId, typed: Typed<'_>, now: At, effects: &mut Effects) -> Result<Touched, Refusal> {
        let Typed { field, value, leaving } = typed;
        let row = self.row(log, record).ok_or_else(say::unknown_record)?;
        let declared = self.kinds.get(&row.kind).ok_or_else(say::unknown_kind)?;
        check(declared, value.map(|value| (field, value)))?;
        let standing = row.fields.get(field).map_or(&[][..], Vec::as_slice);
        let picks = standing.len() > 1;
        let open = self.open_words(log, record);
        if open.is_none() && standing == value.map(std::slice::from_ref).unwrap_or_default() {
            return Ok(Touched::new());
        }
        self.may_write(log, record, WriteTo::Known { kind: row.kind.clone(), by: row.by }, vec![(field, value)], now)?;
        // Whoever picks has seen both: a pick is an intent of its own, or it would settle other fields unseen.
        let newest = self.book(log)?.log.newest();
        let mut pending = match open.filter(|open| !picks || Some(open.basis) == newest) {
            Some(open) => open.clone(),
            None => self.begin(log, record, &row.kind, now)?,
        };
        let words = pending.words.get_or_insert_default();
        words.fields.insert(field.to_owned(), value.cloned());
        pending.typing_since = if leaving { None } else { Some(pending.typing_since.unwrap_or(now)) };
        self.keep(pending, effects);
        Ok([(log, record)].into())
    }

    /// Takes what was typed into a Text. It is laid onto whatever stands there when it is written, so that nothing that
    /// somebody else typed meanwhile is lost.
    pub(super) fn type_into(&mut self, log: LogId, record: RecordId, typed: (&str, &Typing, bool), now: At, effects: &mut Effects) -> Result<Touched, Refusal> {
        let (field, typing, leaving) = typed;
        let row = self.row(log, record).ok_or_else(say::unknown_record)?;
        let declared = self.kinds.get(&row.kind).ok_or_else(say::unknown_kind)?;
        check(declared, [(field, &Scalar::Text(typing.after.clone()))])?;
        // One intent is what one hand did to one text. A box that shows something else than the intent left in it has
        // heard of others' words since: what is typed now is a second one.
        let goes_on = |open: &&Pending| {
            let known = open.words.as_ref().and_then(|words| words.typed.get(field));
            known.is_none_or(|known| known.after == typing.before)
        };
        let open = self.open_words(log, record).filter(goes_on).cloned();
        if typing.before == typing.after && open.is_none() {
            return Ok(Touched::new());
        }
        let mut pending = match open {
            Some(open) => open,
            None => self.begin(log, record, &row.kind, now)?,
        };
        let words = pending.words.get_or_insert_default();
        words.typed.entry(field.to_owned()).and_modify(|known| known.after.clone_from(&typing.after)).or_insert_with(|| typing.clone());
        self.may_write_words(log, record, WriteTo::Known { kind: row.kind.clone(), by: row.by }, words, now)?;
        pending.typing_since = if leaving { None } else { Some(pending.typing_since.unwrap_or(now)) };
        self.keep_in_steps(pending, now, effects)?;
        Ok([(log, record)].into())
    }

    /// Keeps an intent; one with more typed words than a change may carry becomes several, in order.
    fn keep_in_steps(&mut self, mut pending: Pending, now: At, effects: &mut Effects) -> Result<(), Refusal> {
        let mut later: Vec<(String, Typing)> = Vec::new();
        for (field, typing) in pending.words.iter_mut().flat_map(|words| &mut words.typed) {
            let steps = prose::steps(&typing.before, &typing.after, MAX_TYPED_AT_ONCE);
            let Some(first) = steps.first().filter(|_| steps.len() > 1) else { continue };
            later.extend(steps.windows(2).filter_map(|two| {
                let [before, after] = two else { return None };
                Some((field.clone(), Typing { before: before.clone(), after: after.clone() }))
            }));
            typing.after.clone_from(first);
        }
        let (log, record, kind, typing_since) = (pending.log, pending.record, pending.kind.clone(), pending.typing_since);
        if !later.is_empty() {
            pending.typing_since = None;
        }
        self.keep(pending, effects);
        let last = later.len();
        for (place, (field, typing)) in later.into_iter().enumerate() {
            let mut pending = self.begin(log, record, &kind, now)?;
            pending.words = Some(Words { typed: [(field, typing)].into(), ..Words::default() });
            pending.typing_since = typing_since.filter(|_| place + 1 == last);
            self.keep(pending, effects);
        }
        Ok(())
    }

    /// The intent that further words of a record go into: its newest, while no request carried it. Words before a
    /// decision, or in a share, are part of what was signed; what is typed after them waits for its own turn.
    fn open_words(&self, log: LogId, record: RecordId) -> Option<&Pending> {
        let newest = self.pending.iter().rfind(|pending| pending.log == log && pending.record == record)?;
        let open = newest.fixed.is_none() && newest.decisions.is_empty() && newest.words.as_ref().is_some_and(|words| !words.shares);
        open.then_some(newest)
    }

    pub(super) fn made_by_me(&self, kind: &str, with_submit: bool) -> WriteTo {
        WriteTo::New { kind: kind.to_owned(), by: self.identity.person.to_string(), with_submit }
    }

    fn may_write_words(&self, log: LogId, record: RecordId, to: WriteTo, words: &Words, now: At) -> Result<(), Refusal> {
        let fields = words.fields.iter().map(|(field, value)| (field.as_str(), value.as_ref())).collect();
        let typed = |(field, typing): (&'_ String, &Typing)| {
            let chars = typing.after.chars().count();
            (field.clone(), chars > typing.before.chars().count(), chars)
        };
        let typed: Vec<(String, bool, usize)> = words.typed.iter().map(typed).collect();
        let typed = typed.iter().map(|(field, grows, chars)| rules::Typed { field, grows: *grows, chars: *chars }).collect();
        self.may_write_all(log, Write { record, to, fields, typed, keys: self.keys_of(log, record) }, now)
    }

    fn keys_of(&self, log: LogId, record: RecordId) -> Vec<String> {
        self.row(log, record).map(|row| row.fields.into_keys().collect()).unwrap_or_default()
    }

    /// The courtesy: what the server would refuse is said before it is written.
    pub(super) fn may_write(&self, log: LogId, record: RecordId, to: WriteTo, fields: Vec<(&str, Option<&Scalar>)>, now: At) -> Result<(), Refusal> {
        self.may_write_all(log, Write { record, to, fields, typed: Vec::new(), keys: self.keys_of(log, record) }, now)
    }

    fn may_write_all(&self, log: LogId, write: Write<'_>, now: At) -> Result<(), Refusal> {
        let log = &self.book(log)?.log;
        rules::why_not_words(log.state(&self.kinds), log.id, self.identity.person, &[write], self.receipt(log, now)).map_or(Ok(()), Err)
    }

    /// Shares a draft: each log gets what belongs there, all or none.
    pub(super) fn share(&mut self, record: RecordId, to: &[LogId], now: At, effects: &mut Effects) -> Result<Touched, Refusal> {
        let parts: Vec<Pending> = to.iter().map(|log| self.shared_draft(record, *log, false, now)).collect::<Result<_, _>>()?;
        for part in parts {
            self.keep_in_steps(part, now, effects)?;
        }
        Ok(to.iter().copied().chain([self.own_log()]).map(|log| (log, record)).collect())
    }

    /// The pending create of a draft in a shared log: its current values, without what stays its author's own.
    pub(super) fn shared_draft(&mut self, record: RecordId, to: LogId, with_submit: bool, now: At) -> Result<Pending, Refusal> {
        let row = self.row(self.own_log(), record).ok_or_else(say::unknown_record)?;
        let declared = self.kinds.get(&row.kind).ok_or_else(say::unknown_kind)?;
        let words = Words::making(declared, to, shareable(declared, to, &row.fields)?, true);
        self.may_write_words(to, record, self.made_by_me(&row.kind, with_submit), &words, now)?;
        let mut pending = self.begin(to, record, &row.kind, now)?;
        pending.words = Some(words);
        Ok(pending)
    }

    pub(super) fn hold(&mut self, pending: Pending, effects: &mut Effects) {
        self.keep(pending, effects);
    }

    pub(super) fn begin_decisions(&mut self, log: LogId, record: RecordId, kind: &str, now: At) -> Result<Pending, Refusal> {
        self.begin(log, record, kind, now)
    }

    /// Everything asked for on a record that no request carried: shares and decisions, not its words.
    pub(super) fn take_back(&mut self, record: RecordId, effects: &mut Effects) -> Result<Touched, Refusal> {
        let numbers: Vec<(u64, LogId)> = self
            .pending
            .iter()
            .filter(|pending| pending.record == record && pending.fixed.is_none())
            .filter(|pending| !pending.decisions.is_empty() || pending.words.as_ref().is_some_and(|words| words.shares))
            .map(|pending| (pending.number, pending.log))
            .collect();
        if numbers.is_empty() {
            return Err(Refusal::new("too_late", "It has gone already. What was signed can be withdrawn as recorded by mistake."));
        }
        let mut touched: Touched = [(self.own_log(), record)].into();
        for (number, log) in numbers {
            let shared = self.drop_pending(number, effects).and_then(|pending| pending.words).is_some_and(|words| words.shares);
            if shared {
                self.back_to_the_draft(log, record, effects);
            }
            touched.insert((log, record));
        }
        Ok(touched)
    }

    /// What was typed after a share that does not happen goes on in the draft.
    pub(super) fn back_to_the_draft(&mut self, log: LogId, record: RecordId, effects: &mut Effects) {
        let own = self.own_log();
        let standing = self.book(log).is_ok_and(|book| book.log.index.has_record(&record.to_string()));
        let Some(basis) = self.book(own).ok().and_then(|book| book.log.newest()).filter(|_| !standing) else { return };
        let later: Vec<u64> = self
            .pending
            .iter()
            .filter(|pending| pending.log == log && pending.record == record && pending.words.is_some())
            .map(|pending| pending.number)
            .collect();
        for number in later {
            self.update_pending(number, effects, |pending| {
                pending.log = own;
                pending.basis = basis;
                pending.fixed = None;
            });
        }
    }

    pub(super) fn discard(&mut self, record: RecordId, now: At, effects: &mut Effects) -> Result<Touched, Refusal> {
        let own = self.own_log();
        self.set(own, record, Typed { field: crate::kind::DISCARDED, value: Some(&Scalar::Flag(true)), leaving: true }, now, effects)
    }

    /// Words that could not be sent, tried once more as they are; decisions have to be taken again. Where the draft is
    /// still in the own log, it is shared again, or waits there to be signed.
    pub(super) fn retry(&mut self, stuck: u64, now: At, effects: &mut Effects) -> Result<Touched, Refusal> {
        let entry = self.stuck.iter().find(|entry| entry.id == stuck).cloned().ok_or_else(say::unknown_record)?;
        let kind = self.kinds.get(&entry.kind).ok_or_else(say::unknown_kind)?;
        let own = self.own_log();
        let (log, record) = (entry.log, entry.record);
        let known = self.book(log)?.log.index.has_record(&record.to_string());
        let signed = kind.sharing == Sharing::BySubmit;
        let drafted = log != own && self.row(own, record).is_some();
        // What a share carried stands in the draft; what was typed on top of it does not.
        let shared = entry.acts.contains(&Act::Submit)
            || kind.fields.iter().filter(|field| field.needed && field.keyed.is_none()).all(|field| entry.fields.contains_key(field.code));
        let pending = if (entry.fields.is_empty() && entry.typed.is_empty()) || (!known && drafted && shared && signed) {
            None
        } else if !known && drafted && shared {
            Some(self.shared_draft(record, log, false, now)?)
        } else {
            let (log, known) = if !known && (signed || drafted) { (own, drafted) } else { (log, known) };
            let fields = entry.fields.iter().map(|(field, value)| (field.as_str(), value.as_ref())).collect();
            let to = if known {
                WriteTo::Known { kind: entry.kind.clone(), by: self.row(log, record).map_or(self.identity.person, |row| row.by) }
            } else {
                self.made_by_me(&entry.kind, false)
            };
            self.may_write(log, record, to, fields, now)?;
            let mut pending = self.begin(log, record, &entry.kind, now)?;
            pending.words = Some(Words { creates: !known, shares: false, fields: entry.fields.clone(), typed: entry.typed.clone() });
            Some(pending)
        };
        if let Some(pending) = pending {
            self.keep(pending, effects);
        }
        self.dismiss(stuck, effects);
        Ok([(log, record), (own, record)].into())
    }

    pub(super) fn dismiss(&mut self, stuck: u64, effects: &mut Effects) -> Touched {
        self.stuck.retain(|entry| entry.id != stuck);
        effects.delete(Table::Stuck, key(stuck));
        effects.news.push(crate::phone::News::Stuck(self.stuck.clone()));
        Touched::new()
    }

    /// What cannot be sent goes to its visible place, with every word.
    pub(super) fn strand(&mut self, pending: Pending, refusal: Refusal, held: bool, now: At, effects: &mut Effects) {
        if is_left_out(LeftOut::Stranded) {
            return;
        }
        let words = pending.words.unwrap_or_default();
        let entry = Stuck {
            id: pending.number,
            log: pending.log,
            record: pending.record,
            kind: pending.kind,
            refusal,
            held,
            fields: words.fields,
            typed: words.typed,
            acts: pending.decisions.iter().filter_map(|signed| signed.decision().ok()).map(|decision| decision.act).collect(),
            at: now,
        };
        effects.put(Table::Stuck, key(entry.id), &entry);
        self.stuck.push(entry);
        effects.news.push(crate::phone::News::Stuck(self.stuck.clone()));
    }

    pub(super) fn pending_records(&self, log: LogId) -> impl Iterator<Item = RecordId> + '_ {
        self.pending.iter().filter(move |pending| pending.log == log).map(|pending| pending.record)
    }
}

fn key(number: u64) -> String {
    format!("{number:012}")
}

fn check<'a>(kind: &Kind, fields: impl IntoIterator<Item = (impl AsRef<str>, &'a Scalar)>) -> Result<(), Refusal> {
    for (field, value) in fields {
        kind.check(field.as_ref(), value).map_err(|error| say::bad_field(kind, field.as_ref(), &error))?;
    }
    Ok(())
}

/// A draft's values as they are shared with that log: one value a field, and nothing that does not belong there.
pub(super) fn shareable(kind: &Kind, to: LogId, fields: &BTreeMap<String, Vec<Scalar>>) -> Result<Content, Refusal> {
    let twice: Vec<&str> = fields
        .iter()
        .filter(|(_, values)| values.len() > 1)
        .filter_map(|(key, _)| kind.field(key))
        .filter(|field| field.stands_in(to))
        .map(|field| field.label)
        .collect();
    if !twice.is_empty() {
        return Err(say::r4_two_values(&twice));
    }
    let shared = fields.iter().filter(|(key, _)| kind.field(key).is_some_and(|field| field.stands_in(to)));
    Ok(shared.filter_map(|(key, values)| Some((key.clone(), values.first()?.clone()))).collect())
}
