//! Which asks are done, by tab: kept in the transaction that did them, so that an ask which is sent again after a
//! change of the lead is answered and not done twice.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use shared::{
    cbor,
    time::{At, DAY_MS},
};

use crate::{
    browser,
    store::{self, Write},
};

/// Asks that are remembered for each tab: more than a tab ever has open.
const MOST_REMEMBERED: usize = 64;
/// A tab that asked nothing for so long is forgotten.
const FORGOTTEN_AFTER_MS: i64 = DAY_MS;
/// One tab's entry, in bytes.
const MAX_ENTRY_BYTES: usize = 4 * 1024;

#[derive(Default)]
pub struct Answered {
    tabs: BTreeMap<String, Done>,
}

#[derive(Default, Serialize, Deserialize)]
struct Done {
    ids: VecDeque<u64>,
    at: At,
}

impl Answered {
    /// Reads the table; what is old comes back as writes that drop it.
    pub fn restore(table: Vec<(String, Vec<u8>)>, now: At) -> (Self, Vec<Write>) {
        let mut answered = Self::default();
        let mut drops = Vec::new();
        for (tab, value) in table {
            match cbor::decode::<Done>(&value, MAX_ENTRY_BYTES) {
                Ok(done) if now.since(done.at) < FORGOTTEN_AFTER_MS => {
                    answered.tabs.insert(tab, done);
                }
                Ok(_) => drops.push(Write { table: store::ANSWERED, key: tab, value: None }),
                Err(error) => {
                    browser::complain("a tab's answers cannot be read", &error.to_string());
                    drops.push(Write { table: store::ANSWERED, key: tab, value: None });
                }
            }
        }
        (answered, drops)
    }

    pub fn has(&self, tab: &str, id: u64) -> bool {
        self.tabs.get(tab).is_some_and(|done| done.ids.contains(&id))
    }

    /// Remembers one ask; the write goes into the transaction that does it.
    pub fn add(&mut self, tab: &str, id: u64, now: At) -> Write {
        let done = self.tabs.entry(tab.to_owned()).or_default();
        done.ids.push_back(id);
        if done.ids.len() > MOST_REMEMBERED {
            done.ids.pop_front();
        }
        done.at = now;
        Write { table: store::ANSWERED, key: tab.to_owned(), value: Some(cbor::encode(done)) }
    }
}
