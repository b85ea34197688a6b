//! The bytes that clients leave behind in groups: members, ids that were given out, assignments and committed offsets.
//! They outlive their connections, so their number alone does not bound them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::configs::TopicConfig;
use crate::{Engine, groups::OFFSETS_TOPIC};

/// Of all groups together.
pub(super) const BYTES_MAX: usize = if cfg!(test) { 32 << 20 } else { 256 << 20 };

/// How many bytes all groups hold.
#[derive(Clone, Debug, Default)]
pub(super) struct StateBytes(Arc<AtomicUsize>);

impl StateBytes {
    /// `None` if there is no room for so many.
    pub(super) fn claim(&self, bytes: usize) -> Option<Charge> {
        let mut charge = Charge { all: self.clone(), bytes: 0 };
        charge.set(bytes).then_some(charge)
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A part of them, given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Charge {
    all: StateBytes,
    bytes: usize,
}

impl Charge {
    pub(super) fn of(all: &StateBytes) -> Charge {
        Charge { all: all.clone(), bytes: 0 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns whether there was room; nothing has changed if not. There is always room for less.
    pub(super) fn set(&mut self, bytes: usize) -> bool {
        let next = |all: usize| {
            let all = all - self.bytes + bytes;
            (bytes <= self.bytes || all <= BYTES_MAX).then_some(all)
        };
        let done = self.all.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).is_ok();
        if done {
            self.bytes = bytes;
        }
        done
    }

    /// For what is there already: the offsets of an earlier run.
    pub(super) fn force(&mut self, bytes: usize) {
        self.all.0.fetch_add(bytes, Ordering::SeqCst);
        self.all.0.fetch_sub(self.bytes, Ordering::SeqCst);
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// How large a record batch of `__consumer_offsets` may be: what Kafka holds a commit, and the state of a group, to.
pub(super) fn record_max(engine: &Engine) -> usize {
    let topic = engine.topics.get(OFFSETS_TOPIC);
    let config = topic.map_or_else(|| engine.configs.topic(Default::default()), |topic| topic.config());
    let TopicConfig { max_message_bytes, .. } = *config;
    usize::try_from(max_message_bytes).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_makes_room() {
        let all = StateBytes::default();
        let mut first = all.claim(BYTES_MAX - 10).unwrap();
        assert!(all.claim(11).is_none());
        let second = all.claim(10).unwrap();
        assert!(!first.set(BYTES_MAX - 9), "it cannot grow");
        assert_eq!((first.bytes(), all.held()), (BYTES_MAX - 10, BYTES_MAX));
        assert!(first.set(5));
        drop(second);
        assert_eq!(all.held(), 5);
        first.force(2 * BYTES_MAX);
        assert!(all.claim(1).is_none());
        assert!(first.set(BYTES_MAX + 1), "less is always fine");
        drop(first);
        assert_eq!(all.held(), 0);
    }
}
