//! The topic registry, by name and by id, and the partitions of each topic.

use crate::sync::{Guard, Lock, SharedLock, Shutdown, lock, rank};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    ops::Range,
    sync::{
        Arc, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, Ordering},
    },
};

use wire::{ErrorCode, Uuid};

use crate::{
    budget::{Budget, Charge},
    bugs::{self, Bug},
    configs::TopicConfig,
    log::Partition,
    settings::Prefault,
    storage::{DataDir, RecoveryState, TopicRecord},
    topic_names,
};

/// Reason why a topic cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicError {
    Name(String),
    Exists(String),
    /// The data folder cannot be written.
    Storage(String),
    /// All topics together would take too much memory.
    Budget,
    /// Another name that differs only in `.` and `_`.
    Collision {
        name: String,
        with: String,
    },
}

impl From<&TopicError> for ErrorCode {
    fn from(error: &TopicError) -> ErrorCode {
        match error {
            TopicError::Storage(_) => ErrorCode::KafkaStorageError,
            TopicError::Budget => ErrorCode::PolicyViolation,
            TopicError::Exists(_) => ErrorCode::TopicAlreadyExists,
            TopicError::Name(_) | TopicError::Collision { .. } => ErrorCode::InvalidTopicException,
        }
    }
}

impl std::fmt::Display for TopicError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TopicError::Name(why) => f.write_str(why),
            TopicError::Storage(why) => write!(f, "The topic cannot be written to disk: {why}"),
            TopicError::Budget => f.write_str(
                "The topics of this broker would take too much memory. Delete topics, or use fewer partitions.",
            ),
            TopicError::Exists(name) => write!(f, "Topic '{name}' already exists."),
            TopicError::Collision { name, with } => {
                write!(f, "Topic '{name}' collides with existing topic: {with}")
            }
        }
    }
}

impl From<io::Error> for TopicError {
    fn from(error: io::Error) -> Self {
        TopicError::Storage(error.to_string())
    }
}

#[derive(Debug)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    /// Written by the broker itself.
    pub is_internal: bool,
    partitions: SharedLock<{ rank::TOPIC_STATE }, Vec<Arc<Partition>>>,
    config: SharedLock<{ rank::TOPIC_STATE }, Arc<TopicConfig>>,
    /// Whether the topic is deleted. Held while its persisted state changes: after the deletion nothing may be written,
    /// or a start would find the topic again.
    is_deleted: Lock<{ rank::TOPIC }, bool>,
    store: PartitionStore,
    charge: Lock<{ rank::TOPIC_BYTES }, Charge>,
}

/// What all topics may take, without records.
const BYTES_MAX: usize = if cfg!(test) { 64 << 20 } else { 512 << 20 };

/// What a topic takes, roughly. A partition has its log, its lists of waiting requests and, on disk, open files.
fn bytes_of(name: &str, partitions: i32, config: &TopicConfig) -> usize {
    const TOPIC: usize = 1_024;
    const PARTITION: usize = 2_048;
    const CONFIG: usize = 128;
    let texts: usize = config.overrides.iter().map(|(key, value)| CONFIG + key.len() + value.len()).sum();
    TOPIC + 4 * name.len() + usize::try_from(partitions).unwrap_or(0) * PARTITION + texts
}

/// Where new partitions are created.
#[derive(Clone, Debug)]
enum PartitionStore {
    Memory(Prefault, Shutdown),
    Disk(Arc<DataDir>),
}

impl PartitionStore {
    fn data_dir(&self) -> Option<&DataDir> {
        match self {
            PartitionStore::Memory(..) => None,
            PartitionStore::Disk(data_dir) => Some(data_dir),
        }
    }

    /// Creates one partition.
    fn partition(&self, topic: &str, id: Uuid, index: i32) -> io::Result<Arc<Partition>> {
        let partition = match self {
            PartitionStore::Memory(prefault, shutdown) if topic_names::is_internal(topic) => {
                Partition::internal(index, *prefault).stopped_by(shutdown)
            }
            PartitionStore::Memory(prefault, shutdown) => Partition::new(index, *prefault).stopped_by(shutdown),
            PartitionStore::Disk(data_dir) => data_dir.create(topic, id, index)?,
        };
        Ok(Arc::new(partition))
    }

    /// Creates all of the partitions, or none.
    fn partitions(&self, topic: &str, id: Uuid, indexes: Range<i32>) -> io::Result<Vec<Arc<Partition>>> {
        let mut made = Vec::new();
        for index in indexes.clone() {
            let partition = self.partition(topic, id, index);
            made.push(partition.inspect_err(|_| self.roll_back(topic, id, indexes.start..index))?);
        }
        Ok(made)
    }

    /// Deletes partitions of a creation that failed.
    fn roll_back(&self, topic: &str, id: Uuid, indexes: Range<i32>) {
        if let Some(data_dir) = self.data_dir() {
            indexes.for_each(|index| data_dir.delete_partition(topic, id, index));
        }
    }
}

fn read<const RANK: u8, T>(lock: &SharedLock<RANK, T>) -> Guard<RwLockReadGuard<'_, T>> {
    lock.read()
}

fn write<const RANK: u8, T>(lock: &SharedLock<RANK, T>) -> Guard<RwLockWriteGuard<'_, T>> {
    lock.write()
}

impl Topic {
    /// Creates a topic. It is persisted when this returns.
    fn create(
        name: &str,
        id: Uuid,
        count: i32,
        config: Arc<TopicConfig>,
        store: &PartitionStore,
        charge: Charge,
    ) -> io::Result<Topic> {
        let partitions = store.partitions(name, id, 0..count)?;
        let topic = Topic {
            name: name.to_owned(),
            id,
            is_internal: topic_names::is_internal(name),
            partitions: SharedLock::new(partitions),
            config: SharedLock::new(config),
            is_deleted: Lock::default(),
            store: store.clone(),
            charge: Lock::new(charge),
        };
        topic.persist(count, &topic.config()).inspect_err(|_| store.roll_back(name, id, 0..count))?;
        Ok(topic)
    }

    /// Opens a topic of an earlier run. Also returns notices for the operator.
    fn reopen(
        name: &str,
        record: &TopicRecord,
        config: Arc<TopicConfig>,
        data_dir: &Arc<DataDir>,
        how: &RecoveryState,
        budget: &Budget,
    ) -> io::Result<(Topic, Vec<String>)> {
        let charge = budget.charge_anyway(bytes_of(name, record.partitions, &config));
        let (mut partitions, mut notices) = (Vec::new(), Vec::new());
        for index in 0..record.partitions {
            let (partition, notice) = data_dir.reopen(name, index, how)?;
            partitions.push(Arc::new(partition));
            notices.extend(notice);
        }
        let topic = Topic {
            name: name.to_owned(),
            id: record.id,
            is_internal: topic_names::is_internal(name),
            partitions: SharedLock::new(partitions),
            config: SharedLock::new(config),
            is_deleted: Lock::default(),
            store: PartitionStore::Disk(data_dir.clone()),
            charge: Lock::new(charge),
        };
        Ok((topic, notices))
    }

    fn persist(&self, partitions: i32, config: &TopicConfig) -> io::Result<()> {
        let Some(data_dir) = self.store.data_dir() else { return Ok(()) };
        let record = TopicRecord { id: self.id, partitions, configs: config.overrides.clone() };
        data_dir.metadata.put_topic(&self.name, &record)
    }

    pub fn partition(&self, index: i32) -> Option<Arc<Partition>> {
        read(&self.partitions).get(usize::try_from(index).ok()?).cloned()
    }

    /// Returns all partitions, by index.
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        read(&self.partitions).clone()
    }

    pub fn partition_count(&self) -> i32 {
        read(&self.partitions).len() as i32
    }

    /// Adds partitions up to `count`. Does nothing if there are that many already, or if the topic was deleted: the
    /// deletion might as well have come right after.
    pub(crate) fn grow(&self, count: i32) -> Result<(), TopicError> {
        let is_deleted = lock(&self.is_deleted);
        if *is_deleted {
            return Ok(());
        }
        let now = self.partition_count();
        let mut charge = lock(&self.charge);
        if count > now && !charge.set(bytes_of(&self.name, count, &self.config())) {
            return Err(TopicError::Budget);
        }
        let grown = self.add_partitions(now, count);
        if grown.is_err() {
            charge.set(bytes_of(&self.name, now, &self.config()));
        }
        Ok(grown?)
    }

    fn add_partitions(&self, now: i32, count: i32) -> io::Result<()> {
        let new = self.store.partitions(&self.name, self.id, now..count)?;
        if !new.is_empty() {
            let written = self.persist(count, &self.config());
            written.inspect_err(|_| self.store.roll_back(&self.name, self.id, now..count))?;
            write(&self.partitions).extend(new);
        }
        Ok(())
    }

    pub(crate) fn config(&self) -> Arc<TopicConfig> {
        read(&self.config).clone()
    }

    /// Replaces the configs. A deleted topic is left alone, as in [`Topic::grow`].
    pub(crate) fn set_config(&self, config: Arc<TopicConfig>) -> Result<(), TopicError> {
        let is_deleted = lock(&self.is_deleted);
        if *is_deleted {
            return Ok(());
        }
        if self.config().overrides != config.overrides {
            if !lock(&self.charge).set(bytes_of(&self.name, self.partition_count(), &config)) {
                return Err(TopicError::Budget);
            }
            self.persist(self.partition_count(), &config)?;
        }
        *write(&self.config) = config;
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct Topics {
    /// Held while a topic is created or removed, until its files are written or gone: lookups do not wait for the disk.
    /// Taken before `registry`.
    changing: Lock<{ rank::TOPIC_CHANGES }, ()>,
    registry: SharedLock<{ rank::REGISTRY }, Registry>,
    store: PartitionStore,
    budget: Budget,
    /// Counts the topics that were created, deleted or grown.
    changes: AtomicI64,
}

#[derive(Debug, Default)]
struct Registry {
    by_name: BTreeMap<String, Arc<Topic>>,
    by_id: BTreeMap<Uuid, Arc<Topic>>,
    /// Names by collision key: several if one request created them.
    collisions: BTreeMap<String, BTreeSet<String>>,
    /// Lower-case names, if the file system does not distinguish `T-0` and `t-0`.
    folded: Option<BTreeSet<String>>,
}

impl Registry {
    fn check(&self, name: &str) -> Result<(), TopicError> {
        topic_names::check(name).map_err(TopicError::Name)?;
        self.is_free(name)?;
        let key = topic_names::collision_key(name);
        match key.and_then(|key| self.collisions.get(&key)).and_then(BTreeSet::first) {
            None => Ok(()),
            Some(with) => Err(TopicError::Collision { name: name.to_owned(), with: with.clone() }),
        }
    }

    fn is_free(&self, name: &str) -> Result<(), TopicError> {
        if name == topic_names::CLUSTER_METADATA {
            // This directory is the metadata log of the broker.
            return Err(TopicError::Name(format!("Topic name is invalid: '{name}' is the broker's own")));
        }
        if self.by_name.contains_key(name) {
            return Err(TopicError::Exists(name.to_owned()));
        }
        let Some(folded) = &self.folded else { return Ok(()) };
        let small = name.to_ascii_lowercase();
        // Internal topics may be created later.
        let is_own = |name: &str| topic_names::is_internal(name) || name == topic_names::CLUSTER_METADATA;
        if folded.contains(&small) || (small != name && is_own(&small)) {
            return Err(TopicError::Name(format!(
                "Topic name is invalid: '{name}' differs from another only in upper and lower case, which the file \
                 system of the data folder does not tell apart"
            )));
        }
        Ok(())
    }

    fn add(&mut self, topic: Topic) -> Arc<Topic> {
        let topic = Arc::new(topic);
        if let Some(key) = topic_names::collision_key(&topic.name) {
            self.collisions.entry(key).or_default().insert(topic.name.clone());
        }
        if let Some(folded) = &mut self.folded {
            folded.insert(topic.name.to_ascii_lowercase());
        }
        self.by_name.insert(topic.name.clone(), topic.clone());
        self.by_id.insert(topic.id, topic.clone());
        topic
    }

    fn take(&mut self, id: Uuid) -> Option<Arc<Topic>> {
        let topic = self.by_id.remove(&id)?;
        self.by_name.remove(&topic.name);
        if let Some(folded) = &mut self.folded {
            folded.remove(&topic.name.to_ascii_lowercase());
        }
        if let Some(key) = topic_names::collision_key(&topic.name)
            && let Some(names) = self.collisions.get_mut(&key)
        {
            names.remove(&topic.name);
            if names.is_empty() {
                self.collisions.remove(&key);
            }
        }
        Some(topic)
    }
}

impl Topics {
    pub(crate) fn in_memory(prefault: Prefault, shutdown: Shutdown) -> Topics {
        Topics::with(Registry::default(), PartitionStore::Memory(prefault, shutdown), Budget::new(BYTES_MAX))
    }

    fn with(registry: Registry, store: PartitionStore, budget: Budget) -> Topics {
        let changes = AtomicI64::new(0);
        Topics { changing: Lock::default(), registry: SharedLock::new(registry), store, budget, changes }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Topic>> {
        read(&self.registry).by_name.get(name).cloned()
    }

    pub(crate) fn get_by_id(&self, id: Uuid) -> Option<Arc<Topic>> {
        read(&self.registry).by_id.get(&id).cloned()
    }

    /// Changes whenever a topic is created, deleted or grown.
    pub(crate) fn version(&self) -> i64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Called after a topic has changed.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Returns all topics, sorted by name.
    pub(crate) fn list(&self) -> Vec<Arc<Topic>> {
        read(&self.registry).by_name.values().cloned().collect()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        read(&self.registry).by_name.len()
    }

    /// Returns whether a topic of this name could be created.
    pub(crate) fn check(&self, name: &str) -> Result<(), TopicError> {
        read(&self.registry).check(name)
    }

    /// Creates a topic. The caller has checked `partitions`.
    pub(crate) fn create(
        &self,
        name: &str,
        id: Uuid,
        partitions: i32,
        config: Arc<TopicConfig>,
    ) -> Result<Arc<Topic>, TopicError> {
        let _changing = lock(&self.changing);
        self.check(name)?;
        self.add(name, id, partitions, config)
    }

    /// Creates a topic that passed [`Topics::check`]: names that collide within one request are accepted, as by Kafka.
    pub(crate) fn create_checked(
        &self,
        name: &str,
        id: Uuid,
        partitions: i32,
        config: Arc<TopicConfig>,
    ) -> Result<Arc<Topic>, TopicError> {
        let _changing = lock(&self.changing);
        read(&self.registry).is_free(name)?;
        self.add(name, id, partitions, config)
    }

    fn add(&self, name: &str, id: Uuid, partitions: i32, config: Arc<TopicConfig>) -> Result<Arc<Topic>, TopicError> {
        let charge = self.budget.charge(bytes_of(name, partitions, &config)).ok_or(TopicError::Budget)?;
        let topic = Topic::create(name, id, partitions, config, &self.store, charge)?;
        let topic = write(&self.registry).add(topic);
        self.changed();
        Ok(topic)
    }

    /// Removes a topic and wakes the requests parked on its partitions. By id, so that a new topic of the same name
    /// stays.
    pub(crate) fn remove(&self, id: Uuid) -> io::Result<Option<Arc<Topic>>> {
        // A new topic of that name would use the same directories.
        let _changing = lock(&self.changing);
        let Some(topic) = self.get_by_id(id) else { return Ok(None) };
        let mut is_deleted = lock(&topic.is_deleted);
        let written = self.write_deletion(&topic.name)?;
        *is_deleted = true;
        drop(is_deleted);
        write(&self.registry).take(id);
        self.changed();
        for partition in topic.partitions() {
            partition.close();
            if let Some(data_dir) = self.store.data_dir()
                && written.is_ok()
            {
                data_dir.delete_partition(&topic.name, id, partition.index);
            }
        }
        written.map(|()| Some(topic))
    }

    /// Persists the deletion. An error means that the topic stays. An inner error means that the next start may find it
    /// or not: its files stay, and nothing is acknowledged for it from here on.
    fn write_deletion(&self, name: &str) -> io::Result<io::Result<()>> {
        match self.store.data_dir() {
            Some(data_dir) if !bugs::planted(Bug::DeletionNotWritten) => {
                data_dir.shutdown.check_work()?;
                data_dir.metadata.delete_topic(name)
            }
            _ => Ok(Ok(())),
        }
    }

    /// Opens the topics of an earlier run. Also returns notices for the operator.
    pub(crate) fn reopen(
        data_dir: Arc<DataDir>,
        found: impl Iterator<Item = (String, TopicRecord, Arc<TopicConfig>)>,
        how: &RecoveryState,
    ) -> io::Result<(Topics, Vec<String>)> {
        let mut registry = Registry { folded: data_dir.ignores_case.then(BTreeSet::new), ..Registry::default() };
        let (mut notices, budget) = (Vec::new(), Budget::new(BYTES_MAX));
        for (name, record, config) in found {
            let (topic, said) = Topic::reopen(&name, &record, config, &data_dir, how, &budget)?;
            registry.add(topic);
            notices.extend(said);
        }
        Ok((Topics::with(registry, PartitionStore::Disk(data_dir), budget), notices))
    }

    /// Returns all partitions, each with the name of its topic.
    pub(crate) fn partitions(&self) -> Vec<(String, Arc<Partition>)> {
        let of = |topic: Arc<Topic>| topic.partitions().into_iter().map(move |part| (topic.name.clone(), part));
        self.list().into_iter().flat_map(of).collect()
    }
}
