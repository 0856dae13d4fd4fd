//! The verdict on what a phone pushes: membership, shield, policy, rules, and the words that a submit freezes.

use std::collections::BTreeMap;

use super::{Author, Judged, Log, visible};
use crate::{
    bytes::{Bytes, Hash},
    change::{self, Decoded, Effect, Refused},
    decision::{self, Act, Content, Decision, MAX_DECISION_BYTES, MAX_HEADS, SignedDecision},
    fact::Fact,
    id::{LogId, PersonId, RecordId},
    kind::{Field, Kinds},
    ledger::{Decided, RecordLedger},
    planted::{LeftOut, is_left_out},
    refusal::Refusal,
    rules::{self, Accepted, Body, Typed, Write, WriteTo},
    scalar::Scalar,
    time::At,
    wire::{Item, MAX_ITEMS, Verdict},
    words::refusal as say,
};

/// One word's part in a bundle, until it is committed.
struct Fresh {
    hash: Hash,
    deps: Vec<Hash>,
    effects: Vec<Effect>,
}

impl Log {
    /// Judges a fact of the organisation.
    pub fn judge_fact(&self, kinds: &Kinds, fact: Fact, received_at: At) -> Result<Accepted, Refusal> {
        rules::fact(self.state(kinds), fact, received_at)
    }

    /// Judges a bundle: at most one change, first, and then decisions. The log is the same afterwards.
    pub fn judge(&mut self, kinds: &Kinds, author: Author, items: &[Item], received_at: At) -> Judged {
        let before: Vec<(RecordId, Option<RecordLedger>)> = items
            .iter()
            .filter_map(|item| match item {
                Item::Decision(signed) => signed.decision().ok(),
                Item::Word(_) => None,
            })
            .map(|decision| (decision.record, self.ledger.get(decision.record).cloned()))
            .collect();
        let judged = self.judge_items(kinds, author, items, received_at);
        // Later decisions of a bundle are judged on top of earlier ones; what was folded for that is undone here.
        for (record, entry) in before.into_iter().rev() {
            match entry {
                Some(entry) => self.ledger.records.insert(record, entry),
                None => self.ledger.records.remove(&record),
            };
        }
        judged
    }

    fn judge_items(&mut self, kinds: &Kinds, author: Author, items: &[Item], received_at: At) -> Judged {
        let shape = items.is_empty() || items.len() > MAX_ITEMS || items.iter().skip(1).any(|item| matches!(item, Item::Word(_)));
        if shape {
            return refused(Refusal::new("bad_bundle", "This could not be sent as it is. Update the app."));
        }
        if let Some(answer) = self.held_or_refused(author, items, received_at) {
            return Judged::Answer(answer);
        }
        let mut accepted = Vec::new();
        let mut kept = None;
        let mut fresh = None;
        for item in items {
            let judged = match item {
                Item::Word(bytes) => self.judge_word(kinds, author, bytes, items, received_at, &mut fresh),
                Item::Decision(signed) => self.judge_decision(kinds, author, signed, received_at, &mut fresh, accepted.len()),
            };
            match judged {
                Judged::Accept(more) => accepted.extend(more),
                Judged::Kept { position } => kept = Some(kept.map_or(position, |other: u64| other.max(position))),
                answer @ Judged::Answer(_) => return answer,
            }
        }
        match (accepted.is_empty(), kept) {
            (true, Some(position)) => Judged::Kept { position },
            _ => Judged::Accept(accepted),
        }
    }

    /// R10 for a whole bundle: what a removed member wrote before the removal is held for the lead, all else of theirs
    /// is refused.
    fn held_or_refused(&self, author: Author, items: &[Item], received_at: At) -> Option<Verdict> {
        let adopted = items.iter().any(|item| matches!(item, Item::Word(_)) && self.facts.adopted.get(&self.hash_of(item)) == Some(&author.person));
        let member = self.facts.is_member(author.person, received_at) || is_left_out(LeftOut::Membership);
        if adopted || member || self.facts.supervises(author.person, received_at) {
            return None;
        }
        let known = items.iter().all(|item| match item {
            Item::Word(_) => self.index.contains(&self.hash_of(item)),
            Item::Decision(signed) => self.decisions.contains_key(&Hash::of(&signed.body.0)),
        });
        if known {
            return None;
        }
        let Some(left_at) = self.facts.left(author.person, received_at) else { return Some(Verdict::Refused(say::r10_not_member())) };
        // Whoever has seen the line that ends the membership wrote afterwards.
        let before = items.iter().all(|item| self.item_seen_at(item).is_some_and(|seen| seen < left_at));
        let holds = matches!(self.id, LogId::Record(_)) && self.facts.device_key(author.device, author.person).is_some() && before;
        Some(if holds { Verdict::Held(say::r10_held()) } else { Verdict::Refused(say::r10_not_member()) })
    }

    fn item_seen_at(&self, item: &Item) -> Option<At> {
        match item {
            Item::Word(bytes) => {
                let seen = self.read(bytes).ok()?.seen().ok()?;
                self.seen_at(seen.position, &seen.tag)
            }
            Item::Decision(signed) => {
                let decision = signed.decision().ok()?;
                let seen_at = self.seen_at(decision.seen.position, &decision.seen.tag.0)?;
                // Whoever quotes an hour signed after it struck.
                Some(decision.beacon.as_ref().map_or(seen_at, |beacon| beacon.at().max(seen_at)))
            }
        }
    }

    fn judge_word(&self, kinds: &Kinds, author: Author, bytes: &Bytes, items: &[Item], received_at: At, fresh: &mut Option<Fresh>) -> Judged {
        let decoded = match self.read(bytes) {
            Ok(decoded) => decoded,
            Err(refused) => return structural(&refused),
        };
        let adopted = self.facts.adopted.get(&decoded.hash()) == Some(&author.person);
        // What the lead took over was held while the device's certificate stood.
        let certified = if adopted {
            self.facts.devices.get(&author.device).is_some_and(|device| device.person == author.person)
        } else {
            self.facts.device_key(author.device, author.person).is_some()
        };
        if !certified {
            return refused(Refusal::new("unknown_device", "This phone is not set up for this record any more. Sign in again on it."));
        }
        let owns = |actor: &[u8]| change::actor::device_of(actor) == Some(*author.device.0.as_bytes());
        let seen = |seen: &change::Seen| self.seen_at(seen.position, &seen.tag).is_some();
        match change::shield(&self.index, &decoded, owns, seen) {
            Ok(_) => {}
            Err(Refused::Duplicate { position }) => return Judged::Kept { position },
            Err(Refused::Exists(record)) => return self.exists(&decoded, &record),
            Err(other) => return structural(&other),
        }
        let effects = match change::effect::effects(&decoded, &self.index) {
            Ok(effects) => effects,
            Err(other) => return structural(&other),
        };
        let writes = match self.writes(&effects, items, adopted) {
            Ok(writes) => writes,
            Err(refusal) => return refused(refusal),
        };
        let words = rules::Words { log: self.id, author: author.person, device: author.device, writes: &writes, change: bytes, hash: decoded.hash() };
        let judged = rules::words(self.state(kinds), &words, received_at);
        *fresh = Some(Fresh { hash: decoded.hash(), deps: decoded.deps().to_vec(), effects });
        match judged {
            Ok(accepted) => Judged::Accept(vec![accepted]),
            Err(refusal) => refused(refusal),
        }
    }

    /// A second create of an id: the same words are a duplicate, others stay with their writer.
    fn exists(&self, decoded: &Decoded, record: &str) -> Judged {
        let position = self.index.created_at(record).unwrap_or(0);
        let standing = self.index.now().record(record);
        let same = change::effect::effects(decoded, &self.index).is_ok_and(|effects| {
            effects.iter().all(|effect| match effect {
                Effect::Create { record: id, fields, prose, .. } => {
                    let stands = |field: &str, value: &Scalar| standing.get(field).is_some_and(|values| values.contains(value));
                    let mut prose = prose.iter().filter(|(_, text)| !text.is_empty());
                    id == record && fields.iter().all(|(field, value)| stands(field, value)) && prose.all(|(field, text)| stands(field, &text.as_str().into()))
                }
                Effect::Put { .. } | Effect::Delete { .. } | Effect::Type { .. } => false,
            })
        });
        if same { Judged::Kept { position } } else { Judged::Answer(Verdict::Exists { position }) }
    }

    /// Effects gathered by record, as the rules read them.
    fn writes<'a>(&self, effects: &'a [Effect], items: &[Item], adopted: bool) -> Result<Vec<Write<'a>>, Refusal> {
        let mut writes: Vec<Write<'a>> = Vec::new();
        for effect in effects {
            let record: RecordId = effect.record().parse().map_err(|_| say::unknown_record())?;
            if let Effect::Create { kind, by, fields, prose, .. } = effect {
                let typed = |(field, text): (&'a String, &'a String)| Typed { field, grows: !text.is_empty(), chars: text.chars().count() };
                writes.push(Write {
                    record,
                    to: WriteTo::New { kind: kind.clone(), by: by.clone(), with_submit: adopted || submits(items, record) },
                    fields: fields.iter().map(|(field, value)| (field.as_str(), Some(value))).collect(),
                    typed: prose.iter().map(typed).collect(),
                    keys: Vec::new(),
                });
                continue;
            }
            let place = match writes.iter().position(|write| write.record == record) {
                Some(place) => place,
                None => {
                    let (kind, by) = self.index.identity(effect.record()).ok_or_else(say::unknown_record)?;
                    let by = by.parse().map_err(|_| say::unknown_record())?;
                    let keys = self.index.now().record(effect.record()).into_keys().collect();
                    writes.push(Write { record, to: WriteTo::Known { kind: kind.to_owned(), by }, fields: Vec::new(), typed: Vec::new(), keys });
                    writes.len() - 1
                }
            };
            let Some(write) = writes.get_mut(place) else { continue };
            match effect {
                Effect::Create { .. } => {}
                Effect::Put { field, value, .. } => write.fields.push((field, Some(value))),
                Effect::Delete { field, .. } => write.fields.push((field, None)),
                Effect::Type { record, field, inserted, deleted } => {
                    let now = self.index.now().prose(record, field).map_or(0, |text| text.chars().count());
                    let inserted = inserted.chars().count();
                    write.typed.push(Typed { field, grows: inserted > 0, chars: now.saturating_add(inserted).saturating_sub(*deleted) });
                }
            }
        }
        Ok(writes)
    }

    fn judge_decision(&mut self, kinds: &Kinds, author: Author, signed: &SignedDecision, received_at: At, fresh: &mut Option<Fresh>, ahead: usize) -> Judged {
        if let Some(position) = self.decided_at(signed) {
            return Judged::Kept { position };
        }
        let decision = match self.verified(author, signed) {
            Ok(decision) => decision,
            Err(refusal) => return refused(refusal),
        };
        if let Some(position) = self.sent_already(signed, &decision) {
            return Judged::Kept { position };
        }
        match self.check_decision(kinds, signed, decision, received_at, fresh.as_ref()) {
            Ok(accepted) => {
                let provisional = self.chain.next.saturating_add(u64::try_from(ahead).unwrap_or(u64::MAX));
                if let Body::Decision { signed, decision, content } = accepted.body() {
                    let content = content.as_ref().and_then(decision::frozen_fields);
                    let maker = self.maker(decision.record, fresh.as_ref()).unwrap_or(decision.by);
                    if let Some(kind) = kinds.get(&decision.kind) {
                        let receipt = self.receipt(decision, provisional, received_at);
                        self.ledger.fold(&self.facts, kind, Decided { decision, heads: &signed.heads, content, author: maker, receipt });
                    }
                }
                Judged::Accept(vec![accepted])
            }
            Err(refusal) => refused(refusal),
        }
    }

    /// Where a decision stands that was accepted before. On a record that nothing was decided on there is none: that asks
    /// for no more.
    fn decided_at(&self, signed: &SignedDecision) -> Option<u64> {
        self.ledger.get(signed.decision().ok()?.record)?;
        self.decisions.get(&Hash::of(&signed.body.0)).copied()
    }

    /// The decision that a device of its signer signed, for this log.
    fn verified(&self, author: Author, signed: &SignedDecision) -> Result<Decision, Refusal> {
        let decision = signed.decision().map_err(|error| Refusal::new("bad_decision", format!("This could not be read ({error}). Update the app.")))?;
        let key = self.facts.device_key(author.device, author.person).ok_or_else(say::bad_signature)?;
        if decision.by != author.person {
            return Err(say::r16_own_name());
        }
        let holds = signed.verify(key).is_ok() || is_left_out(LeftOut::DecisionSignature);
        if decision.log != self.id || decision.device != author.device || !holds {
            return Err(say::bad_signature());
        }
        // What a line keeps must read back: nothing rides along, and the whole stays within the limit of one.
        let extra = decision.act != Act::Submit && (signed.salt.is_some() || !signed.heads.is_empty());
        if extra || crate::cbor::encode(signed).len() > MAX_DECISION_BYTES {
            return Err(Refusal::new("bad_decision", "This could not be taken as it is. Update the app and sign again."));
        }
        if self.seen_at(decision.seen.position, &decision.seen.tag.0).is_none() || !decision.quotes_truly(&self.facts) {
            return Err(say::bad_time());
        }
        Ok(decision)
    }

    /// The same words, sent as the same version by the same person from another phone: where they stand.
    fn sent_already(&self, signed: &SignedDecision, decision: &Decision) -> Option<u64> {
        let salt = signed.salt.filter(|_| decision.act == Act::Submit)?;
        let version = self.ledger.get(decision.record)?.version(decision.version).filter(|version| version.submitted.by == decision.by)?;
        let bytes = decision::canonical_content(self.id, decision.record, &decision.kind, &decision.form, &version.content);
        (version.form == decision.form && decision::content_digest(&salt, &bytes) == decision.digest).then_some(version.submitted.position)
    }

    fn check_decision(&self, kinds: &Kinds, signed: &SignedDecision, decision: Decision, received_at: At, fresh: Option<&Fresh>) -> Result<Accepted, Refusal> {
        let kind = self.kind_of(decision.record, fresh).ok_or_else(say::unknown_record)?;
        let declared = kinds.get(&decision.kind).ok_or_else(say::unknown_kind)?;
        if kind != decision.kind || !self.id.holds_decisions() {
            return Err(say::unknown_record());
        }
        let maker = self.maker(decision.record, fresh).ok_or_else(say::unknown_record)?;
        let frozen = match decision.act {
            Act::Submit if declared.form() != decision.form => return Err(say::wrong_form()),
            Act::Submit => Some(self.freeze(signed, &decision, declared.fields, fresh)?),
            _ => None,
        };
        let kept = SignedDecision { salt: None, ..signed.clone() };
        rules::decision(self.state(kinds), kept, decision, maker, frozen, received_at)
    }

    /// Freezes a record's words at the heads that were on the screen, and holds them against the signed digest.
    fn freeze(&self, signed: &SignedDecision, decision: &Decision, fields: &'static [Field], fresh: Option<&Fresh>) -> Result<(Bytes, Content), Refusal> {
        if signed.heads.is_empty() || signed.heads.len() > MAX_HEADS {
            return Err(say::digest_mismatch());
        }
        let values = self.record_with(&decision.record.to_string(), &signed.heads, fresh).ok_or_else(say::unknown_record)?;
        let twice: Vec<&str> = values.iter().filter(|(_, values)| values.len() > 1).map(|(key, _)| label(fields, key)).collect();
        if !twice.is_empty() {
            return Err(say::r4_two_values(&twice));
        }
        let content = visible(values);
        let bytes = decision::canonical_content(self.id, decision.record, &decision.kind, &decision.form, &content);
        let salt = signed.salt.ok_or_else(say::digest_mismatch)?;
        if decision::content_digest(&salt, &bytes) != decision.digest {
            return Err(say::digest_mismatch());
        }
        Ok((decision::frozen(&salt, &bytes), content))
    }

    /// A record's values at heads of which one may be this bundle's own change.
    fn record_with(&self, record: &str, heads: &[Hash], fresh: Option<&Fresh>) -> Option<BTreeMap<String, Vec<Scalar>>> {
        let own = fresh.filter(|fresh| heads.contains(&fresh.hash));
        let Some(fresh) = own else {
            return self.index.record_at(record, heads).ok();
        };
        // The bundle's change is on top of all that its writer saw, or the words go first and the decision after them.
        if heads.len() > 1 {
            return None;
        }
        let mut values = self.index.record_at(record, &fresh.deps).ok()?;
        for effect in fresh.effects.iter().filter(|effect| effect.record() == record) {
            match effect {
                Effect::Create { kind, by, fields, .. } => {
                    values = fields.iter().map(|(field, value)| (field.clone(), vec![value.clone()])).collect();
                    values.insert(change::effect::KIND.to_owned(), vec![kind.as_str().into()]);
                    values.insert(change::effect::BY.to_owned(), vec![by.as_str().into()]);
                }
                Effect::Put { field, value, .. } => {
                    values.insert(field.clone(), vec![value.clone()]);
                }
                Effect::Delete { field, .. } => {
                    values.remove(field);
                }
                // Nothing that is signed has Text.
                Effect::Type { .. } => return None,
            }
        }
        Some(values)
    }

    /// What identifies an item where it was accepted before: a change by Automerge's hash.
    fn hash_of(&self, item: &Item) -> Hash {
        match item {
            Item::Word(bytes) => self.read(bytes).map_or_else(|_| Hash::of(&bytes.0), |decoded| decoded.hash()),
            Item::Decision(signed) => Hash::of(&signed.body.0),
        }
    }

    /// What was decided on a record whose words were erased.
    fn erased(&self, record: RecordId) -> Option<&RecordLedger> {
        self.ledger.get(record).filter(|_| self.facts.erased.contains(&record))
    }

    fn kind_of(&self, record: RecordId, fresh: Option<&Fresh>) -> Option<String> {
        let name = record.to_string();
        let known = self.index.identity(&name).map(|(kind, _)| kind.to_owned());
        let erased = || self.erased(record).map(|entry| entry.kind.clone());
        let made = || {
            fresh?.effects.iter().find_map(|effect| match effect {
                Effect::Create { record: id, kind, .. } if *id == name => Some(kind.clone()),
                _ => None,
            })
        };
        known.or_else(erased).or_else(made)
    }

    fn maker(&self, record: RecordId, fresh: Option<&Fresh>) -> Option<PersonId> {
        let erased = || self.erased(record).map(|entry| entry.author);
        self.author_of(record).or_else(erased).or_else(|| {
            let record = record.to_string();
            fresh?.effects.iter().find_map(|effect| match effect {
                Effect::Create { record: id, by, .. } if *id == record => by.parse().ok(),
                _ => None,
            })
        })
    }
}

fn submits(items: &[Item], record: RecordId) -> bool {
    items
        .iter()
        .any(|item| matches!(item, Item::Decision(signed) if signed.decision().is_ok_and(|decision| decision.record == record && decision.act == Act::Submit)))
}

fn label(fields: &'static [Field], key: &str) -> &'static str {
    let code = key.split('/').next().unwrap_or(key);
    fields.iter().find(|field| field.code == code).map_or("a field", |field| field.label)
}

fn refused(refusal: Refusal) -> Judged {
    Judged::Answer(Verdict::Refused(refusal))
}

fn structural(refused_by: &Refused) -> Judged {
    match refused_by {
        Refused::BlockedBy(change) => Judged::Answer(Verdict::BlockedBy { change: *change }),
        other => refused(Refusal::new(
            other.as_str(),
            format!("This phone sent something the server cannot take ({other}). Your words are kept; update the app and try again."),
        )),
    }
}
