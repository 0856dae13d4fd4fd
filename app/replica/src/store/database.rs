//! The connection to IndexedDB: opened, watched, opened again.

use js_sys::{Array, Promise};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use super::{TABLES, fault::Fault};
use crate::browser;

const NAME: &str = "countersign";
const VERSION: u32 = 1;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = IdbDatabase)]
    type Durable;
    /// The call with options, which `web-sys` holds back.
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(this: &Durable, tables: &Array, mode: &str, options: &JsValue) -> Result<IdbTransaction, JsValue>;
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Sees what was written.
    Read,
    /// On the disk when it completes.
    Write,
    /// Seen by everybody when it completes; a power cut may undo it.
    Note,
}

pub struct Database {
    connection: IdbDatabase,
    /// The browser closed it.
    pub lost: Rc<Cell<bool>>,
    _on_close: Closure<dyn FnMut()>,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.connection.set_onclose(None);
        self.connection.set_onversionchange(None);
        self.connection.close();
    }
}

impl Database {
    pub async fn open() -> Result<Self, Fault> {
        Self::try_open().await.map_err(|error| Fault::of(&error))
    }

    async fn try_open() -> Result<Self, JsValue> {
        let factory: Option<IdbFactory> = browser::scope().indexed_db()?;
        let request = factory.ok_or_else(|| js_sys::Error::new("no IndexedDB"))?.open_with_u32(NAME, VERSION)?;
        let upgrade = Closure::<dyn FnMut()>::new({
            let request = request.clone();
            move || make_tables(&request)
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let connection: IdbDatabase = outcome(&request).await?.unchecked_into();
        let lost = Rc::new(Cell::new(false));
        let on_close = Closure::<dyn FnMut()>::new({
            let (connection, lost) = (connection.clone(), Rc::clone(&lost));
            move || {
                // Also when another version wants in: holding on would block it for ever.
                connection.close();
                lost.set(true);
            }
        });
        connection.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        connection.set_onversionchange(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { connection, lost, _on_close: on_close })
    }

    pub fn begin(&self, tables: &Array, access: Access) -> Result<IdbTransaction, JsValue> {
        let (mode, durability) = match access {
            Access::Read => ("readonly", "default"),
            Access::Write => ("readwrite", "strict"),
            Access::Note => ("readwrite", "relaxed"),
        };
        let options = browser::object(&[("durability", &durability.into())]);
        self.connection.unchecked_ref::<Durable>().begin(tables, mode, &options)
    }
}

fn make_tables(request: &IdbOpenDbRequest) {
    let connection: IdbDatabase = request.result().expect("an upgrade has a connection").unchecked_into();
    for table in TABLES {
        if let Err(error) = connection.create_object_store(table) {
            browser::complain("a table could not be made", &browser::told(&error));
        }
    }
}

/// A request's result. It listens from the call on, not only once it is awaited.
pub fn outcome(request: &IdbRequest) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    let request = request.clone();
    async move {
        match browser::settled(promise).await {
            Ok(_) => request.result(),
            Err(_) => Err(request.error()?.map_or(JsValue::NULL, JsValue::from)),
        }
    }
}

/// Waits until the transaction is on the disk, or says why it is not.
pub fn completion(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    })
}
