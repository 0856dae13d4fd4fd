//! One log of a proof, folded again: facts and ledger as the gate and the phones fold them, each decision asked for by
//! the rules as it was when it was received.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ProofLog,
    report::{Finding, Outcome},
};
use crate::{
    bytes::Bytes,
    cbor,
    decision::{Act, Content, Decision, MAX_DECISION_BYTES, SignedDecision, UnlockMethod, Unproven},
    evidence::elsewhere,
    export::moment,
    fact::{Evidence, Fact, Facts, KeyNamed, KeyTaken, MAX_FACT_BYTES, Opened},
    id::{LogId, RecordId},
    kind::{Kind, Kinds},
    ledger::{Decided, Ledger, Receipt},
    line::{Header, Line, LineKind, Received, Side},
    refusal::Refusal,
    rules, words,
};

pub(super) struct Replay<'a> {
    kinds: &'a Kinds,
    log: LogId,
    facts: Facts,
    ledger: Ledger,
    received: Received,
    /// Records of which a version's words are not in the file: nothing is asked about them.
    wordless: BTreeSet<RecordId>,
    /// Records whose words the organisation had destroyed, by the log's own statement, wherever in it that stands.
    erased: BTreeSet<RecordId>,
    /// Whether a decision was there with its bytes: from then on each has to be.
    began: bool,
    /// About the log as a whole, and whatever does not hold.
    pub(super) findings: Vec<Finding>,
    /// What holds, by record.
    pub(super) decided: BTreeMap<RecordId, Vec<Finding>>,
}

impl<'a> Replay<'a> {
    /// The whole of a log whose chain holds.
    pub(super) fn of(kinds: &'a Kinds, log: &ProofLog) -> Self {
        let mut replay = Self::new(kinds, log.log, erased(log));
        log.lines.iter().for_each(|line| replay.take(line));
        replay
    }

    fn new(kinds: &'a Kinds, log: LogId, erased: BTreeSet<RecordId>) -> Self {
        Self {
            kinds,
            log,
            erased,
            facts: Facts::default(),
            ledger: Ledger::default(),
            received: Received::default(),
            wordless: BTreeSet::new(),
            began: false,
            findings: Vec::new(),
            decided: BTreeMap::new(),
        }
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn is_wordless(&self, record: RecordId) -> bool {
        self.wordless.contains(&record)
    }

    /// The log's opening line, where it was the first.
    pub(super) fn opened(&self) -> Option<&Opened> {
        self.facts.opened.as_ref()
    }

    /// Takes in a line whose place in the chain holds.
    fn take(&mut self, line: &Line) {
        match (line.header.kind, &line.side) {
            (LineKind::Word, side) => self.word(&line.header, side.as_ref()),
            (LineKind::Fact, Some(side)) => self.fact(&line.header, side),
            (LineKind::Fact, None) => self.cannot_tell("closed_fact", closed(&line.header, "a statement of the organisation")),
            (LineKind::Decision, Some(side)) => self.decision(&line.header, side),
            (LineKind::Decision, None) if self.began => self.cannot_tell("closed_decision", closed(&line.header, "a decision")),
            // Before the first decision that is here, none could concern what is here.
            (LineKind::Decision, None) => {}
        }
        self.received.push(&line.header);
    }

    fn word(&mut self, header: &Header, side: Option<&Side>) {
        if side.is_some_and(|side| side.content.is_some()) {
            self.fails("line", format!("Line {} carries what no line of its kind has.", header.position));
        }
    }

    fn fact(&mut self, header: &Header, side: &Side) {
        let position = header.position;
        let fact: Fact = match cbor::decode(&side.bytes.0, MAX_FACT_BYTES) {
            Ok(fact) => fact,
            Err(error) => return self.cannot_tell("unknown_fact", format!("Line {position} states something that this build cannot read: {error}.")),
        };
        if let Fact::Evidence(evidence) = &fact {
            return self.evidence(header, evidence, &fact, side.content.as_ref());
        }
        let is_opening = matches!(fact, Fact::Opened(_));
        if is_opening != (position == 0) || side.content.is_some() {
            return self.fails("fact", format!("Line {position} states something that does not belong there."));
        }
        let state = rules::State { kinds: self.kinds, facts: &self.facts, ledger: &self.ledger };
        if let Err(refusal) = rules::fact(state, fact.clone(), header.received_at) {
            self.fails("fact", format!("Line {position} states something that the rules forbid: {}", refusal.sentence));
        }
        if let Fact::Epoch(epoch) = &fact {
            self.ledger.begin_epoch(epoch);
        }
        self.fold_fact(header, &fact, None);
        let (position, day) = (header.position, moment(&self.facts, header.received_at));
        match &fact {
            Fact::KeyNamed(KeyNamed { reason, .. }) => {
                let sentence = format!("Line {position}, received {day}: the organisation changed its key (“{reason}”), and the former key named the new one.");
                self.findings.push(Finding::new("key_changed", Outcome::Holds, sentence));
            }
            Fact::KeyTaken(KeyTaken { reason: Some(reason), .. }) => {
                let sentence = format!(
                    "Line {position}, received {day}: the organisation replaced a key that it had lost (“{reason}”). By the new key nothing before has changed since then; who vouched for it until then cannot be told from that key."
                );
                self.cannot_tell("key_replaced", sentence);
            }
            _ => {}
        }
    }

    fn fold_fact(&mut self, header: &Header, fact: &Fact, frozen: Option<&Bytes>) {
        if let Err(error) = self.ledger.take_fact(fact, frozen, header.position) {
            self.fails("evidence", format!("Line {} copies something that is not to be believed: {error}.", header.position));
        }
        self.facts.fold(fact);
    }

    /// Feedback of another relationship, copied in for a claim: signed there, and held against that signature here.
    fn evidence(&mut self, header: &Header, evidence: &Evidence, fact: &Fact, frozen: Option<&Bytes>) {
        let position = header.position;
        let Ok((decision, _)) = evidence.proven(frozen) else { return self.fold_fact(header, fact, frozen) };
        match frozen {
            None => {
                self.wordless.insert(decision.record);
            }
            Some(frozen) => {
                let state = rules::State { kinds: self.kinds, facts: &self.facts, ledger: &self.ledger };
                if let Err(refusal) = rules::evidence(state, evidence.clone(), frozen.clone()) {
                    self.fails("evidence", format!("Line {position} copies something that the rules forbid: {}", refusal.sentence));
                } else {
                    let (name, line, day) = (&evidence.name, evidence.line, moment(&self.facts, evidence.received_at));
                    let sentence = format!(
                        "Line {position} copies feedback that {name} signed in another relationship of the same person (line {line} there, received {day}); the signature holds by the device that was certified there."
                    );
                    self.findings.push(Finding::new("evidence", Outcome::Holds, sentence));
                }
            }
        }
        self.fold_fact(header, fact, frozen);
    }

    fn decision(&mut self, header: &Header, side: &Side) {
        self.began = true;
        let position = header.position;
        let (signed, decision, content) = match self.proven(side) {
            Ok(proven) => proven,
            Err((code, why)) => return self.fails(code, format!("Line {position}, a decision, is not to be believed: {why}.")),
        };
        let Some(kind) = self.kinds.get(&decision.kind) else {
            return self.cannot_tell("unknown_kind", format!("Line {position} decides on a kind of record that this build does not know. Use a newer one."));
        };
        if header.author != Some(decision.by) || header.device != Some(decision.device) {
            self.fails("author", format!("Line {position} was received from somebody else than the one who signed it."));
        }
        let readable = match decision.act {
            Act::Submit => content.is_some(),
            _ => self.ledger.get(decision.record).is_some_and(|entry| !entry.versions.is_empty()),
        };
        if !readable {
            self.wordless.insert(decision.record);
        }
        if readable && !self.wordless.contains(&decision.record) {
            let frozen = side.content.clone().zip(content.clone());
            self.ask(header, kind, &signed, &decision, frozen);
        }
        let author = self.ledger.get(decision.record).map_or(decision.by, |entry| entry.author);
        let seen_at = self.received.seen_at(decision.seen.position, &decision.seen.tag.0);
        let seen_at = decision.signed_after(seen_at, header.received_at);
        let receipt = Receipt { position, received_at: header.received_at, seen_at };
        self.ledger.fold(&self.facts, kind, Decided { decision: &decision, heads: &signed.heads, content, author, receipt });
    }

    fn proven(&self, side: &Side) -> Result<(SignedDecision, Decision, Option<Content>), (&'static str, String)> {
        let signed: SignedDecision = cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).map_err(|error| ("signature", error.to_string()))?;
        let (decision, content) = signed.proven(self.log, &self.facts, side.content.as_ref()).map_err(|error| {
            let code = match error {
                Unproven::NoCertificate => "certificate",
                Unproven::Digest => "content",
                Unproven::Beacon => "beacon",
                Unproven::Decision(_) => "signature",
            };
            (code, error.to_string())
        })?;
        Ok((signed, decision, content))
    }

    /// Asks the rules, as they were asked when the decision was received.
    fn ask(&mut self, header: &Header, kind: &'static Kind, signed: &SignedDecision, decision: &Decision, frozen: Option<(Bytes, Content)>) {
        let author = self.ledger.get(decision.record).map_or(decision.by, |entry| entry.author);
        let state = rules::State { kinds: self.kinds, facts: &self.facts, ledger: &self.ledger };
        let judge = |author| rules::decision(state, signed.clone(), decision.clone(), author, frozen.clone(), header.received_at);
        let seen = self.received.seen_at(decision.seen.position, &decision.seen.tag.0);
        let judged = seen.ok_or_else(words::refusal::bad_time).and_then(|_| judge(author));
        // Who began a record stands in its words, which are not here; where that decides, nothing can be told.
        let by_another = judged.is_err() && seen.is_some() && matches!(decision.act, Act::Void | Act::Hide) && judge(decision.by).is_ok();
        let is_older = decision.form != kind.form();
        let what = self.sentence(header, kind, decision);
        let code = decision.act.code();
        match judged {
            Ok(_) => {
                let findings = self.reasons(header, decision);
                let known = self.decided.entry(decision.record).or_default();
                known.push(Finding::new(code, Outcome::Holds, format!("{what} Signed on a device certified as theirs; every rule was met at that moment.")));
                known.extend(findings);
            }
            Err(_) if by_another => self.cannot_tell(code, format!("{what} Whether the record was theirs stands in words that are not in this file.")),
            Err(refusal) if is_older => {
                self.cannot_tell(&refusal.code, format!("{what} It was written on a form of another version, by whose rules this build cannot ask."));
            }
            Err(refusal) if self.rests_on_erased(decision, frozen.as_ref().map(|(_, content)| content)) => {
                self.cannot_tell(&refusal.code, format!("{what} Words that it rests on were erased since, so this rule cannot be asked again."));
            }
            Err(Refusal { code, sentence }) => self.fails(&code, format!("{what} The rules forbade it: {sentence}")),
        }
    }

    /// Whether evidence is gone that the version named, which is `sent` with this decision or was before.
    fn rests_on_erased(&self, decision: &Decision, sent: Option<&Content>) -> bool {
        let before = || self.ledger.get(decision.record)?.version(decision.version).map(|version| &version.content);
        sent.or_else(before).is_some_and(|content| evidence(content).any(|record| self.erased.contains(&record)))
    }

    /// What an approval rests on, in words: evidence, own work, agreement.
    fn reasons(&self, header: &Header, decision: &Decision) -> Vec<Finding> {
        let version = self.ledger.get(decision.record).and_then(|entry| entry.version(decision.version));
        let Some(version) = version.filter(|_| decision.act == Act::Approve) else { return Vec::new() };
        let state = rules::State { kinds: self.kinds, facts: &self.facts, ledger: &self.ledger };
        let evidence = rules::claim_assessment(state, version).map(|assessment| assessment.sentence()).unwrap_or_default();
        let by = self.facts.name(decision.by);
        let own_work = match self.facts.exempt("r2", decision.by, header.received_at) {
            Some(exemption) => format!("{by} was exempt from the rule that nobody signs off what they saw themselves: {}", exemption.reason),
            None => format!("{by} is not the one whose feedback carries it."),
        };
        let agreement = match self.facts.settings.agreement_first {
            true => "The agreement was signed before by mentee, lead mentor and supervisor.",
            false => "The organisation asks for no agreement before a sign-off.",
        };
        vec![
            Finding::new("r3_evidence", Outcome::Holds, format!("The evidence is in the file and was enough. {evidence}")),
            Finding::new("r2_own_work", Outcome::Holds, own_work),
            Finding::new("r11_agreement", Outcome::Holds, agreement),
        ]
    }

    fn sentence(&self, header: &Header, kind: &Kind, decision: &Decision) -> String {
        let unlock = match decision.unlock.method {
            UnlockMethod::Pin => "a PIN",
            UnlockMethod::Password => "a password",
            UnlockMethod::Passkey => "a passkey",
        };
        let reason = decision.reason.as_deref().map(|reason| format!(", “{reason}”")).unwrap_or_default();
        format!(
            "{}, version {}: {} by {}, {}, received {}, unlocked with {unlock}{reason} (line {}).",
            kind.name,
            decision.version,
            words::act_meaning(decision.act),
            self.facts.name(decision.by),
            words::role_name(decision.role),
            moment(&self.facts, header.received_at),
            header.position
        )
    }

    fn fails(&mut self, code: &str, sentence: String) {
        self.findings.push(Finding::new(code, Outcome::DoesNotHold, sentence));
    }

    fn cannot_tell(&mut self, code: &str, sentence: String) {
        self.findings.push(Finding::new(code, Outcome::CannotTell, sentence));
    }
}

/// The records that frozen words name as evidence.
pub(super) fn evidence(content: &Content) -> impl Iterator<Item = RecordId> {
    let here = content.iter().filter(|(key, _)| key.starts_with("evidence/")).filter_map(|(_, record)| record.text()?.parse().ok());
    here.chain(elsewhere::named(content).map(|(record, _)| record))
}

fn erased(log: &ProofLog) -> BTreeSet<RecordId> {
    let facts = log.lines.iter().filter(|line| line.header.kind == LineKind::Fact).filter_map(|line| line.side.as_ref());
    let erased = facts.filter_map(|side| match cbor::decode(&side.bytes.0, MAX_FACT_BYTES) {
        Ok(Fact::Epoch(epoch)) => Some(epoch.erased),
        _ => None,
    });
    erased.flatten().collect()
}

fn closed(header: &Header, what: &str) -> String {
    format!(
        "Line {} is {what} whose bytes are not in this file: erased, or left out. The chain holds over it, but it may change what the others mean.",
        header.position
    )
}
