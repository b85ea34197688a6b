//! What Kafka 4.3.1 answered to the same changes.

use std::collections::BTreeMap;

use wire::message::{
    Reader, Request,
    alter_configs_request::{self, AlterConfigsRequest},
    alter_configs_response::AlterConfigsResponse,
    incremental_alter_configs_request::{self, AlterableConfig, IncrementalAlterConfigsRequest},
    incremental_alter_configs_response::IncrementalAlterConfigsResponse,
    list_config_resources_request::ListConfigResourcesRequest,
    list_config_resources_response::ListConfigResourcesResponse,
};

use super::*;
use crate::{
    configs::describe::{Entry, Source},
    settings::Settings,
    testing,
};

type Op<'a> = (&'a str, i8, Option<&'a str>);
type Answer = (i16, Option<String>);
/// A synonym, its value, and its source.
type Said = (String, Option<String>, Source);

fn engine_with(given: &[(&str, &str)]) -> Engine {
    let broker_configs = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let engine = Engine::new(Settings { broker_configs, ..Settings::default() });
    engine.create("t", 1, BTreeMap::new()).unwrap();
    engine
}

fn engine() -> Engine {
    engine_with(&[])
}

fn set<'a>(key: &'a str, value: &'a str) -> Op<'a> {
    (key, SET, Some(value))
}

fn incremental(engine: &Engine, resources: &[(i8, &str, &[Op<'_>])], validate_only: bool) -> Vec<Answer> {
    let resources = resources.iter().map(|&(resource_type, resource_name, ops)| {
        let config = |&(name, config_operation, value)| AlterableConfig { name, config_operation, value };
        let configs = ops.iter().map(config).collect();
        incremental_alter_configs_request::AlterConfigsResource { resource_type, resource_name, configs }
    });
    let resources = resources.collect();
    let request = Request::IncrementalAlterConfigs(IncrementalAlterConfigsRequest { resources, validate_only });
    let bytes = testing::ask(engine, 44, 1, &request);
    let response = IncrementalAlterConfigsResponse::decode(&mut Reader::new(&bytes), 1).unwrap();
    response.responses.iter().map(|r| (r.error_code, r.error_message.map(str::to_owned))).collect()
}

fn change(engine: &Engine, kind: i8, name: &str, ops: &[Op<'_>]) -> Answer {
    incremental(engine, &[(kind, name, ops)], false).remove(0)
}

fn replace(engine: &Engine, kind: i8, name: &str, configs: &[(&str, &str)], validate_only: bool) -> Answer {
    let configs = configs
        .iter()
        .map(|(name, value)| alter_configs_request::AlterableConfig { name, value: Some(value) })
        .collect();
    let resource = alter_configs_request::AlterConfigsResource { resource_type: kind, resource_name: name, configs };
    let request = AlterConfigsRequest { resources: vec![resource], validate_only };
    let bytes = testing::ask(engine, 33, 2, &Request::AlterConfigs(request));
    let response = AlterConfigsResponse::decode(&mut Reader::new(&bytes), 2).unwrap();
    let answer = &response.responses[0];
    assert_eq!((answer.resource_type, answer.resource_name), (kind, name));
    (answer.error_code, answer.error_message.map(str::to_owned))
}

fn ok() -> Answer {
    (0, None)
}

fn no(code: i16, why: &str) -> Answer {
    (code, Some(why.to_owned()))
}

fn find(entries: Vec<Entry>, key: &str) -> Entry {
    entries.into_iter().find(|entry| entry.name == key).unwrap_or_else(|| panic!("{key} is not listed"))
}

fn topic_entry(engine: &Engine, key: &str) -> Entry {
    find(engine.configs.view().topic(&engine.topics.get("t").unwrap().config(), &|_| true), key)
}

/// Its value, and each synonym with value and source.
fn shown(entry: Entry) -> (Option<String>, Vec<Said>) {
    let synonyms = entry.synonyms.into_iter().map(|s| (s.name.into_owned(), s.value, s.source));
    (entry.value, synonyms.collect())
}

fn says(name: &str, value: &str, source: Source) -> Said {
    (name.to_owned(), Some(value.to_owned()), source)
}

#[test]
fn what_kafka_refuses_of_a_topic_is_refused() {
    let engine = engine();
    let not_a_name = "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, \
                      '.', '_' and '-'";
    let ops: [(&str, &[Op<'_>], Answer); 16] = [
        ("t", &[set("retention.ms", "7"), set("retention.ms", "8")], no(42, "Error due to duplicate config keys")),
        (
            "t",
            &[("retention.ms", SET, None), ("segment.ms", APPEND, None)],
            no(42, "Null value not supported for : retention.ms, segment.ms"),
        ),
        (
            "t",
            &[("retention.ms", APPEND, Some("5"))],
            no(40, "Can't APPEND to key retention.ms because its type is not LIST."),
        ),
        ("t", &[("bogus", SUBTRACT, Some("5"))], no(40, "Can't SUBTRACT to key bogus because its type is not LIST.")),
        ("t", &[("bogus", DELETE, None)], ok()),
        ("t", &[set("bogus", "x")], no(40, "Unknown topic config name: bogus")),
        ("t", &[("retention.ms", 4, Some("5"))], (-1, None)),
        (
            "t",
            &[("cleanup.policy", APPEND, Some(""))],
            no(40, "Configuration 'cleanup.policy' values must not be empty."),
        ),
        ("nope", &[set("retention.ms", "5")], no(3, "The topic 'nope' does not exist.")),
        (
            "nope",
            &[set("retention.ms", "x")],
            no(40, "Invalid value x for configuration retention.ms: Not a number of type LONG"),
        ),
        ("", &[set("retention.ms", "5")], no(42, "Default topic resources are not allowed.")),
        ("a b", &[set("retention.ms", "5")], no(17, not_a_name)),
        ("nope", &[set("bogus", "5")], no(40, "Unknown topic config name: bogus")),
        ("t", &[], ok()),
        ("nope", &[], no(3, "The topic 'nope' does not exist.")),
        (
            "t",
            &[set("retention.ms", "123"), set("segment.bytes", "1")],
            no(40, "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576"),
        ),
    ];
    for (name, ops, answer) in ops {
        assert_eq!(change(&engine, 2, name, ops), answer, "{name} {ops:?}");
    }
    assert!(engine.topics.get("t").unwrap().config().overrides.is_empty());
}

#[test]
fn a_resource_named_twice_is_changed_neither_time_and_the_others_are() {
    let engine = engine();
    engine.create("u", 1, BTreeMap::new()).unwrap();
    let ops = [set("retention.ms", "9")];
    let answers = incremental(&engine, &[(2, "t", &ops), (2, "u", &ops), (2, "t", &ops), (0, "x", &ops)], false);
    let twice = no(42, "Each resource must appear at most once.");
    assert_eq!(answers, [twice.clone(), ok(), twice, no(42, "Unknown resource type 0")]);
    let retention = |name: &str| engine.topics.get(name).unwrap().config().retention_ms;
    assert_eq!((retention("t"), retention("u")), (604_800_000, 9));
}

#[test]
fn a_change_of_a_topic_holds_at_once_and_a_validation_changes_nothing() {
    let engine = engine();
    assert_eq!(incremental(&engine, &[(2, "t", &[set("retention.ms", "9")])], true), [ok()]);
    assert_eq!(replace(&engine, 2, "t", &[("retention.ms", "9")], true), ok());
    assert_eq!(engine.topics.get("t").unwrap().config().retention_ms, 604_800_000);
    assert_eq!(change(&engine, 2, "t", &[set("retention.ms", " 9 ")]), ok());
    assert_eq!(engine.topics.get("t").unwrap().config().retention_ms, 9);
    assert_eq!(
        shown(topic_entry(&engine, "retention.ms")),
        (Some("9".into()), vec![says("retention.ms", "9", Source::Topic)])
    );
    assert_eq!(change(&engine, 2, "t", &[("retention.ms", DELETE, None)]), ok());
    assert_eq!(engine.topics.get("t").unwrap().config().retention_ms, 604_800_000);
}

#[test]
fn lists_grow_and_shrink() {
    let engine = engine();
    let policy = |op: i8, text: &str| {
        assert_eq!(change(&engine, 2, "t", &[("cleanup.policy", op, Some(text))]), ok());
        topic_entry(&engine, "cleanup.policy").value.unwrap()
    };
    assert_eq!(policy(APPEND, "compact"), "delete,compact");
    assert_eq!(policy(APPEND, "compact,delete,"), "delete,compact");
    assert_eq!(policy(SUBTRACT, "delete"), "compact");
    assert_eq!(policy(SUBTRACT, "nope"), "compact");
    assert_eq!(policy(SUBTRACT, "compact"), "");
    assert_eq!(policy(DELETE, ""), "delete");
    assert_eq!(policy(APPEND, "compact, delete"), "delete,compact");
}

#[test]
fn alter_configs_replaces_all() {
    let engine = engine();
    assert_eq!(change(&engine, 2, "t", &[set("retention.ms", "9")]), ok());
    assert_eq!(replace(&engine, 2, "t", &[("segment.bytes", "2000000")], false), ok());
    let overrides = engine.topics.get("t").unwrap().config().overrides.clone();
    assert_eq!(overrides, BTreeMap::from([("segment.bytes".to_owned(), "2000000".to_owned())]));
    assert_eq!(replace(&engine, 2, "t", &[("bogus", "1")], false), no(40, "Unknown topic config name: bogus"));
    assert_eq!(replace(&engine, 8, "1", &[], false), no(42, "Unknown resource type 8"));
    assert_eq!(replace(&engine, 2, "t", &[], false), ok());
    assert!(engine.topics.get("t").unwrap().config().overrides.is_empty());
}

#[test]
fn what_kafka_refuses_of_a_broker_is_refused() {
    let engine = engine();
    let never = |keys: &str| no(42, &format!("Cannot update these configs dynamically: [{keys}]"));
    let threads = "Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update \
                   validation failed for num.io.threads=30, value should not be greater than double the current \
                   value 8 for configuration Invalid dynamic configuration";
    let security = "These security configs can be dynamically updated only per-listener using the listener prefix";
    let elr = "Broker-level min.insync.replicas cannot be altered while ELR is enabled.";
    let ops: [(&[Op<'_>], Answer); 21] = [
        (&[set("node.id", "5"), set("num.partitions", "3")], never("node.id, num.partitions")),
        (&[set("log.retention.hours", "5")], never("log.retention.hours")),
        (
            &[set("log.retention.ms", "x")],
            no(42, "Invalid value x for configuration log.retention.ms: Not a number of type LONG"),
        ),
        (
            &[set("log.segment.bytes", "5")],
            no(42, "Invalid value 5 for configuration log.segment.bytes: Value must be at least 1048576"),
        ),
        (&[set("ssl.keystore.location", "x")], no(42, &format!("{security}: [ssl.keystore.location]"))),
        (&[set("num.io.threads", "30")], no(42, threads)),
        (
            &[("log.retention.ms", APPEND, Some("5"))],
            no(40, "Config value append is not allowed for config key: log.retention.ms"),
        ),
        (&[("bogus.key", APPEND, Some("5"))], no(40, "Unknown config name: bogus.key")),
        (&[("log.retention.ms", 7, Some("5"))], no(42, "Unknown operations type 7")),
        (
            &[set("log.retention.ms", "0")],
            no(42, "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1"),
        ),
        (&[set("log.roll.ms", "0")], no(42, "requirement failed: log.roll.ms must be greater than or equal to 1")),
        (
            &[set("message.max.bytes", "-1")],
            no(42, "Invalid value -1 for configuration message.max.bytes: Value must be at least 0"),
        ),
        (
            &[set("group.consumer.assignment.interval.ms", "99999")],
            no(
                42,
                "group.consumer.assignment.interval.ms must be less than or equal to \
                 group.consumer.max.assignment.interval.ms",
            ),
        ),
        (
            &[set("follower.replication.throttled.rate", "-5")],
            no(42, "Invalid value -5 for configuration follower.replication.throttled.rate: Value must be at least 0"),
        ),
        (&[set("min.insync.replicas", "2")], no(40, elr)),
        (&[("min.insync.replicas", DELETE, None)], no(40, elr)),
        (&[("num.partitions", DELETE, None)], ok()),
        (&[set("bogus.key", "5")], ok()),
        (&[set("log.cleaner.min.compaction.lag.ms", "10"), set("log.cleaner.max.compaction.lag.ms", "5")], ok()),
        (&[set("listener.name.plaintext.ssl.key.password", "x")], ok()),
        (&[set("log.retention.ms", "-2")], ok()),
    ];
    for (ops, answer) in ops {
        assert_eq!(change(&engine, 4, "1", ops), answer, "{ops:?}");
    }
    let ops = [set("log.retention.ms", "5")];
    assert_eq!(change(&engine, 4, "2", &ops), no(42, "Unexpected broker id, expected 1, but received 2"));
    assert_eq!(change(&engine, 4, "x", &ops), no(42, "Node id must be an integer, but it is: x"));
    let one = "Cannot update these configs at default cluster level, broker id must be specified";
    assert_eq!(change(&engine, 4, "", &[set("listeners", "x")]), no(42, &format!("{one}: [listeners]")));
    let key = "listener.name.a.ssl.key.password";
    assert_eq!(change(&engine, 4, "", &[set(key, "x")]), no(42, &format!("{one}: [{key}]")));
    let elr = no(40, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    assert_eq!(change(&engine, 4, "", &[("min.insync.replicas", DELETE, None)]), elr);
    assert_eq!(replace(&engine, 4, "", &[], false), elr);
}

#[test]
fn a_change_of_the_broker_reaches_the_topics_that_say_nothing() {
    let engine = engine_with(&[("log.retention.hours", "1")]);
    engine.create("own", 1, BTreeMap::from([("retention.ms".to_owned(), "77".to_owned())])).unwrap();
    let retention = |name: &str| engine.topics.get(name).unwrap().config().retention_ms;
    assert_eq!((retention("t"), retention("own")), (3_600_000, 77));
    assert_eq!(replace(&engine, 4, "", &[("log.retention.ms", "2000"), ("min.insync.replicas", "1")], false), ok());
    assert_eq!((retention("t"), retention("own")), (2_000, 77));
    assert_eq!(change(&engine, 4, "1", &[set("log.retention.ms", "1000")]), ok());
    assert_eq!((retention("t"), retention("own")), (1_000, 77));
    assert_eq!(
        shown(topic_entry(&engine, "retention.ms")),
        (
            Some("1000".into()),
            vec![
                says("log.retention.ms", "1000", Source::DynamicBroker),
                says("log.retention.ms", "2000", Source::DynamicDefaultBroker),
                says("log.retention.hours", "1", Source::StaticBroker),
                says("log.retention.hours", "168", Source::Default),
            ]
        )
    );
    assert_eq!(change(&engine, 4, "1", &[("log.retention.ms", DELETE, None)]), ok());
    assert_eq!(change(&engine, 4, "", &[("log.retention.ms", DELETE, None)]), ok());
    assert_eq!((retention("t"), retention("own")), (3_600_000, 77));
    // As with Kafka: the name that is asked for was never set.
    assert_eq!(shown(topic_entry(&engine, "retention.ms")), (Some("3600000".into()), Vec::new()));
}

#[test]
fn synonyms_tell_what_was_written_and_the_value_what_it_means() {
    let engine = engine();
    assert_eq!(change(&engine, 4, "1", &[set("log.cleanup.policy", " compact , delete ")]), ok());
    let synonyms = vec![
        says("log.cleanup.policy", " compact , delete ", Source::DynamicBroker),
        says("log.cleanup.policy", "delete", Source::Default),
    ];
    let broker = find(engine.configs.view().broker(&|_| true), "log.cleanup.policy");
    assert_eq!(shown(broker), (Some("compact,delete".into()), synonyms.clone()));
    assert_eq!(shown(topic_entry(&engine, "cleanup.policy")), (Some("compact,delete".into()), synonyms));
}

#[test]
fn what_is_secret_or_unknown_is_not_shown() {
    let engine = engine_with(&[("sasl.jaas.config", "hush"), ("my.plugin.key", "hush")]);
    let key = "listener.name.plaintext.ssl.key.password";
    assert_eq!(change(&engine, 4, "1", &[set(key, "hush"), set("bogus.key", "hush")]), ok());
    let entries = engine.configs.view().broker(&|_| true);
    assert!(!format!("{entries:?}").contains("hush"));
    for (name, kind, source) in [
        ("sasl.jaas.config", 9, Source::StaticBroker),
        ("my.plugin.key", 0, Source::StaticBroker),
        ("bogus.key", 0, Source::DynamicBroker),
        (key, 9, Source::DynamicBroker),
    ] {
        let entry = find(entries.clone(), name);
        assert_eq!((entry.kind, entry.sensitive, entry.value, entry.source), (kind, true, None, source), "{name}");
    }
}

#[test]
fn what_was_set_for_a_new_topic_is_told_as_it_was_set() {
    let engine = engine_with(&[("log.retention.hours", "2")]);
    let set = BTreeMap::from([("cleanup.policy".to_owned(), "compact, delete".to_owned())]);
    let config = TopicConfig::new(&engine.configs, set).unwrap();
    let entries = engine.configs.view().created(&config).to_vec();
    assert_eq!(entries.len(), 33);
    let of = |name: &str| {
        let entry = find(entries.clone(), name);
        (entry.value.unwrap(), entry.source)
    };
    assert_eq!(of("cleanup.policy"), ("compact, delete".to_owned(), Source::Topic));
    assert_eq!(of("retention.ms"), ("7200000".to_owned(), Source::StaticBroker));
    assert_eq!(of("min.insync.replicas"), ("1".to_owned(), Source::DynamicDefaultBroker));
    assert_eq!(of("segment.ms"), ("604800000".to_owned(), Source::Default));
}

#[test]
fn a_groups_configs_lie_within_the_brokers() {
    let engine = engine();
    let reset = "Invalid value foo for configuration share.auto.offset.reset: Invalid value `foo` for configuration \
                 share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format \
                 'by_duration:<PnDTnHnMn.nS>'.";
    let ops: [(&str, &str, Answer); 10] = [
        (
            "consumer.session.timeout.ms",
            "10",
            no(
                40,
                "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
            ),
        ),
        (
            "consumer.session.timeout.ms",
            "70000",
            no(40, "consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms"),
        ),
        (
            "streams.num.standby.replicas",
            "9",
            no(40, "streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas"),
        ),
        (
            "share.partition.max.record.locks",
            "9999",
            no(
                40,
                "share.partition.max.record.locks must be less than or equal to \
                 group.share.max.partition.max.record.locks",
            ),
        ),
        (
            "share.delivery.count.limit",
            "1",
            no(40, "Invalid value 1 for configuration share.delivery.count.limit: Value must be at least 2"),
        ),
        ("share.auto.offset.reset", "foo", no(40, reset)),
        ("share.auto.offset.reset", "by_duration:PT1H", ok()),
        ("bogus", "1", no(40, "Unknown group config name: bogus")),
        ("consumer.heartbeat.interval.ms", "5000", ok()),
        ("consumer.session.timeout.ms", "50000", ok()),
    ];
    for (key, value, answer) in ops {
        assert_eq!(change(&engine, 32, "g", &[set(key, value)]), answer, "{key}={value}");
    }
    assert_eq!(change(&engine, 32, "", &[]), no(42, "Default group resources are not allowed."));
    assert_eq!(engine.configs.group_int("g", "consumer.session.timeout.ms"), 50_000);
    assert_eq!(engine.configs.group_int("other", "consumer.session.timeout.ms"), 45_000);
    let entry = find(engine.configs.view().group("g", &|_| true), "consumer.session.timeout.ms");
    let synonyms = vec![
        says("consumer.session.timeout.ms", "50000", Source::Group),
        says("group.consumer.session.timeout.ms", "45000", Source::Default),
    ];
    assert_eq!(shown(entry), (Some("50000".into()), synonyms));
}

#[test]
fn a_subscription_to_metrics_is_checked() {
    let engine = engine();
    let ops: [(&str, &str, Answer); 7] = [
        ("bogus", "1", no(42, "Unknown client metrics configuration: bogus")),
        ("interval.ms", "x", no(40, "Invalid value x for configuration interval.ms: Not a number of type INT")),
        (
            "interval.ms",
            "1",
            no(42, "Invalid value 1 for interval.ms, interval must be between 100 and 3600000 (1 hour)"),
        ),
        ("match", "foo=bar", no(40, "Illegal client matching pattern: foo=bar")),
        ("match", "client_id=[", no(40, "Illegal client matching pattern: client_id=[")),
        ("metrics", "a,,b", no(40, "Configuration 'metrics' values must not be empty.")),
        ("match", "client_id=a.*,client_software_name=x", ok()),
    ];
    for (key, value, answer) in ops {
        assert_eq!(change(&engine, 16, "m", &[set(key, value)]), answer, "{key}={value}");
    }
    assert_eq!(change(&engine, 16, "", &[set("interval.ms", "100")]), no(42, "Subscription name can't be empty"));
    let entry = find(engine.configs.view().client_metrics("m", &|_| true), "match");
    assert_eq!(
        (entry.source, entry.value.unwrap()),
        (Source::ClientMetrics, "client_id=a.*,client_software_name=x".into())
    );
}

#[test]
fn the_root_loggers_level_is_remembered() {
    let engine = engine();
    let level = |text: &str| {
        format!(
            "Cannot set the log level of root to {text} as it is not a supported log level. \
                                      Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN"
        )
    };
    let ops: [(&str, Op<'_>, Answer); 9] = [
        ("", set("root", "DEBUG"), no(42, "Node id must be an integer, but it is: ")),
        ("2", set("root", "DEBUG"), no(42, "Unexpected node id. Expected 1, but received 2")),
        ("1", set("nope", "DEBUG"), no(40, "Logger nope does not exist!")),
        ("1", set("root", "debug"), no(40, &level("debug"))),
        ("1", ("root", DELETE, None), no(42, "Removing the log level of the root logger is not allowed")),
        ("1", ("root", APPEND, Some("INFO")), no(42, "APPEND operation is not allowed for the BROKER_LOGGER resource")),
        (
            "1",
            ("root", SUBTRACT, Some("INFO")),
            no(42, "SUBTRACT operation is not allowed for the BROKER_LOGGER resource"),
        ),
        ("1", ("root", 9, Some("INFO")), (-1, None)),
        ("1", set("root", "ERROR"), ok()),
    ];
    for (name, op, answer) in ops {
        assert_eq!(change(&engine, 8, name, &[op]), answer, "{name} {op:?}");
    }
    assert_eq!(find(engine.configs.view().loggers(&|_| true), "root").value.as_deref(), Some("ERROR"));
}

#[test]
fn what_has_configs_is_listed_in_kafkas_order() {
    let engine = engine();
    let list = |version: i16, types: &[i8]| {
        let request = Request::ListConfigResources(ListConfigResourcesRequest { resource_types: types.to_vec() });
        let bytes = testing::ask(&engine, 74, version, &request);
        let response = ListConfigResourcesResponse::decode(&mut Reader::new(&bytes), version).unwrap();
        let named = |r: &wire::message::list_config_resources_response::ConfigResource<'_>| {
            (r.resource_name.to_owned(), r.resource_type)
        };
        (response.error_code, response.config_resources.iter().map(named).collect::<Vec<_>>())
    };
    let name = |name: &str, kind: i8| (name.to_owned(), kind);
    assert_eq!(list(1, &[]), (0, vec![name("1", 8), name("1", 4), name("t", 2)]));
    assert_eq!(change(&engine, 32, "g", &[set("consumer.session.timeout.ms", "50000")]), ok());
    assert_eq!(change(&engine, 16, "m", &[set("interval.ms", "100")]), ok());
    assert_eq!(list(1, &[]).1, [name("g", 32), name("m", 16), name("1", 8), name("1", 4), name("t", 2)]);
    assert_eq!(list(1, &[2, 2]), (0, vec![name("t", 2)]));
    assert_eq!(list(1, &[1]), (35, Vec::new()));
    assert_eq!(list(1, &[2, 0]), (35, Vec::new()));
    assert_eq!(list(0, &[]), (0, vec![name("m", 16)]));
    // What has nothing left is gone.
    assert_eq!(replace(&engine, 32, "g", &[], false), ok());
    assert_eq!(list(1, &[32]), (0, Vec::new()));
}

#[test]
fn a_change_is_read_by_its_name_at_once() {
    let engine = engine_with(&[("num.partitions", "7")]);
    assert_eq!(engine.configs.int("num.partitions"), 7);
    assert_eq!(engine.configs.int("producer.id.expiration.ms"), 86_400_000);
    assert_eq!(change(&engine, 4, "1", &[set("producer.id.expiration.ms", "5000")]), ok());
    assert_eq!(engine.configs.int("producer.id.expiration.ms"), 5_000);
    assert!(engine.configs.boolean("auto.create.topics.enable"));
    assert_eq!(engine.configs.text("log.cleanup.policy"), "delete");
    assert_eq!(engine.configs.text("advertised.listeners"), "PLAINTEXT://localhost:9092");
}

/// Kafka 4.3.1 with the same lines in its `server.properties`, then the same change.
#[test]
fn what_was_given_at_start_is_static_and_a_change_goes_before_it() {
    let engine = engine_with(&[
        ("log.retention.hours", "1"),
        ("log.cleanup.policy", "compact , delete "),
        ("min.insync.replicas", "2"),
        ("group.consumer.session.timeout.ms", "50000"),
    ]);
    let broker = |name: &str| {
        let entry = find(engine.configs.view().broker(&|_| true), name);
        (entry.source, entry.read_only, shown(entry))
    };
    let hours = |value: &str| {
        let synonyms = [("1", Source::StaticBroker), ("168", Source::Default)];
        let synonyms = synonyms.map(|(value, source)| says("log.retention.hours", value, source)).to_vec();
        (Source::StaticBroker, true, (Some(value.to_owned()), synonyms))
    };
    assert_eq!(broker("log.retention.hours"), hours("1"));
    assert_eq!(broker("log.retention.ms"), (Source::Default, false, (None, Vec::new())));
    let policy = vec![
        says("log.cleanup.policy", "compact , delete ", Source::StaticBroker),
        says("log.cleanup.policy", "delete", Source::Default),
    ];
    assert_eq!(shown(topic_entry(&engine, "cleanup.policy")), (Some("compact,delete".into()), policy));
    let insync = vec![
        says("min.insync.replicas", "2", Source::DynamicDefaultBroker),
        says("min.insync.replicas", "2", Source::StaticBroker),
        says("min.insync.replicas", "1", Source::Default),
    ];
    assert_eq!(shown(topic_entry(&engine, "min.insync.replicas")), (Some("2".into()), insync));
    assert_eq!(engine.configs.group_int("g", "consumer.session.timeout.ms"), 50_000);
    assert_eq!(change(&engine, 4, "1", &[set("log.retention.ms", "5000")]), ok());
    // Its synonym was set, so what was given no longer counts.
    assert_eq!(broker("log.retention.hours"), hours("168"));
    assert_eq!(topic_entry(&engine, "retention.ms").source, Source::DynamicBroker);
    let created = TopicConfig::new(&engine.configs, BTreeMap::new()).unwrap();
    let created = find(engine.configs.view().created(&created).to_vec(), "retention.ms");
    assert_eq!((created.value.unwrap(), created.source), ("5000".to_owned(), Source::DynamicBroker));
}
