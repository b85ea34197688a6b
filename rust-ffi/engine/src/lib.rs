//! The broker as a deterministic state machine. It has no sockets, no clock, no threads and no `async`: a request, the
//! time and a seed go in, an [`Outcome`] comes out. The shell, and the simulation, do the rest.
//!
//! [`Engine::request`] answers a request or parks it; a parked one is resumed once its ticket is woken, by a change of
//! what it waits for or by [`Engine::fire`], which the owner of the time calls.
#![forbid(unsafe_code)]

mod api;
mod assignment;
mod authorized;
pub mod clock;
pub mod configs;
mod cx;
mod dispatch;
mod entropy;
mod features;
mod fetch_sessions;
mod groups;
pub mod log;
mod names;
mod outcome;
mod refusal;
pub mod settings;
pub mod store;
#[cfg(test)]
mod testing;
mod timers;
mod topics;
mod waiters;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicI64},
    task::Waker,
};

pub use clock::{Instant, Now};
pub use cx::Cx;
pub use dispatch::{advertised, serves};
pub use features::features;
pub use outcome::{Outcome, Parked};
pub use settings::Settings;
pub use topics::{Topic, TopicError};
pub use waiters::Ticket;

use configs::TopicConfig;
use entropy::Entropy;
use fetch_sessions::FetchSessions;
use groups::Groups;
use timers::{Due, Timers};
use topics::Topics;

/// One broker: a cluster of one node.
#[derive(Debug)]
pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) configs: configs::BrokerConfigs,
    pub(crate) entropy: Entropy,
    pub(crate) timers: Arc<Timers>,
    pub(crate) topics: Topics,
    pub(crate) groups: Groups,
    pub(crate) fetch_sessions: FetchSessions,
    /// The next one to give out.
    pub(crate) producer_id: AtomicI64,
}

impl Engine {
    pub fn new(settings: Settings) -> Engine {
        Engine {
            configs: configs::BrokerConfigs::new(&settings),
            entropy: Entropy::new(settings.seed),
            timers: Arc::default(),
            topics: Topics::default(),
            groups: Groups::default(),
            fetch_sessions: FetchSessions::default(),
            producer_id: AtomicI64::new(0),
            settings,
        }
    }

    /// `body` is what follows the header. The shell has checked that key and version are served ([`serves`]).
    pub fn request(&self, cx: &Cx<'_>, body: &[u8]) -> Outcome {
        dispatch::request(self, cx, body)
    }

    /// The same request goes on, once the ticket it was parked with is woken.
    pub fn resume(&self, cx: &Cx<'_>, parked: Parked) -> Outcome {
        dispatch::resume(self, cx, parked)
    }

    /// The answer of a parked request whose time has not come, because the broker stops.
    pub fn abandon(&self, cx: &Cx<'_>, parked: Parked) -> Outcome {
        dispatch::abandon(self, cx, parked)
    }

    /// When [`Engine::fire`] is to be called; `waker` is woken once that becomes earlier.
    pub fn arm(&self, waker: &Waker) -> Option<Instant> {
        self.timers.arm(waker)
    }

    /// The next deadline.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// All that is due happens. Returns how many deadlines there were.
    pub fn fire(&self, now: Now) -> usize {
        let mut fired = 0;
        while let Some(due) = self.timers.pop_due(now.instant) {
            fired += 1;
            match due {
                Due::Park(waiter) => waiter.wake(),
                Due::Group(timer) => groups::fire(self, now, timer),
            }
        }
        fired
    }

    /// Retention, compaction, and what has expired: producer ids, fetch sessions, offsets. To be called now and then.
    pub fn maintain(&self, now: Now) {
        let producers_kept_ms = self.configs.int("producer.id.expiration.ms");
        for topic in self.topics.list() {
            let config = topic.config();
            topic.partitions().iter().for_each(|partition| partition.maintain(&config, producers_kept_ms, now));
        }
        self.fetch_sessions.expire(now.instant);
        groups::maintain(self, now);
    }

    /// Makes a topic; without a count it has `num.partitions`.
    pub(crate) fn create_topic(
        &self,
        name: &str,
        partitions: Option<i32>,
        config: TopicConfig,
    ) -> Result<Arc<Topic>, TopicError> {
        let partitions = partitions.unwrap_or_else(|| self.configs.int("num.partitions") as i32);
        self.topics.create(name, self.entropy.uuid(), partitions, config)
    }

    /// Makes a topic, as CreateTopics does. The error is for people.
    pub fn create(&self, name: &str, partitions: i32, configs: BTreeMap<String, String>) -> Result<Arc<Topic>, String> {
        let config = TopicConfig::new(&self.configs, configs).map_err(|e| e.0)?;
        self.create_topic(name, Some(partitions), config).map_err(|e| e.to_string())
    }

    /// All topics, by name.
    pub fn topics(&self) -> Vec<Arc<Topic>> {
        self.topics.list()
    }
}
