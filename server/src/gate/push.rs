//! What a phone pushes: judged, committed, acknowledged, told.

use std::{collections::BTreeSet, sync::Arc};

use shared::{
    fact::Fact,
    id::{LogId, PersonId},
    log::{Author, Judged, Log},
    rules::{Accepted, Body, Touched},
    time::At,
    wire::{Bundle, LogUpdate, Verdict},
};

use super::{
    Gate, GateError, Result,
    facts::whole,
    kept::Fetched,
    logs::{Act, Locked},
};
use crate::store::{Drafted, Held, HeldId, LogWork, Moved, Place, Stand, Work};

/// What became of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    pub verdict: Verdict,
    /// Its lines, where it wrote some just now.
    pub written: Option<LogUpdate>,
}

impl From<Verdict> for Pushed {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, written: None }
    }
}

/// What comes of a bundle, before anything is written.
enum Ruled {
    Accepted(Box<Work>, Pushed),
    Answered(Verdict),
}

impl Gate {
    /// Judges a bundle. The verdict `Accepted` comes once its lines are durable.
    pub async fn push(self: &Arc<Self>, author: Author, bundle: Bundle, now: At) -> Result<Verdict> {
        Ok(self.push_and_keep(author, bundle, now).await?.verdict)
    }

    /// The same, with the lines, for whoever is to be answered with them.
    ///
    /// Runs to its end even where nobody waits for the answer any more: the store and the memory never part.
    pub async fn push_and_keep(self: &Arc<Self>, author: Author, bundle: Bundle, now: At) -> Result<Pushed> {
        let gate = Arc::clone(self);
        whole(async move {
            let verdict = gate.push_now(author, bundle, now).await;
            gate.tidy();
            verdict
        })
        .await
    }

    async fn push_now(&self, author: Author, bundle: Bundle, now: At) -> Result<Pushed> {
        if let Some(pushed) = self.push_upon_memory(author, &bundle, now).await {
            return Ok(pushed);
        }
        let mut act = match self.lock_for(author.person, &bundle, now).await {
            Err(GateError::Unknown) => return Ok(Verdict::Refused(shared::words::refusal::r10_not_member()).into()),
            other => other?,
        };
        match self.ruled(&mut act, author, &bundle, now).await? {
            Ruled::Accepted(work, pushed) => self.commit(act, *work).await.map(|()| pushed),
            Ruled::Answered(verdict) => {
                let received_at = received_at(&act, now);
                act.put_back(self);
                if matches!(verdict, Verdict::Held(_)) {
                    self.store.hold(&self.held_bundle(author, &bundle, received_at)).await?;
                }
                Ok(verdict.into())
            }
        }
    }

    /// What follows on what is known here is accepted at once. Of everything else nothing is said: memory may be behind.
    async fn push_upon_memory(&self, author: Author, bundle: &Bundle, now: At) -> Option<Pushed> {
        let try_it = async {
            let Some(mut act) = self.begin_upon_memory(bundle.log).await? else { return Ok(None) };
            if self.outward(act.log_mut(bundle.log).loaded_mut(), bundle).await?.is_nothing()
                && let Ruled::Accepted(work, pushed) = self.ruled(&mut act, author, bundle, now).await?
            {
                return self.commit(act, *work).await.map(|()| Some(pushed));
            }
            act.put_back(self);
            Ok(None)
        };
        try_it.await.unwrap_or_else(|error: GateError| {
            tracing::debug!(log = %bundle.log, %error, "judged again, under a turn");
            None
        })
    }

    /// What comes of a bundle in an act. Nothing is written yet.
    async fn ruled(&self, act: &mut Act, author: Author, bundle: &Bundle, now: At) -> Result<Ruled> {
        let received_at = received_at(act, now);
        let copied = self.copied(&mut act.logs, bundle).await?;
        let log = &act.log(bundle.log).loaded().log;
        if bundle.epoch != log.epoch {
            // Whoever left does not read the epoch that began since: there is nothing for them to go on with.
            let goes_on = log.facts.is_member(author.person, received_at) || log.facts.supervises(author.person, received_at);
            let refusal = if goes_on { shared::words::refusal::old_epoch(log.epoch) } else { shared::words::refusal::r10_not_member() };
            return Ok(Ruled::Answered(Verdict::Refused(refusal)));
        }
        let judge = |log: &mut Log| log.judge_with(&self.kinds, author, &bundle.items, copied.clone(), received_at);
        let accepted = match self.ask(act.log_mut(bundle.log).loaded_mut(), judge).await? {
            Judged::Accept(accepted) => accepted,
            Judged::Kept { position } => return Ok(Ruled::Answered(Verdict::Duplicate { position })),
            Judged::Answer(verdict) => return Ok(Ruled::Answered(verdict)),
        };
        let mut work = match self.elsewhere(&mut act.logs, bundle, &accepted, received_at).await {
            Err(GateError::Refused(refusal)) => return Ok(Ruled::Answered(Verdict::Refused(refusal))),
            other => other?,
        };
        let locked = act.log(bundle.log);
        let touched = touched(&accepted);
        let mut all = self.captured(&locked.loaded().log, author, &touched, received_at).await?;
        all.extend(accepted);
        let drafted = drafted(bundle.log, &touched, received_at);
        let own = self.log_work(locked, all, received_at).await?.with_drafted(drafted);
        let position = own.after().next.saturating_sub(1);
        let written = LogUpdate { log: own.log(), epoch: own.epoch(), lines: own.lines().cloned().collect(), more: false };
        work.logs.push(own);
        Ok(Ruled::Accepted(Box::new(work), Pushed { verdict: Verdict::Accepted { position }, written: Some(written) }))
    }

    /// What accepted decisions mean in the act's other logs: for copies of evidence, and for a mentee's other plans.
    /// Refused where the rules there forbid it.
    async fn elsewhere(&self, locked: &mut [Locked], bundle: &Bundle, accepted: &[Accepted], received_at: At) -> Result<Work> {
        let mut work = Work::default();
        let confirms_plan = Log::confirms_plan(&bundle.items);
        let (mut origin, others): (Vec<&mut Locked>, Vec<&mut Locked>) = locked.iter_mut().partition(|locked| locked.loaded().log.id == bundle.log);
        let Some(origin) = origin.first_mut() else { return Ok(work) };
        for locked in others {
            if confirms_plan {
                self.ask(locked.loaded_mut(), |log| origin.loaded().log.one_plan_beside(log, received_at)).await??;
            }
            let moved = |log: &mut Log| log.moved(&origin.loaded().log, accepted, received_at);
            let facts = self.ask(locked.loaded_mut(), moved).await?;
            if !facts.is_empty() {
                let accepted = self.judged(locked, facts, received_at).await?;
                work.logs.push(self.log_work(locked, accepted, received_at).await?);
            }
        }
        Ok(work)
    }

    fn held_bundle(&self, author: Author, bundle: &Bundle, received_at: At) -> Held {
        let id = HeldId(self.entropy.id(received_at));
        Held { id, log: bundle.log, author: author.person, device: author.device, bundle: bundle.clone(), received_at, outcome: None }
    }

    /// The lines that a locked log gains.
    pub(super) async fn log_work(&self, locked: &Locked, accepted: Vec<Accepted>, received_at: At) -> Result<LogWork> {
        let organisation = self.organisation().await?;
        let log = &locked.loaded().log;
        if log.wants() {
            // A defect: something was decided on less than there is.
            tracing::error!(log = %log.id, "a log was asked for what is not here, and nobody fetched it");
            return Err(GateError::Stopped);
        }
        let place = Place { log: log.id, epoch: log.epoch, before: log.chain, received_at, key: &organisation.key, entropy: &*self.entropy };
        Ok(LogWork::new(place, accepted))
    }

    /// Commits, then takes the lines into memory, then tells whoever listens, here and in other processes. Where the store
    /// fails, the act's logs are dropped and read again at the next touch.
    pub(super) async fn commit(&self, act: Act, work: Work) -> Result<()> {
        let logs = work.logs.clone();
        let mut locked = act.commit(self, work).await?;
        logs.iter().for_each(|work| self.store.announce(Moved { log: work.log(), from: work.before().next, next: work.after().next }));
        let mut all_taken = Ok(());
        for work in logs {
            match locked.iter().position(|locked| locked.loaded().log.id == work.log()) {
                Some(place) => all_taken = all_taken.and(self.take(locked.swap_remove(place), &work).await),
                // The act opened it: nobody has it in memory, and its first members learn that it is there.
                None => self.live.tell_moved(&moved(work.facts(), &BTreeSet::new()), work.log(), work.after().next),
            }
        }
        // What the act only read.
        locked.into_iter().for_each(|locked| locked.put_back(self));
        all_taken
    }

    /// Takes committed lines into memory, and tells the members: these are durable, whatever becomes of the memory.
    async fn take(&self, mut locked: Locked, work: &LogWork) -> Result<()> {
        let taken = self.take_lines(&mut locked, work).await;
        self.tell(&locked, work);
        taken.map(|()| locked.put_back(self))
    }

    async fn take_lines(&self, locked: &mut Locked, work: &LogWork) -> Result<()> {
        for line in work.lines() {
            // Never happens unless a rule let through what does not fold: the line is durable, so say it loudly and
            // read the log again next time.
            let taken = self.take_in(locked.loaded_mut(), line).await.inspect_err(|error| {
                tracing::error!(log = %work.log(), position = line.header.position, %error, "a committed line does not fold");
            });
            let reached = taken?;
            if reached != Fetched::Here {
                *locked.loaded_mut() = self.fold(work.log(), Stand { epoch: work.epoch(), head: work.after() }, reached).await?;
                break;
            }
        }
        Ok(())
    }

    /// Tells the members who listen here.
    fn tell(&self, locked: &Locked, work: &LogWork) {
        let log = &locked.loaded().log;
        let Some(last) = work.lines().last() else { return };
        let members: BTreeSet<PersonId> = log.facts.current(last.header.received_at).map(|member| member.person).collect();
        let lines = LogUpdate { log: log.id, epoch: log.epoch, lines: work.lines().cloned().collect(), more: false };
        self.live.tell_lines(&members, &moved(work.facts(), &members), lines, work.after().next);
    }
}

/// Who is told that there is something, and not what: whoever joined or left with these facts, and all members where an
/// epoch began, since they read the log from its first line again.
pub(crate) fn moved<'a>(facts: impl Iterator<Item = &'a Fact>, members: &BTreeSet<PersonId>) -> BTreeSet<PersonId> {
    let mut moved = BTreeSet::new();
    for fact in facts {
        match fact {
            Fact::Member(member) => moved.extend([member.person]),
            Fact::MemberEnded(ended) => moved.extend([ended.person]),
            Fact::Epoch(_) => moved.extend(members),
            _ => {}
        }
    }
    moved
}

/// No log that an act writes to has a later line.
fn received_at(act: &Act, now: At) -> At {
    act.logs.iter().map(|locked| locked.loaded().received_at(now)).max().unwrap_or(now)
}

/// The records that accepted changes write: a bundle has one change.
fn touched(accepted: &[Accepted]) -> Vec<Touched> {
    let of = |accepted: &Accepted| if let Body::Word { touched, .. } = accepted.body() { touched.clone() } else { Vec::new() };
    accepted.iter().flat_map(of).collect()
}

fn drafted(log: LogId, touched: &[Touched], at: At) -> Vec<Drafted> {
    match log {
        LogId::Own(person) => touched.iter().map(|touched| Drafted { person, record: touched.record, at }).collect(),
        LogId::Pair(_) | LogId::Record(_) => Vec::new(),
    }
}
