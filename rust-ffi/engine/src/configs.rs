//! Configs of topics and of the broker.

use std::collections::BTreeMap;

use crate::settings::Settings;

/// A topic's configs as the log uses them.
#[derive(Clone, Debug)]
pub struct TopicConfig {
    /// `cleanup.policy` has `delete` in it.
    pub delete: bool,
    /// `cleanup.policy` has `compact` in it.
    pub compact: bool,
    /// -1 keeps for ever.
    pub retention_ms: i64,
    /// -1 keeps everything.
    pub retention_bytes: i64,
    pub segment_bytes: i64,
    pub segment_ms: i64,
    pub max_message_bytes: i64,
    /// `message.timestamp.type` is `LogAppendTime`.
    pub log_append_time: bool,
    pub timestamp_before_max_ms: i64,
    pub timestamp_after_max_ms: i64,
    pub min_compaction_lag_ms: i64,
    pub max_compaction_lag_ms: i64,
    pub delete_retention_ms: i64,
    pub min_cleanable_dirty_ratio: f64,
    /// What was set for this topic, by Kafka's names.
    pub overrides: BTreeMap<String, String>,
}

impl Default for TopicConfig {
    fn default() -> Self {
        TopicConfig {
            delete: true,
            compact: false,
            retention_ms: 604_800_000,
            retention_bytes: -1,
            segment_bytes: 1_073_741_824,
            segment_ms: 604_800_000,
            max_message_bytes: 1_048_588,
            log_append_time: false,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 86_400_000,
            min_cleanable_dirty_ratio: 0.5,
            overrides: BTreeMap::new(),
        }
    }
}

/// Why a config is refused: the key, the value and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl TopicConfig {
    /// The broker's defaults with what was set for the topic.
    pub(crate) fn new(
        _broker: &BrokerConfigs,
        overrides: BTreeMap<String, String>,
    ) -> Result<TopicConfig, ConfigError> {
        Ok(TopicConfig { overrides, ..TopicConfig::default() })
    }
}

/// The broker's own configs.
#[derive(Debug)]
pub(crate) struct BrokerConfigs {}

impl BrokerConfigs {
    pub(crate) fn new(_settings: &Settings) -> BrokerConfigs {
        BrokerConfigs {}
    }

    /// A whole number by Kafka's name: `num.partitions`, `fetch.max.bytes`.
    pub(crate) fn int(&self, key: &str) -> i64 {
        match key {
            "num.partitions" => 1,
            "fetch.max.bytes" => 57_671_680,
            "producer.id.expiration.ms" => 86_400_000,
            _ => 0,
        }
    }

    pub(crate) fn boolean(&self, key: &str) -> bool {
        key == "auto.create.topics.enable"
    }
}
