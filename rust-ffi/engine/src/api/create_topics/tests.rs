use wire::message::{
    Reader, Request,
    create_topics_request::{CreatableReplicaAssignment, CreatableTopicConfig},
};

use super::*;
use crate::{Settings, testing::ask};

fn engine() -> Engine {
    Engine::new(Settings::default())
}

fn topic(name: &str, num_partitions: i32, replication_factor: i16) -> CreatableTopic<'_> {
    CreatableTopic { name, num_partitions, replication_factor, ..CreatableTopic::default() }
}

fn placed<'a>(name: &'a str, partitions: &[(i32, &[i32])]) -> CreatableTopic<'a> {
    let place = |(partition_index, broker_ids): &(i32, &[i32])| CreatableReplicaAssignment {
        partition_index: *partition_index,
        broker_ids: broker_ids.to_vec(),
    };
    CreatableTopic { assignments: partitions.iter().map(place).collect(), ..topic(name, -1, -1) }
}

fn configured<'a>(name: &'a str, configs: &[(&'a str, Option<&'a str>)]) -> CreatableTopic<'a> {
    let config = |(name, value): &(&'a str, Option<&'a str>)| CreatableTopicConfig { name, value: *value };
    CreatableTopic { configs: configs.iter().map(config).collect(), ..topic(name, 1, 1) }
}

fn send(engine: &Engine, version: i16, request: CreateTopicsRequest<'_>, check: impl FnOnce(CreateTopicsResponse<'_>)) {
    let body = ask(engine, 19, version, &Request::CreateTopics(request));
    check(CreateTopicsResponse::decode(&mut Reader::new(&body), version).unwrap());
}

/// Name, code and words of each answer.
fn said(engine: &Engine, topics: Vec<CreatableTopic<'_>>) -> Vec<(String, i16, String)> {
    let mut said = Vec::new();
    let request = CreateTopicsRequest { topics, timeout_ms: 1_000, validate_only: false };
    send(engine, 7, request, |response| {
        said = response
            .topics
            .iter()
            .map(|topic| (topic.name.to_owned(), topic.error_code, topic.error_message.unwrap_or("-").to_owned()))
            .collect();
    });
    said
}

fn codes(engine: &Engine, topics: Vec<CreatableTopic<'_>>) -> Vec<i16> {
    said(engine, topics).into_iter().map(|(_, code, _)| code).collect()
}

#[test]
fn every_version_makes_the_topic_and_says_what_it_can() {
    let engine = engine();
    for version in 2..=7 {
        let name = format!("t{version}");
        let request = CreateTopicsRequest { topics: vec![topic(&name, 3, 1)], timeout_ms: 1_000, validate_only: false };
        send(&engine, version, request, |response| {
            let [made] = &response.topics[..] else { panic!("{response:?}") };
            let topic = engine.topics.get(&name).unwrap();
            assert_eq!((made.name, made.error_code, made.error_message), (&name[..], 0, None));
            assert_eq!((made.num_partitions, made.replication_factor), if version < 5 { (-1, -1) } else { (3, 1) });
            assert_eq!(made.topic_id, if version < 7 { Uuid::ZERO } else { topic.id });
            assert_eq!(topic.partition_count(), 3);
        });
    }
}

#[test]
fn validate_only_makes_nothing() {
    let engine = engine();
    let topics = vec![topic("new", 2, 1), topic("bad", 0, 1)];
    send(&engine, 7, CreateTopicsRequest { topics, timeout_ms: 1_000, validate_only: true }, |response| {
        let said: Vec<_> = response.topics.iter().map(|topic| (topic.error_code, topic.num_partitions)).collect();
        assert_eq!(said, [(0, 2), (37, -1)]);
        assert!(!response.topics[0].topic_id.is_zero());
    });
    assert!(engine.topics.list().is_empty());
}

#[test]
fn counts_are_the_brokers_if_minus_one() {
    let engine = engine();
    let counts = [
        (-1, -1, 0),
        (0, 1, 37),
        (-2, 1, 37),
        (1, 0, 38),
        (1, -2, 38),
        (0, 0, 38),
        (1, 3, 38),
        (10_001, 1, 44),
        (i32::MAX, 1, 44),
        (10_000, 1, 0),
    ];
    for (at, (partitions, factor, code)) in counts.into_iter().enumerate() {
        assert_eq!(codes(&engine, vec![topic(&format!("t{at}"), partitions, factor)]), [code], "{partitions} {factor}");
    }
    assert_eq!(engine.topics.get("t0").unwrap().partition_count(), 1);
    let [(_, _, words)] = &said(&engine, vec![topic("r3", 1, 3)])[..] else { panic!() };
    assert!(words.starts_with("Unable to replicate the partition 3 time(s): ") && words.contains("only 1 broker(s)"));
}

#[test]
fn too_many_partitions_in_all_refuse_every_topic() {
    let engine = engine();
    assert_eq!(codes(&engine, vec![topic("a", 6_000, 1), topic("b c", 6_000, 1)]), [44, 44]);
    assert_eq!(codes(&engine, vec![topic("a", i32::MAX, 1), topic("b", i32::MAX, 1)]), [44, 44]);
    assert!(engine.topics.list().is_empty());
}

#[test]
fn names_follow_kafkas_rules() {
    let engine = engine();
    let long = "x".repeat(250);
    let bad = ["", ".", "..", &long, "a b", "\u{e9}"].map(|name| topic(name, 1, 1)).to_vec();
    assert_eq!(codes(&engine, bad), [17; 6]);
    assert_eq!(codes(&engine, vec![topic(&long[1..], 1, 1), topic("__consumer_offsets", 1, 1)]), [0, 0]);
    assert_eq!(said(&engine, vec![topic(".", 1, 1)])[0].2, "Topic name is invalid: '.' is not allowed");
    let metadata = said(&engine, vec![topic("__cluster_metadata", 1, 1), topic("ok", 1, 1)]);
    let words = "Creation of internal topic __cluster_metadata is prohibited.".to_owned();
    assert_eq!(metadata, [("ok".to_owned(), 0, "-".to_owned()), ("__cluster_metadata".to_owned(), 42, words)]);
}

#[test]
fn names_that_differ_in_dots_collide_unless_one_request_makes_them() {
    let engine = engine();
    assert_eq!(codes(&engine, vec![topic("q.r_s", 1, 1)]), [0]);
    let (_, code, words) = said(&engine, vec![topic("q_r.s", 1, 1)]).remove(0);
    assert_eq!((code, &words[..]), (17, "Topic 'q_r.s' collides with existing topic: q.r_s"));
    assert_eq!(codes(&engine, vec![topic("a.b", 1, 1), topic("a_b", 1, 1)]), [0, 0]);
    assert_eq!(codes(&engine, vec![topic("a_b", 1, 1), topic("a.b", 0, 9)]), [36, 36]);
    engine.topics.remove(engine.topics.get("a.b").unwrap().id).unwrap();
    assert_eq!(codes(&engine, vec![topic("a.b", 1, 1)]), [17]);
    engine.topics.remove(engine.topics.get("a_b").unwrap().id).unwrap();
    assert_eq!(codes(&engine, vec![topic("a.b", 1, 1)]), [0]);
}

#[test]
fn a_name_that_is_there_twice_is_refused_once_and_last() {
    let engine = engine();
    let asked = vec![topic("dup", 1, 1), topic("one", 1, 1), topic("dup", 2, 1), topic("dup", 9_999, 1)];
    let words = "Duplicate topic name.".to_owned();
    assert_eq!(said(&engine, asked), [("one".to_owned(), 0, "-".to_owned()), ("dup".to_owned(), 42, words)]);
    let metadata = vec![topic("__cluster_metadata", 1, 1), topic("__cluster_metadata", 1, 1)];
    assert_eq!(said(&engine, metadata), [("__cluster_metadata".to_owned(), 42, "Duplicate topic name.".to_owned())]);
    assert!(said(&engine, Vec::new()).is_empty());
}

#[test]
fn a_manual_assignment_names_this_broker_for_every_partition_from_0_on() {
    let engine = engine();
    let asked = vec![
        placed("good", &[(1, &[1]), (0, &[1])]),
        placed("other", &[(0, &[2])]),
        placed("twice", &[(0, &[1, 1])]),
        placed("empty", &[(0, &[])]),
        placed("gap", &[(0, &[1]), (2, &[1])]),
        placed("negative", &[(-1, &[1])]),
        placed("same", &[(0, &[1]), (0, &[1])]),
        CreatableTopic { num_partitions: 1, ..placed("count", &[(0, &[1])]) },
        CreatableTopic { replication_factor: 1, ..placed("factor", &[(0, &[1])]) },
    ];
    assert_eq!(codes(&engine, asked), [0, 39, 39, 39, 39, 39, 39, 42, 42]);
    assert_eq!(engine.topics.get("good").unwrap().partition_count(), 2);
    assert_eq!(engine.topics.list().len(), 1);
}

#[test]
fn bad_configs_are_named_before_bad_counts() {
    let engine = engine();
    let (_, code, words) = said(&engine, vec![configured("t", &[("retention.ms", None)])]).remove(0);
    assert_eq!((code, &words[..]), (40, "Null value not supported for topic configs: retention.ms"));
    let (_, code, _) =
        said(&engine, vec![CreatableTopic { num_partitions: 0, ..configured("t", &[("x", None)]) }]).remove(0);
    assert_eq!(code, 40);
    assert_eq!(codes(&engine, vec![configured("a b", &[("retention.ms", None)])]), [17]);
    // Of a key that is there twice the last one counts.
    assert_eq!(codes(&engine, vec![configured("t", &[("retention.ms", Some("1")), ("retention.ms", Some("2"))])]), [0]);
    assert_eq!(engine.topics.get("t").unwrap().config().overrides["retention.ms"], "2");
}

#[test]
fn no_time_is_too_little() {
    let engine = engine();
    for timeout_ms in [0, -1] {
        let request = CreateTopicsRequest { topics: vec![topic("t", 1, 1)], timeout_ms, validate_only: false };
        send(&engine, 7, request, |response| {
            assert_eq!((response.topics[0].error_code, response.topics[0].error_message), (7, None));
        });
    }
    assert!(engine.topics.list().is_empty());
}
