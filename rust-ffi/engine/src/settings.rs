//! The settings of an engine.

use std::{collections::BTreeMap, mem::MaybeUninit};

/// Prefaults the pages of memory that is about to be written: one by one, as they are touched, they cost twice as much.
/// Has no visible effect.
pub type Prefault = fn(&mut [MaybeUninit<u8>]);

/// The settings of an engine. The broker crate fills them from its table of settings.
#[derive(Clone, Debug)]
pub struct Settings {
    pub node_id: i32,
    pub cluster_id: String,
    /// Advertised host.
    pub host: String,
    pub port: u16,
    /// Seed of member ids, topic ids and all other random values.
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
