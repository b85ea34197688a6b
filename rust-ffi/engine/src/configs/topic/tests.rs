use super::*;
use crate::settings::Settings;

fn broker(given: &[(&str, &str)]) -> BrokerConfigs {
    BrokerConfigs::new(&Settings { broker_configs: props(given), ..Settings::default() })
}

fn props(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn topic(overrides: &[(&str, &str)]) -> Result<Arc<TopicConfig>, String> {
    TopicConfig::new(&broker(&[]), props(overrides)).map_err(|e| e.0)
}

#[test]
fn without_a_word_a_topic_is_as_kafkas() {
    let config = topic(&[]).unwrap();
    assert_eq!(*config, TopicConfig::default());
    assert!(config.delete && !config.compact && !config.log_append_time);
    assert_eq!((config.retention_ms, config.retention_bytes), (604_800_000, -1));
    assert_eq!((config.segment_bytes, config.segment_ms), (1_073_741_824, 604_800_000));
    assert_eq!(config.max_message_bytes, 1_048_588);
    assert_eq!((config.timestamp_before_max_ms, config.timestamp_after_max_ms), (i64::MAX, 3_600_000));
    assert_eq!((config.min_compaction_lag_ms, config.max_compaction_lag_ms), (0, i64::MAX));
    assert_eq!((config.delete_retention_ms, config.min_cleanable_dirty_ratio), (86_400_000, 0.5));
}

/// Each answered so by Kafka 4.3.1 to a CreateTopics.
#[test]
fn what_kafka_refuses_is_refused_in_its_words() {
    let lag = [("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")];
    let throttled = "leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the \
                     following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...";
    let policy = "for configuration cleanup.policy: String must be one of: compact, delete";
    for (set, why) in [
        (&[("bogus", "1")][..], "Unknown topic config name: bogus"),
        (&[("retention.ms", "x"), ("bogus", "1"), ("segment.bytes", "1")], "Unknown topic config name: bogus"),
        (
            &[("retention.ms", "x"), ("segment.bytes", "1")],
            "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576",
        ),
        (&[("retention.ms", "abc")], "Invalid value abc for configuration retention.ms: Not a number of type LONG"),
        (&[("retention.ms", "-2")], "Invalid value -2 for configuration retention.ms: Value must be at least -1"),
        (&[("retention.ms", "")], "Invalid value  for configuration retention.ms: Not a number of type LONG"),
        (
            &[("retention.ms", "99999999999999999999")],
            "Invalid value 99999999999999999999 for configuration retention.ms: Not a number of type LONG",
        ),
        (
            &[("segment.bytes", "3000000000")],
            "Invalid value 3000000000 for configuration segment.bytes: Not a number of type INT",
        ),
        (&[("cleanup.policy", "foo")], &format!("Invalid value foo {policy}")),
        (&[("cleanup.policy", "Compact")], &format!("Invalid value Compact {policy}")),
        (&[("cleanup.policy", "compact,foo")], &format!("Invalid value foo {policy}")),
        (&[("cleanup.policy", "compact,,delete")], "Configuration 'cleanup.policy' values must not be empty."),
        (&[("cleanup.policy", ",")], "Configuration 'cleanup.policy' values must not be empty."),
        (
            &[("preallocate", "maybe")],
            "Invalid value maybe for configuration preallocate: Expected value to be either true or false",
        ),
        (
            &[("min.cleanable.dirty.ratio", "1.5")],
            "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
        ),
        (
            &[("min.cleanable.dirty.ratio", "-1")],
            "Invalid value -1.0 for configuration min.cleanable.dirty.ratio: Value must be at least 0",
        ),
        (
            &[("min.cleanable.dirty.ratio", "x")],
            "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE",
        ),
        (
            &[("compression.type", "GZIP")],
            "Invalid value GZIP for configuration compression.type: String must be one of: uncompressed, zstd, lz4, \
             snappy, gzip, producer",
        ),
        (
            &[("compression.gzip.level", "0")],
            "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1",
        ),
        (
            &[("compression.lz4.level", "18")],
            "Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17",
        ),
        (&lag, "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)"),
        (
            &[("leader.replication.throttled.replicas", "*,0:1")],
            &format!("Invalid value [*, 0:1] for configuration leader.replication.throttled.replicas: {throttled}"),
        ),
        (
            &[("remote.storage.enable", "true")],
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log \
             storage.",
        ),
        (&[("message.format.version", "3.0")], "Unknown topic config name: message.format.version"),
    ] {
        assert_eq!(topic(set).unwrap_err(), why);
    }
}

/// Each taken by Kafka 4.3.1.
#[test]
fn what_kafka_takes_is_taken() {
    for (name, text) in [
        ("retention.ms", " 5 "),
        ("retention.ms", "+5"),
        ("retention.bytes", "-7"),
        ("cleanup.policy", ""),
        ("cleanup.policy", "compact,compact"),
        ("cleanup.policy", "compact, delete"),
        ("preallocate", " TRUE "),
        ("min.cleanable.dirty.ratio", "0.5d"),
        ("min.cleanable.dirty.ratio", "NaN"),
        ("compression.type", " gzip "),
        ("leader.replication.throttled.replicas", "0:1, 1:2"),
        ("leader.replication.throttled.replicas", "*"),
        ("follower.replication.throttled.replicas", ""),
        ("local.retention.ms", "999999999999"),
        ("remote.log.copy.disable", "true"),
        ("internal.segment.bytes", "100"),
    ] {
        assert_eq!(topic(&[(name, text)]).map(drop), Ok(()), "{name}={text}");
    }
}

#[test]
fn what_is_set_for_a_topic_is_in_effect() {
    let config = topic(&[
        ("cleanup.policy", "compact, delete"),
        ("retention.ms", "-1"),
        ("message.timestamp.type", "LogAppendTime"),
        ("min.cleanable.dirty.ratio", "1e-1"),
        ("internal.segment.bytes", "100"),
    ])
    .unwrap();
    assert!(config.compact && config.delete && config.log_append_time);
    assert_eq!((config.retention_ms, config.segment_bytes), (-1, 100));
    assert_eq!(config.min_cleanable_dirty_ratio, 0.1);
    let neither = topic(&[("cleanup.policy", "")]).unwrap();
    assert!(!neither.delete && !neither.compact);
}

#[test]
fn the_brokers_configs_hold_where_the_topic_says_nothing() {
    let given = [("log.retention.hours", "1"), ("log.roll.ms", "7"), ("log.cleanup.policy", "compact")];
    let config = TopicConfig::new(&broker(&given), props(&[("cleanup.policy", "delete")])).unwrap();
    assert_eq!((config.retention_ms, config.segment_ms), (3_600_000, 7));
    assert!(config.delete && !config.compact);
}

#[test]
fn the_smaller_unit_of_a_time_decides_and_less_than_nothing_is_for_ever() {
    let retention = |given: &[(&str, &str)]| TopicConfig::new(&broker(given), BTreeMap::new()).unwrap().retention_ms;
    assert_eq!(retention(&[("log.retention.hours", "1"), ("log.retention.minutes", "1")]), 60_000);
    assert_eq!(retention(&[("log.retention.minutes", "1"), ("log.retention.ms", "5")]), 5);
    assert_eq!(retention(&[("log.retention.ms", "-2")]), -1);
}
