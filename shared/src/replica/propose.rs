//! Decisions on the way to their signature: checked by the rules, frozen, and then signed by whoever holds the key.

use std::borrow::Cow;

use crate::{
    beacon::Beacon,
    bytes::{Bytes, Hash, Salt},
    decision::{self, Act, Content, DECISION_FORMAT, Decision, SignedDecision, Unlock},
    evidence::elsewhere,
    id::{LogId, PersonId, RecordId},
    key::{Domain, Signature},
    kind::Kind,
    ledger::Ledger,
    line::Seen,
    log::Log,
    phone::Ask,
    refusal::Refusal,
    role::Role,
    rules::{self, Proposal},
    time::At,
    words::refusal as say,
};

use super::{Effects, Replica, pending::Pending, pending::shareable};

/// Decisions that wait for their signatures; nothing is stored yet.
#[derive(Debug, Clone)]
pub struct Unsigned {
    pending: Pending,
    parts: Vec<(Bytes, Option<Salt>)>,
}

impl Unsigned {
    /// For each decision the exact bytes to sign.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.parts.iter().map(|(body, _)| Domain::Decision.message(&body.0)).collect()
    }
}

impl Replica {
    /// Checks a [`Ask::Send`] or [`Ask::Decide`] against the rules and prepares what is to be signed.
    pub fn propose(&mut self, ask: &Ask, unlock: Unlock, now: At, salt: &mut dyn FnMut() -> [u8; 16]) -> Result<Unsigned, Refusal> {
        match ask {
            Ask::Send { record, to, sign, reason, .. } => self.propose_send(*record, *to, *sign, reason.as_deref(), unlock, now, Salt::from(salt())),
            Ask::Decide { log, record, version, act, reason, .. } => self.propose_act(*log, *record, *version, *act, reason.as_deref(), unlock, now),
            _ => Err(Refusal::new("bad_ask", "That is not something to sign.")),
        }
    }

    /// Takes the signatures, in the order of [`Unsigned::bodies`]: from here on it is asked for.
    pub fn commit(&mut self, unsigned: Unsigned, signatures: Vec<Signature>, _now: At) -> Result<Effects, Refusal> {
        let Unsigned { mut pending, parts } = unsigned;
        if parts.len() != signatures.len() {
            return Err(say::bad_signature());
        }
        let signed = parts.into_iter().zip(signatures);
        pending.decisions = signed.map(|((body, salt), signature)| SignedDecision { body, signature, salt, heads: Vec::new() }).collect();
        let touched = [(pending.log, pending.record), (self.own_log(), pending.record)].into();
        let mut effects = Effects::default();
        self.hold(pending, &mut effects);
        self.show(&touched, &mut effects);
        Ok(effects)
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a fact of the act")]
    fn propose_send(
        &mut self,
        record: RecordId,
        to: LogId,
        sign: bool,
        reason: Option<&str>,
        unlock: Unlock,
        now: At,
        salt: Salt,
    ) -> Result<Unsigned, Refusal> {
        let is_draft = self.row(self.own_log(), record).is_some();
        let row = if is_draft { self.row(self.own_log(), record) } else { self.row(to, record) }.ok_or_else(say::unknown_record)?;
        let kind = self.kinds.get(&row.kind).ok_or_else(say::unknown_kind)?;
        let content = shareable(kind, to, &row.fields)?;
        let version = row.entry.as_ref().and_then(|entry| entry.latest()).map_or(1, |latest| latest.number + 1);
        let form = kind.form();
        let canonical = decision::canonical_content(to, record, kind.code, &form, &content);
        let digest = decision::content_digest(&salt, &canonical);

        let role = self.role_for(to, Act::Submit, kind, row.by, now)?;
        let proposal = Proposal {
            log: to,
            record,
            kind,
            version,
            act: Act::Submit,
            by: self.identity.person,
            role,
            author: row.by,
            content: Some(&content),
            reason,
            unlock: Some(unlock),
            at: now,
        };
        self.why_not(&proposal, now)?;
        if self.asked(to, record, version, Act::Submit) {
            return Err(say::r4_decided());
        }
        let pending = if is_draft { self.shared_draft(record, to, true, now)? } else { self.begin_decisions(to, record, kind.code, now)? };
        let submit = self.decision(&proposal, unlock, pending.basis, (form, digest));
        let mut parts = vec![(submit.encode(), Some(salt))];
        if sign && kind.chain == crate::kind::Chain::PartiesSign {
            let signs = Proposal { act: Act::Sign, reason: None, ..proposal };
            parts.push((self.decision(&signs, unlock, pending.basis, (form, digest)).encode(), None));
        }
        Ok(Unsigned { pending, parts })
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a fact of the act")]
    fn propose_act(
        &mut self,
        log: LogId,
        record: RecordId,
        version: u32,
        act: Act,
        reason: Option<&str>,
        unlock: Unlock,
        now: At,
    ) -> Result<Unsigned, Refusal> {
        let row = self.row(log, record).ok_or_else(say::unknown_record)?;
        let kind = self.kinds.get(&row.kind).ok_or_else(say::unknown_kind)?;
        let (form, digest) =
            row.entry.as_ref().and_then(|entry| entry.version(version)).map(|version| (version.form, version.digest)).ok_or_else(say::r4_not_sent)?;
        let role = self.role_for(log, act, kind, row.by, now)?;
        let proposal =
            Proposal { log, record, kind, version, act, by: self.identity.person, role, author: row.by, content: None, reason, unlock: Some(unlock), at: now };
        self.why_not(&proposal, now)?;
        if self.asked(log, record, version, act) {
            return Err(say::r4_decided());
        }
        let pending = self.begin_decisions(log, record, kind.code, now)?;
        let decision = self.decision(&proposal, unlock, pending.basis, (form, digest));
        Ok(Unsigned { pending, parts: vec![(decision.encode(), None)] })
    }

    /// The decision that a proposal becomes: it binds the form and the digest of the version's words.
    fn decision(&self, proposal: &Proposal<'_>, unlock: Unlock, seen: Seen, (form, digest): (Hash, Hash)) -> Decision {
        Decision {
            v: DECISION_FORMAT,
            log: proposal.log,
            record: proposal.record,
            version: proposal.version,
            act: proposal.act,
            kind: proposal.kind.code.to_owned(),
            form,
            digest,
            by: proposal.by,
            device: self.identity.device,
            role: proposal.role,
            unlock,
            at: proposal.at,
            seen,
            beacon: self.beacon_after(proposal.log, seen),
            reason: proposal.reason.map(str::to_owned),
        }
    }

    /// The newest beacon heard, where it says more than the line that was seen. An hour that was signed by a key which the
    /// log has not come to proves nothing there.
    fn beacon_after(&self, log: LogId, seen: Seen) -> Option<Beacon> {
        let log = &self.books.get(&log)?.log;
        let seen_at = log.received_at(seen.position)?;
        self.beacon.clone().filter(|beacon| beacon.at() > seen_at && log.facts.has_signed(beacon))
    }

    /// Whether a decision that excludes this one waits on this phone already.
    fn asked(&self, log: LogId, record: RecordId, version: u32, act: Act) -> bool {
        let waiting = self.pending.iter().filter(|pending| pending.log == log && pending.record == record);
        let mut decisions = waiting.flat_map(|pending| &pending.decisions).filter_map(|signed| signed.decision().ok());
        decisions.any(|other| other.version == version && excludes(other.act, act))
    }

    fn why_not(&self, proposal: &Proposal<'_>, now: At) -> Result<(), Refusal> {
        let book = self.book(proposal.log)?;
        let ledger = self.with_copies(&book.log, proposal.content);
        let state = rules::State { ledger: &ledger, ..book.log.state(&self.kinds) };
        rules::why_not(state, proposal, self.receipt(&book.log, now)).map_or(Ok(()), Err)
    }

    /// When what is sent now would be received: by the server's clock, as far as the phone knows it, and no earlier than
    /// the log's newest line.
    pub(super) fn receipt(&self, log: &Log, now: At) -> At {
        let newest = log.newest().and_then(|newest| log.received_at(newest.position));
        newest.into_iter().fold(now.plus(self.sync.clock_offset_ms), At::max)
    }

    /// The ledger as it will be once what a claim names in this person's other logs was copied in.
    fn with_copies<'a>(&self, log: &'a Log, content: Option<&Content>) -> Cow<'a, Ledger> {
        let mut ledger = Cow::Borrowed(&log.ledger);
        for (position, (record, named)) in (log.chain.next..).zip(content.into_iter().flat_map(elsewhere::named)) {
            if let Some(entry) = self.books.get(&named.log).filter(|_| named.log != log.id).and_then(|book| book.log.ledger.get(record)) {
                ledger.to_mut().lay(named.log, record, entry, position);
            }
        }
        ledger
    }

    /// The role in which this person would decide: the first of theirs whose act it is.
    fn role_for(&self, log: LogId, act: Act, kind: &'static Kind, author: PersonId, now: At) -> Result<Role, Refusal> {
        let book = self.book(log)?;
        rules::role_for(&book.log.facts, self.identity.person, act, kind, author, self.receipt(&book.log, now))
    }
}

/// Acts of which a version takes one by the same person.
fn excludes(one: Act, other: Act) -> bool {
    let among = |acts: &[Act]| acts.contains(&one) && acts.contains(&other);
    one == other || among(&[Act::Acknowledge, Act::Disagree]) || among(&[Act::Return, Act::Confirm, Act::Approve]) || among(&[Act::Return, Act::Sign])
}
