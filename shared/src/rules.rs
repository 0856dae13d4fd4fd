//! The rules R1 to R16: what may be written and decided. Pure: facts, ledger and the act in, `Accepted` or a
//! refusal out. The phone asks the same functions beforehand; the server asks them and nothing else.
//!
//! Only this module can make an [`Accepted`], and the store's commit takes nothing else.

mod agreement_first;
mod erased;
mod evidence_elsewhere;
mod evidence_met;
mod fresh_unlock;
mod guidance;
mod keys;
mod membership;
mod one_plan;
mod order;
mod own_work;
mod reasons;
mod sealed_stays;
mod seen_version;
mod time_chosen;
mod writer;

pub use self::{
    evidence_met::{chosen, claim_assessment},
    fresh_unlock::needs_unlock,
    guidance::is_below_expected,
    one_plan::is_active as plan_is_active,
    writer::{Typed, Write, WriteTo},
};
use crate::{
    bytes::{Bytes, Hash},
    decision::{Act, Content, Decision, SignedDecision, Unlock},
    fact::{Evidence, Fact, Facts},
    id::{DeviceId, LogId, PersonId, RecordId},
    kind::{Chain, Kind, Kinds},
    ledger::Ledger,
    refusal::Refusal,
    role::Role,
    time::At,
    words::refusal as say,
};

/// Something that the rules let through: the one thing that a store commits.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    body: Body,
}

/// What was let through.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Word {
        change: Bytes,
        hash: Hash,
        author: PersonId,
        device: DeviceId,
        /// The records that it writes.
        touched: Vec<Touched>,
    },
    Decision {
        signed: SignedDecision,
        decision: Box<Decision>,
        content: Option<Bytes>,
    },
    Fact(Fact),
    /// What a claim names in another log, with the words that were sealed there.
    Evidence {
        evidence: Box<Evidence>,
        frozen: Bytes,
    },
    /// What a new epoch begins with: by nobody, since everybody who wrote it stands in the lines of the old one.
    Carried(Bytes),
}

/// A record that a change writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    pub record: RecordId,
    /// The change makes it.
    pub is_new: bool,
}

impl Accepted {
    pub fn body(&self) -> &Body {
        &self.body
    }

    pub fn into_body(self) -> Body {
        self.body
    }
}

/// What the rules know of a log.
#[derive(Debug, Clone, Copy)]
pub struct State<'a> {
    pub kinds: &'a Kinds,
    pub facts: &'a Facts,
    pub ledger: &'a Ledger,
}

/// A decision that somebody wants to take.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    pub log: LogId,
    pub record: RecordId,
    pub kind: &'static Kind,
    /// The version decided on; for a submit the one that it makes.
    pub version: u32,
    pub act: Act,
    pub by: PersonId,
    pub role: Role,
    /// Who made the record.
    pub author: PersonId,
    /// The words to freeze: on a submit.
    pub content: Option<&'a Content>,
    pub reason: Option<&'a str>,
    /// Not known beforehand, when the phone asks 'why not'.
    pub unlock: Option<Unlock>,
    /// By the device's clock.
    pub at: At,
}

/// Says why the proposal would be refused, or nothing. The same code as the server's; only the unlock, which comes
/// after the tap, is left out.
pub fn why_not(state: State<'_>, proposal: &Proposal<'_>, now: At) -> Option<Refusal> {
    check(state, proposal, now).err()
}

/// Judges a decision whose signature holds and whose content, on a submit, was frozen from accepted words.
pub fn decision(
    state: State<'_>,
    signed: SignedDecision,
    decision: Decision,
    author: PersonId,
    frozen: Option<(Bytes, Content)>,
    received_at: At,
) -> Result<Accepted, Refusal> {
    let kind = state.kinds.get(&decision.kind).ok_or_else(say::unknown_kind)?;
    let proposal = Proposal {
        log: decision.log,
        record: decision.record,
        kind,
        version: decision.version,
        act: decision.act,
        by: decision.by,
        role: decision.role,
        author,
        content: frozen.as_ref().map(|(_, content)| content),
        reason: decision.reason.as_deref(),
        unlock: Some(decision.unlock),
        at: decision.at,
    };
    check(state, &proposal, received_at)?;
    seen_version::digest(state, &decision)?;
    fresh_unlock::check(state, &proposal)?;
    Ok(Accepted { body: Body::Decision { signed, decision: Box::new(decision), content: frozen.map(|(bytes, _)| bytes) } })
}

/// One change that passed the shield, and what it writes.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub log: LogId,
    pub author: PersonId,
    pub device: DeviceId,
    pub writes: &'a [Write<'a>],
    /// Its bytes and its hash, as the document knows it.
    pub change: &'a Bytes,
    pub hash: Hash,
}

/// Judges the writes of one change; the change itself passed the shield.
pub fn words(state: State<'_>, words: &Words<'_>, received_at: At) -> Result<Accepted, Refusal> {
    let Words { log, author, device, writes, change, hash } = *words;
    // Adopting keeps the author: the lead's fact stands in for the membership, and for nothing else.
    if state.facts.adopted.get(&hash) != Some(&author) {
        membership::writer(state, author, received_at)?;
    }
    written(state, log, author, writes, received_at)?;
    let touched = writes.iter().map(|write| Touched { record: write.record, is_new: matches!(write.to, WriteTo::New { .. }) }).collect();
    Ok(Accepted { body: Body::Word { change: change.clone(), hash, author, device, touched } })
}

fn written(state: State<'_>, log: LogId, author: PersonId, writes: &[Write<'_>], received_at: At) -> Result<(), Refusal> {
    writes.iter().try_for_each(|write| erased::writes(state, write.record))?;
    writer::check(state, log, author, writes, received_at)
}

/// Says why words would be refused, or nothing: for the phone, before it writes them.
pub fn why_not_words(state: State<'_>, log: LogId, author: PersonId, writes: &[Write<'_>], now: At) -> Option<Refusal> {
    membership::writer(state, author, now).and_then(|()| written(state, log, author, writes, now)).err()
}

/// Whether a reason can be given: it says something, and not too much.
pub fn reason(reason: &str) -> Result<(), Refusal> {
    reasons::given(reason)
}

/// Facts come from the organisation: from its administration, or from an act that names the lead.
pub fn fact(state: State<'_>, fact: Fact, received_at: At) -> Result<Accepted, Refusal> {
    membership::fact(state, &fact, received_at)?;
    reasons::fact(&fact)?;
    erased::fact(&fact)?;
    evidence_elsewhere::fact(state, &fact)?;
    keys::fact(state, &fact)?;
    Ok(Accepted { body: Body::Fact(fact) })
}

/// Copies sealed feedback in from another record log, for a claim that names it.
pub fn evidence(state: State<'_>, evidence: Evidence, frozen: Bytes) -> Result<Accepted, Refusal> {
    evidence_elsewhere::copied(state, &evidence, &frozen)?;
    Ok(Accepted { body: Body::Evidence { evidence: Box::new(evidence), frozen } })
}

/// What an epoch's document begins with was accepted before, and is judged by nobody again.
#[cfg(feature = "document")]
pub fn carried(carried: crate::epoch::Carried) -> Accepted {
    Accepted { body: Body::Carried(carried.into_change()) }
}

/// The roles whose decision an act is, for a kind.
pub fn deciders(act: Act, chain: Chain) -> &'static [Role] {
    match (act, chain) {
        (Act::Submit, Chain::None) => &[],
        (Act::Submit, Chain::WriterSeals) => &[Role::Mentor, Role::Supervisor, Role::Lead],
        (Act::Submit, Chain::PartiesSign) => &[Role::Mentee, Role::Mentor],
        (Act::Submit, Chain::SupervisorConfirms) => &[Role::Mentor, Role::Supervisor],
        (Act::Submit, Chain::SupervisorApproves) => &[Role::Mentee],
        (Act::Return, Chain::SupervisorApproves | Chain::SupervisorConfirms) => &[Role::Supervisor],
        (Act::Return | Act::Sign, Chain::PartiesSign) => &[Role::Mentee, Role::Mentor, Role::Supervisor],
        (Act::Acknowledge | Act::Disagree, Chain::WriterSeals) => &[Role::Mentee],
        (Act::Countersign, Chain::WriterSeals) => &[Role::Supervisor],
        (Act::Confirm, Chain::SupervisorConfirms) => &[Role::Supervisor],
        (Act::Approve, Chain::SupervisorApproves) => &[Role::Supervisor],
        (Act::Revoke, Chain::SupervisorApproves) => &[Role::Supervisor, Role::Lead],
        (Act::Void | Act::Hide, _) => &[Role::Mentee, Role::Mentor, Role::Supervisor, Role::Lead],
        _ => &[],
    }
}

/// The role in which somebody would take an act: the first of theirs whose act it is.
pub fn role_for(facts: &Facts, person: PersonId, act: Act, kind: &Kind, author: PersonId, now: At) -> Result<Role, Refusal> {
    let allowed = deciders(act, kind.chain);
    let roles = facts.roles(person, now);
    if roles.is_empty() && !facts.supervises(person, now) {
        return Err(say::r10_not_member());
    }
    let fits = |role: &Role| allowed.contains(role) && (*role != Role::Lead || person != author || roles.len() == 1);
    let own = roles.iter().copied().find(fits);
    let cover = (allowed.contains(&Role::Supervisor) && facts.supervises(person, now)).then_some(Role::Supervisor);
    own.or(cover).or_else(|| roles.first().copied()).ok_or_else(say::r10_role)
}

fn check(state: State<'_>, proposal: &Proposal<'_>, received_at: At) -> Result<(), Refusal> {
    membership::decider(state, proposal, received_at)?;
    erased::decides(state, proposal)?;
    evidence_elsewhere::decides(state, proposal)?;
    writer::decider(state, proposal)?;
    reasons::check(proposal)?;
    seen_version::check(state, proposal)?;
    sealed_stays::check(state, proposal)?;
    if proposal.act == Act::Submit {
        writer::form(state, proposal)?;
        time_chosen::check(proposal, received_at)?;
        guidance::check(state, proposal)?;
        evidence_met::named(state, proposal)?;
        evidence_elsewhere::named(state, proposal)?;
    }
    own_work::check(state, proposal, received_at)?;
    if proposal.act == Act::Approve {
        agreement_first::check(state, proposal, received_at)?;
        evidence_met::check(state, proposal)?;
    }
    one_plan::check(state, proposal)?;
    order::check(state, proposal)
}
