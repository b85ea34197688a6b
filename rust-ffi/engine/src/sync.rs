//! The locks of the engine, and the one order in which they are taken.
//!
//! A thread that holds a lock takes only locks of a later rank, and no second one of the same rank. [`rank`] lists them
//! from the first to the last. Debug builds check it: a lock that is taken out of order panics, whether or not it would
//! have blocked. A look-up in a registry copies an `Arc` and holds nothing afterwards.
//!
//! No lock is held while a request waits.
//!
//! [`Shutdown`] tells long work that the broker stops.

use std::{
    io,
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The order of the locks.
pub(crate) mod rank {
    /// One change of configs at a time.
    pub(crate) const CONFIG_CHANGES: u8 = 10;
    /// One creation or deletion of topics at a time.
    pub(crate) const TOPIC_CHANGES: u8 = 20;
    /// Whether one topic is deleted, while its partitions or configs change.
    pub(crate) const TOPIC: u8 = 30;
    /// The bytes of a topic in the budget.
    pub(crate) const TOPIC_BYTES: u8 = 35;
    /// The table of fetch sessions.
    pub(crate) const FETCH_SESSIONS: u8 = 40;
    /// One fetch session.
    pub(crate) const FETCH_SESSION: u8 = 50;
    /// One shard of the transaction coordinator, while a batch of a transaction is appended, too.
    pub(crate) const TRANSACTION_SHARD: u8 = 55;
    /// One shard of the group coordinator.
    pub(crate) const SHARD: u8 = 60;
    /// The block of producer ids.
    pub(crate) const PRODUCER_IDS: u8 = 70;
    /// The writer of the metadata log.
    pub(crate) const METADATA: u8 = 80;
    /// Checkpoint files of the data folder.
    pub(crate) const CHECKPOINT: u8 = 90;
    /// One compaction of a partition at a time.
    pub(crate) const COMPACTION: u8 = 100;
    /// The checkpoint of the cleaner.
    pub(crate) const CLEANER: u8 = 105;
    /// One sync of a partition at a time.
    pub(crate) const SYNC: u8 = 110;
    /// The log of a partition.
    pub(crate) const LOG: u8 = 120;
    /// The files of a log.
    pub(crate) const LOG_FILES: u8 = 130;
    /// Topics by name and by id.
    pub(crate) const REGISTRY: u8 = 140;
    /// The partitions or the configs of one topic.
    pub(crate) const TOPIC_STATE: u8 = 150;
    /// The effective configs of the broker.
    pub(crate) const CONFIGS: u8 = 160;
    /// Partitions to be synced, folders to be removed, jobs to be run.
    pub(crate) const LISTS: u8 = 170;
    /// The timer queue.
    pub(crate) const TIMERS: u8 = 190;
    /// Wait lists.
    pub(crate) const WAIT_LIST: u8 = 200;
    /// Wakers, pending replies and charges: nothing is taken while one of these is held.
    pub(crate) const LEAF: u8 = 210;
}

/// A mutex with a rank. A panic of another holder does not make it unusable: no holder can panic half way through a
/// change.
#[derive(Debug, Default)]
pub(crate) struct Lock<const RANK: u8, T>(Mutex<T>);

/// Locks a mutex.
pub(crate) fn lock<const RANK: u8, T>(lock: &Lock<RANK, T>) -> Guard<MutexGuard<'_, T>> {
    lock.lock()
}

/// A reader-writer lock with a rank.
#[derive(Debug, Default)]
pub(crate) struct SharedLock<const RANK: u8, T>(RwLock<T>);

/// Access to what a lock guards. The fields are dropped in their order: the lock is released before its rank is.
#[derive(Debug)]
pub(crate) struct Guard<G> {
    guard: G,
    _held: order::Held,
}

impl<const RANK: u8, T> Lock<RANK, T> {
    pub(crate) const fn new(value: T) -> Lock<RANK, T> {
        Lock(Mutex::new(value))
    }

    /// Locks the mutex if no other thread holds it.
    pub(crate) fn try_lock(&self) -> Option<Guard<MutexGuard<'_, T>>> {
        let held = order::take(RANK);
        let guard = match self.0.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Guard { guard, _held: held })
    }

    pub(crate) fn lock(&self) -> Guard<MutexGuard<'_, T>> {
        let held = order::take(RANK);
        Guard { guard: self.0.lock().unwrap_or_else(PoisonError::into_inner), _held: held }
    }
}

impl<const RANK: u8, T> SharedLock<RANK, T> {
    pub(crate) const fn new(value: T) -> SharedLock<RANK, T> {
        SharedLock(RwLock::new(value))
    }

    pub(crate) fn read(&self) -> Guard<RwLockReadGuard<'_, T>> {
        let held = order::take(RANK);
        Guard { guard: self.0.read().unwrap_or_else(PoisonError::into_inner), _held: held }
    }

    pub(crate) fn write(&self) -> Guard<RwLockWriteGuard<'_, T>> {
        let held = order::take(RANK);
        Guard { guard: self.0.write().unwrap_or_else(PoisonError::into_inner), _held: held }
    }
}

impl<G: Deref> Deref for Guard<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for Guard<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

/// Whether the broker stops. All clones are one token, which long work asks between its steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shutdown(Arc<Stages>);

#[derive(Debug, Default)]
struct Stages {
    maintenance_stops: AtomicBool,
    work_stops: AtomicBool,
}

impl Shutdown {
    /// The first stage: retention and compaction end soon. Requests go on.
    pub(crate) fn stop_maintenance(&self) {
        self.0.maintenance_stops.store(true, Ordering::Relaxed);
    }

    /// The last stage: all long work ends soon.
    pub(crate) fn stop_work(&self) {
        self.stop_maintenance();
        self.0.work_stops.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stops_maintenance(&self) -> bool {
        self.0.maintenance_stops.load(Ordering::Relaxed)
    }

    pub(crate) fn stops_work(&self) -> bool {
        self.0.work_stops.load(Ordering::Relaxed)
    }

    /// Returns an error once all work is to end.
    pub(crate) fn check_work(&self) -> io::Result<()> {
        if self.stops_work() { Err(io::Error::other("the broker stops")) } else { Ok(()) }
    }
}

#[cfg(debug_assertions)]
mod order {
    use std::cell::RefCell;

    thread_local! {
        /// The ranks that this thread holds.
        static HELD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    #[derive(Debug)]
    pub(super) struct Held(u8);

    /// Panics if the thread holds a lock of this rank or a later one.
    pub(super) fn take(rank: u8) -> Held {
        HELD.with_borrow_mut(|held| {
            let last = held.iter().copied().max();
            assert!(last.is_none_or(|last| last < rank), "a lock of rank {rank} is taken while {held:?} are held");
            held.push(rank);
        });
        Held(rank)
    }

    impl Drop for Held {
        fn drop(&mut self) {
            HELD.with_borrow_mut(|held| {
                if let Some(at) = held.iter().rposition(|rank| *rank == self.0) {
                    held.remove(at);
                }
            });
        }
    }
}

#[cfg(not(debug_assertions))]
mod order {
    #[derive(Debug)]
    pub(super) struct Held;

    pub(super) const fn take(_: u8) -> Held {
        Held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_in_order_are_taken_and_released_in_any_order() {
        let (first, second) = (Lock::<1, u8>::new(1), SharedLock::<2, u8>::new(2));
        let (one, two) = (first.lock(), second.read());
        assert_eq!(*one + *two, 3);
        drop(one);
        drop(two);
        *second.write() += 1;
        assert_eq!(*first.lock() + *second.read(), 4);
    }

    #[cfg(debug_assertions)]
    #[test]
    fn a_lock_out_of_order_is_found_though_nothing_blocks() {
        let taken = |order: fn(&Lock<1, ()>, &Lock<2, ()>)| {
            std::thread::spawn(move || order(&Lock::default(), &Lock::default())).join().is_ok()
        };
        assert!(taken(|first, second| drop((first.lock(), second.lock()))));
        assert!(!taken(|first, second| drop((second.lock(), first.lock()))));
        assert!(!taken(|first, _| drop((first.lock(), Lock::<1, ()>::default().lock()))), "no two of one rank");
    }

    #[test]
    fn a_shutdown_ends_maintenance_first_and_then_all_work() {
        let shutdown = Shutdown::default();
        let token = shutdown.clone();
        assert!(!token.stops_maintenance() && token.check_work().is_ok());
        shutdown.stop_maintenance();
        assert!(token.stops_maintenance() && token.check_work().is_ok());
        shutdown.stop_work();
        assert!(token.stops_work() && token.check_work().is_err());
    }
}
