//! Broker configs: Kafka's defaults, overridden by static configs, by dynamic ones for all brokers and by dynamic ones
//! for this broker. Kafka: `DynamicBrokerConfig`.

use crate::sync::{Guard, SharedLock, rank};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    ConfigError, TopicConfig,
    def::{Def, Value},
    describe::Entry,
    table,
};
use crate::settings::Settings;

/// Texts by Kafka's names.
pub(crate) type Props = BTreeMap<String, String>;

pub(crate) struct BrokerConfigs {
    pub(super) node_id: i32,
    /// Configs given at the start.
    pub(super) static_configs: Props,
    /// Held for writing during a change, and for reading while a topic is created. Taken before any other lock.
    changes: SharedLock<{ rank::CONFIG_CHANGES }, ()>,
    state: SharedLock<{ rank::CONFIGS }, ConfigState>,
}

#[derive(Clone)]
pub(super) struct ConfigState {
    pub(super) dynamic: Arc<DynamicConfigs>,
    /// The effective values, parsed.
    pub(super) values: Arc<Values>,
    pub(super) default_topic: Arc<DefaultTopicConfig>,
}

/// The configs of topics without overrides, which are most topics. Created on first use.
#[derive(Default)]
pub(super) struct DefaultTopicConfig {
    pub(super) config: OnceLock<Arc<TopicConfig>>,
    /// Their entries in a CreateTopics response.
    pub(super) created: OnceLock<Arc<[Entry]>>,
}

/// Leaves the values out: passwords are among them.
impl std::fmt::Debug for BrokerConfigs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrokerConfigs").field("node_id", &self.node_id).finish_non_exhaustive()
    }
}

/// Dynamic configs.
#[derive(Clone, Default)]
pub(crate) struct DynamicConfigs {
    /// Of this broker.
    pub(crate) broker: Props,
    /// Of all brokers.
    pub(crate) cluster: Props,
    pub(crate) groups: BTreeMap<String, Props>,
    pub(crate) client_metrics: BTreeMap<String, Props>,
    /// Log levels by logger.
    pub(crate) loggers: Props,
}

/// The effective value of every broker config, in the order of the table.
#[derive(Debug)]
pub(crate) struct Values(Vec<Option<Value>>);

impl Default for Values {
    fn default() -> Self {
        Values(table::BROKER.iter().map(Def::default_value).collect())
    }
}

impl Values {
    /// Parses the values. An invalid text leaves the default; it was rejected when it was set.
    pub(super) fn of(props: &BTreeMap<&str, &str>) -> Values {
        let set = |def: &Def| props.get(def.name).and_then(|text| def.parse(text).ok());
        Values(table::BROKER.iter().map(|def| set(def).or_else(|| def.default_value())).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(table::broker_index(name)?)?.as_ref()
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.int()
    }

    /// Checks between configs. Kafka: `KafkaConfig.validateValues`.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |why: &str| Err(ConfigError(format!("requirement failed: {why}")));
        let times = |name: &str, ms: i64| self.int(name).map(|n| n.saturating_mul(ms));
        let retention = self.int("log.retention.ms").or_else(|| times("log.retention.minutes", 60_000));
        if retention.or_else(|| times("log.retention.hours", 3_600_000)) == Some(0) {
            return refuse("log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
        }
        if self.int("log.roll.ms").is_some_and(|ms| ms < 1) {
            return refuse("log.roll.ms must be greater than or equal to 1");
        }
        if self.int("log.roll.jitter.ms").is_some_and(|ms| ms < 0) {
            return refuse("log.roll.jitter.ms must be equal or greater than 0");
        }
        Ok(())
    }

    /// Returns the broker default of a topic config. Kafka: `KafkaConfig.extractLogConfigMap`.
    pub(super) fn topic_default(&self, def: &Def) -> Option<Value> {
        let times = |name: &str, ms: i64| self.int(name).map(|n| n.saturating_mul(ms));
        let hours = 3_600_000;
        let ms = match def.name {
            "segment.ms" => self.int("log.roll.ms").or_else(|| times("log.roll.hours", hours)),
            "segment.jitter.ms" => self.int("log.roll.jitter.ms").or_else(|| times("log.roll.jitter.hours", hours)),
            "flush.ms" => self.int("log.flush.interval.ms").or_else(|| self.int("log.flush.scheduler.interval.ms")),
            "retention.ms" => self
                .int("log.retention.ms")
                .or_else(|| times("log.retention.minutes", 60_000))
                .or_else(|| times("log.retention.hours", hours))
                .map(|ms| if ms < 0 { -1 } else { ms }),
            _ => return self.get(def.broker?).cloned(),
        };
        ms.map(Value::Int)
    }
}

const BROKER: &str = "broker";
const CLUSTER: &str = "cluster";
const GROUP: &str = "group/";
const CLIENT_METRICS: &str = "client-metrics/";

impl DynamicConfigs {
    /// Returns all persisted resources by key.
    pub(super) fn resources(&self) -> BTreeMap<String, &Props> {
        let named = |prefix: &'static str, all| -> Vec<(String, &Props)> {
            let all: &BTreeMap<String, Props> = all;
            all.iter().map(|(name, props)| (format!("{prefix}{name}"), props)).collect()
        };
        let single = [(BROKER.to_owned(), &self.broker), (CLUSTER.to_owned(), &self.cluster)];
        let several = named(GROUP, &self.groups).into_iter().chain(named(CLIENT_METRICS, &self.client_metrics));
        single.into_iter().chain(several).collect()
    }

    /// What it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        const ENTRY: usize = 128;
        let texts = |props: &Props| props.iter().map(|(key, value)| ENTRY + key.len() + value.len()).sum::<usize>();
        self.resources().into_iter().map(|(name, props)| ENTRY + name.len() + texts(props)).sum()
    }

    fn put(&mut self, resource: &str, props: Props) {
        if let Some(name) = resource.strip_prefix(GROUP) {
            self.groups.insert(name.to_owned(), props);
        } else if let Some(name) = resource.strip_prefix(CLIENT_METRICS) {
            self.client_metrics.insert(name.to_owned(), props);
        } else if resource == CLUSTER {
            self.cluster = props;
        } else if resource == BROKER {
            self.broker = props;
        }
    }
}

impl BrokerConfigs {
    /// Restores the dynamic configs of an earlier run.
    pub(crate) fn restore(&self, resources: BTreeMap<String, Props>) {
        let _changing = self.write_lock();
        let mut dynamic = (*self.dynamic()).clone();
        for (resource, props) in resources {
            dynamic.put(&resource, props);
        }
        self.replace(dynamic);
    }

    /// Creates the configs. Invalid values are left out: [`check`] rejects them beforehand.
    pub(crate) fn new(settings: &Settings) -> BrokerConfigs {
        let static_configs = static_configs(settings);
        let min_insync = static_configs.get("min.insync.replicas").map_or("1", String::as_str).to_owned();
        // Kafka persists this one for the cluster when it is formatted with eligible leader replicas (KIP-966).
        let cluster = Props::from([("min.insync.replicas".to_owned(), min_insync)]);
        let dynamic = DynamicConfigs { cluster, ..DynamicConfigs::default() };
        let values = Values::of(&in_effect(&static_configs, &dynamic.cluster, &dynamic.broker));
        BrokerConfigs {
            node_id: settings.node_id,
            static_configs,
            changes: SharedLock::new(()),
            state: SharedLock::new(ConfigState {
                dynamic: Arc::new(dynamic),
                values: Arc::new(values),
                default_topic: Arc::default(),
            }),
        }
    }

    /// Locks out changes. Held by any number of topic creations.
    pub(crate) fn read_lock(&self) -> Guard<RwLockReadGuard<'_, ()>> {
        self.changes.read()
    }

    /// Locks out topic creations and other changes.
    pub(super) fn write_lock(&self) -> Guard<RwLockWriteGuard<'_, ()>> {
        self.changes.write()
    }

    fn read(&self) -> Guard<RwLockReadGuard<'_, ConfigState>> {
        self.state.read()
    }

    pub(super) fn state(&self) -> ConfigState {
        self.read().clone()
    }

    pub(super) fn values(&self) -> Arc<Values> {
        self.read().values.clone()
    }

    pub(super) fn dynamic(&self) -> Arc<DynamicConfigs> {
        self.read().dynamic.clone()
    }

    /// Replaces the dynamic configs. The caller holds [`BrokerConfigs::write_lock`]. Returns whether broker configs
    /// changed.
    pub(super) fn replace(&self, dynamic: DynamicConfigs) -> bool {
        let old = self.state();
        let changed = old.dynamic.broker != dynamic.broker || old.dynamic.cluster != dynamic.cluster;
        let dynamic = Arc::new(dynamic);
        let new = match changed {
            true => {
                let values = Values::of(&in_effect(&self.static_configs, &dynamic.cluster, &dynamic.broker));
                ConfigState { dynamic, values: Arc::new(values), default_topic: Arc::default() }
            }
            false => ConfigState { dynamic, ..old },
        };
        *self.state.write() = new;
        changed
    }

    /// Returns an integer config by Kafka's name: `num.partitions`, `fetch.max.bytes`. 0 if it has no value.
    pub(crate) fn int(&self, key: &str) -> i64 {
        self.read().values.int(key).unwrap_or_default()
    }

    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        match self.read().values.get(key) {
            Some(Value::List(items)) => items.clone(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn boolean(&self, key: &str) -> bool {
        self.read().values.get(key) == Some(&Value::Boolean(true))
    }

    /// Returns a broker config as text; empty if it has no value.
    #[cfg(test)]
    pub(crate) fn text(&self, key: &str) -> String {
        self.read().values.get(key).map(Value::to_string).unwrap_or_default()
    }

    /// Returns an integer group config: `consumer.session.timeout.ms`. Without one, the broker's `group.` config of
    /// that name applies.
    pub(crate) fn group_int(&self, group: &str, key: &str) -> i64 {
        let Some(def) = table::find(table::GROUP, key) else { return 0 };
        let state = self.state();
        let set = state.dynamic.groups.get(group).and_then(|props| def.parse(props.get(key)?).ok());
        let broker = || state.values.get(&format!("group.{key}")).cloned();
        set.or_else(broker).or_else(|| def.default_value()).and_then(|value| value.int()).unwrap_or_default()
    }
}

/// Checks a static broker config.
pub fn check(key: &str, value: &str) -> Result<(), ConfigError> {
    let def = table::broker(key).ok_or_else(|| ConfigError(format!("Unknown broker config name: {key:.1000}")))?;
    def.parse(value)?;
    Values::of(&BTreeMap::from([(key, value)])).check()
}

/// Returns the static configs: those given, and those that follow from the settings. Kafka has them in
/// `server.properties`.
fn static_configs(settings: &Settings) -> Props {
    let mut props = settings.broker_configs.clone();
    let endpoint = format!("PLAINTEXT://{}:{}", settings.host, settings.port);
    let is = [
        ("node.id", settings.node_id.to_string()),
        ("broker.id", settings.node_id.to_string()),
        ("process.roles", "broker,controller".to_owned()),
        ("controller.listener.names", "CONTROLLER".to_owned()),
        ("listeners", endpoint.clone()),
        ("advertised.listeners", endpoint),
        ("group.initial.rebalance.delay.ms", settings.group_initial_rebalance_delay_ms.to_string()),
    ];
    props.extend(is.map(|(key, value)| (key.to_owned(), value)));
    // Kafka: 1000, or a second member waits a second for its partitions.
    props.entry("group.consumer.assignment.interval.ms".to_owned()).or_insert_with(|| "0".to_owned());
    // One node holds one replica.
    const ONE: &[&str] = &[
        "offsets.topic.replication.factor",
        "share.coordinator.state.topic.min.isr",
        "share.coordinator.state.topic.replication.factor",
        "transaction.state.log.min.isr",
        "transaction.state.log.replication.factor",
    ];
    for key in ONE {
        props.entry((*key).to_owned()).or_insert_with(|| "1".to_owned());
    }
    props
}

/// Returns the effective texts. A dynamic config replaces all its synonyms: `log.retention.ms` those of
/// `log.retention.hours`. Kafka: `DynamicBrokerConfig.overrideProps`.
pub(super) fn in_effect<'a>(
    static_configs: &'a Props,
    cluster: &'a Props,
    broker: &'a Props,
) -> BTreeMap<&'a str, &'a str> {
    let mut props: BTreeMap<&str, &str> =
        static_configs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    for (key, value) in cluster.iter().chain(broker) {
        if !key.starts_with("listener.name.") {
            table::synonyms(key).into_iter().for_each(|synonym| {
                props.remove(synonym);
            });
        }
        props.insert(key, value);
    }
    props
}
