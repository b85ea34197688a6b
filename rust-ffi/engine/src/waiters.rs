//! Parked requests. A request that has to wait registers on the wait lists of what it waits for, checks once more, and
//! only then parks: no change can fall between the two.

use crate::sync::{Lock, lock, rank};
use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Waker,
};

use crate::{
    clock::Instant,
    timers::{CancelTimer, TimerKey, Timers},
};

/// One parked request.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    woken: AtomicBool,
    waker: Lock<{ rank::LEAF }, Option<Waker>>,
}

impl Waiter {
    pub(crate) fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        let waker = lock(&self.waker).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The requests that wait for one thing: a partition, a reply.
#[derive(Debug, Default)]
pub(crate) struct WaitList {
    /// The number of waiters: an append without waiters takes no lock.
    count: AtomicUsize,
    waiters: Lock<{ rank::WAIT_LIST }, Vec<Arc<Waiter>>>,
}

impl WaitList {
    /// Wakes all waiters. They check again, and wait again if they have to.
    pub(crate) fn wake(&self) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let waiters = lock(&self.waiters).clone();
        waiters.iter().for_each(|waiter| waiter.wake());
    }

    fn add(&self, waiter: &Arc<Waiter>) {
        let mut waiters = lock(&self.waiters);
        waiters.push(waiter.clone());
        self.count.store(waiters.len(), Ordering::SeqCst);
    }

    fn remove(&self, waiter: &Arc<Waiter>) {
        let mut waiters = lock(&self.waiters);
        waiters.retain(|other| !Arc::ptr_eq(other, waiter));
        self.count.store(waiters.len(), Ordering::SeqCst);
    }
}

/// An entry on wait lists and, with a deadline, in the timer queue. Dropping it removes them.
#[derive(Debug)]
pub struct Ticket {
    waiter: Arc<Waiter>,
    lists: Vec<Arc<WaitList>>,
    timer: Option<(Arc<dyn CancelTimer>, TimerKey)>,
}

impl Ticket {
    /// Registers on wait lists. From now on their changes wake the ticket.
    pub(crate) fn register(lists: Vec<Arc<WaitList>>) -> Ticket {
        let waiter = Arc::new(Waiter::default());
        lists.iter().for_each(|list| list.add(&waiter));
        Ticket { waiter, lists, timer: None }
    }

    /// Sets a deadline, which wakes the ticket too.
    pub(crate) fn until<E: From<Arc<Waiter>> + Debug + Send + 'static>(
        mut self,
        timers: &Arc<Timers<E>>,
        deadline: Instant,
    ) -> Ticket {
        if deadline < Instant::NEVER {
            let key = timers.set(deadline, self.waiter.clone().into());
            self.timer = Some((timers.clone(), key));
        }
        self
    }

    /// Whether the request is to be resumed.
    pub fn is_woken(&self) -> bool {
        self.waiter.woken.load(Ordering::SeqCst)
    }

    /// Makes later changes wake the ticket again. To be called before the request checks again.
    pub(crate) fn rearm(&self) {
        self.waiter.woken.store(false, Ordering::SeqCst);
    }

    /// As [`Ticket::is_woken`]. If it is not, `waker` is woken once it is.
    pub fn poll_woken(&self, waker: &Waker) -> bool {
        if self.is_woken() {
            return true;
        }
        let mut kept = lock(&self.waiter.waker);
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
        drop(kept);
        self.is_woken()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.lists.iter().for_each(|list| list.remove(&self.waiter));
        if let Some((timers, key)) = self.timer.take() {
            timers.cancel(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_hears_of_a_change_and_leaves_nothing_behind() {
        let list = Arc::new(WaitList::default());
        list.wake();
        let ticket = Ticket::register(vec![list.clone()]);
        assert!(!ticket.poll_woken(Waker::noop()));
        list.wake();
        assert!(ticket.is_woken());
        drop(ticket);
        assert!(lock(&list.waiters).is_empty());
        assert_eq!(list.count.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_deadline_wakes_and_is_forgotten() {
        let timers = Arc::new(Timers::<Arc<Waiter>>::default());
        let ticket = Ticket::register(Vec::new()).until(&timers, Instant(5));
        assert_eq!(timers.next(), Some(Instant(5)));
        assert!(timers.pop_due(Instant(4)).is_none());
        let Some(waiter) = timers.pop_due(Instant(5)) else { panic!("it is due") };
        waiter.wake();
        assert!(ticket.is_woken());
        drop(Ticket::register(Vec::new()).until(&timers, Instant(9)));
        assert_eq!(timers.next(), None);
    }
}
