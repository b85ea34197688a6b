//! The broker as a deterministic state machine. It has no sockets, no clock, no threads and no `async`: a request, the
//! time and a seed go in, an [`Outcome`] comes out. The broker crate and the simulation do the rest.
//!
//! [`Engine::request`] answers a request or parks it. A parked request is resumed once its ticket is woken: by a change
//! of what it waits for, or by [`Engine::fire`], which the owner of the clock calls.
#![forbid(unsafe_code)]

mod acl_operations;
mod api;
mod api_error;
mod appender;
mod budget;
pub mod bugs;
pub mod clock;
pub mod configs;
mod context;
mod coordinator;
mod dispatch;
mod entropy;
pub mod events;
mod features;
mod fetch_sessions;
mod groups;
pub mod log;
mod maintenance;
mod outcome;
mod producer_ids;
mod replica_assignment;
mod request_size;
mod request_topics;
pub mod settings;
mod storage;
pub mod store;
mod sync;
#[cfg(test)]
mod testing;
mod timer_event;
mod timers;
mod topic_names;
mod topics;
mod transactions;
mod waiters;

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, task::Waker};

use wire::ErrorCode;

pub use clock::{Instant, Now};
pub use context::RequestContext;
pub use dispatch::{advertised, serves};
pub use features::features;
pub use groups::host::{Group, GroupPartition, Member};
pub use request_topics::RequestTopics;
pub use settings::{Prefault, Settings};
pub use store::{Fsync, Store};
pub use topics::{Topic, TopicError};
pub use waiters::Ticket;

/// What becomes of a request.
pub type Outcome = outcome::Outcome<dispatch::ParkedRequest>;
/// A request that waits.
pub type Parked = outcome::Parked<dispatch::ParkedRequest>;

/// A request that may block was not handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MayBlock;

use configs::TopicConfig;
use entropy::Entropy;
use events::{Event, Observe, Observer, Origin};
use fetch_sessions::FetchSessions;
use groups::Groups;
use maintenance::DueJobs;
use producer_ids::ProducerIds;
use storage::DataDir;
use store::LogDirInfo;
use sync::Shutdown;
use timer_event::TimerEvent;
use timers::Timers;
use topics::Topics;
use transactions::Transactions;

/// Returns the seed of this run. A used data folder holds ids that the seed has produced already, and clients may hold
/// others: the same ids must not come again. In a new folder the configured seed is used.
fn seed_of(seed: u64, data_dir: &DataDir, now: Now) -> u64 {
    match data_dir.metadata.end() {
        0 => seed,
        end => Entropy::new(seed ^ (end as u64).rotate_left(32) ^ now.wall_ms as u64).next_u64(),
    }
}

/// One broker: a cluster of one node.
#[derive(Debug)]
pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) configs: configs::BrokerConfigs,
    pub(crate) entropy: Entropy,
    pub(crate) timers: Arc<Timers<TimerEvent>>,
    pub(crate) topics: Topics,
    pub(crate) groups: Groups,
    pub(crate) transactions: Transactions,
    pub(crate) fetch_sessions: FetchSessions,
    pub(crate) producer_ids: ProducerIds,
    /// The data folder; `None` in memory.
    pub(crate) data_dir: Option<Arc<DataDir>>,
    pub(crate) observer: Observer,
    due_jobs: DueJobs,
    pub(crate) shutdown: Shutdown,
}

impl Engine {
    pub fn new(settings: Settings) -> Engine {
        let shutdown = Shutdown::default();
        Engine {
            configs: configs::BrokerConfigs::new(&settings),
            entropy: Entropy::new(settings.seed),
            timers: Arc::default(),
            topics: Topics::in_memory(settings.prefault, shutdown.clone()),
            groups: Groups::default(),
            transactions: Transactions::default(),
            fetch_sessions: FetchSessions::default(),
            producer_ids: ProducerIds::default(),
            data_dir: None,
            observer: Observer::default(),
            due_jobs: DueJobs::default(),
            shutdown,
            settings,
        }
    }

    /// Opens a data folder, creating it if necessary. Also returns notices for the operator: what recovery discarded.
    /// On an error, which is a sentence for the operator, the folder is unchanged.
    pub fn open(settings: Settings, store: Store, now: Now) -> Result<(Engine, Vec<String>), String> {
        let mut engine = Engine::new(settings);
        let found = DataDir::open(store, &engine.settings, engine.timers.clone(), engine.shutdown.clone(), now)?;
        engine.entropy = Entropy::new(seed_of(engine.settings.seed, &found.data_dir, now));
        engine.configs.restore(found.configs);
        let data_dir = Arc::new(found.data_dir);
        let topics = found.topics.into_iter().map(|(name, record)| {
            // What an earlier version took is kept, even if this one would not.
            let config = engine.configs.topic(record.configs.clone());
            (name, record, config)
        });
        let failed = |e: std::io::Error| format!("the data folder cannot be opened: {e}");
        let (topics, notices) = Topics::reopen(data_dir.clone(), topics, &found.how).map_err(failed)?;
        engine.topics = topics;
        data_dir.begin_cleaner_checkpoint(&found.how, &engine.topics.partitions()).map_err(failed)?;
        // A power cut (without fsync) may have taken the record of an id, but not what its producer has written.
        let of = |(_, partition): (String, Arc<log::Partition>)| {
            let given = partition.producers().into_iter().map(|(id, _)| id).filter(|id| *id < producer_ids::GIVEN_MAX);
            given.max().map_or(0, |id| id + 1)
        };
        let used = engine.topics.partitions().into_iter().map(of).max().unwrap_or(0);
        engine.producer_ids = ProducerIds::from(found.producer_id.max(used));
        engine.data_dir = Some(data_dir);
        groups::restore(&engine, now).map_err(failed)?;
        transactions::restore(&engine, now, found.how.clean).map_err(failed)?;
        if let Some(data_dir) = &engine.data_dir
            && !found.how.clean
        {
            // Offsets that a power cut has taken may be assigned again: the checkpoint must not delete them. A full
            // disk does not prevent the start.
            let _ = data_dir.checkpoint(&engine.topics.partitions());
        }
        Ok((engine, found.notices.into_iter().chain(notices).collect()))
    }

    /// From here on events go to `observe`.
    pub fn observe(&mut self, observe: Observe) {
        self.observer = Observer::new(observe);
    }

    /// The topics that a request names, for a log: the request is decoded once more.
    pub fn request_topics(&self, key: i16, version: i16, body: &[u8]) -> RequestTopics {
        request_topics::of(self, key, version, body)
    }

    /// Returns whether [`Engine::flush`] is to be called; otherwise `waker` is woken when it is.
    pub fn poll_flush(&self, waker: &Waker) -> bool {
        self.data_dir.as_ref().is_some_and(|data_dir| data_dir.poll_flush(waker))
    }

    /// Syncs all appended batches. Blocks until the disk is done.
    pub fn flush(&self) {
        if let Some(data_dir) = &self.data_dir {
            data_dir.flush();
        }
    }

    /// Returns whether the engine has a data folder, which [`Engine::close`] marks clean.
    pub fn is_on_disk(&self) -> bool {
        self.data_dir.is_some()
    }

    fn log_dir_info(&self) -> LogDirInfo {
        self.data_dir.as_ref().map_or_else(LogDirInfo::default, |data_dir| data_dir.store.files.log_dir_info())
    }

    /// Closes the data folder cleanly, so that the next start is quick. The engine takes no calls after it.
    pub fn close(&self) -> Result<(), String> {
        let Some(data_dir) = &self.data_dir else { return Ok(()) };
        data_dir
            .close(&self.topics.partitions())
            .map_err(|e| format!("the data folder could not be closed in order: {e}"))
    }

    /// Handles a request, on a thread that may block. `body` follows the header. The caller has checked that key and
    /// version are served ([`serves`]).
    pub fn request(&self, context: &RequestContext<'_>, body: &[u8]) -> Outcome {
        let Ok(outcome) = dispatch::request(self, context, body, Ok::<(), Infallible>(()));
        outcome
    }

    /// As [`Engine::request`], on a thread that others wait for: a request that may block is left to a thread of its
    /// own.
    pub fn try_request(&self, context: &RequestContext<'_>, body: &[u8]) -> Result<Outcome, MayBlock> {
        dispatch::request(self, context, body, Err(MayBlock))
    }

    /// Resumes a parked request after its ticket was woken.
    pub fn resume(&self, context: &RequestContext<'_>, body: &[u8], parked: Parked) -> Outcome {
        dispatch::resume(self, context, body, parked)
    }

    /// Ends a parked request early, because the broker stops.
    pub fn cancel(&self, context: &RequestContext<'_>, parked: Parked) -> Outcome {
        dispatch::cancel(self, context, parked)
    }

    /// Returns when [`Engine::fire`] is to be called; `waker` is woken if that becomes earlier.
    pub fn arm(&self, waker: &Waker) -> Option<Instant> {
        self.timers.arm(waker)
    }

    /// Returns the next deadline.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Handles all deadlines that have passed. Returns their number.
    pub fn fire(&self, now: Now) -> usize {
        let mut fired = 0;
        while let Some(event) = self.timers.pop_due(now.instant) {
            fired += 1;
            match event {
                TimerEvent::Wake(waiter) => waiter.wake(),
                TimerEvent::Group(timer) => groups::fire(self, now, &timer),
                TimerEvent::Transaction(timer) => transactions::fire(self, now, &timer),
                TimerEvent::Job(job) => maintenance::fire(self, job, now),
            }
        }
        fired
    }

    /// Compares the state of each coordinator with a replay of its log. For tests and the simulation: no request may
    /// run at the same time.
    pub fn check_replay(&self) -> Result<(), String> {
        groups::check_replay(self)?;
        transactions::check_replay(self)
    }

    /// Returns whether [`Engine::delete_removed_dirs`] has anything to delete; otherwise `waker` is woken once it has.
    pub fn poll_removed_dirs(&self, waker: &Waker) -> bool {
        self.data_dir.as_ref().is_some_and(|data_dir| data_dir.poll_deleted_dirs(waker))
    }

    /// Deletes the directories of deleted topics.
    pub fn delete_removed_dirs(&self) {
        if let Some(data_dir) = &self.data_dir {
            data_dir.remove_deleted_dirs();
        }
    }

    /// Makes a running [`Engine::run_jobs`] end soon, because the broker stops.
    pub fn stop_maintenance(&self) {
        self.shutdown.stop_maintenance();
    }

    /// Makes everything that takes long end soon, because all connections are closed: maintenance, deleting
    /// directories, creating thousands of topics, inflating thousands of batches.
    pub fn stop_work(&self) {
        self.shutdown.stop_work();
    }

    /// Creates a topic; without a count it has `num.partitions`.
    pub(crate) fn create_topic(
        &self,
        name: &str,
        partitions: Option<i32>,
        config: impl Into<Arc<TopicConfig>>,
    ) -> Result<Arc<Topic>, TopicError> {
        let partitions = partitions.unwrap_or_else(|| self.configs.int("num.partitions") as i32);
        let topic = self.topics.create(name, self.entropy.uuid(), partitions, config.into())?;
        if topic.is_internal {
            self.report_created(&topic, Origin::Broker);
        }
        Ok(topic)
    }

    pub(crate) fn report_created(&self, topic: &Topic, origin: Origin<'_>) {
        let (topic, partitions) = (&*topic.name, topic.partition_count());
        self.observer.report(&Event::TopicCreated { topic, partitions, origin });
    }

    /// Creates a topic, as CreateTopics does. The error is a sentence for the user.
    pub fn create(&self, name: &str, partitions: i32, configs: BTreeMap<String, String>) -> Result<Arc<Topic>, String> {
        let _held = self.configs.read_lock();
        let error = |code: ErrorCode, why: String| format!("Kafka error {} ({code:?}): {why}", code.code());
        let config = TopicConfig::new(&self.configs, configs).map_err(|e| error(ErrorCode::InvalidConfig, e.0))?;
        let topic = self.create_topic(name, Some(partitions), config).map_err(|e| error((&e).into(), e.to_string()))?;
        self.report_created(&topic, Origin::Host);
        Ok(topic)
    }

    /// All groups, by name.
    pub fn groups(&self) -> Vec<Group> {
        groups::host::groups(self)
    }

    /// Returns `None` if the group does not exist.
    pub fn group(&self, name: &str) -> Option<Group> {
        groups::host::group(self, name)
    }

    /// The partitions that a group has committed or is assigned, with their lag, by topic and index.
    pub fn group_partitions(&self, name: &str) -> Vec<GroupPartition> {
        groups::host::partitions(self, name)
    }

    /// A ticket that the next change of a group wakes: take it, look, and wait for it.
    pub fn watch_groups(&self) -> Ticket {
        groups::host::watch(self)
    }

    /// Returns all topics, sorted by name.
    pub fn topics(&self) -> Vec<Arc<Topic>> {
        self.topics.list()
    }
}
