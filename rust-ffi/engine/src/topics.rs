//! The topics there are, by name and by id.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use wire::Uuid;

use crate::{configs::TopicConfig, log::Partition, names};

/// Why a topic cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicError {
    Name(String),
    Exists(String),
    /// Another name that differs only in `.` and `_`.
    Collision {
        name: String,
        with: String,
    },
}

impl std::fmt::Display for TopicError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TopicError::Name(why) => f.write_str(why),
            TopicError::Exists(name) => write!(f, "Topic '{name}' already exists."),
            TopicError::Collision { name, with } => {
                write!(f, "Topic '{name}' collides with existing topic: {with}")
            }
        }
    }
}

#[derive(Debug)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    /// Written by the broker itself.
    pub is_internal: bool,
    partitions: RwLock<Vec<Arc<Partition>>>,
    config: RwLock<Arc<TopicConfig>>,
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Topic {
    pub(crate) fn new(name: &str, id: Uuid, partitions: i32, config: TopicConfig) -> Topic {
        Topic {
            name: name.to_owned(),
            id,
            is_internal: names::is_internal(name),
            partitions: RwLock::new((0..partitions).map(|index| Arc::new(Partition::new(index))).collect()),
            config: RwLock::new(Arc::new(config)),
        }
    }

    pub fn partition(&self, index: i32) -> Option<Arc<Partition>> {
        read(&self.partitions).get(usize::try_from(index).ok()?).cloned()
    }

    /// In the order of their indexes.
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        read(&self.partitions).clone()
    }

    pub fn partition_count(&self) -> i32 {
        read(&self.partitions).len() as i32
    }

    /// Nothing happens if there are as many already.
    pub(crate) fn grow(&self, count: i32) {
        let mut partitions = write(&self.partitions);
        for index in partitions.len() as i32..count {
            partitions.push(Arc::new(Partition::new(index)));
        }
    }

    pub(crate) fn config(&self) -> Arc<TopicConfig> {
        read(&self.config).clone()
    }

    pub(crate) fn set_config(&self, config: TopicConfig) {
        *write(&self.config) = Arc::new(config);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Topics(RwLock<Registry>);

#[derive(Debug, Default)]
struct Registry {
    by_name: BTreeMap<String, Arc<Topic>>,
    by_id: BTreeMap<Uuid, Arc<Topic>>,
    /// From what names may collide in to the names that do: several if they were made by one request.
    collisions: BTreeMap<String, BTreeSet<String>>,
}

impl Registry {
    fn check(&self, name: &str) -> Result<(), TopicError> {
        names::check(name).map_err(TopicError::Name)?;
        self.is_free(name)?;
        match self.collisions.get(&names::collision_key(name)).and_then(BTreeSet::first) {
            None => Ok(()),
            Some(with) => Err(TopicError::Collision { name: name.to_owned(), with: with.clone() }),
        }
    }

    fn is_free(&self, name: &str) -> Result<(), TopicError> {
        match self.by_name.contains_key(name) {
            true => Err(TopicError::Exists(name.to_owned())),
            false => Ok(()),
        }
    }

    fn add(&mut self, topic: Topic) -> Arc<Topic> {
        let topic = Arc::new(topic);
        self.collisions.entry(names::collision_key(&topic.name)).or_default().insert(topic.name.clone());
        self.by_name.insert(topic.name.clone(), topic.clone());
        self.by_id.insert(topic.id, topic.clone());
        topic
    }

    fn take(&mut self, id: Uuid) -> Option<Arc<Topic>> {
        let topic = self.by_id.remove(&id)?;
        self.by_name.remove(&topic.name);
        let key = names::collision_key(&topic.name);
        if let Some(names) = self.collisions.get_mut(&key) {
            names.remove(&topic.name);
            if names.is_empty() {
                self.collisions.remove(&key);
            }
        }
        Some(topic)
    }
}

impl Topics {
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Topic>> {
        read(&self.0).by_name.get(name).cloned()
    }

    pub(crate) fn get_by_id(&self, id: Uuid) -> Option<Arc<Topic>> {
        read(&self.0).by_id.get(&id).cloned()
    }

    /// By name.
    pub(crate) fn list(&self) -> Vec<Arc<Topic>> {
        read(&self.0).by_name.values().cloned().collect()
    }

    /// Whether a topic of this name could be made.
    pub(crate) fn check(&self, name: &str) -> Result<(), TopicError> {
        read(&self.0).check(name)
    }

    /// `partitions` was checked by the caller.
    pub(crate) fn create(
        &self,
        name: &str,
        id: Uuid,
        partitions: i32,
        config: TopicConfig,
    ) -> Result<Arc<Topic>, TopicError> {
        let mut registry = write(&self.0);
        registry.check(name)?;
        Ok(registry.add(Topic::new(name, id, partitions, config)))
    }

    /// Like [`Topics::create`] after [`Topics::check`]: names that collide within one request are let through, as by
    /// Kafka.
    pub(crate) fn create_checked(
        &self,
        name: &str,
        id: Uuid,
        partitions: i32,
        config: TopicConfig,
    ) -> Result<Arc<Topic>, TopicError> {
        let topic = Topic::new(name, id, partitions, config);
        let mut registry = write(&self.0);
        registry.is_free(name)?;
        Ok(registry.add(topic))
    }

    /// The topic is no more; who waits for its partitions is woken and will not find it. By id, so that one that was
    /// made anew under the same name stays.
    pub(crate) fn remove(&self, id: Uuid) -> Option<Arc<Topic>> {
        let topic = write(&self.0).take(id)?;
        topic.partitions().iter().for_each(|partition| partition.close());
        Some(topic)
    }
}
