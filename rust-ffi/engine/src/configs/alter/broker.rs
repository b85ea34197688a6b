//! Validation of broker config changes. Kafka: `DynamicBrokerConfig.validate`, and `KafkaConfig.validateValues` between
//! configs.

use wire::error_code::ErrorCode;

use super::{APPEND, DELETE, Edit, ResourceChange, SET, SUBTRACT, edited, invalid_request, node_id};
use crate::api_error::ApiError;
use crate::configs::{
    BrokerConfigs,
    broker::{DynamicConfigs, Props, Values, in_effect},
    def::{Change, Kind},
    table,
};

const MIN_INSYNC: &str = "min.insync.replicas";

/// Configs reloaded on a change, each for one listener.
const OF_A_LISTENER: &[&str] = &[
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
];

/// Configs that may be set for a listener of all brokers.
const OF_ALL_LISTENERS: &[&str] = &["max.connection.creation.rate", "max.connections", "num.network.threads"];

const THREADS: &[&str] = &[
    "background.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
];

pub(super) fn apply(
    configs: &BrokerConfigs,
    draft: &mut DynamicConfigs,
    change: &ResourceChange<'_>,
) -> Result<(), ApiError> {
    let for_one = !change.name.is_empty();
    if for_one && node_id(change.name)? != configs.node_id {
        let why = format!("Unexpected broker id, expected {}, but received {}", configs.node_id, change.name);
        return Err(invalid_request(why));
    }
    change.edits.iter().try_for_each(check_op)?;
    let current = if for_one { &draft.broker } else { &draft.cluster };
    let props = edited(current, change, table::broker)?;
    check_names(&props, for_one)?;
    let effective = match for_one {
        true => in_effect(&configs.static_configs, &draft.cluster, &props),
        false => in_effect(&configs.static_configs, &props, &draft.broker),
    };
    check_values(&configs.values(), &Values::of(&effective))?;
    // Eligible leader replicas (KIP-966) require one value for the whole cluster.
    let elr = |why: &str| Err(ApiError::new(ErrorCode::InvalidConfig, why));
    if for_one && change.edits.iter().any(|edit| edit.key == MIN_INSYNC) {
        return elr("Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    if !for_one && !props.contains_key(MIN_INSYNC) {
        return elr("Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    }
    *(if for_one { &mut draft.broker } else { &mut draft.cluster }) = props;
    Ok(())
}

fn check_op(edit: &Edit<'_>) -> Result<(), ApiError> {
    let word = match edit.op {
        SET | DELETE => return Ok(()),
        APPEND => "append",
        SUBTRACT => "subtract",
        op => return Err(invalid_request(format!("Unknown operations type {op}"))),
    };
    let why = match table::broker_index(edit.key).map(|index| table::BROKER[index].kind) {
        Some(Kind::List) => return Ok(()),
        Some(_) => format!("Config value {word} is not allowed for config key: {}", edit.key),
        None => format!("Unknown config name: {}", edit.key),
    };
    Err(ApiError::new(ErrorCode::InvalidConfig, why))
}

/// Kafka: `DynamicBrokerConfig.validateConfigs`. It takes what it does not know: a plugin may.
fn check_names(props: &Props, for_one: bool) -> Result<(), ApiError> {
    let refuse = |why: &str, is_bad: &dyn Fn(&str) -> bool| {
        let bad: Vec<&str> = props.keys().map(String::as_str).filter(|name| is_bad(name)).collect();
        if bad.is_empty() { Ok(()) } else { Err(invalid_request(format!("{why}: [{}]", bad.join(", ")))) }
    };
    let change = |name: &str| table::broker_index(name).map(|index| table::BROKER[index].change);
    refuse("Cannot update these configs dynamically", &|name| change(name) == Some(Change::Never))?;
    refuse("These security configs can be dynamically updated only per-listener using the listener prefix", &|name| {
        OF_A_LISTENER.contains(&name)
    })?;
    for (name, text) in props {
        if let Some(def) = table::broker(name) {
            def.parse(text).map_err(|e| invalid_request(e.0))?;
        }
    }
    if for_one {
        return Ok(());
    }
    refuse("Cannot update these configs at default cluster level, broker id must be specified", &|name| {
        change(name) == Some(Change::PerBroker)
            || table::listener_base(name).is_some_and(|base| !OF_ALL_LISTENERS.contains(&base))
    })
}

fn check_values(old: &Values, new: &Values) -> Result<(), ApiError> {
    let int = |name: &str| new.int(name);
    new.check().map_err(|e| invalid_request(e.0))?;
    if new.get("listeners") != old.get("listeners") {
        return Err(invalid_request("listeners cannot be changed while this broker runs"));
    }
    for group in ["consumer", "share", "streams"] {
        let name = format!("group.{group}.assignment.interval.ms");
        let limits = [("min", "greater"), ("max", "less")];
        for (end, word) in limits {
            let limit = format!("group.{group}.{end}.assignment.interval.ms");
            let (value, bound) = (int(&name), int(&limit));
            if if end == "min" { value < bound } else { value > bound } {
                return Err(invalid_request(format!("{name} must be {word} than or equal to {limit}")));
            }
        }
    }
    THREADS.iter().try_for_each(|name| check_threads(name, old, new))?;
    check_cleaners(old, new)
}

/// Kafka: `DynamicThreadPool.validateReconfiguration`.
fn check_threads(name: &str, old: &Values, new: &Values) -> Result<(), ApiError> {
    let (Some(before), Some(after)) = (old.int(name), new.int(name)) else { return Ok(()) };
    let bound = match () {
        () if after > before.saturating_mul(2) => "not be greater than double",
        () if after < before / 2 => "be at least half",
        () => return Ok(()),
    };
    Err(not_dynamic(format!(
        "Dynamic thread count update validation failed for {name}={after}, value should {bound} the current value \
         {before}"
    )))
}

/// Kafka: `LogCleaner.validateReconfiguration`.
fn check_cleaners(old: &Values, new: &Values) -> Result<(), ApiError> {
    let name = "log.cleaner.threads";
    let (Some(before), Some(after)) = (old.int(name), new.int(name)) else { return Ok(()) };
    let why = match () {
        () if after < 1 => "should be at least 1".to_owned(),
        () if after > before.saturating_mul(2) => {
            format!("cannot be increased to more than double the current value {before}")
        }
        () if after < before / 2 => format!("cannot be reduced to less than half the current value {before}"),
        () => return Ok(()),
    };
    Err(not_dynamic(format!("Log cleaner threads {why}")))
}

/// Kafka wraps one exception in another.
fn not_dynamic(why: String) -> ApiError {
    invalid_request(format!(
        "Invalid value org.apache.kafka.common.config.ConfigException: {why} for configuration Invalid dynamic \
         configuration"
    ))
}
