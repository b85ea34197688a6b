//! An answer that a parked request waits for. The group holds one end, the parked request the other.

use std::sync::{Arc, Mutex};

use crate::waiters::{Ticket, WaitList, lock};

#[derive(Debug)]
pub(crate) struct Promise<T> {
    list: Arc<WaitList>,
    answer: Mutex<Option<T>>,
}

impl<T> Promise<T> {
    pub(crate) fn new() -> Arc<Promise<T>> {
        Arc::new(Promise { list: Arc::default(), answer: Mutex::new(None) })
    }

    /// To be taken before the group is asked, so that no answer can fall in between.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket::register(vec![self.list.clone()])
    }

    pub(crate) fn take(&self) -> Option<T> {
        lock(&self.answer).take()
    }

    /// Whoever waits is woken by means of the list, once the group is no longer locked.
    pub(super) fn keep(&self, answer: T) -> Arc<WaitList> {
        *lock(&self.answer) = Some(answer);
        self.list.clone()
    }
}
