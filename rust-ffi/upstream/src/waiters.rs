//! Fetch requests waiting for partitions, and running writes to partitions. A fetch registers before it reads, so that
//! no append is missed between the read and the wait.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Waiters {
    topics: Arc<Mutex<HashMap<String, HashMap<i32, Slot>>>>,
    tickets: AtomicU64,
}

#[derive(Debug, Default)]
struct Slot {
    parked: BTreeMap<u64, Arc<Notify>>,
    /// Produce requests in upstream.
    writing: usize,
    /// Produce requests begun so far.
    begun: u64,
}

/// The writes to a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Writes {
    pub now: usize,
    pub begun: u64,
}

type Topics = HashMap<String, HashMap<i32, Slot>>;

/// No code can panic in the middle of a change with the lock held.
fn lock(topics: &Mutex<Topics>) -> MutexGuard<'_, Topics> {
    topics.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waiters {
    /// Registers for changes of these partitions; dropping the ticket deregisters.
    pub(crate) fn register(&self, partitions: Vec<(String, i32)>) -> Ticket {
        let id = self.tickets.fetch_add(1, Ordering::Relaxed);
        let notify = Arc::new(Notify::new());
        let mut topics = lock(&self.topics);
        for (topic, partition) in &partitions {
            slot(&mut topics, topic, *partition).parked.insert(id, notify.clone());
        }
        drop(topics);
        Ticket { id, notify, partitions, topics: self.topics.clone() }
    }

    /// Wakes all waiting fetches, after topics were created, deleted or truncated.
    pub(crate) fn wake_all(&self) {
        lock(&self.topics).values().flat_map(HashMap::values).for_each(Slot::wake);
    }

    /// Begins a produce to these partitions; dropping the guard ends it and wakes fetches that wait for them.
    pub(crate) fn write(&self, partitions: Vec<(String, i32)>) -> Writing {
        let mut topics = lock(&self.topics);
        for (topic, partition) in &partitions {
            let slot = slot(&mut topics, topic, *partition);
            slot.writing += 1;
            slot.begun += 1;
        }
        drop(topics);
        Writing { partitions, topics: self.topics.clone() }
    }

    /// Comparable while a ticket for the partition exists.
    pub(crate) fn writes(&self, topic: &str, partition: i32) -> Writes {
        let topics = lock(&self.topics);
        let slot = topics.get(topic).and_then(|parts| parts.get(&partition));
        slot.map_or_else(Writes::default, |slot| Writes { now: slot.writing, begun: slot.begun })
    }
}

impl Slot {
    fn wake(&self) {
        self.parked.values().for_each(|notify| notify.notify_one());
    }
}

fn slot<'a>(topics: &'a mut Topics, topic: &str, partition: i32) -> &'a mut Slot {
    if !topics.contains_key(topic) {
        topics.insert(topic.to_owned(), HashMap::new());
    }
    topics.get_mut(topic).expect("inserted above").entry(partition).or_default()
}

/// Removes an unused slot: clients may request any number of partitions.
fn tidy(topics: &mut Topics, topic: &str, partition: i32) {
    let Some(parts) = topics.get_mut(topic) else { return };
    if parts.get(&partition).is_some_and(|slot| slot.writing == 0 && slot.parked.is_empty()) {
        parts.remove(&partition);
    }
    if parts.is_empty() {
        topics.remove(topic);
    }
}

#[derive(Debug)]
pub(crate) struct Ticket {
    id: u64,
    notify: Arc<Notify>,
    partitions: Vec<(String, i32)>,
    topics: Arc<Mutex<Topics>>,
}

impl Ticket {
    /// Resolves once something has changed since the last time, or since the registration.
    pub(crate) async fn changed(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut topics = lock(&self.topics);
        for (topic, partition) in &self.partitions {
            if let Some(slot) = topics.get_mut(topic).and_then(|parts| parts.get_mut(partition)) {
                slot.parked.remove(&self.id);
            }
            tidy(&mut topics, topic, *partition);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Writing {
    partitions: Vec<(String, i32)>,
    topics: Arc<Mutex<Topics>>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut topics = lock(&self.topics);
        for (topic, partition) in &self.partitions {
            if let Some(slot) = topics.get_mut(topic).and_then(|parts| parts.get_mut(partition)) {
                slot.writing -= 1;
                slot.wake();
            }
            tidy(&mut topics, topic, *partition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(partition: i32) -> Vec<(String, i32)> {
        vec![("t".to_owned(), partition)]
    }

    #[tokio::test]
    async fn a_change_between_registration_and_wait_is_not_lost() {
        let waiters = Waiters::default();
        let ticket = waiters.register(key(0));
        drop(waiters.write(key(0)));
        ticket.changed().await;
    }

    #[test]
    fn nothing_is_kept_without_waiters_and_writers() {
        let waiters = Waiters::default();
        let ticket = waiters.register(vec![("t".to_owned(), 0), ("t".to_owned(), 1), ("u".to_owned(), 0)]);
        let writing = waiters.write(key(1));
        assert_eq!(waiters.writes("t", 1), Writes { now: 1, begun: 1 });
        assert_eq!(waiters.writes("t", 0), Writes { now: 0, begun: 0 });
        drop(ticket);
        drop(writing);
        assert!(lock(&waiters.topics).is_empty());
    }
}
