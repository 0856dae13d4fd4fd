//! The replica core: one person's logs on one device, what is not sent yet, and what the screen sees.
//!
//! What was accepted is the fold of verified lines. What is pending is a list of intents, laid over it: a view is
//! `confirmed ∪ pending`, so taking back, replaying and refusing are edits of a list. An intent becomes an Automerge
//! change when the first request that carries it starts, and is the same bytes from then on.

mod book;
mod encode;
mod epoch;
mod outbox;
mod pending;
mod propose;
mod prove;
mod rows;
mod stored;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    book::Book,
    epoch::TOLD,
    pending::{Pending, Typed},
    trust::Trust,
};
pub use self::{
    propose::Unsigned,
    stored::{Effects, RestoreError, StoreOp, Stored, Table},
};
use crate::{
    beacon::Beacon,
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId},
    key::PublicKey,
    kind::Kinds,
    log::{Log, ReplayError},
    phone::{Ask, Me, News, Phase, Stuck, SyncView},
    refusal::Refusal,
    time::At,
    wire::{Cursor, LogUpdate, Session, SyncRequest, SyncResponse, Verdict},
    words::refusal as say,
};

/// Whose replica this is.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    pub person: PersonId,
    pub name: String,
    pub device: DeviceId,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    /// The one in force when this phone was set up: what it trusts from then on follows from it.
    pub organisation_key: PublicKey,
    pub demonstration: bool,
}

impl Identity {
    /// Of whoever is signed in, on the device that was enrolled for it.
    pub fn of(session: Session, device: DeviceId) -> Self {
        Self {
            person: session.person,
            name: session.name,
            device,
            organisation: session.organisation,
            organisation_name: session.organisation_name,
            organisation_key: session.organisation_key,
            demonstration: session.demonstration,
        }
    }

    pub fn me(&self) -> Me {
        Me { person: self.person, name: self.name.clone(), organisation_name: self.organisation_name.clone(), demonstration: self.demonstration }
    }
}

/// One person's logs on one device.
#[derive(Debug)]
pub struct Replica {
    kinds: Kinds,
    identity: Identity,
    books: BTreeMap<LogId, Book>,
    pending: Vec<Pending>,
    stuck: Vec<Stuck>,
    next_number: u64,
    sync: SyncView,
    /// The server answered last: what is new may go.
    in_touch: bool,
    /// Every line that the last answer told of is here. Not kept: a reopened phone asks for everything.
    read_up: bool,
    /// The newest signed hour that the server told.
    beacon: Option<Beacon>,
    trust: Trust,
}

/// Unsent intents on one phone; beyond this writing is refused until some went through.
pub const MAX_PENDING: usize = 2_000;
/// Entries under 'Could not be sent'; beyond this writing is refused until some were copied or dismissed.
pub const MAX_STUCK: usize = 500;
/// The clock's offset and the newest beacon under these names in [`Table::Meta`].
const CLOCK: &str = "clock_offset_ms";
const BEACON: &str = "beacon";
/// A smaller change of the offset is not worth a write.
const CLOCK_KEPT_WITHIN_MS: i64 = 1_000;

impl Replica {
    pub fn new(kinds: Kinds, identity: Identity) -> Self {
        let trust = Trust::new(identity.organisation_key.clone());
        Self {
            kinds,
            identity,
            books: BTreeMap::new(),
            pending: Vec::new(),
            stuck: Vec::new(),
            next_number: 1,
            sync: SyncView::default(),
            in_touch: false,
            read_up: false,
            beacon: None,
            trust,
        }
    }

    /// The replica as its store kept it. Lines are verified when they arrive and trusted here.
    pub fn restore(kinds: Kinds, identity: Identity, stored: Stored) -> Result<Self, RestoreError> {
        let mut replica = Self::new(kinds, identity);
        replica.load(stored)?;
        Ok(replica)
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The own log's name.
    pub fn own_log(&self) -> LogId {
        LogId::Own(self.identity.person)
    }

    /// One log's fold, for rules and tests.
    pub fn log(&self, log: LogId) -> Option<&crate::log::Log> {
        self.books.get(&log).map(|book| &book.log)
    }

    pub fn logs(&self) -> impl Iterator<Item = &crate::log::Log> {
        self.books.values().map(|book| &book.log)
    }

    pub fn stuck(&self) -> &[Stuck] {
        &self.stuck
    }

    /// Whether anything waits to be sent.
    pub fn has_unsent(&self, _now: At) -> bool {
        !self.pending.is_empty()
    }

    /// Everything that a screen needs, from nothing.
    pub fn view(&self) -> Vec<News> {
        let mut news = Vec::new();
        for (id, book) in &self.books {
            news.push(News::Log(Box::new(book.view())));
            let rows = book.records().chain(self.pending_records(*id)).collect::<BTreeSet<RecordId>>();
            news.push(News::Rows { log: *id, rows: rows.into_iter().filter_map(|record| self.row(*id, record)).collect(), gone: Vec::new() });
        }
        news.push(News::Stuck(self.stuck.clone()));
        news.push(News::Sync(self.sync_view()));
        news
    }

    /// One record as the screen sees it.
    pub fn row_of(&self, log: LogId, record: RecordId) -> Option<crate::phone::Row> {
        self.row(log, record)
    }

    /// Writing that needs no signature. Refused asks change nothing.
    pub fn ask(&mut self, ask: &Ask, now: At) -> Result<Effects, Refusal> {
        let mut effects = Effects::default();
        let touched = match ask {
            Ask::Create { log, record, kind, fields } => self.create(*log, *record, kind, fields, now, &mut effects)?,
            Ask::Set { log, record, field, value, leaving } => {
                self.set(*log, *record, Typed { field, value: value.as_ref(), leaving: *leaving }, now, &mut effects)?
            }
            Ask::Type { log, record, field, typing, leaving } => self.type_into(*log, *record, (field, typing, *leaving), now, &mut effects)?,
            Ask::Share { record, to } => self.share(*record, to, now, &mut effects)?,
            Ask::TakeBack { record } => self.take_back(*record, &mut effects)?,
            Ask::Discard { record } => self.discard(*record, now, &mut effects)?,
            Ask::Retry { stuck } => self.retry(*stuck, now, &mut effects)?,
            Ask::Dismiss { stuck } => self.dismiss(*stuck, &mut effects),
            Ask::TakeKey { typed } => self.take_key(typed, &mut effects).map(|()| BTreeSet::new())?,
            Ask::Hello | Ask::ChoosePin { .. } | Ask::Send { .. } | Ask::Decide { .. } | Ask::Prove { .. } | Ask::Wake | Ask::SignOut => BTreeSet::new(),
        };
        self.show(&touched, &mut effects);
        Ok(effects)
    }

    /// The next request: what waits, and cursors. Its effects must be durable before it is sent.
    ///
    /// Where nothing waits, or this phone may lack lines, it names every log, and whatever it does not know comes too.
    /// Otherwise it names the logs that it writes to; if there is more, the answer tells, and the next request names
    /// every log again.
    pub fn request(&mut self, now: At) -> (SyncRequest, Effects) {
        self.next_request(now, true)
    }

    /// A request that carries only what one carried before: for when nobody knows whether the server can be reached.
    /// What was asked for meanwhile stays an intent, and can be taken back until there is signal.
    pub fn probe(&mut self, now: At) -> (SyncRequest, Effects) {
        self.next_request(now, false)
    }

    /// Whether the server answered last, and nothing has broken off since.
    pub fn is_in_touch(&self) -> bool {
        self.in_touch
    }

    /// The connection broke off.
    pub fn lost_touch(&mut self) {
        self.in_touch = false;
    }

    /// Takes an answer in: lines first, then what became of each bundle.
    pub fn absorb(&mut self, request: &SyncRequest, mut response: SyncResponse, now: At) -> Effects {
        let mut effects = Effects::default();
        let mut touched = BTreeSet::new();
        self.sync.other_version = false;
        // The own log first: whatever key it leads to, the others may begin with.
        let own = self.own_log();
        let mut updates = std::mem::take(&mut response.logs);
        updates.sort_by_key(|update| update.log != own);
        self.hear_of_keys(&mut effects, |replica, effects| {
            for update in updates {
                let reads_on = response.lists(update.log);
                replica.take_lines(update, reads_on, &mut touched, effects);
            }
        });
        // Found before any is settled: a refusal changes what comes after it.
        let carried: Vec<Option<u64>> = request.push.iter().map(|bundle| self.carried(bundle)).collect();
        // Whoever answers under a key that nobody named may say that it has what it never kept.
        let believed = !self.trust.is_replaced();
        for (number, verdict) in carried.into_iter().zip(&response.verdicts) {
            if let Some(number) = number.filter(|_| believed) {
                self.settle(number, verdict, now, &mut touched, &mut effects);
            }
        }
        for entry in &response.directory {
            if let Some(book) = self.books.get_mut(&entry.log).filter(|book| book.closed) {
                book.closed = false;
                effects.news.push(News::Log(Box::new(book.view())));
            }
        }
        let gone: Vec<LogId> = self.books.keys().filter(|log| !response.lists(**log)).copied().collect();
        for log in gone {
            if let Some(book) = self.books.get_mut(&log)
                && !book.closed
            {
                book.closed = true;
                effects.news.push(News::LogGone { log });
            }
        }
        self.sync.reached = true;
        self.in_touch = true;
        self.read_up = response.directory.iter().all(|entry| self.has_read(entry));
        self.sync.sign_in_again = false;
        self.sync.synced_at = Some(now);
        self.learn_clock(response.now.since(now), &mut effects);
        self.learn_hour(response.beacon, &mut effects);
        self.show(&touched, &mut effects);
        effects
    }

    /// Kept, so that a reopened phone whose clock is wrong still knows by how much.
    fn learn_clock(&mut self, offset_ms: i64, effects: &mut Effects) {
        let moved = offset_ms.saturating_sub(self.sync.clock_offset_ms).abs() > CLOCK_KEPT_WITHIN_MS;
        self.sync.clock_offset_ms = offset_ms;
        if moved {
            effects.put(Table::Meta, CLOCK.to_owned(), &offset_ms);
        }
    }

    /// Kept, so that a phone that is opened without signal can quote it. One that is not the organisation's would have
    /// its decisions refused.
    fn learn_hour(&mut self, told: Option<Beacon>, effects: &mut Effects) {
        let Some(told) = told.filter(|told| self.beacon.as_ref().is_none_or(|known| known.hour < told.hour)) else { return };
        if self.trust.keys().iter().any(|key| told.verify(self.identity.organisation, key).is_ok()) {
            effects.put(Table::Meta, BEACON.to_owned(), &told);
            self.beacon = Some(told);
        }
    }

    /// Whether a log is here up to this place.
    fn has_read(&self, place: &Cursor) -> bool {
        match self.books.get(&place.log) {
            Some(book) => book.log.epoch == place.epoch && book.log.chain.next >= place.next,
            None => place.next == 0,
        }
    }

    /// Whether the answer that was just taken in told of lines that its request did not ask for.
    pub fn was_too_little(&self, request: &SyncRequest) -> bool {
        !request.rest && !self.read_up
    }

    /// Whether the answer that was just taken in leaves something to ask for at once.
    pub fn wants_more(&self, request: &SyncRequest, response: &SyncResponse) -> bool {
        if self.trust.is_replaced() {
            // The same again, until a person takes the key.
            return false;
        }
        self.was_too_little(request)
            || response.logs.iter().any(|update| update.more)
            || response.verdicts.iter().any(|verdict| verdict.is_kept() || is_of_old_epoch(verdict)) && !self.pending.is_empty()
            || request.push.is_empty() && response.logs.iter().any(|update| self.pending.iter().any(|pending| pending.log == update.log))
    }

    /// The request did not get through.
    pub fn failed(&mut self, _now: At) -> Effects {
        self.sync.reached = false;
        self.in_touch = false;
        let mut effects = Effects::default();
        effects.news.push(News::Sync(self.sync_view()));
        effects
    }

    /// The session ended, or another person's began: nothing is lost, nothing is sent.
    pub fn signed_out(&mut self) -> Effects {
        self.sync.sign_in_again = true;
        let mut effects = Effects::default();
        effects.news.push(News::Sync(self.sync_view()));
        effects
    }

    /// The server takes nothing from this device any more. Whatever waits could not be sent, with every word.
    pub fn revoked(&mut self, refusal: &Refusal, now: At) -> Effects {
        self.sync.revoked = true;
        self.in_touch = false;
        let mut effects = Effects::default();
        let mut touched = BTreeSet::new();
        while let Some(number) = self.pending.first().map(|pending| pending.number) {
            let Some(stranded) = self.drop_pending(number, &mut effects) else { break };
            touched.extend([(stranded.log, stranded.record), (self.own_log(), stranded.record)]);
            // A draft that was about to be shared is told once, with what was signed.
            if self.pending.iter().any(|other| other.says_all_of(&stranded)) {
                continue;
            }
            self.strand(stranded, refusal.clone(), false, now, &mut effects);
        }
        self.show(&touched, &mut effects);
        effects
    }

    /// App and server cannot talk: nothing is lost, nothing is sent.
    pub fn of_another_version(&mut self) -> Effects {
        self.sync.other_version = true;
        self.in_touch = false;
        let mut effects = Effects::default();
        effects.news.push(News::Sync(self.sync_view()));
        effects
    }

    /// Lines that came over the live stream.
    pub fn live(&mut self, update: LogUpdate, _now: At) -> Effects {
        let mut effects = Effects::default();
        let mut touched = BTreeSet::new();
        self.take_lines(update, true, &mut touched, &mut effects);
        self.show(&touched, &mut effects);
        effects
    }

    /// `reads_on`: the log is this person's to read on.
    fn take_lines(&mut self, update: LogUpdate, reads_on: bool, touched: &mut BTreeSet<(LogId, RecordId)>, effects: &mut Effects) {
        let id = update.log;
        let Some(update) = self.vouched(update, effects) else { return };
        let organisation = self.identity.organisation;
        if let Some(book) = self.books.get_mut(&id).filter(|book| book.log.told_epoch() < update.epoch) {
            if book.log.chain.next == 0 {
                // The next epoch began before a line of the one that it was told of had come.
                book.log = Log::told(id, organisation, update.epoch);
                effects.put(Table::Meta, format!("{TOLD}{id}"), &update.epoch);
            } else if update.lines.first().is_none_or(|line| line.header.position > 0) {
                // News of an epoch that this phone has not begun to read: the next request asks for all of it.
                self.read_up = false;
                return;
            } else {
                self.leave_epoch(id, update.epoch, touched, effects);
            }
        }
        let book = self.books.entry(id).or_insert_with(|| Book::told(id, organisation, update.epoch));
        let before_facts = book.fact_count;
        for line in update.lines {
            if line.header.position < book.log.chain.next {
                continue;
            }
            match book.take(&self.kinds, &line) {
                Ok(records) => {
                    effects.put_line(id, &line);
                    touched.extend(records.into_iter().map(|record| (id, record)));
                }
                // A newer app knows it. What stands before it is kept and shown.
                Err(ReplayError::UnknownKind(..)) => {
                    self.sync.other_version = true;
                    break;
                }
                Err(error) => {
                    // Verified lines are kept; what does not verify is not shown, and said.
                    effects.news.push(does_not_verify(&error));
                    return;
                }
            }
        }
        // Whoever left reads up to there, and not the epochs that began since and say what was erased.
        if reads_on && !update.more && !book.log.is_whole() {
            effects.news.push(does_not_verify(&ReplayError::Withheld(book.log.chain.next)));
            return;
        }
        if let Some(bytes) = book.snapshot_if_due() {
            effects.put_snapshot(id, bytes);
        }
        if book.fact_count != before_facts {
            let view = book.view();
            effects.put_log(&view);
            effects.news.push(News::Log(Box::new(view)));
            self.learn_keys();
        }
        self.enter_epoch(id, effects);
        // A draft whose id now stands in a shared log leaves the own log's lists, and the other way round.
        let own = self.own_log();
        let echoes: Vec<_> = touched.iter().filter(|(log, _)| *log != own).map(|(_, record)| (own, *record)).collect();
        touched.extend(echoes);
    }

    /// Tells the screen about records that changed, and keeps their rows.
    fn show(&self, touched: &BTreeSet<(LogId, RecordId)>, effects: &mut Effects) {
        let logs: BTreeSet<LogId> = touched.iter().map(|(log, _)| *log).collect();
        for log in logs {
            let mut rows = Vec::new();
            let mut gone = Vec::new();
            for (_, record) in touched.iter().filter(|(id, _)| *id == log) {
                match self.row(log, *record) {
                    Some(row) => {
                        effects.put_row(&row);
                        rows.push(row);
                    }
                    None => {
                        effects.delete_row(log, *record);
                        gone.push(*record);
                    }
                }
            }
            effects.news.push(News::Rows { log, rows, gone });
        }
        effects.news.push(News::Sync(self.sync_view()));
    }

    fn sync_view(&self) -> SyncView {
        let records: BTreeSet<RecordId> = self.pending.iter().map(|pending| pending.record).collect();
        SyncView {
            unsent: u32::try_from(records.len()).unwrap_or(u32::MAX),
            oldest_unsent_at: self.pending.iter().map(|pending| pending.at).min(),
            key_replaced: self.trust.begins(),
            ..self.sync.clone()
        }
    }

    fn book(&self, log: LogId) -> Result<&Book, Refusal> {
        self.books.get(&log).ok_or_else(say::unknown_record)
    }
}

/// What was refused for that alone is written anew.
fn is_of_old_epoch(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refused(refusal) if refusal.code == say::OLD_EPOCH)
}

fn does_not_verify(error: &ReplayError) -> News {
    News::Phase(Phase::Broken {
        sentence: format!("The record from the server does not verify ({error}). Nothing of yours is lost; tell your programme lead."),
    })
}
