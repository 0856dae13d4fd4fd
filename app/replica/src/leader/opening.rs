//! From a closed browser to a list on the screen: rows first, everything else behind them.

use std::{collections::BTreeMap, ops::Range, rc::Rc};

use shared::{
    cbor,
    id::{LogId, RecordId},
    kind::Kinds,
    phone::{LogView, News, Phase, Row},
    replica::{Identity, Replica, Stored, Table},
};

use super::{
    Event, Leader,
    owner::{IDENTITY, Owner, Standing},
};
use crate::{
    answered::Answered,
    browser,
    keys::Keys,
    mailbox::Mailbox,
    store::{self, Entries, Fault, Sealed, Store, Write},
    tabs::{ROWS_A_MESSAGE, Tabs},
};

/// An identity, in bytes.
const MAX_IDENTITY_BYTES: usize = 8 * 1024;

/// What the lists showed before the replica was there.
#[derive(Default)]
struct Shown {
    logs: BTreeMap<LogId, LogView>,
    rows: BTreeMap<(LogId, RecordId), Row>,
}

impl Leader {
    /// Opens the store, shows what is in it, and goes on from there.
    pub(super) async fn open(tabs: &Rc<Tabs>, mailbox: &Mailbox<Event>) -> Result<Self, Fault> {
        let store = Store::open().await?;
        let [phone, answered] = store.tables([store::PHONE, store::ANSWERED]).await?;
        let (answered, drops) = Answered::restore(answered, browser::now());
        let mut leader =
            Self { tabs: Rc::clone(tabs), mailbox: mailbox.clone(), store, answered, told: false, owner: None, session: None, phase: Phase::Starting };
        let identity = phone.iter().find(|(key, _)| key == IDENTITY).map(|(_, value)| cbor::decode::<Identity>(value, MAX_IDENTITY_BYTES));
        let identity = identity.transpose().map_err(|error| Fault::Damaged(error.to_string()))?;
        match (identity, Keys::restore(&phone)?) {
            (Some(identity), Some(keys)) => leader.open_for(identity, keys, Standing::restore(&phone)?, drops).await?,
            _ => leader.look_at_session(),
        }
        leader.told = true;
        Ok(leader)
    }

    async fn open_for(&mut self, identity: Identity, keys: Keys, mut standing: Standing, mut writes: Vec<Write>) -> Result<(), Fault> {
        let mut shown = Shown::default();
        if !standing.signed_out && standing.fetched {
            shown = self.show_kept(Phase::Ready { me: identity.me() }).await?;
        }
        let replica = self.restore(identity, &mut standing, &mut writes).await?;
        self.store.write(writes).await?;
        let news = changed(replica.view(), &shown);
        self.owner = Some(Box::new(Owner::new(replica, keys, standing)));
        self.settle_phase();
        self.tell_all(&news);
        if standing.signed_out {
            self.look_at_session();
        } else {
            // Whoever was typing when the browser ended types no more, and leaves no field either.
            self.note_typing();
            // The first words to the server wait for their turn behind what the person does.
            self.mailbox.put(Event::Online);
        }
        Ok(())
    }

    /// The lists as they were last seen, before any line or document is loaded. A screen begins with what is newest, so
    /// the phase that opens it is told once that is there, and the other rows follow.
    async fn show_kept(&mut self, phase: Phase) -> Result<Shown, Fault> {
        let mut shown = Shown::default();
        let [logs, rows] = self.store.sealed([Table::Logs.name(), Table::Rows.name()]).await?;
        for (_, value) in self.store.open_part(&logs, 0..logs.keys.len()).await? {
            match Stored::read_log(&value) {
                Ok(view) => {
                    self.tabs.tell(&News::Log(Box::new(view.clone())));
                    shown.logs.insert(view.log, view);
                }
                Err(error) => browser::complain("a kept log head cannot be read and is made anew", &error.to_string()),
            }
        }
        let Parts { newest, others } = parts(&rows.keys);
        for part in newest {
            self.show_rows(&rows, part, &mut shown).await?;
        }
        self.phase = phase;
        self.tabs.tell(&News::Phase(self.phase.clone()));
        for part in others {
            self.show_rows(&rows, part, &mut shown).await?;
        }
        Ok(shown)
    }

    async fn show_rows(&self, kept: &Sealed, part: Range<usize>, shown: &mut Shown) -> Result<(), Fault> {
        let mut lists: BTreeMap<LogId, Vec<Row>> = BTreeMap::new();
        for (_, value) in self.store.open_part(kept, part).await? {
            match Stored::read_row(&value) {
                Ok(row) => lists.entry(row.log).or_default().push(row),
                Err(error) => browser::complain("a kept row cannot be read and is made anew", &error.to_string()),
            }
        }
        for (log, rows) in lists {
            let news = News::Rows { log, rows, gone: Vec::new() };
            self.tabs.tell(&news);
            if let News::Rows { rows, .. } = news {
                shown.rows.extend(rows.into_iter().map(|row| ((log, row.record), row)));
            }
        }
        Ok(())
    }

    async fn restore(&self, identity: Identity, standing: &mut Standing, writes: &mut Vec<Write>) -> Result<Replica, Fault> {
        let values = |table: Entries| table.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        let kept = [Table::Pending, Table::Stuck, Table::Meta, Table::Lines, Table::Snapshots];
        let [pending, stuck, meta, lines, snapshots] = self.store.core_tables(kept).await?;
        let mut stored = Stored { pending: values(pending), stuck: values(stuck), meta, ..Stored::default() };
        let keys: Vec<String> = lines.iter().map(|(key, _)| key.clone()).collect();
        for (log, bytes) in snapshots {
            if let Ok(log) = log.parse() {
                stored.snapshots.push((log, bytes));
            }
        }
        let unsent = Stored { lines: Vec::new(), snapshots: Vec::new(), ..stored.clone() };
        let read: Result<Vec<_>, _> = lines.iter().map(|(_, value)| Stored::read_line(value)).collect();
        let restored = read.and_then(|lines| Replica::restore(Kinds::standard(), identity.clone(), Stored { lines, ..stored }));
        match restored {
            Ok(replica) => Ok(replica),
            Err(error) => {
                // The server has every line; what only this phone has lies in the other tables.
                browser::complain("the kept lines do not restore and are fetched anew", &error.to_string());
                standing.fetched = false;
                writes.push(standing.write());
                writes.extend(keys.into_iter().map(|key| Write { table: Table::Lines.name(), key, value: None }));
                Replica::restore(Kinds::standard(), identity, unsent).map_err(|error| Fault::Damaged(error.to_string()))
            }
        }
    }
}

/// A table of rows, to be told in parts.
struct Parts {
    /// Of each log its newest rows.
    newest: Vec<Range<usize>>,
    others: Vec<Range<usize>>,
}

/// A row's key is its log and its record, and records that were made later sort later.
fn parts(keys: &[String]) -> Parts {
    let log = |key: &String| key.split('#').next().map(str::to_owned);
    let mut parts = Parts { newest: Vec::new(), others: Vec::new() };
    let mut start = 0;
    for group in keys.chunk_by(|one, next| log(one) == log(next)) {
        let end = start + group.len();
        let newest = end.saturating_sub(ROWS_A_MESSAGE).max(start);
        parts.newest.push(newest..end);
        parts.others.extend((start..newest).step_by(ROWS_A_MESSAGE).map(|start| start..newest.min(start + ROWS_A_MESSAGE)).rev());
        start = end;
    }
    parts
}

/// What of `news` was not shown already; rows that are there no more are taken off.
fn changed(news: Vec<News>, shown: &Shown) -> Vec<News> {
    let mut left: BTreeMap<LogId, Vec<RecordId>> = BTreeMap::new();
    for (log, record) in shown.rows.keys() {
        left.entry(*log).or_default().push(*record);
    }
    let mut fresh = Vec::new();
    for news in news {
        match news {
            News::Log(view) if shown.logs.get(&view.log).is_some_and(|known| known.facts == view.facts) => {}
            News::Rows { log, rows, .. } => {
                let there: std::collections::BTreeSet<RecordId> = rows.iter().map(|row| row.record).collect();
                let gone: Vec<RecordId> = left.remove(&log).unwrap_or_default().into_iter().filter(|record| !there.contains(record)).collect();
                let rows: Vec<Row> = rows.into_iter().filter(|row| shown.rows.get(&(log, row.record)) != Some(row)).collect();
                if !rows.is_empty() || !gone.is_empty() {
                    fresh.push(News::Rows { log, rows, gone });
                }
            }
            other => fresh.push(other),
        }
    }
    fresh.extend(left.into_keys().map(|log| News::LogGone { log }));
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_rows_of_each_log_come_first_and_none_is_left_out() {
        let rows = |log: &str, count: usize| (0..count).map(|row| [log, "#", &format!("{row:04}")].concat()).collect::<Vec<_>>();
        let keys = [rows("own/a", 3), rows("record/b", 2 * ROWS_A_MESSAGE + 5)].concat();
        let Parts { newest, others } = parts(&keys);
        assert_eq!(newest, [0..3, keys.len() - ROWS_A_MESSAGE..keys.len()], "a short log whole, and the last of a long one");
        assert!(others.iter().all(|part| part.len() <= ROWS_A_MESSAGE));
        let mut all: Vec<usize> = newest.into_iter().chain(others).flatten().collect();
        all.sort_unstable();
        assert_eq!(all, (0..keys.len()).collect::<Vec<_>>());
    }
}
