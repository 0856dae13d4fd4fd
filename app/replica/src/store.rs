//! The phone's store: tables of sealed values in IndexedDB.
//!
//! Values are sealed before a transaction opens, since awaiting anything else closes it. Each write is one strictly
//! durable transaction, and names the term of the tab that leads: a tab that was frozen and robbed of its lead writes
//! nothing any more.

mod database;
mod envelope;
mod fault;

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    rc::Rc,
};

use js_sys::Array;
use shared::replica::{StoreOp, Table};
use wasm_bindgen::prelude::*;
use web_sys::{CryptoKey, IdbKeyRange, IdbTransaction};

pub use self::fault::Fault;
use self::{
    database::{Access, Database, completion, outcome},
    envelope::RowKey,
};
use crate::browser;

/// The keys that seal rows, by their id.
const KEYS: &str = "keys";
/// The term of whoever leads, unsealed.
const LEAD: &str = "lead";
const TERM: &str = "term";
/// Who this phone is: identity, signing key, tries.
pub const PHONE: &str = "phone";
/// Which asks of a tab are done.
pub const ANSWERED: &str = "answered";

const TABLES: [&str; 11] = ["lines", "snapshots", "pending", "stuck", "rows", "logs", "meta", PHONE, ANSWERED, KEYS, LEAD];

/// Sorts behind every character that a key has.
const LAST_CHARACTER: &str = "\u{ffff}";

const ROW_KEY_ID: u32 = 1;
/// Connections that one call opens before it gives up.
const MOST_CONNECTIONS: u32 = 3;

/// One value to keep, or to drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub table: &'static str,
    pub key: String,
    pub value: Option<Vec<u8>>,
}

impl From<StoreOp> for Write {
    fn from(op: StoreOp) -> Self {
        match op {
            StoreOp::Put { table, key, value } => Self { table: table.name(), key, value: Some(value) },
            StoreOp::Delete { table, key } => Self { table: table.name(), key, value: None },
        }
    }
}

/// A table's values by their keys.
pub type Entries = Vec<(String, Vec<u8>)>;

/// A table as it lies in the store, in the order of its keys.
pub struct Sealed {
    table: &'static str,
    pub keys: Vec<String>,
    values: Array,
}

impl Sealed {
    fn empty(table: &'static str) -> Self {
        Self { table, keys: Vec::new(), values: Array::new() }
    }
}

pub struct Store {
    database: RefCell<Rc<Database>>,
    row_key: RowKey,
    term: f64,
}

impl Store {
    /// Opens the store and takes the lead: earlier leaders write nothing from here on.
    pub async fn open() -> Result<Self, Fault> {
        let database = Rc::new(Database::open().await?);
        // Drawn, not counted: two tabs that open at the same time never share one.
        let term = f64::from(u32::from_le_bytes(browser::random()));
        let row_key = match take_lead(&database, term).await? {
            Some(key) => RowKey { id: ROW_KEY_ID, key },
            None => make_row_key(&database, term).await?,
        };
        Ok(Self { database: RefCell::new(database), row_key, term })
    }

    /// Whole tables, opened, by key, as they were at one moment.
    pub async fn tables<const N: usize>(&self, tables: [&'static str; N]) -> Result<[Entries; N], Fault> {
        let sealed = self.sealed(tables).await?;
        let mut opened = [const { Vec::new() }; N];
        for (entries, sealed) in opened.iter_mut().zip(&sealed) {
            *entries = self.open_part(sealed, 0..sealed.keys.len()).await?;
        }
        Ok(opened)
    }

    pub async fn core_tables<const N: usize>(&self, tables: [Table; N]) -> Result<[Entries; N], Fault> {
        self.tables(tables.map(Table::name)).await
    }

    /// The entries of a table whose keys begin so, opened, by key.
    pub async fn beginning(&self, table: Table, begin: &str) -> Result<Entries, Fault> {
        let range = IdbKeyRange::bound(&begin.into(), &[begin, LAST_CHARACTER].concat().into()).map_err(|error| Fault::of(&error))?;
        let [sealed] = self.read([table.name()], &range).await?;
        self.open_part(&sealed, 0..sealed.keys.len()).await
    }

    /// Whole tables as they lie in the store, to be opened part by part.
    pub async fn sealed<const N: usize>(&self, tables: [&'static str; N]) -> Result<[Sealed; N], Fault> {
        self.read(tables, &JsValue::UNDEFINED).await
    }

    async fn read<const N: usize>(&self, tables: [&'static str; N], range: &JsValue) -> Result<[Sealed; N], Fault> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_read(tables, range).await {
                Ok(found) => return Ok(found),
                Err(error) if tries < MOST_CONNECTIONS && is_lost(&error) => self.reconnect().await?,
                Err(error) => return Err(Fault::of(&error)),
            }
        }
    }

    /// Opens some entries of a table, which follow each other.
    pub async fn open_part(&self, sealed: &Sealed, part: Range<usize>) -> Result<Entries, Fault> {
        let range = |part: &Range<usize>| Some((u32::try_from(part.start).ok()?, u32::try_from(part.end).ok()?));
        let (first, end) = range(&part).ok_or_else(|| Fault::Damaged("a table too long".to_owned()))?;
        let values = sealed.values.slice(first, end);
        self.row_key.open(sealed.table, &sealed.keys[part], &values).await
    }

    async fn try_read<const N: usize>(&self, tables: [&'static str; N], range: &JsValue) -> Result<[Sealed; N], JsValue> {
        let database = Rc::clone(&self.database.borrow());
        let transaction = database.begin(&tables.iter().map(|name| JsValue::from(*name)).collect(), Access::Read)?;
        // All of it is asked for before anything is waited for.
        let mut asked = Vec::with_capacity(N);
        for table in tables {
            let table = transaction.object_store(table)?;
            asked.push((outcome(&table.get_all_keys_with_key(range)?), outcome(&table.get_all_with_key(range)?)));
        }
        let mut found = tables.map(Sealed::empty);
        for ((keys, values), sealed) in asked.into_iter().zip(&mut found) {
            sealed.keys = Array::from(&keys.await?).iter().filter_map(|key| key.as_string()).collect();
            sealed.values = values.await?.unchecked_into();
        }
        Ok(found)
    }

    /// Keeps all of `writes`, durably, or nothing.
    pub async fn write(&self, writes: Vec<Write>) -> Result<(), Fault> {
        if writes.is_empty() {
            return Ok(());
        }
        let plain: Vec<(&str, &str, &[u8])> = writes.iter().filter_map(|write| Some((write.table, write.key.as_str(), write.value.as_deref()?))).collect();
        let sealed = self.row_key.seal(&plain).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            if self.database.borrow().lost.get() {
                self.reconnect().await?;
            }
            match self.try_write(&writes, &sealed).await {
                Ok(()) => return Ok(()),
                Err(Failed::Lost) if tries < MOST_CONNECTIONS => self.reconnect().await?,
                Err(Failed::Lost) => return Err(Fault::Failed("connection lost".to_owned())),
                Err(Failed::For(fault)) => return Err(fault),
            }
        }
    }

    async fn try_write(&self, writes: &[Write], sealed: &[js_sys::Uint8Array]) -> Result<(), Failed> {
        let database = Rc::clone(&self.database.borrow());
        let names = Array::of1(&LEAD.into());
        for write in writes {
            let name = JsValue::from(write.table);
            if !names.includes(&name, 0) {
                names.push(&name);
            }
        }
        let transaction = database.begin(&names, Access::Write).map_err(|error| Failed::of(&error))?;
        let done = completion(&transaction);
        let fence = Fence::raise(&transaction, self.term).map_err(|error| Failed::of(&error))?;
        let issued = issue(&transaction, writes, sealed);
        if issued.is_err() {
            // What was issued before would be kept without the rest.
            take_back(&transaction);
        }
        let done = browser::settled(done).await;
        issued.map_err(Failed::For)?;
        match done {
            Ok(_) => Ok(()),
            Err(_) => Err(fence.verdict().map_or_else(|| Failed::of_abort(&transaction), Failed::For)),
        }
    }

    /// Throws away all but the row key: this browser becomes a new device.
    pub async fn clear(&self) -> Result<(), Fault> {
        let database = Rc::clone(&self.database.borrow());
        let tables: Vec<&str> = TABLES.into_iter().filter(|table| *table != KEYS).collect();
        let transaction = begin(&database, &tables, Access::Write)?;
        let done = completion(&transaction);
        let fence = Fence::raise(&transaction, self.term).map_err(|error| Fault::of(&error))?;
        let cleared = tables.into_iter().filter(|table| *table != LEAD).try_for_each(|table| transaction.object_store(table)?.clear().map(drop));
        if cleared.is_err() {
            take_back(&transaction);
        }
        let done = browser::settled(done).await;
        cleared.map_err(|error| Fault::of(&error))?;
        done.map(drop).map_err(|_| fence.verdict().unwrap_or_else(|| aborted(&transaction)))
    }

    async fn reconnect(&self) -> Result<(), Fault> {
        let fresh = Database::open().await?;
        *self.database.borrow_mut() = Rc::new(fresh);
        Ok(())
    }
}

/// Reads the term inside the transaction and takes everything back if another tab leads.
struct Fence {
    seen: Rc<Cell<Option<Option<f64>>>>,
    term: f64,
    _check: Closure<dyn FnMut()>,
}

impl Fence {
    fn raise(transaction: &IdbTransaction, term: f64) -> Result<Self, JsValue> {
        let request = transaction.object_store(LEAD)?.get(&TERM.into())?;
        let seen = Rc::new(Cell::new(None));
        let check = Closure::<dyn FnMut()>::new({
            let (request, seen, transaction) = (request.clone(), Rc::clone(&seen), transaction.clone());
            move || {
                let found = request.result().ok().and_then(|found| found.as_f64());
                seen.set(Some(found));
                if found != Some(term) {
                    take_back(&transaction);
                }
            }
        });
        request.set_onsuccess(Some(check.as_ref().unchecked_ref()));
        Ok(Self { seen, term, _check: check })
    }

    /// Why the transaction was taken back, if the fence did it.
    fn verdict(&self) -> Option<Fault> {
        match self.seen.get()? {
            None => Some(Fault::Wiped),
            #[expect(clippy::float_cmp, reason = "both are the same drawn integer or they are not")]
            Some(found) => (found != self.term).then_some(Fault::Fenced),
        }
    }
}

fn issue(transaction: &IdbTransaction, writes: &[Write], sealed: &[js_sys::Uint8Array]) -> Result<(), Fault> {
    let mut sealed = sealed.iter();
    for write in writes {
        let key = JsValue::from(write.key.as_str());
        match write.value {
            Some(_) => put(transaction, write.table, &key, sealed.next().expect("each value was sealed"))?,
            None => delete(transaction, write.table, &key)?,
        }
    }
    Ok(())
}

fn take_back(transaction: &IdbTransaction) {
    if let Err(error) = transaction.abort() {
        browser::complain("a write could not be taken back", &browser::told(&error));
    }
}

enum Failed {
    /// The connection went; another one may do.
    Lost,
    For(Fault),
}

impl Failed {
    fn of(error: &JsValue) -> Self {
        if is_lost(error) { Self::Lost } else { Self::For(Fault::of(error)) }
    }

    fn of_abort(transaction: &IdbTransaction) -> Self {
        match transaction.error() {
            Some(error) => Self::of(&error),
            // Without an error of its own it was the connection that broke.
            None => Self::Lost,
        }
    }
}

fn is_lost(error: &JsValue) -> bool {
    matches!(browser::code(error).as_str(), "InvalidStateError" | "UnknownError" | "AbortError")
}

fn aborted(transaction: &IdbTransaction) -> Fault {
    transaction.error().map_or_else(|| Fault::Failed("aborted".to_owned()), |error| Fault::of(&error))
}

fn begin(database: &Database, tables: &[&str], access: Access) -> Result<IdbTransaction, Fault> {
    let names: Array = tables.iter().map(|name| JsValue::from(*name)).collect();
    database.begin(&names, access).map_err(|error| Fault::of(&error))
}

/// Writes the term and reads the key that seals rows, if there is one yet. The term needs no flush to the disk: after a
/// power cut no tab is left that it would have to hold off.
async fn take_lead(database: &Database, term: f64) -> Result<Option<CryptoKey>, Fault> {
    let transaction = begin(database, &[KEYS, LEAD], Access::Note)?;
    let done = completion(&transaction);
    put(&transaction, LEAD, &TERM.into(), &term.into())?;
    let request = transaction.object_store(KEYS).and_then(|table| table.get(&ROW_KEY_ID.into())).map_err(|error| Fault::of(&error))?;
    let kept = outcome(&request);
    browser::settled(done).await.map_err(|_| aborted(&transaction))?;
    let kept = kept.await.map_err(|error| Fault::of(&error))?;
    Ok(kept.is_object().then(|| kept.unchecked_into()))
}

/// First time on this phone. Key and term go together: of two tabs that open at once the one whose key is kept leads.
async fn make_row_key(database: &Database, term: f64) -> Result<RowKey, Fault> {
    let row_key = RowKey::generate(ROW_KEY_ID).await.map_err(|error| Fault::of(&error))?;
    let transaction = begin(database, &[KEYS, LEAD], Access::Write)?;
    let done = completion(&transaction);
    put(&transaction, KEYS, &ROW_KEY_ID.into(), &row_key.key)?;
    put(&transaction, LEAD, &TERM.into(), &term.into())?;
    browser::settled(done).await.map_err(|_| aborted(&transaction))?;
    Ok(row_key)
}

fn put(transaction: &IdbTransaction, table: &str, key: &JsValue, value: &JsValue) -> Result<(), Fault> {
    transaction.object_store(table).and_then(|table| table.put_with_key(value, key)).map(drop).map_err(|error| Fault::of(&error))
}

fn delete(transaction: &IdbTransaction, table: &str, key: &JsValue) -> Result<(), Fault> {
    transaction.object_store(table).and_then(|table| table.delete(key)).map(drop).map_err(|error| Fault::of(&error))
}
