//! DescribeConfigs: value, source and synonyms of each config. Kafka: `ConfigHelper`, `KafkaConfigSchema`.
//!
//! Kafka lists configs as its hash maps have them; here they are sorted by name.
//!
//! Other differences come from the single node: `listeners` has no controller listener, `controller.quorum.voters` and
//! `log.dirs` are what was given at the start, and there is one logger, `root`.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{
    BrokerConfigs, TopicConfig,
    broker::{ConfigState, DefaultTopicConfig, DynamicConfigs, Props, Values, in_effect},
    def::{Change, Def},
    table::{self, documentation},
    topic::effective,
};

type Name = Cow<'static, str>;

/// Source of a value (`DescribeConfigsResponse.ConfigSource`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub(crate) enum Source {
    Topic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    Logger = 6,
    ClientMetrics = 7,
    Group = 8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    /// `None` without a value, and for sensitive configs.
    pub(crate) value: Option<String>,
    pub(crate) read_only: bool,
    pub(crate) source: Source,
    pub(crate) sensitive: bool,
    /// Synonyms that are or could be set, in the order of precedence.
    pub(crate) synonyms: Vec<Synonym>,
    /// Type code of DescribeConfigs; 0 if Kafka does not know the config.
    pub(crate) kind: i8,
    pub(crate) documentation: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Synonym {
    pub(crate) name: Name,
    pub(crate) value: Option<String>,
    pub(crate) source: Source,
}

/// A snapshot of the configs.
pub(crate) struct View<'a> {
    static_configs: &'a Props,
    dynamic: Arc<DynamicConfigs>,
    values: Arc<Values>,
    default_topic: Arc<DefaultTopicConfig>,
}

/// Filter of the requested config names.
pub(crate) type Only<'a> = &'a dyn Fn(&str) -> bool;

impl BrokerConfigs {
    pub(crate) fn view(&self) -> View<'_> {
        let ConfigState { dynamic, values, default_topic } = self.state();
        View { static_configs: &self.static_configs, dynamic, values, default_topic }
    }
}

impl View<'_> {
    /// Returns the configs of a topic.
    pub(crate) fn topic(&self, config: &TopicConfig, only: Only<'_>) -> Vec<Entry> {
        let is_shown = |def: &&Def| only(def.name) && (!def.internal || config.overrides.contains_key(def.name));
        let entries = table::TOPIC.iter().filter(is_shown).map(|def| self.topic_entry(def, config)).collect();
        sorted(entries)
    }

    fn topic_entry(&self, def: &'static Def, config: &TopicConfig) -> Entry {
        let value = effective(def, &config.overrides, &self.values).map(|value| value.to_string());
        let others = def.broker.map(|broker| self.synonyms(broker, false)).unwrap_or_default();
        let set = config.overrides.contains_key(def.name).then_some(Source::Topic);
        entry(def, value, set, others)
    }

    /// Returns the configs of a topic for CreateTopics: texts as they were set.
    pub(crate) fn created(&self, config: &TopicConfig) -> Arc<[Entry]> {
        match config.overrides.is_empty() {
            true => self.default_topic.created.get_or_init(|| self.make_created(config)).clone(),
            false => self.make_created(config),
        }
    }

    fn make_created(&self, config: &TopicConfig) -> Arc<[Entry]> {
        let is_shown = |def: &&Def| !def.internal || config.overrides.contains_key(def.name);
        let of = |def: &'static Def| {
            let set = config.overrides.get(def.name).map(|text| (text.clone(), Source::Topic));
            let (value, source) = match set.or_else(|| self.broker_says(def)) {
                Some((value, source)) => (Some(value), source),
                None => (def.default_value().map(|value| value.to_string()), Source::Default),
            };
            Entry { value, source, ..entry(def, None, None, Vec::new()) }
        };
        sorted(table::TOPIC.iter().filter(is_shown).map(of).collect()).into()
    }

    fn broker_says(&self, def: &Def) -> Option<(String, Source)> {
        let broker = def.broker?;
        let names = table::synonyms(broker);
        self.layers().into_iter().find_map(|(props, source)| {
            let (name, text) = names.iter().find_map(|name| Some((*name, props.get(*name)?)))?;
            let unit_ms = match name {
                _ if name.ends_with(".hours") => 3_600_000,
                _ if name.ends_with(".minutes") => 60_000,
                _ => return Some((text.clone(), source)),
            };
            let count = table::broker(name)?.parse(text).ok()?.int()?;
            Some((count.saturating_mul(unit_ms).to_string(), source))
        })
    }

    /// Returns the configs of this broker.
    pub(crate) fn broker(&self, only: Only<'_>) -> Vec<Entry> {
        let set = in_effect(self.static_configs, &self.dynamic.cluster, &self.dynamic.broker);
        let known = table::BROKER.iter().filter(|def| !def.internal).map(|def| Cow::Borrowed(def.name));
        let set_names = set.keys().map(|name| Cow::Owned((*name).to_owned()));
        let names: BTreeSet<Name> = known.chain(set_names).filter(|name| only(name)).collect();
        let value = |name: &str| match table::broker_index(name) {
            Some(_) => self.values.get(name).map(|value| value.to_string()),
            None => set.get(name).map(|text| (*text).to_owned()),
        };
        names.into_iter().map(|name| self.broker_entry(value(&name), name, |_| true)).collect()
    }

    /// Returns the dynamic configs of all brokers.
    pub(crate) fn brokers(&self, only: Only<'_>) -> Vec<Entry> {
        let for_all = |synonym: &Synonym| synonym.source == Source::DynamicDefaultBroker;
        let of = |(name, text): (&String, &String)| self.broker_entry(Some(text.clone()), name.clone().into(), for_all);
        self.dynamic.cluster.iter().filter(|(name, _)| only(name)).map(of).collect()
    }

    fn broker_entry(&self, value: Option<String>, name: Name, counts: impl Fn(&Synonym) -> bool) -> Entry {
        let def = table::broker(&name);
        // An unknown config may be the password of a plugin.
        let sensitive = def.is_none_or(Def::is_secret);
        let mut synonyms = self.synonyms(&name, sensitive);
        synonyms.retain(counts);
        Entry {
            value: value.filter(|_| !sensitive),
            read_only: !def.is_some_and(|def| def.name == name && def.change != Change::Never),
            source: synonyms.first().map_or(Source::Default, |synonym| synonym.source),
            sensitive,
            synonyms,
            kind: def.map_or(0, |def| def.kind as i8),
            documentation: Some(documentation(&name, None)),
            name,
        }
    }

    /// Returns the configs of a group, which need not exist.
    pub(crate) fn group(&self, group: &str, only: Only<'_>) -> Vec<Entry> {
        let set = self.dynamic.groups.get(group);
        let of = |def: &'static Def| {
            let broker = format!("group.{}", def.name);
            let mine = set.and_then(|props| def.parse(props.get(def.name)?).ok());
            let value = mine.clone().or_else(|| self.values.get(&broker).cloned()).or_else(|| def.default_value());
            let others = match table::broker_index(&broker) {
                Some(_) => self.synonyms(&broker, false),
                None => default_of(def).into_iter().collect(),
            };
            entry(def, value.map(|value| value.to_string()), mine.map(|_| Source::Group), others)
        };
        table::GROUP.iter().filter(|def| only(def.name)).map(of).collect()
    }

    /// Returns a client metrics subscription, which need not exist.
    pub(crate) fn client_metrics(&self, subscription: &str, only: Only<'_>) -> Vec<Entry> {
        let set = self.dynamic.client_metrics.get(subscription);
        let of = |def: &'static Def| {
            let mine = set.and_then(|props| def.parse(props.get(def.name)?).ok());
            let value = mine.clone().or_else(|| def.default_value()).map(|value| value.to_string());
            entry(def, value, mine.map(|_| Source::ClientMetrics), Vec::new())
        };
        table::CLIENT_METRICS.iter().filter(|def| only(def.name)).map(of).collect()
    }

    /// Returns the levels of loggers; see [`super::alter`].
    pub(crate) fn loggers(&self, only: Only<'_>) -> Vec<Entry> {
        let of = |name: &&'static str| Entry {
            name: Cow::Borrowed(name),
            value: Some(self.dynamic.loggers.get(*name).map_or("INFO", String::as_str).to_owned()),
            read_only: false,
            source: Source::Logger,
            sensitive: false,
            synonyms: Vec::new(),
            kind: 0,
            documentation: Some(""),
        };
        super::alter::LOGGERS.iter().filter(|name| only(name)).map(of).collect()
    }

    fn layers(&self) -> [(&Props, Source); 3] {
        [
            (&self.dynamic.broker, Source::DynamicBroker),
            (&self.dynamic.cluster, Source::DynamicDefaultBroker),
            (self.static_configs, Source::StaticBroker),
        ]
    }

    /// Returns the synonyms of a broker config. Synonyms before its own name are left out although they take
    /// precedence: as in Kafka, an unset `log.retention.ms` has no synonyms.
    fn synonyms(&self, name: &str, sensitive: bool) -> Vec<Synonym> {
        let names = table::synonyms(name);
        let set = self.layers().into_iter().flat_map(|(props, source)| {
            names.iter().filter_map(move |name| Some((*name, props.get(*name)?.clone(), source))).collect::<Vec<_>>()
        });
        let defaults = names.iter().filter_map(|name| {
            let default = table::BROKER[table::broker_index(name)?].default_value()?;
            Some((*name, default.to_string(), Source::Default))
        });
        let all = set.chain(defaults).skip_while(|(synonym, ..)| *synonym != name);
        all.map(|(name, value, source)| Synonym {
            name: table::broker_index(name)
                .map_or_else(|| Cow::Owned(name.to_owned()), |index| Cow::Borrowed(table::BROKER[index].name)),
            value: Some(value).filter(|_| !sensitive),
            source,
        })
        .collect()
    }
}

/// `set` is where it was set beside the broker's own configs, which are `others`.
fn entry(def: &'static Def, value: Option<String>, set: Option<Source>, others: Vec<Synonym>) -> Entry {
    let own = set.map(|source| Synonym { name: Cow::Borrowed(def.name), value: value.clone(), source });
    let synonyms: Vec<Synonym> = own.into_iter().chain(others).collect();
    Entry {
        name: Cow::Borrowed(def.name),
        value,
        read_only: false,
        source: synonyms.first().map_or(Source::Default, |synonym| synonym.source),
        sensitive: false,
        synonyms,
        kind: def.kind as i8,
        documentation: Some(documentation(def.name, def.broker)),
    }
}

fn default_of(def: &'static Def) -> Option<Synonym> {
    let value = def.default_value()?.to_string();
    Some(Synonym { name: Cow::Borrowed(def.name), value: Some(value), source: Source::Default })
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}
