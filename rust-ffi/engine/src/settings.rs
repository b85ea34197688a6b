//! What an engine is built with.

use std::{collections::BTreeMap, mem::MaybeUninit};

/// Asks the operating system for the pages of memory that is about to be written, all at once: one by one, as they are
/// touched, they cost twice as much. Changes nothing that can be seen.
pub type Prefault = fn(&mut [MaybeUninit<u8>]);

/// Everything that an embedder decides. The shell fills it from its table of settings.
#[derive(Clone, Debug)]
pub struct Settings {
    pub node_id: i32,
    pub cluster_id: String,
    /// Where clients are told to connect to.
    pub host: String,
    pub port: u16,
    /// Decides member ids, topic ids and whatever else is random.
    pub seed: u64,
    /// How long a new consumer group waits for more members. Kafka: `group.initial.rebalance.delay.ms`.
    pub group_initial_rebalance_delay_ms: i64,
    /// Broker configs by Kafka's names, as in a `server.properties`; checked by the table of [`crate::configs`].
    pub broker_configs: BTreeMap<String, String>,
    pub prefault: Prefault,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            node_id: 1,
            cluster_id: "tansu".to_owned(),
            host: "localhost".to_owned(),
            port: 9092,
            seed: 0,
            group_initial_rebalance_delay_ms: 0,
            broker_configs: BTreeMap::new(),
            prefault: |_| (),
        }
    }
}
