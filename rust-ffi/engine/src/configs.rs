//! Configs of topics, of the broker, of groups and of client metrics: tables, set values, effective values.
//!
//! `table/` has every config of Kafka with its type, default and range; `broker.rs` and `topic.rs` the effective
//! values; `describe.rs` and `alter.rs` what clients read and change.

pub(crate) mod alter;
mod broker;
mod def;
pub(crate) mod describe;
mod settings;
mod table;
mod topic;

pub(crate) use broker::BrokerConfigs;
pub use broker::check;
pub use settings::{BrokerSetting, SettingKind, broker_settings};
pub use topic::TopicConfig;

use crate::Engine;

/// Types of config resources (`ConfigResource.Type`).
pub(crate) mod resource {
    pub(crate) const TOPIC: i8 = 2;
    pub(crate) const BROKER: i8 = 4;
    pub(crate) const BROKER_LOGGER: i8 = 8;
    pub(crate) const CLIENT_METRICS: i8 = 16;
    pub(crate) const GROUP: i8 = 32;
}

impl Engine {
    /// Returns the names of the resources of this type that have configs, sorted.
    pub(crate) fn config_resources(&self, kind: i8) -> Vec<String> {
        match kind {
            resource::TOPIC => self.topics.list().iter().map(|topic| topic.name.clone()).collect(),
            resource::BROKER | resource::BROKER_LOGGER => vec![self.settings.node_id.to_string()],
            resource::CLIENT_METRICS => self.configs.dynamic().client_metrics.keys().cloned().collect(),
            resource::GROUP => self.configs.dynamic().groups.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

/// Reason why a config is invalid: key, value and remedy, in Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests;
