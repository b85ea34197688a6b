//! Topic configs: overrides over the broker's defaults. Kafka: `LogConfig`.

use std::{collections::BTreeMap, sync::Arc};

use wire::inflate::Compression;

use super::{
    BrokerConfigs, ConfigError,
    broker::{ConfigState, Values},
    def::{Def, Value},
    table,
};

/// The configs of a topic as the log uses them.
#[derive(Clone, Debug, PartialEq)]
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
    pub segment_jitter_ms: i64,
    pub max_message_bytes: i64,
    /// `compression.type`; `None` keeps the producer's.
    pub compression: Option<Compression>,
    /// So many records may be unsynced; see `DataDir::flush_by_config`.
    pub flush_messages: i64,
    /// For so long a record may be unsynced.
    pub flush_ms: i64,
    /// `message.timestamp.type` is `LogAppendTime`.
    pub log_append_time: bool,
    pub timestamp_before_max_ms: i64,
    pub timestamp_after_max_ms: i64,
    pub min_compaction_lag_ms: i64,
    pub max_compaction_lag_ms: i64,
    pub delete_retention_ms: i64,
    pub min_cleanable_dirty_ratio: f64,
    /// Overrides of this topic, by Kafka's names.
    pub overrides: BTreeMap<String, String>,
}

impl Default for TopicConfig {
    /// Returns Kafka's defaults without any override.
    fn default() -> Self {
        TopicConfig::of(&Values::default(), BTreeMap::new())
    }
}

impl TopicConfig {
    /// Checks overrides and returns the configs of a topic. Kafka: `LogConfig.validate`.
    ///
    /// A new topic must be in the registry before [`BrokerConfigs::read_lock`] is released, or a concurrent change of
    /// the broker's defaults would miss it.
    pub(crate) fn new(
        broker: &BrokerConfigs,
        overrides: BTreeMap<String, String>,
    ) -> Result<Arc<TopicConfig>, ConfigError> {
        if let Some(name) = overrides.keys().find(|name| table::find(table::TOPIC, name).is_none()) {
            let shown: String = name.chars().take(1_000).collect();
            return Err(ConfigError(format!("Unknown topic config name: {shown}")));
        }
        for def in table::TOPIC {
            if let Some(text) = overrides.get(def.name) {
                def.parse(text)?;
            }
        }
        let config = broker.topic(overrides);
        let (min, max) = (config.min_compaction_lag_ms, config.max_compaction_lag_ms);
        if min > max {
            return Err(ConfigError(format!(
                "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})"
            )));
        }
        if config.overrides.get("remote.storage.enable").is_some_and(|text| is_true(text)) {
            return Err(ConfigError(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log \
                 storage."
                    .to_owned(),
            ));
        }
        Ok(config)
    }

    /// Returns the configs for checked overrides; see [`BrokerConfigs::topic`]. As in Kafka, later broker defaults may
    /// contradict them.
    fn of(broker: &Values, overrides: BTreeMap<String, String>) -> TopicConfig {
        let value = |name: &str| table::find(table::TOPIC, name).and_then(|def| effective(def, &overrides, broker));
        let int = |name: &str| value(name).and_then(|value| value.int()).unwrap_or_default();
        let text = |name: &str| value(name).map(|value| value.to_string()).unwrap_or_default();
        let has_policy =
            |policy: &str| matches!(value("cleanup.policy"), Some(Value::List(l)) if l.iter().any(|p| p == policy));
        TopicConfig {
            delete: has_policy("delete"),
            compact: has_policy("compact"),
            retention_ms: int("retention.ms"),
            retention_bytes: int("retention.bytes"),
            segment_bytes: match int("internal.segment.bytes") {
                0 => int("segment.bytes"),
                internal => internal,
            },
            segment_ms: int("segment.ms"),
            segment_jitter_ms: int("segment.jitter.ms"),
            max_message_bytes: int("max.message.bytes"),
            compression: compression_of(&text("compression.type")),
            flush_messages: int("flush.messages"),
            flush_ms: int("flush.ms"),
            log_append_time: text("message.timestamp.type") == "LogAppendTime",
            timestamp_before_max_ms: int("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: int("message.timestamp.after.max.ms"),
            min_compaction_lag_ms: int("min.compaction.lag.ms"),
            max_compaction_lag_ms: int("max.compaction.lag.ms"),
            delete_retention_ms: int("delete.retention.ms"),
            min_cleanable_dirty_ratio: match value("min.cleanable.dirty.ratio") {
                Some(Value::Double(ratio)) => ratio,
                _ => 0.0,
            },
            overrides,
        }
    }
}

impl TopicConfig {
    /// Longest time that a segment is written to. `random` is drawn if the topic has a jitter. Kafka:
    /// `LogConfig.maxSegmentMs`, `LogConfig.randomSegmentJitter`.
    pub(crate) fn segment_ms_max(&self, random: impl FnOnce() -> u64) -> i64 {
        let most = if self.compact { self.segment_ms.min(self.max_compaction_lag_ms) } else { self.segment_ms };
        match self.segment_jitter_ms.min(self.segment_ms) {
            ..1 => most,
            jitter => most - (random() % jitter as u64) as i64,
        }
    }
}

impl BrokerConfigs {
    /// Returns the configs for checked overrides: see [`TopicConfig::new`]. Topics without overrides share one.
    pub(crate) fn topic(&self, overrides: BTreeMap<String, String>) -> Arc<TopicConfig> {
        let ConfigState { values, default_topic, .. } = self.state();
        let make = |overrides| Arc::new(TopicConfig::of(&values, overrides));
        match overrides.is_empty() {
            true => default_topic.config.get_or_init(|| make(overrides)).clone(),
            false => make(overrides),
        }
    }
}

/// `None` for `producer`.
fn compression_of(name: &str) -> Option<Compression> {
    match name {
        "uncompressed" => Some(Compression::None),
        "gzip" => Some(Compression::Gzip),
        "snappy" => Some(Compression::Snappy),
        "lz4" => Some(Compression::Lz4),
        "zstd" => Some(Compression::Zstd),
        _ => None,
    }
}

fn is_true(text: &str) -> bool {
    super::def::trim(text).eq_ignore_ascii_case("true")
}

/// Returns the effective value of a topic config: override, broker default or Kafka's default.
pub(super) fn effective(def: &Def, overrides: &BTreeMap<String, String>, broker: &Values) -> Option<Value> {
    let set = overrides.get(def.name).and_then(|text| def.parse(text).ok());
    set.or_else(|| broker.topic_default(def)).or_else(|| def.default_value())
}

#[cfg(test)]
mod tests;
