//! Validation of config changes of groups and client metrics subscriptions. Neither has to exist. Kafka:
//! `GroupConfig.validate`, `ClientMetricsConfigs.validate`.

use wire::error_code::ErrorCode;

use super::{ResourceChange, edited, invalid_request};
use crate::api_error::ApiError;
use crate::configs::{
    BrokerConfigs,
    broker::{DynamicConfigs, Props},
    def::{Def, Value},
    table,
};

pub(super) fn apply(
    configs: &BrokerConfigs,
    draft: &mut DynamicConfigs,
    change: &ResourceChange<'_>,
) -> Result<(), ApiError> {
    let none = Props::new();
    let props = edited(draft.groups.get(change.name).unwrap_or(&none), change, |_| None)?;
    if change.name.is_empty() {
        return Err(invalid_request("Default group resources are not allowed."));
    }
    let bad = |why: String| ApiError::new(ErrorCode::InvalidConfig, why);
    if let Some(name) = props.keys().find(|name| table::find(table::GROUP, name).is_none()) {
        return Err(bad(format!("Unknown group config name: {name}")));
    }
    for def in table::GROUP {
        let Some(text) = props.get(def.name) else { continue };
        let value = def.parse(text).map_err(|e| bad(e.0))?;
        within_broker(configs, def, &value).map_err(bad)?;
    }
    keep(&mut draft.groups, change.name, props);
    Ok(())
}

/// Checks a group config against the limits of the broker.
fn within_broker(configs: &BrokerConfigs, def: &Def, value: &Value) -> Result<(), String> {
    let (Some(value), Some((kind, rest))) = (value.int(), def.name.split_once('.')) else { return Ok(()) };
    for (end, word) in [("min", "greater"), ("max", "less")] {
        let limit = match def.name {
            "streams.num.standby.replicas" if end == "max" => "group.streams.max.standby.replicas".to_owned(),
            _ => format!("group.{kind}.{end}.{rest}"),
        };
        let is_out = |bound: i64| if end == "min" { value < bound } else { value > bound };
        if configs.values().int(&limit).is_some_and(is_out) {
            return Err(format!("{} must be {word} than or equal to {limit}", def.name));
        }
    }
    Ok(())
}

pub(super) fn client_metrics(draft: &mut DynamicConfigs, change: &ResourceChange<'_>) -> Result<(), ApiError> {
    let none = Props::new();
    let props = edited(draft.client_metrics.get(change.name).unwrap_or(&none), change, |_| None)?;
    if change.name.is_empty() {
        return Err(invalid_request("Subscription name can't be empty"));
    }
    if let Some(name) = props.keys().find(|name| table::find(table::CLIENT_METRICS, name).is_none()) {
        return Err(invalid_request(format!("Unknown client metrics configuration: {name}")));
    }
    for def in table::CLIENT_METRICS {
        let Some(text) = props.get(def.name) else { continue };
        match def.parse(text).map_err(|e| ApiError::new(ErrorCode::InvalidConfig, e.0))? {
            Value::Int(ms) if !(100..=3_600_000).contains(&ms) => {
                let why = "interval must be between 100 and 3600000 (1 hour)";
                return Err(invalid_request(format!("Invalid value {ms} for interval.ms, {why}")));
            }
            Value::List(patterns) if def.name == "match" => {
                if let Some(bad) = patterns.iter().find(|pattern| !matches(pattern)) {
                    let why = format!("Illegal client matching pattern: {bad}");
                    return Err(ApiError::new(ErrorCode::InvalidConfig, why));
                }
            }
            _ => {}
        }
    }
    keep(&mut draft.client_metrics, change.name, props);
    Ok(())
}

/// Checks a match pattern: a client property and a regular expression. Only its brackets are checked, as there is no
/// engine for Java's expressions here.
fn matches(pattern: &str) -> bool {
    const PROPERTIES: &[&str] = &[
        "client_id",
        "client_instance_id",
        "client_software_name",
        "client_software_version",
        "client_source_address",
        "client_source_port",
    ];
    let Some((property, regex)) = pattern.split_once('=') else { return false };
    let count = |c: char| regex.matches(c).count();
    PROPERTIES.contains(&property.trim()) && count('(') == count(')') && count('[') == count(']')
}

fn keep(all: &mut std::collections::BTreeMap<String, Props>, name: &str, props: Props) {
    if props.is_empty() {
        all.remove(name);
    } else {
        all.insert(name.to_owned(), props);
    }
}
