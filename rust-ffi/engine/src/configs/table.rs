//! The tables of all Kafka configs. Names and figures are Kafka's; its documentation is not copied.

mod broker;
mod docs;
mod topic;

pub(crate) use broker::{BROKER, QUOTAS};
#[cfg(test)]
pub(crate) use docs::WITHOUT_EFFECT;
pub(crate) use docs::{EFFECTIVE, documentation};
pub(crate) use topic::{CLIENT_METRICS, GROUP, TOPIC};

use super::def::Def;

/// Returns the index of a broker config in [`BROKER`].
pub(crate) fn broker_index(name: &str) -> Option<usize> {
    BROKER.binary_search_by_key(&name, |def| def.name).ok()
}

/// Finds a config by the name that a running broker accepts; a prefix `listener.name.NAME.` sets it for one listener.
pub(crate) fn broker(name: &str) -> Option<&'static Def> {
    let exact = |name: &str| broker_index(name).map(|index| &BROKER[index]);
    let quota = |name: &str| QUOTAS.iter().find(|def| def.name == name);
    exact(name).or_else(|| quota(name)).or_else(|| exact(listener_base(name)?))
}

/// Returns the name without the listener prefix.
pub(crate) fn listener_base(name: &str) -> Option<&str> {
    let (_, base) = name.strip_prefix("listener.name.")?.split_once('.')?;
    // A mechanism may stand before these.
    const OF_A_MECHANISM: &[&str] = &[
        "sasl.jaas.config",
        "sasl.login.callback.handler.class",
        "sasl.login.class",
        "sasl.server.callback.handler.class",
        "connections.max.reauth.ms",
    ];
    Some(OF_A_MECHANISM.iter().find(|name| base.ends_with(**name)).copied().unwrap_or(base))
}

/// Returns all names that set a broker config, in the order of precedence. Kafka:
/// `DynamicBrokerConfig.brokerConfigSynonyms`.
pub(crate) fn synonyms(name: &str) -> Vec<&str> {
    const MANY: &[&[&str]] = &[
        &["log.roll.ms", "log.roll.hours"],
        &["log.roll.jitter.ms", "log.roll.jitter.hours"],
        &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ];
    if name == "log.flush.interval.ms" {
        return vec![name, "log.flush.scheduler.interval.ms"];
    }
    match MANY.iter().find(|names| names.contains(&name)) {
        Some(names) => names.to_vec(),
        None => std::iter::once(name).chain(listener_base(name)).collect(),
    }
}

pub(crate) fn find(table: &'static [Def], name: &str) -> Option<&'static Def> {
    table.iter().find(|def| def.name == name)
}

#[cfg(test)]
mod tests;
