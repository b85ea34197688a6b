//! A cache of which topics are compacted. They refuse records without a key (Kafka: `LogValidator.validateKey`), which
//! upstream does not check.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tansu_sans_io::ConfigResource;
use tansu_storage::{ArcDynStorage, Storage as _};

/// Delay until a change by another broker on the same storage is seen. This broker's changes are seen at once.
const KEPT: Duration = Duration::from_secs(5);
/// Cached topics.
const TOPICS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Compacted(Mutex<HashMap<String, (bool, Instant)>>);

impl Compacted {
    /// Returns whether the topic's `cleanup.policy` contains `compact`; false if the storage fails, which then refuses
    /// the produce itself.
    pub(crate) async fn is(&self, storage: &ArcDynStorage, topic: &str) -> bool {
        if let Some((compacted, asked)) = self.lock().get(topic)
            && asked.elapsed() < KEPT
        {
            return *compacted;
        }
        let keys = ["cleanup.policy".to_owned()];
        let Ok(described) = storage.describe_config(topic, ConfigResource::Topic, Some(&keys)).await else {
            return false;
        };
        let policies = described.configs.iter().flatten().filter(|config| config.name == keys[0]);
        let compacted = policies.filter_map(|config| config.value.as_deref()).any(|policy| policy.contains("compact"));
        let mut known = self.lock();
        if known.len() >= TOPICS_MAX {
            known.clear();
        }
        known.insert(topic.to_owned(), (compacted, Instant::now()));
        compacted
    }

    /// Clears the cache after topics or their configs have changed.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (bool, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
