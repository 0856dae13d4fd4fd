//! What goes wrong with a store.

use shared::refusal::Refusal;
use wasm_bindgen::JsValue;

use crate::browser;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No room left.
    Full,
    /// Another tab leads since: nothing was written.
    Fenced,
    /// The browser threw everything away.
    Wiped,
    /// Something kept here cannot be read.
    Damaged(String),
    /// Anything else, by the browser's name for it.
    Failed(String),
}

impl Fault {
    pub fn of(error: &JsValue) -> Self {
        match browser::code(error).as_str() {
            "QuotaExceededError" => Self::Full,
            _ => Self::Failed(browser::told(error)),
        }
    }

    /// For the console.
    pub fn code(&self) -> &str {
        match self {
            Self::Full => "store_full",
            Self::Fenced => "store_fenced",
            Self::Wiped => "store_wiped",
            Self::Damaged(code) | Self::Failed(code) => code,
        }
    }

    /// For a person, where nothing goes on.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Full => "This phone is full, so nothing more can be saved. Free some space, then open Countersign again. What was saved is still there.",
            Self::Fenced => "Countersign is open in another tab of this browser. Go on there.",
            Self::Wiped => {
                "The browser cleared what Countersign kept on this phone. What was sent is safe on the server. Open Countersign again and set this phone up anew."
            }
            Self::Damaged(_) => {
                "What Countersign kept on this phone cannot be read. What was sent is safe on the server. Ask your programme lead before you clear anything."
            }
            Self::Failed(_) => "Countersign cannot open its store in this browser. Close other tabs of it, or leave the private window, and open it again.",
        }
    }

    /// For a person who just wrote something.
    pub fn refusal(&self) -> Refusal {
        let sentence = match self {
            Self::Full => "Not saved: this phone is full. Free some space, then write it again.",
            Self::Fenced => "Not saved here: Countersign went on in another tab. Write it again.",
            Self::Wiped | Self::Damaged(_) | Self::Failed(_) => {
                "Not saved: the browser's store did not take it. Copy what you wrote, then open Countersign again."
            }
        };
        Refusal::new("not_saved", sentence)
    }
}
