//! Which topics are compacted. A record without a key must not get into one (Kafka: `LogValidator.validateKey`);
//! upstream does not look. The answer is remembered for a moment, for most records have no key and most topics are not
//! compacted.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tansu_sans_io::ConfigResource;
use tansu_storage::{ArcDynStorage, Storage as _};

/// How late a change by another broker over the same storage is seen; our own are seen at once.
const KEPT: Duration = Duration::from_secs(5);
/// More topics than this are asked about anew.
const TOPICS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Compacted(Mutex<HashMap<String, (bool, Instant)>>);

impl Compacted {
    /// Whether the topic's `cleanup.policy` has `compact` in it. What cannot be asked is left to the storage to refuse.
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

    /// Topics or their configs have changed.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (bool, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
