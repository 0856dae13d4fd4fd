//! What a phone pushes: judged, committed, acknowledged, told.

use std::{collections::BTreeSet, sync::Arc};

use shared::{
    change::{Decoded, effect},
    fact::Fact,
    id::{LogId, PersonId, RecordId},
    log::{Author, Judged},
    refusal::Refusal,
    rules::{Accepted, Body},
    time::At,
    wire::{Bundle, LiveFrame, LogUpdate, Verdict},
};

use super::{Gate, GateError, Result, logs::Locked};
use crate::store::{Drafted, Held, HeldId, LogWork, Place, StoreError, Work};

/// Two writers can meet where several processes share a store: the log is read again and judged again, this often.
const TRIES: usize = 3;

impl Gate {
    /// Judges a bundle. The verdict `Accepted` comes once its lines are durable.
    ///
    /// Runs to its end even where nobody waits for the answer any more: the store and the memory never part.
    pub async fn push(self: &Arc<Self>, author: Author, bundle: Bundle, now: At) -> Result<Verdict> {
        let gate = Arc::clone(self);
        tokio::spawn(async move { gate.try_push(author, bundle, now).await }).await.unwrap_or(Err(GateError::Stopped))
    }

    async fn try_push(&self, author: Author, bundle: Bundle, now: At) -> Result<Verdict> {
        for _ in 1..TRIES {
            match self.push_once(author, &bundle, now).await {
                Err(GateError::Store(StoreError::Conflict)) => {}
                other => return other,
            }
        }
        self.push_once(author, &bundle, now).await
    }

    async fn push_once(&self, author: Author, bundle: &Bundle, now: At) -> Result<Verdict> {
        let mut locked = match self.lock(bundle.log).await {
            Err(GateError::Unknown) => return Ok(Verdict::Refused(shared::words::refusal::r10_not_member())),
            other => other?,
        };
        let received_at = locked.loaded().received_at(now);
        let log = &mut locked.loaded_mut().log;
        if bundle.epoch != log.epoch {
            let epoch = log.epoch;
            locked.put_back();
            return Ok(Verdict::Refused(Refusal::new(
                "old_epoch",
                format!("Words were erased from this record since. Open the app again to go on (epoch {epoch})."),
            )));
        }
        let accepted = match log.judge(&self.kinds, author, &bundle.items, received_at) {
            Judged::Accept(accepted) => accepted,
            Judged::Kept { position } => {
                locked.put_back();
                return Ok(Verdict::Duplicate { position });
            }
            Judged::Answer(verdict) => {
                locked.put_back();
                if matches!(verdict, Verdict::Held(_)) {
                    self.store.hold(&self.held_bundle(author, bundle, received_at)).await?;
                }
                return Ok(verdict);
            }
        };
        let touched = touched(&locked.loaded().log, &accepted);
        let mut all = self.captured(&locked.loaded().log, author, &touched, received_at).await?;
        all.extend(accepted);
        let drafted = drafted(bundle.log, &touched, received_at);
        let work = self.log_work(&locked, all, received_at).await?.with_drafted(drafted);
        let position = work.after().next.saturating_sub(1);
        self.commit(vec![locked], Work::of(work)).await?;
        Ok(Verdict::Accepted { position })
    }

    fn held_bundle(&self, author: Author, bundle: &Bundle, received_at: At) -> Held {
        let id = HeldId(self.entropy.id(received_at));
        Held { id, log: bundle.log, author: author.person, device: author.device, bundle: bundle.clone(), received_at, outcome: None }
    }

    /// The lines that a locked log gains.
    pub(super) async fn log_work(&self, locked: &Locked, accepted: Vec<Accepted>, received_at: At) -> Result<LogWork> {
        let organisation = self.organisation().await?;
        let log = &locked.loaded().log;
        let place = Place { log: log.id, epoch: log.epoch, before: log.chain, received_at, key: &organisation.key, entropy: &*self.entropy };
        Ok(LogWork::new(place, accepted))
    }

    /// Commits, then takes the lines into memory, then tells whoever listens. `locked` are those of `work`'s logs that
    /// were there before. Where the store fails, they are dropped and read again at the next touch.
    pub(super) async fn commit(&self, locked: Vec<Locked>, work: Work) -> Result<()> {
        let logs = work.logs.clone();
        self.store.commit(work).await?;
        for mut locked in locked {
            let id = locked.loaded().log.id;
            for work in logs.iter().filter(|work| work.log() == id) {
                for line in work.lines() {
                    // Never happens unless a rule let through what does not fold: the line is durable, so say it
                    // loudly and read the log again next time.
                    if let Err(error) = locked.loaded_mut().apply(self, line) {
                        tracing::error!(log = %id, position = line.header.position, %error, "a committed line does not fold");
                        return Err(error);
                    }
                }
                self.tell(&locked, work);
            }
            locked.put_back();
        }
        for opened in logs.iter().filter(|work| work.before().next == 0) {
            self.tell_newcomers(opened);
        }
        Ok(())
    }

    /// A log that was opened just now: its members learn that there is something to fetch.
    fn tell_newcomers(&self, work: &LogWork) {
        let members = work.facts().filter_map(|fact| if let Fact::Member(member) = fact { Some(member.person) } else { None });
        let (log, next) = (work.log(), work.after().next);
        self.live.tell(members, log, next, || LiveFrame::Moved { log, next });
    }

    /// Members get the lines. Who joined or left with them learns that something moved: a newcomer lacks all that came
    /// before, and whoever left is to see that in the directory.
    fn tell(&self, locked: &Locked, work: &LogWork) {
        let log = &locked.loaded().log;
        let Some(last) = work.lines().last() else { return };
        let now = last.header.received_at;
        let moved: BTreeSet<PersonId> = work
            .facts()
            .filter_map(|fact| match fact {
                Fact::Member(member) => Some(member.person),
                Fact::MemberEnded(ended) => Some(ended.person),
                _ => None,
            })
            .collect();
        let members: BTreeSet<PersonId> = log.facts.current(now).map(|member| member.person).collect();
        let next = work.after().next;
        let frame = || LiveFrame::Lines(LogUpdate { log: log.id, epoch: log.epoch, lines: work.lines().cloned().collect(), more: false });
        self.live.tell(members.difference(&moved).copied(), log.id, next, frame);
        self.live.tell(moved.into_iter(), log.id, next, || LiveFrame::Moved { log: log.id, next });
    }
}

/// A record that a bundle's change touches.
pub(super) struct Touched {
    pub(super) record: RecordId,
    pub(super) created: bool,
    pub(super) by: PersonId,
}

/// The records that accepted changes write. Asked before they are applied.
fn touched(log: &shared::log::Log, accepted: &[Accepted]) -> Vec<Touched> {
    let mut touched: Vec<Touched> = Vec::new();
    for accepted in accepted {
        let Body::Word { change, author, .. } = accepted.body() else { continue };
        let effects = Decoded::parse(&change.0).and_then(|decoded| effect::effects(&decoded, &log.index)).unwrap_or_default();
        for effect in effects {
            let Ok(record) = effect.record().parse() else { continue };
            if !touched.iter().any(|known| known.record == record) {
                touched.push(Touched { record, created: matches!(effect, effect::Effect::Create { .. }), by: *author });
            }
        }
    }
    touched
}

fn drafted(log: LogId, touched: &[Touched], at: At) -> Vec<Drafted> {
    match log {
        LogId::Own(person) => touched.iter().map(|touched| Drafted { person, record: touched.record, at }).collect(),
        LogId::Pair(_) | LogId::Record(_) => Vec::new(),
    }
}
