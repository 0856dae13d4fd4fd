//! Held words: shown to the lead, then adopted or discarded. Both are facts that name the lead.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    bytes::Hash,
    change::{Decoded, Effect, decoded::Action, effect},
    decision::Act,
    fact::Fact,
    id::{LogId, PersonId},
    log::{Author, Judged, Log},
    refusal::Refusal,
    rules::Accepted,
    scalar::Scalar,
    time::At,
    wire::{Item, Verdict},
    words::refusal as say,
};

use super::{Gate, GateError, Result, facts::whole, logs::Single};
use crate::store::{Held, HeldId, Outcome, Settled, Work};

/// A held bundle as the lead reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldWords {
    pub id: HeldId,
    pub log: LogId,
    pub author: PersonId,
    /// Printed name.
    pub author_name: String,
    pub received_at: At,
    pub records: Vec<HeldRecord>,
    /// What was decided with it; adopting lets these lapse.
    pub acts: Vec<Act>,
}

/// What a held change writes to one record.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRecord {
    /// The record's id, or nothing where it cannot be told yet.
    pub record: String,
    /// The kind's code, where it is known.
    pub kind: Option<String>,
    /// Absent values were taken away.
    pub fields: BTreeMap<String, Option<Scalar>>,
}

impl Gate {
    /// What waits for the lead in a log, oldest first.
    pub async fn held(self: &Arc<Self>, log: LogId) -> Result<Vec<HeldWords>> {
        let waiting = self.store.held_in(log).await?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let mut act = self.lock(log).await?;
        let shown = self.ask(act.loaded_mut(), |log| waiting.iter().map(|held| show(log, held)).collect()).await?;
        act.put_back(self);
        Ok(shown)
    }

    /// The lead takes held words over: they become the author's line, behind a fact that names the lead. Decisions sent
    /// with them lapse.
    pub async fn adopt(self: &Arc<Self>, held: HeldId, by: PersonId, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move { gate.adopt_now(held, by, now).await }).await
    }

    /// The lead decides that held words do not belong here. They stay readable to nobody.
    pub async fn discard(self: &Arc<Self>, held: HeldId, by: PersonId, reason: String, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move { gate.discard_now(held, by, reason, now).await }).await
    }

    /// Begins an act on the log of a held bundle that nobody has decided on. It is asked within the act: of two leads
    /// who decide at once, in whatever processes, one does.
    async fn waiting(&self, held: HeldId) -> Result<(Single, Held)> {
        let log = self.store.held(held).await?.ok_or(GateError::Unknown)?.log;
        let act = self.lock(log).await?;
        let held = self.store.held(held).await?.ok_or(GateError::Unknown)?;
        if held.outcome.is_some() {
            act.put_back(self);
            return Err(Refusal::new("settled", "Somebody has decided on this already.").into());
        }
        Ok((act, held))
    }

    async fn adopt_now(&self, held: HeldId, by: PersonId, now: At) -> Result<()> {
        let (mut act, held) = self.waiting(held).await?;
        let at = act.loaded().received_at(now);
        match self.adoption(&mut act, &held, by, at).await {
            Ok(accepted) => self.settle(act, accepted, Settled { held: held.id, outcome: Outcome::Adopted, at }).await,
            Err(refused) => {
                act.put_back(self);
                Err(refused)
            }
        }
    }

    /// The lead's fact, then the words, judged as if the fact stood already.
    async fn adoption(&self, act: &mut Single, held: &Held, by: PersonId, at: At) -> Result<Vec<Accepted>> {
        let words: Vec<Item> = held.bundle.items.iter().filter(|item| matches!(item, Item::Word(_))).cloned().collect();
        let Some(change) = words.first().map(change_hash) else {
            return Err(Refusal::new("no_words", "There are no words in this: a decision of somebody who left lapses. Discard it, with a reason.").into());
        };
        let fact = Fact::Adopted { change, author: held.author, by };
        let mut accepted = self.judged(act.locked_mut(), vec![fact.clone()], at).await?;
        let judge = |log: &mut Log| {
            let facts = log.facts.clone();
            log.facts.fold(&fact);
            let judged = log.judge(&self.kinds, Author { person: held.author, device: held.device }, &words, at);
            log.facts = facts;
            judged
        };
        match self.ask(act.loaded_mut(), judge).await? {
            Judged::Accept(more) => {
                accepted.extend(more);
                Ok(accepted)
            }
            Judged::Kept { .. } => Ok(accepted),
            Judged::Answer(verdict) => Err(refusal(verdict).into()),
        }
    }

    async fn discard_now(&self, held: HeldId, by: PersonId, reason: String, now: At) -> Result<()> {
        let (mut act, held) = self.waiting(held).await?;
        let at = act.loaded().received_at(now);
        let change = held.bundle.items.first().map(change_hash).ok_or(GateError::Unknown)?;
        match self.judged(act.locked_mut(), vec![Fact::Discarded { change, author: held.author, by, reason }], at).await {
            Ok(accepted) => self.settle(act, accepted, Settled { held: held.id, outcome: Outcome::Discarded, at }).await,
            Err(refused) => {
                act.put_back(self);
                Err(refused)
            }
        }
    }

    async fn settle(&self, act: Single, accepted: Vec<Accepted>, settled: Settled) -> Result<()> {
        let log = self.log_work(act.locked(), accepted, settled.at).await?;
        self.commit(act.act(), Work { settled: Some(settled), ..Work::of(log) }).await
    }
}

/// What identifies a held item: a change by Automerge's hash, as the document knows it.
fn change_hash(item: &Item) -> Hash {
    match item {
        Item::Word(bytes) => Decoded::parse(&bytes.0).map_or_else(|_| item.hash(), |decoded| decoded.hash()),
        Item::Decision(_) => item.hash(),
    }
}

fn refusal(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refused(refusal) | Verdict::Held(refusal) => refusal,
        Verdict::BlockedBy { .. } => Refusal::new("blocked_by", "This builds on other words that wait here. Take those over first."),
        Verdict::Exists { .. } => Refusal::new("exists", "Another record stands in its place already. Discard this, with a reason."),
        Verdict::Accepted { .. } | Verdict::Duplicate { .. } | Verdict::RetryAfter { .. } => say::unknown_record(),
    }
}

fn show(log: &Log, held: &Held) -> HeldWords {
    let mut records = Vec::new();
    let mut acts = Vec::new();
    for item in &held.bundle.items {
        match item {
            Item::Word(bytes) => records.extend(Decoded::parse(&bytes.0).map(|decoded| show_words(log, &decoded)).unwrap_or_default()),
            Item::Decision(signed) => acts.extend(signed.decision().map(|decision| decision.act)),
        }
    }
    HeldWords { id: held.id, log: held.log, author: held.author, author_name: log.facts.name(held.author), received_at: held.received_at, records, acts }
}

fn show_words(log: &Log, decoded: &Decoded) -> Vec<HeldRecord> {
    let Ok(effects) = effect::effects(decoded, &log.index) else { return vec![raw(decoded)] };
    let mut records: Vec<HeldRecord> = Vec::new();
    for effect in effects {
        let known = records.iter().position(|known| known.record == effect.record());
        let place = known.unwrap_or(records.len());
        if known.is_none() {
            let kind = log.index.identity(effect.record()).map(|(kind, _)| kind.to_owned());
            records.push(HeldRecord { record: effect.record().to_owned(), kind, fields: BTreeMap::new() });
        }
        let Some(shown) = records.get_mut(place) else { continue };
        match effect {
            Effect::Create { kind, fields, prose, .. } => {
                shown.kind = Some(kind);
                shown.fields.extend(fields.into_iter().map(|(field, value)| (field, Some(value))));
                shown.fields.extend(prose.into_iter().map(|(field, text)| (field, Some(Scalar::Text(text)))));
            }
            Effect::Put { field, value, .. } => {
                shown.fields.insert(field, Some(value));
            }
            Effect::Delete { field, .. } => {
                shown.fields.insert(field, None);
            }
            Effect::Type { field, inserted, .. } => {
                shown.fields.insert(field, Some(Scalar::Text(inserted)));
            }
        }
    }
    records
}

/// Words that build on others which are held too: their record cannot be told yet, but every word can be read.
fn raw(decoded: &Decoded) -> HeldRecord {
    let mut fields: BTreeMap<String, Option<Scalar>> = BTreeMap::new();
    let mut typed = String::new();
    for op in decoded.operations() {
        match (&op.action, op.key()) {
            (Action::Put(value), Some(key)) => drop(fields.insert(key.to_owned(), Some(value.clone()))),
            (Action::Delete, Some(key)) => drop(fields.insert(key.to_owned(), None)),
            (Action::Insert(character), _) => typed.push(*character),
            (Action::Make | Action::MakeText | Action::Put(_) | Action::Delete, _) => {}
        }
    }
    if !typed.is_empty() {
        fields.insert("words".to_owned(), Some(Scalar::Text(typed)));
    }
    HeldRecord { record: String::new(), kind: None, fields }
}
