//! What a store's tables hold, as a fold of its transactions.

use std::collections::{BTreeMap, BTreeSet};

use server::store::{
    Device, Drafted, Held, HeldId, Kept, LogWork, Membership, Organisation, Page, Person, Reach, Result, Settled, Stand, StoreError, Work, items_hash, weight,
};
use shared::{
    fact::Fact,
    id::{DeviceId, LogId, PersonId, RecordId},
    line::{Line, LineKind},
    parts::{Name, Rows},
    role::Role,
    time::At,
};

/// One transaction.
#[derive(Debug)]
pub enum Write {
    Work(Box<Work>),
    Hold(Held),
    Keep(LogId, Box<Kept>),
}

impl Write {
    /// The pieces that a disk could keep apart: a head, and each line behind it.
    pub fn pieces(&self) -> usize {
        match self {
            Self::Work(work) => 1 + work.logs.iter().map(|log| log.entries().len()).sum::<usize>(),
            Self::Hold(_) | Self::Keep(..) => 1,
        }
    }
}

#[derive(Debug, Default, Clone)]
pub struct Tables {
    pub organisation: Option<Organisation>,
    pub people: Vec<Person>,
    pub devices: BTreeMap<DeviceId, Device>,
    pub logs: BTreeMap<LogId, LogTable>,
    pub parts: BTreeMap<LogId, Rows>,
    members: Vec<Member>,
    drafts: BTreeMap<(PersonId, RecordId), (At, At)>,
    /// Where evidence came from, of which record, and where it went.
    copies: BTreeSet<(LogId, RecordId, LogId)>,
    held: BTreeMap<HeldId, Held>,
}

#[derive(Debug, Clone)]
pub struct LogTable {
    pub stand: Stand,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Member {
    of: Membership,
    /// When the line that began it was received.
    stated_at: At,
    ended_by: Option<u64>,
}

impl Member {
    /// What a line says of its own time is so once it stands, and what one has ended is over, whatever a process's clock says.
    fn is_current(&self, now: At) -> bool {
        self.ended_by.is_none() && self.of.since <= now.max(self.stated_at) && self.of.until.is_none_or(|until| now < until)
    }
}

impl Tables {
    /// Whether a transaction may still be written: nobody else was first.
    pub fn takes(&self, write: &Write) -> Result<()> {
        let work = match write {
            Write::Work(work) => work,
            Write::Hold(_) => return Ok(()),
            Write::Keep(log, kept) => return if self.takes_parts(*log, kept) { Ok(()) } else { Err(StoreError::Conflict) },
        };
        let moved = |log: &LogWork| match self.logs.get(&log.log()) {
            Some(table) => table.stand.head != log.before() || table.stand.epoch != log.epoch_before(),
            None => log.before().next != 0,
        };
        let settled = work.settled.is_some_and(|settled| self.held.get(&settled.held).is_none_or(|held| held.outcome.is_some()));
        let founded = work.organisation.is_some() && self.organisation.is_some();
        if settled || founded || work.logs.iter().any(moved) { Err(StoreError::Conflict) } else { Ok(()) }
    }

    fn takes_parts(&self, log: LogId, kept: &Kept) -> bool {
        let root = self.parts.get(&log).and_then(|parts| parts.get(&Name::Root));
        let has_line = |table: &LogTable| {
            let last = kept.chain.next.checked_sub(1).and_then(|position| table.lines.get(usize::try_from(position).ok()?));
            table.stand.epoch == kept.epoch && last.is_some_and(|line| line.hash == kept.chain.hash)
        };
        root == kept.before.as_ref() && self.logs.get(&log).is_some_and(has_line)
    }

    pub fn apply(&mut self, write: &Write) {
        self.apply_pieces(write, write.pieces());
    }

    /// What a recovery makes of a transaction of which only so many pieces reached the disk, if it takes them at all.
    pub fn apply_pieces(&mut self, write: &Write, pieces: usize) {
        match write {
            Write::Work(work) => self.work(work, pieces),
            Write::Keep(log, kept) => {
                let parts = self.parts.entry(*log).or_default();
                if kept.anew {
                    parts.clear();
                }
                parts.extend(kept.rows.clone());
            }
            Write::Hold(held) => {
                let hash = items_hash(&held.bundle.items);
                let known = self.held.values().any(|other| other.log == held.log && other.author == held.author && items_hash(&other.bundle.items) == hash);
                if !known {
                    self.held.insert(held.id, held.clone());
                }
            }
        }
    }

    fn work(&mut self, work: &Work, pieces: usize) {
        if let Some(organisation) = &work.organisation {
            self.organisation = Some(organisation.clone());
        }
        self.people.extend(work.people.iter().cloned());
        if let Some(device) = &work.device {
            self.devices.insert(device.id, device.clone());
        }
        let mut left = pieces.saturating_sub(1);
        for log in &work.logs {
            if let Some(erasure) = log.erasure() {
                self.erase(log.log(), log.before().next, &erasure.submits);
            }
            for entry in log.entries().iter().take(left) {
                self.line(log.log(), log.epoch(), &entry.line, entry.fact.as_ref());
            }
            left = left.saturating_sub(log.entries().len());
            log.drafted().iter().for_each(|drafted| self.drafted(*drafted));
        }
        if let Some(Settled { held, outcome, .. }) = work.settled
            && let Some(held) = self.held.get_mut(&held)
        {
            held.outcome = Some(outcome);
        }
    }

    fn line(&mut self, log: LogId, epoch: u32, line: &Line, fact: Option<&Fact>) {
        let head = shared::line::ChainHead { next: line.header.position + 1, hash: line.hash };
        let table = self.logs.entry(log).or_insert_with(|| LogTable { stand: Stand { epoch, head }, lines: Vec::new() });
        table.stand = Stand { epoch, head };
        table.lines.push(line.clone());
        match fact {
            Some(Fact::Member(member)) => {
                let of = Membership {
                    log,
                    person: member.person,
                    name: member.name.clone(),
                    role: member.role,
                    leads: member.leads,
                    since: member.from,
                    until: member.until,
                };
                self.members.push(Member { of, stated_at: line.header.received_at, ended_by: None });
            }
            Some(Fact::MemberEnded(ended)) => {
                let ends = |member: &&mut Member| {
                    let of = &member.of;
                    of.log == log && of.person == ended.person && of.role == ended.role && of.until.is_none()
                };
                for member in self.members.iter_mut().filter(ends) {
                    member.of.until = Some(ended.at);
                    member.ended_by = Some(line.header.position);
                }
            }
            Some(Fact::Evidence(evidence)) => {
                if let Ok(decision) = evidence.signed.decision() {
                    self.copies.insert((decision.log, decision.record, log));
                }
            }
            Some(Fact::DeviceRevoked { device }) => {
                if let Some(device) = self.devices.get_mut(device) {
                    device.revoked_at.get_or_insert(line.header.received_at);
                }
            }
            _ => {}
        }
    }

    /// Destroys the words before a position, and the frozen words of some submits.
    fn erase(&mut self, log: LogId, before: u64, submits: &[u64]) {
        self.parts.remove(&log);
        let Some(table) = self.logs.get_mut(&log) else { return };
        for line in table.lines.iter_mut().filter(|line| line.header.position < before) {
            if line.header.kind == LineKind::Word {
                line.side = None;
            } else if let Some(side) = line.side.as_mut().filter(|_| submits.contains(&line.header.position)) {
                side.content = None;
            }
        }
    }

    fn drafted(&mut self, Drafted { person, record, at }: Drafted) {
        let times = self.drafts.entry((person, record)).or_insert((at, at));
        *times = (times.0.min(at), times.1.max(at));
    }

    // ---- questions ----

    pub fn stand(&self, log: LogId) -> Option<Stand> {
        self.logs.get(&log).map(|table| table.stand)
    }

    pub fn parts(&self, log: LogId, names: &BTreeSet<Name>) -> Rows {
        let Some(parts) = self.parts.get(&log) else { return Rows::new() };
        names.iter().filter_map(|name| Some((*name, parts.get(name)?.clone()))).collect()
    }

    pub fn lines(&self, log: LogId, page: Page) -> Vec<Line> {
        let Some(table) = self.logs.get(&log) else { return Vec::new() };
        let from = usize::try_from(page.from).unwrap_or(usize::MAX);
        let end = usize::try_from(page.end).unwrap_or(usize::MAX).min(table.lines.len());
        let mut spent = 0_usize;
        let mut lines = Vec::new();
        for line in table.lines.get(from..end).unwrap_or_default().iter().take(page.lines) {
            spent = spent.saturating_add(weight(line));
            if !lines.is_empty() && spent > page.bytes {
                break;
            }
            lines.push(line.clone());
        }
        lines
    }

    pub fn reach(&self, person: PersonId, now: At) -> Vec<Reach> {
        let mut reach = Vec::new();
        for (log, table) in &self.logs {
            let mine: Vec<&Member> = self.members.iter().filter(|member| member.of.log == *log && member.of.person == person).collect();
            if mine.is_empty() {
                continue;
            }
            let current = mine.iter().any(|member| member.is_current(now));
            let next = table.stand.head.next;
            let first_after = |at: At| table.lines.iter().find(|line| line.header.received_at >= at).map(|line| line.header.position);
            let left = mine.iter().filter_map(|member| match (member.ended_by, member.of.until) {
                (Some(position), _) => Some(position + 1),
                (None, Some(until)) if until <= now => first_after(until),
                _ => None,
            });
            let end = if current { next } else { left.max().unwrap_or(next).min(next) };
            reach.push(Reach { log: *log, epoch: table.stand.epoch, end, current });
        }
        reach
    }

    pub fn memberships(&self, log: LogId) -> Vec<Membership> {
        self.members.iter().filter(|member| member.of.log == log).map(|member| member.of.clone()).collect()
    }

    pub fn logs_as(&self, person: PersonId, role: Role, now: At) -> Vec<LogId> {
        let has = |member: &&Member| {
            let of = &member.of;
            let is_record = matches!(of.log, LogId::Record(_));
            is_record && of.person == person && of.role == role && member.is_current(now)
        };
        let mut logs: Vec<LogId> = self.members.iter().filter(has).map(|member| member.of.log).collect();
        logs.sort_unstable();
        logs.dedup();
        logs
    }

    pub fn ends(&self, people: &[PersonId], now: At) -> Vec<(PersonId, LogId, u64)> {
        people
            .iter()
            .flat_map(|person| self.reach(*person, now).into_iter().filter(|reach| reach.current).map(|reach| (*person, reach.log, reach.end)))
            .collect()
    }

    pub fn draft_times(&self, person: PersonId, record: RecordId) -> Option<(At, At)> {
        self.drafts.get(&(person, record)).copied()
    }

    pub fn copies(&self, origin: LogId, record: RecordId) -> Vec<LogId> {
        self.copies.iter().filter(|(from, of, _)| (*from, *of) == (origin, record)).map(|(_, _, log)| *log).collect()
    }

    pub fn held(&self, held: HeldId) -> Option<Held> {
        self.held.get(&held).cloned()
    }

    pub fn held_in(&self, log: LogId) -> Vec<Held> {
        let mut waiting: Vec<Held> = self.held.values().filter(|held| held.log == log && held.outcome.is_none()).cloned().collect();
        waiting.sort_by_key(|held| (held.received_at, held.id));
        waiting
    }
}
