//! One queue: everything that happens comes through here, and is finished before the next is begun.

use std::{cell::RefCell, collections::VecDeque, future::poll_fn, rc::Rc, task::Poll, task::Waker};

pub struct Mailbox<T> {
    inner: Rc<RefCell<Inner<T>>>,
}

struct Inner<T> {
    queue: VecDeque<T>,
    reader: Option<Waker>,
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner) }
    }
}

impl<T> Mailbox<T> {
    pub fn new() -> Self {
        Self { inner: Rc::new(RefCell::new(Inner { queue: VecDeque::new(), reader: None })) }
    }

    pub fn put(&self, item: T) {
        let mut inner = self.inner.borrow_mut();
        inner.queue.push_back(item);
        if let Some(reader) = inner.reader.take() {
            reader.wake();
        }
    }

    /// Waits for the next item. One reader.
    pub async fn next(&self) -> T {
        poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            match inner.queue.pop_front() {
                Some(item) => Poll::Ready(item),
                None => {
                    inner.reader = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
