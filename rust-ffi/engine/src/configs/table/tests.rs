use super::*;
use crate::configs::{
    broker_settings, check,
    def::{Change, Valid},
};

const RECORDED: &str = include_str!("../../../tests/data/kafka-4.3.1-configs.tsv");

fn all() -> impl Iterator<Item = (&'static str, &'static Def)> {
    [("broker", BROKER), ("topic", TOPIC), ("group", GROUP), ("metrics", CLIENT_METRICS)]
        .into_iter()
        .flat_map(|(table, defs)| defs.iter().map(move |def| (table, def)))
}

/// As Kafka writes it.
fn shown(valid: Valid) -> String {
    match valid {
        Valid::From(min) => format!("[{min},...]"),
        Valid::Range(min, max) => format!("[{min},...,{max}]"),
        Valid::Within(min, max) => format!("[{min},...,{max}]"),
        Valid::OneOf(list) | Valid::Listed(list) if !list.is_empty() => format!("[{}]", list.join(", ")),
        Valid::OneOfFolded(list) => format!("(case insensitive) [{}]", list.join(", ")),
        Valid::GzipLevel => "[1,...,9] or -1".to_owned(),
        Valid::Throttled => "[partitionId]:[brokerId],[partitionId]:[brokerId],...".to_owned(),
        Valid::OffsetReset => "[latest, earliest, by_duration:PnDTnHnMn.nS]".to_owned(),
        Valid::Nonempty => "non-empty string".to_owned(),
        Valid::Any | Valid::OneOf(_) | Valid::Listed(_) => "-".to_owned(),
    }
}

#[test]
fn every_config_may_be_what_kafkas_may_be_and_change_when_kafkas_may() {
    let mut found = 0;
    for row in RECORDED.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<&str> = row.split('\t').collect();
        let table = columns[0].trim_start_matches("internal-").trim_end_matches('s');
        let is_it = |(name, def): &(&str, &Def)| name.trim_end_matches('s') == table && def.name == columns[1];
        let (_, def) = all().find(is_it).unwrap_or_else(|| panic!("{} is missing", columns[1]));
        found += usize::from(columns[0] != "brokers");
        let theirs = match columns[8] {
            // These do not say more than the type, or are Kafka's own matter.
            "null" | "non-empty list" | "non-null string" => "-",
            valid => valid,
        };
        assert_eq!(shown(def.valid), theirs, "{}", def.name);
        assert_eq!(columns[0].starts_with("internal-"), def.internal, "{}", def.name);
        let change = match columns[9] {
            "cluster-wide" => Change::ClusterWide,
            "per-broker" => Change::PerBroker,
            _ => Change::Never,
        };
        assert_eq!(def.change, change, "{}", def.name);
    }
    assert_eq!(found, all().count());
}

#[test]
fn the_brokers_table_is_sorted_and_every_default_is_allowed() {
    assert!(BROKER.windows(2).all(|pair| pair[0].name < pair[1].name));
    for (_, def) in all() {
        if let Some(text) = def.default {
            assert_eq!(def.parse(text).map(|value| value.to_string()), Ok(text.to_owned()), "{}", def.name);
        }
        if let Some(broker) = def.broker {
            assert!(broker_index(broker).is_some(), "{broker}");
        }
    }
}

#[test]
fn a_setting_is_one_of_kafkas_configs() {
    let rows = broker_settings();
    let effective = |key: &str| EFFECTIVE.iter().any(|(name, _)| *name == key);
    assert!(rows.len() > 20 && rows.iter().all(|row| effective(row.key)));
    assert!(rows.windows(2).all(|pair| pair[0].key < pair[1].key));
    for row in rows {
        assert!(row.default.is_none_or(|text| check(row.key, text).is_ok()), "{}", row.key);
        assert!(row.doc.ends_with('.'));
    }
    let why = |key: &str, value: &str| check(key, value).map_err(|e| e.0);
    assert_eq!(why("log.retention.hours", "-1"), Ok(()));
    let wrong = "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1";
    assert_eq!(why("log.retention.hours", "0"), Err(wrong.to_owned()));
    assert_eq!(why("bogus", "0"), Err("Unknown broker config name: bogus".to_owned()));
}

#[test]
fn a_config_for_one_listener_is_known_by_its_own_name() {
    let name = |name: &str| broker(name).map(|def| def.name);
    assert_eq!(name("listener.name.plaintext.ssl.key.password"), Some("ssl.key.password"));
    assert_eq!(name("listener.name.sasl.scram-sha-256.sasl.jaas.config"), Some("sasl.jaas.config"));
    assert_eq!(name("listener.name.x"), None);
    assert_eq!(synonyms("listener.name.a.ssl.protocol"), ["listener.name.a.ssl.protocol", "ssl.protocol"]);
}

/// A test of the effect of each config that has one. The broker's defaults of topic configs share the topic's.
const EFFECTS: &[(&str, &str)] = &[
    ("advertised.listeners", "the_node_says_what_it_is"),
    ("auto.create.topics.enable", "a_topic_is_created_for_a_client_only_if_the_broker_may"),
    ("broker.id", "test_the_node_id_is_1_unless_the_folder_says_otherwise"),
    ("cleanup.policy", "compaction_keeps_the_latest_of_each_key_and_its_offset"),
    ("compression.type", "a_batch_is_stored_in_the_codec_of_its_topic"),
    ("default.replication.factor", "counts_are_the_brokers_if_minus_one"),
    ("delete.retention.ms", "compaction_keeps_the_latest_of_each_key_and_its_offset"),
    ("delete.topic.enable", "topics_stay_if_they_may_not_be_deleted"),
    ("fetch.max.bytes", "the_brokers_limit_of_an_answer_holds_beside_the_clients"),
    ("flush.messages", "the_record_that_completes_flush_messages_waits_for_the_sync"),
    ("flush.ms", "flush_ms_asks_for_a_sync_in_time"),
    ("group.consumer.assignment.interval.ms", "assignments_are_apart_by_the_interval"),
    ("group.consumer.heartbeat.interval.ms", "heartbeats_are_frequent_while_partitions_move"),
    ("group.consumer.max.size", "a_full_group_takes_no_more_members"),
    ("group.consumer.session.timeout.ms", "a_silent_member_of_a_consumer_group_is_removed_after_the_session"),
    ("group.consumer.max.heartbeat.interval.ms", "a_groups_configs_lie_within_the_brokers"),
    ("group.consumer.max.session.timeout.ms", "a_groups_configs_lie_within_the_brokers"),
    ("group.consumer.min.heartbeat.interval.ms", "a_groups_configs_lie_within_the_brokers"),
    ("group.consumer.min.session.timeout.ms", "a_groups_configs_lie_within_the_brokers"),
    ("group.initial.rebalance.delay.ms", "a_new_group_waits_for_more_members"),
    ("group.max.session.timeout.ms", "a_session_timeout_has_bounds"),
    ("group.max.size", "a_full_group_refuses_new_members"),
    ("group.min.session.timeout.ms", "a_session_timeout_has_bounds"),
    ("listeners", "the_node_says_what_it_is"),
    ("log.cleaner.backoff.ms", "compaction_is_tried_again_after_its_backoff"),
    ("log.flush.scheduler.interval.ms", "flush_ms_of_a_topic_comes_from_two_names_of_the_brokers"),
    ("log.initial.task.delay.ms", "delay_and_interval_of_retention_are_the_configs"),
    ("log.retention.check.interval.ms", "delay_and_interval_of_retention_are_the_configs"),
    ("log.retention.hours", "the_smaller_unit_of_a_time_decides_and_less_than_nothing_is_for_ever"),
    ("log.retention.minutes", "the_smaller_unit_of_a_time_decides_and_less_than_nothing_is_for_ever"),
    ("log.roll.hours", "the_smaller_unit_of_a_time_decides_and_less_than_nothing_is_for_ever"),
    ("log.roll.jitter.hours", "jitter_of_a_topic_comes_from_two_names_of_the_brokers"),
    ("max.compaction.lag.ms", "a_compacted_topic_begins_a_segment_after_max_compaction_lag_ms"),
    ("max.incremental.fetch.session.cache.slots", "a_full_house_gives_no_session_until_one_is_old"),
    ("max.message.bytes", "sizes_and_timestamps_have_limits"),
    ("max.request.partition.size.limit", "the_broker_has_a_limit_too"),
    ("message.timestamp.after.max.ms", "sizes_and_timestamps_have_limits"),
    ("message.timestamp.before.max.ms", "sizes_and_timestamps_have_limits"),
    ("message.timestamp.type", "log_append_time_is_the_brokers"),
    ("min.cleanable.dirty.ratio", "a_log_is_compacted_once_enough_of_it_is_dirty"),
    ("min.compaction.lag.ms", "young_records_are_not_compacted"),
    ("node.id", "test_the_node_id_is_1_unless_the_folder_says_otherwise"),
    ("num.partitions", "counts_are_the_brokers_if_minus_one"),
    ("offset.metadata.max.bytes", "metadata_has_a_limit_in_characters"),
    ("offsets.retention.check.interval.ms", "offsets_of_a_simple_group_expire_after_their_commit"),
    ("offsets.retention.minutes", "offsets_of_a_simple_group_expire_after_their_commit"),
    ("offsets.topic.num.partitions", "who_asks_for_a_groups_coordinator_makes_the_topic_of_the_offsets"),
    ("process.roles", "the_node_says_what_it_is"),
    ("producer.id.expiration.ms", "a_producer_that_was_silent_for_long_is_forgotten"),
    ("retention.bytes", "retention_by_size_keeps_at_least_what_is_asked_and_not_much_more"),
    ("retention.ms", "retention_by_time_takes_the_active_segment_too_and_minus_one_keeps_for_ever"),
    ("segment.bytes", "retention_by_size_keeps_at_least_what_is_asked_and_not_much_more"),
    ("segment.jitter.ms", "partitions_begin_their_segments_apart_by_segment_jitter_ms"),
    ("segment.ms", "a_segment_is_begun_by_the_time_of_its_records_and_without_one_by_the_clock"),
];

/// The sources of the tests, one after the other.
#[expect(clippy::disallowed_methods, reason = "a test reads the sources of the tests")]
fn sources() -> String {
    let (mut folders, mut text) = (vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src").into()], String::new());
    folders.push(std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/python")));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_source = path.extension().is_some_and(|end| end == "rs" || end == "py");
            match path.is_dir() {
                true => folders.push(path),
                false if is_source => text += &std::fs::read_to_string(&path).unwrap(),
                false => {}
            }
        }
    }
    text
}

#[test]
fn every_config_is_acted_on_or_says_that_it_is_not() {
    let sources = sources();
    for (_, def) in all() {
        let topics = TOPIC.iter().filter(|topic| topic.broker == Some(def.name)).map(|topic| topic.name);
        let names: Vec<&str> = std::iter::once(def.name).chain(topics).collect();
        let effect = EFFECTS.iter().find(|(name, _)| names.contains(name));
        let text = documentation(def.name, def.broker);
        assert_eq!(effect.is_none(), text.starts_with(WITHOUT_EFFECT), "{}: {text} {effect:?}", def.name);
        if let Some((_, test)) = effect {
            let is_there = sources.contains(&format!("fn {test}()")) || sources.contains(&format!("def {test}("));
            assert!(is_there, "{}: there is no test {test}", def.name);
        }
    }
}
