//! Configs of topics, of the broker, and of what else Kafka has configs for: their tables, what is set, what holds.
//!
//! `table/` has every config of Kafka with its type, default and range; `broker.rs` and `topic.rs` what is in effect;
//! `describe.rs` and `alter.rs` what clients see and may change.

mod broker;
mod def;
mod table;
mod topic;

pub(crate) use broker::BrokerConfigs;
pub use broker::check;
pub use topic::TopicConfig;

/// Why a config is refused: the key, the value and what would do, in Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
