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
