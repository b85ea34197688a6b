use std::collections::BTreeMap;

use wire::message::{Reader, Request};

use super::*;
use crate::{settings::Settings, testing};

const KEY: i16 = DescribeConfigsRequest::KEY;

/// What Kafka 4.3.1 answered; the file says how it was asked.
const RECORDED: &str = include_str!("../../../tests/data/kafka-4.3.1-configs.tsv");

/// As the recorded Kafka was told.
fn engine() -> Engine {
    let given = [
        ("controller.quorum.voters", "1@127.0.0.1:19393"),
        ("log.dirs", "/data/log"),
        ("offsets.topic.replication.factor", "1"),
    ];
    let engine = Engine::new(Settings {
        host: "127.0.0.1".to_owned(),
        port: 19_392,
        broker_configs: given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ..Settings::default()
    });
    engine.create("t", 1, BTreeMap::new()).unwrap();
    engine
}

fn asking<'a>(kind: i8, name: &'a str, keys: Option<Vec<&'a str>>) -> DescribeConfigsResource<'a> {
    DescribeConfigsResource { resource_type: kind, resource_name: name, configuration_keys: keys }
}

fn ask(engine: &Engine, version: i16, resources: Vec<DescribeConfigsResource<'_>>, all: bool) -> Vec<u8> {
    let request = DescribeConfigsRequest { resources, include_synonyms: all, include_documentation: all };
    testing::ask(engine, KEY, version, &Request::DescribeConfigs(request))
}

fn read(bytes: &[u8], version: i16) -> Vec<DescribeConfigsResult<'_>> {
    DescribeConfigsResponse::decode(&mut Reader::new(bytes), version).unwrap().results
}

/// Code and message.
fn error_of(engine: &Engine, kind: i8, name: &str) -> (i16, String) {
    let bytes = ask(engine, 4, vec![asking(kind, name, None)], false);
    let result = &read(&bytes, 4)[0];
    assert!(result.configs.is_empty());
    (result.error_code, result.error_message.unwrap().to_owned())
}

/// One line of the recording, without its last two columns.
fn line(resource: &str, config: &DescribeConfigsResourceResult<'_>) -> String {
    let or_null = |value: Option<&str>| value.unwrap_or("\\N").to_owned();
    let synonym = |s: &DescribeConfigsSynonym<'_>| format!("{}={}@{}", s.name, or_null(s.value), s.source);
    let synonyms: Vec<String> = config.synonyms.iter().map(synonym).collect();
    [
        resource.to_owned(),
        config.name.to_owned(),
        config.config_type.to_string(),
        or_null(config.value),
        u8::from(config.read_only).to_string(),
        config.config_source.to_string(),
        u8::from(config.is_sensitive).to_string(),
        synonyms.join(";"),
    ]
    .join("\t")
}

#[test]
fn every_config_is_as_kafka_has_it() {
    let engine = engine();
    for (resource, kind, name) in
        [("topic", 2, "t"), ("broker", 4, "1"), ("brokers", 4, ""), ("group", 32, "g"), ("metrics", 16, "m")]
    {
        let bytes = ask(&engine, 4, vec![asking(kind, name, None)], true);
        let result = &read(&bytes, 4)[0];
        let ours: Vec<String> = result.configs.iter().map(|config| line(resource, config)).collect();
        let of_this = |row: &&str| row.split('\t').next() == Some(resource);
        let theirs = RECORDED.lines().filter(of_this).map(|row| row.rsplitn(3, '\t').last().unwrap().to_owned());
        // This broker has no listener of a controller.
        let theirs: Vec<String> = theirs.map(|row| row.replace(",CONTROLLER://127.0.0.1:19393", "")).collect();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            // Kafka: 1000; here 0, so that a second member does not wait.
            if ours.contains("\tgroup.consumer.assignment.interval.ms\t")
                || ours.contains("\tconsumer.assignment.interval.ms\t")
            {
                continue;
            }
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours.len(), theirs.len(), "{resource}");
    }
}

#[test]
fn every_config_has_documentation_which_says_if_it_has_no_effect() {
    let engine = engine();
    let resources = vec![asking(2, "t", None), asking(4, "1", None), asking(32, "g", None), asking(16, "m", None)];
    let bytes = ask(&engine, 3, resources, true);
    let results = read(&bytes, 3);
    let all = || results.iter().flat_map(|result| &result.configs);
    assert!(all().count() > 200);
    assert!(all().all(|config| config.documentation.is_some_and(|text| text.ends_with('.'))));
    let text = |name: &str| all().find(|config| config.name == name).and_then(|config| config.documentation);
    assert_eq!(text("preallocate"), Some("Without effect here: a segment's file grows as it is written."));
    assert_eq!(text("ssl.protocol"), Some("Without effect here."));
    assert_eq!(text("num.partitions"), Some("Partitions of a topic that is created without a count."));
}

#[test]
fn only_what_is_asked_for_is_told() {
    let engine = engine();
    let keys = Some(vec!["retention.ms", "nope", "retention.ms", "cleanup.policy"]);
    for version in 1..=4 {
        let bytes = ask(&engine, version, vec![asking(2, "t", keys.clone())], false);
        let configs = &read(&bytes, version)[0].configs;
        assert_eq!(configs.iter().map(|config| config.name).collect::<Vec<_>>(), ["cleanup.policy", "retention.ms"]);
        assert!(configs.iter().all(|config| config.synonyms.is_empty()));
    }
    let bytes = ask(&engine, 4, vec![asking(2, "t", Some(Vec::new()))], false);
    let configs = &read(&bytes, 4)[0].configs;
    assert_eq!(configs.len(), 33);
    assert!(configs.iter().all(|config| config.documentation.is_none()));
}

#[test]
fn a_resource_that_is_not_there_is_refused_as_by_kafka() {
    let engine = engine();
    let not_a_name = "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, \
                      '.', '_' and '-'";
    for (kind, name, code, why) in [
        (2, "nope", 3, ""),
        (2, "", 17, "Topic name is invalid: the empty string is not allowed"),
        (2, "a b", 17, not_a_name),
        (4, "2", 42, "Unexpected broker id, expected 1 or empty string, but received 2"),
        (4, "x", 42, "Broker id must be an integer, but it is: x"),
        (4, " 1", 42, "Broker id must be an integer, but it is:  1"),
        (8, "", 42, "Broker id must not be empty"),
        (8, "2", 42, "Unexpected broker id, expected 1 but received 2"),
        (8, "x", 42, "Broker id must be an integer, but it is: x"),
        (16, "", 42, "Client metrics subscription name must not be empty"),
        (32, "", 42, "Group name must not be empty"),
    ] {
        assert_eq!(error_of(&engine, kind, name), (code, why.to_owned()), "{kind} {name}");
    }
}

#[test]
fn an_unknown_type_spoils_the_whole_request() {
    let engine = engine();
    for kind in [-1, 0, 1, 3, 5, 64] {
        let bytes = ask(&engine, 4, vec![asking(2, "t", None), asking(kind, "x", None)], false);
        let results = read(&bytes, 4);
        assert!(results.iter().all(|result| result.error_code == 42 && result.error_message == Some(MALFORMED)));
    }
}

#[test]
fn the_same_resource_twice_is_told_twice() {
    let engine = engine();
    let one = || asking(2, "t", Some(vec!["retention.ms"]));
    let bytes = ask(&engine, 4, vec![one(), one()], false);
    assert_eq!(read(&bytes, 4).iter().map(|result| result.configs.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_short_request_cannot_ask_for_an_endless_answer() {
    let engine = engine();
    let resources = (0..100).map(|_| asking(4, "1", None)).collect();
    let bytes = ask(&engine, 4, resources, false);
    let results = read(&bytes, 4);
    assert!(results.iter().map(|result| result.configs.len()).sum::<usize>() <= ENTRIES_MAX);
    assert_eq!((results[0].error_code, results[99].error_code), (0, 42));
}

#[test]
fn the_root_logger_has_a_level() {
    let engine = engine();
    let bytes = ask(&engine, 4, vec![asking(8, "1", Some(vec!["root"]))], false);
    let root = &read(&bytes, 4)[0].configs[0];
    assert_eq!((root.name, root.value, root.config_source, root.config_type), ("root", Some("INFO"), 6, 0));
    assert_eq!((root.read_only, root.is_sensitive, root.documentation), (false, false, Some("")));
}
