//! From a closed browser to a list on the screen: rows first, everything else behind them.

use std::{collections::BTreeMap, rc::Rc};

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
    store::{self, Fault, Store, Write},
    tabs::Tabs,
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
        let phone = store.table(store::PHONE).await?;
        let (answered, drops) = Answered::restore(store.table(store::ANSWERED).await?, browser::now());
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
            self.phase = Phase::Ready { me: identity.me() };
            self.tabs.tell(&News::Phase(self.phase.clone()));
            shown = self.show_kept().await?;
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

    /// The lists as they were last seen, before any line or document is loaded.
    async fn show_kept(&self) -> Result<Shown, Fault> {
        let mut shown = Shown::default();
        for (_, value) in self.store.core_table(Table::Logs).await? {
            match Stored::read_log(&value) {
                Ok(view) => {
                    self.tabs.tell(&News::Log(Box::new(view.clone())));
                    shown.logs.insert(view.log, view);
                }
                Err(error) => browser::complain("a kept log head cannot be read and is made anew", &error.to_string()),
            }
        }
        let mut lists: BTreeMap<LogId, Vec<Row>> = BTreeMap::new();
        for (_, value) in self.store.core_table(Table::Rows).await? {
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
        Ok(shown)
    }

    async fn restore(&self, identity: Identity, standing: &mut Standing, writes: &mut Vec<Write>) -> Result<Replica, Fault> {
        let values = |table: Vec<(String, Vec<u8>)>| table.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        let mut stored = Stored {
            pending: values(self.store.core_table(Table::Pending).await?),
            stuck: values(self.store.core_table(Table::Stuck).await?),
            meta: self.store.core_table(Table::Meta).await?,
            ..Stored::default()
        };
        let lines = self.store.core_table(Table::Lines).await?;
        let keys: Vec<String> = lines.iter().map(|(key, _)| key.clone()).collect();
        for (log, bytes) in self.store.core_table(Table::Snapshots).await? {
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
