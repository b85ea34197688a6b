//! AlterConfigs and IncrementalAlterConfigs: checks and changes of configs, in Kafka's order. Kafka:
//! `ConfigAdminManager`, `ConfigurationControlManager`.

mod broker;
mod group;

use std::collections::{BTreeMap, BTreeSet};

use wire::error_code::ErrorCode;

use super::{
    BrokerConfigs, TopicConfig,
    broker::{DynamicConfigs, Props},
    def::{Def, Kind},
    resource, table,
};
use crate::{Engine, api_error::ApiError, topic_names};

/// A requested change of the configs of one resource.
#[derive(Debug)]
pub(crate) struct ResourceChange<'a> {
    pub(crate) kind: i8,
    pub(crate) name: &'a str,
    pub(crate) edits: Vec<Edit<'a>>,
    /// Configs that are not named are reset.
    pub(crate) replaces: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'a> {
    pub(crate) key: &'a str,
    /// `AlterConfigOp.OpType`.
    pub(crate) op: i8,
    pub(crate) value: Option<&'a str>,
}

pub(crate) const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

/// The known loggers. Their levels are stored and shown without effect: the embedding program configures the log of
/// this broker.
pub(super) const LOGGERS: &[&str] = &["root"];

const LEVELS: &[&str] = &["DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN"];

/// Most bytes of the altered configs of brokers, groups and client metrics together, by the length of their texts.
const BYTES_MAX: usize = if cfg!(test) { 1 << 20 } else { 16 << 20 };

fn invalid_request(why: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, why)
}

/// Alters configs, each resource as a whole or not at all and independently of the others.
pub(crate) fn alter(engine: &Engine, changes: &[ResourceChange<'_>], validate_only: bool) -> Vec<Result<(), ApiError>> {
    let configs = &engine.configs;
    let _changing = configs.write_lock();
    let mut count: BTreeMap<(i8, &str), usize> = BTreeMap::new();
    changes.iter().for_each(|one| *count.entry((one.kind, one.name)).or_default() += 1);
    let mut draft = DynamicConfigs::clone(&configs.dynamic());
    let one = |one: &ResourceChange<'_>| match count.get(&(one.kind, one.name)) {
        Some(1) => apply(engine, &mut draft, one, validate_only),
        _ => Err(invalid_request("Each resource must appear at most once.")),
    };
    let results = changes.iter().map(one).collect();
    let (before, after) = (configs.dynamic().bytes(), draft.bytes());
    if after > before && after > BYTES_MAX {
        let why = "The configs of this broker would take too much memory. Delete configs of groups or client metrics.";
        let refuse = |one: &ResourceChange<'_>, result: Result<(), ApiError>| match one.kind {
            resource::TOPIC => result,
            _ => result.and_then(|()| Err(ApiError::new(ErrorCode::PolicyViolation, why))),
        };
        return changes.iter().zip::<Vec<_>>(results).map(|(one, result)| refuse(one, result)).collect();
    }
    // If the change cannot be persisted, it would be gone after a restart: every resource gets an error.
    if !validate_only && persist(engine, &configs.dynamic(), &draft).is_err() {
        return changes
            .iter()
            .map(|_| Err(ApiError::new(ErrorCode::KafkaStorageError, "The disk does not take it.")))
            .collect();
    }
    if !validate_only && configs.replace(draft) {
        refresh_topics(engine);
    }
    results
}

/// Persists what has changed, except logger levels, which Kafka does not persist either.
fn persist(engine: &Engine, old: &DynamicConfigs, new: &DynamicConfigs) -> std::io::Result<()> {
    let Some(disk) = &engine.data_dir else { return Ok(()) };
    let (old, new, none) = (old.resources(), new.resources(), Props::new());
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (before, now) = (old.get(name), new.get(name));
        if before != now {
            disk.metadata.put_configs(name, now.copied().unwrap_or(&none))?;
        }
    }
    Ok(())
}

/// Applies changed broker defaults to all topics. Creating a topic holds the read lock meanwhile.
fn refresh_topics(engine: &Engine) {
    for topic in engine.topics.list() {
        let old = topic.config();
        let new = engine.configs.topic(old.overrides.clone());
        if new != old {
            // The overrides are unchanged, so nothing is persisted.
            let _ = topic.set_config(new);
        }
    }
}

fn apply(
    engine: &Engine,
    draft: &mut DynamicConfigs,
    change: &ResourceChange<'_>,
    validate_only: bool,
) -> Result<(), ApiError> {
    let mut keys = BTreeSet::new();
    if !change.edits.iter().all(|edit| keys.insert(edit.key)) {
        return Err(invalid_request("Error due to duplicate config keys"));
    }
    let null = change.edits.iter().filter(|edit| edit.op != DELETE && edit.value.is_none());
    let null: Vec<&str> = null.map(|edit| edit.key).collect();
    if !null.is_empty() {
        return Err(invalid_request(format!("Null value not supported for : {}", null.join(", "))));
    }
    match change.kind {
        resource::TOPIC => topic(engine, change, validate_only),
        resource::BROKER => broker::apply(&engine.configs, draft, change),
        resource::BROKER_LOGGER if !change.replaces => loggers(&engine.configs, draft, change),
        resource::CLIENT_METRICS => group::client_metrics(draft, change),
        resource::GROUP => group::apply(&engine.configs, draft, change),
        kind => Err(invalid_request(format!("Unknown resource type {kind}"))),
    }
}

fn topic(engine: &Engine, change: &ResourceChange<'_>, validate_only: bool) -> Result<(), ApiError> {
    let topic = engine.topics.get(change.name);
    let old = topic.as_ref().map(|topic| topic.config());
    let none = Props::new();
    let current = old.as_ref().map_or(&none, |config| &config.overrides);
    let props = edited(current, change, |key| table::find(table::TOPIC, key))?;
    if change.name.is_empty() {
        return Err(invalid_request("Default topic resources are not allowed."));
    }
    topic_names::check(change.name).map_err(|why| ApiError::new(ErrorCode::InvalidTopicException, why))?;
    let config = TopicConfig::new(&engine.configs, props).map_err(|e| ApiError::new(ErrorCode::InvalidConfig, e.0))?;
    let Some(topic) = topic else {
        let why = format!("The topic '{}' does not exist.", change.name);
        return Err(ApiError::new(ErrorCode::UnknownTopicOrPartition, why));
    };
    if !validate_only {
        topic.set_config(config).map_err(|e| ApiError::new((&e).into(), e.to_string()))?;
    }
    Ok(())
}

/// Applies the operations to `current`. `def` finds the definition, which tells whether a config is a list.
fn edited(
    current: &Props,
    change: &ResourceChange<'_>,
    def: impl Fn(&str) -> Option<&'static Def>,
) -> Result<Props, ApiError> {
    let mut props = if change.replaces { Props::new() } else { current.clone() };
    for &Edit { key, op, value } in &change.edits {
        let text = value.unwrap_or_default();
        match op {
            SET => {
                props.insert(key.to_owned(), text.to_owned());
            }
            DELETE => {
                props.remove(key);
            }
            APPEND | SUBTRACT => {
                let Some(def) = def(key).filter(|def| def.kind == Kind::List) else {
                    let word = if op == APPEND { "APPEND" } else { "SUBTRACT" };
                    let why = format!("Can't {word} to key {key} because its type is not LIST.");
                    return Err(ApiError::new(ErrorCode::InvalidConfig, why));
                };
                let old = props.get(key).map_or(def.default.unwrap_or_default(), String::as_str);
                let new = if op == APPEND { appended(old, text) } else { subtracted(old, text) };
                props.insert(key.to_owned(), new);
            }
            // Kafka detects this too late and reports nothing.
            _ => return Err(ApiError::bare(ErrorCode::UnknownServerError)),
        }
    }
    Ok(props)
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|part| !part.is_empty())
}

/// Splits like Java's `String.split`, which drops empty parts at the end.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let end =
        if text.is_empty() { Some(text) } else { Some(text.trim_end_matches(',')).filter(|rest| !rest.is_empty()) };
    end.into_iter().flat_map(|rest| rest.split(','))
}

fn appended(old: &str, more: &str) -> String {
    let mut all: Vec<&str> = parts(old).collect();
    let mut seen: BTreeSet<&str> = all.iter().copied().collect();
    all.extend(split(more).filter(|part| seen.insert(part)));
    all.join(",")
}

/// Removes one occurrence for each element of `less`.
fn subtracted(old: &str, less: &str) -> String {
    let mut less_of: BTreeMap<&str, usize> = BTreeMap::new();
    split(less).for_each(|part| *less_of.entry(part).or_default() += 1);
    let mut left = Vec::new();
    for part in parts(old) {
        match less_of.get_mut(part) {
            Some(count) if *count > 0 => *count -= 1,
            _ => left.push(part),
        }
    }
    left.join(",")
}

/// Kafka: `RuntimeLoggerManager`.
fn loggers(configs: &BrokerConfigs, draft: &mut DynamicConfigs, change: &ResourceChange<'_>) -> Result<(), ApiError> {
    let id = node_id(change.name)?;
    if id != configs.node_id {
        let why = format!("Unexpected node id. Expected {}, but received {}", configs.node_id, change.name);
        return Err(invalid_request(why));
    }
    let mut levels = draft.loggers.clone();
    for &Edit { key, op, value } in &change.edits {
        let is_known = LOGGERS.contains(&key);
        let bad = |why: String| Err(ApiError::new(ErrorCode::InvalidConfig, why));
        match op {
            SET | DELETE if !is_known => return bad(format!("Logger {key} does not exist!")),
            SET => {
                let level = value.unwrap_or_default();
                if !LEVELS.contains(&level) {
                    return bad(format!(
                        "Cannot set the log level of {key} to {level} as it is not a supported log level. Valid log \
                         levels are {}",
                        LEVELS.join(", ")
                    ));
                }
                levels.insert(key.to_owned(), level.to_owned());
            }
            DELETE => return Err(invalid_request("Removing the log level of the root logger is not allowed")),
            APPEND => return Err(invalid_request("APPEND operation is not allowed for the BROKER_LOGGER resource")),
            SUBTRACT => {
                return Err(invalid_request("SUBTRACT operation is not allowed for the BROKER_LOGGER resource"));
            }
            _ => return Err(ApiError::bare(ErrorCode::UnknownServerError)),
        }
    }
    draft.loggers = levels;
    Ok(())
}

fn node_id(name: &str) -> Result<i32, ApiError> {
    name.parse().map_err(|_| invalid_request(format!("Node id must be an integer, but it is: {name}")))
}

#[cfg(test)]
mod tests;
