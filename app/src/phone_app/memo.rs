//! Memos whose function lies behind a pointer, so that the module holds the machinery of a memo once
//! for each type of value and not once for each of a hundred functions.

use leptos::prelude::*;

/// Follows what `read` reads, and changes only when its value does.
pub fn memo<T>(read: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed(Box::new(read))
}

fn boxed<T>(read: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| read())
}
