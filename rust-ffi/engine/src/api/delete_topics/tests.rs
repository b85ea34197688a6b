use wire::message::{Reader, Request, delete_topics_request::DeleteTopicState};

use super::*;
use crate::{Settings, configs::TopicConfig, testing::ask};

fn engine(topics: &[&str]) -> Engine {
    let engine = Engine::new(Settings::default());
    for name in topics {
        engine.create_topic(name, Some(1), TopicConfig::default()).unwrap();
    }
    engine
}

fn names<'a>(topic_names: &[&'a str]) -> DeleteTopicsRequest<'a> {
    DeleteTopicsRequest { topic_names: topic_names.to_vec(), timeout_ms: 1_000, ..DeleteTopicsRequest::default() }
}

fn states<'a>(topics: &[(Option<&'a str>, Uuid)]) -> DeleteTopicsRequest<'a> {
    let topics = topics.iter().map(|&(name, topic_id)| DeleteTopicState { name, topic_id }).collect();
    DeleteTopicsRequest { topics, timeout_ms: 1_000, ..DeleteTopicsRequest::default() }
}

/// Name, id, code and words of each answer.
type Said = (Option<String>, Uuid, i16, Option<String>);

fn said(engine: &Engine, version: i16, request: DeleteTopicsRequest<'_>) -> Vec<Said> {
    let body = ask(engine, 20, version, &Request::DeleteTopics(request));
    let response = DeleteTopicsResponse::decode(&mut Reader::new(&body), version).unwrap();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let said = response.responses.iter();
    said.map(|one| (owned(one.name), one.topic_id, one.error_code, owned(one.error_message))).collect()
}

fn codes(engine: &Engine, version: i16, request: DeleteTopicsRequest<'_>) -> Vec<i16> {
    said(engine, version, request).into_iter().map(|(_, _, code, _)| code).collect()
}

fn left(engine: &Engine) -> Vec<String> {
    engine.topics.list().iter().map(|topic| topic.name.clone()).collect()
}

#[test]
fn every_version_deletes_by_name() {
    for version in 1..=5 {
        let engine = engine(&["a", "b"]);
        let said = said(&engine, version, names(&["a", "nope"]));
        assert_eq!(said.iter().map(|one| one.2).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(said[1].3.is_some(), version >= 5);
        assert_eq!(left(&engine), ["b"]);
    }
}

#[test]
fn version_6_deletes_by_name_or_id_but_not_by_both_or_neither() {
    let engine = engine(&["a", "b", "c"]);
    let id = |name: &str| engine.topics.get(name).unwrap().id;
    let (a, b, c, unknown) = (id("a"), id("b"), id("c"), Uuid([9; 16]));
    let asked = [
        (Some("a"), Uuid::ZERO),
        (None, b),
        (Some("c"), c),
        (None, Uuid::ZERO),
        (None, unknown),
        (Some("d"), Uuid::ZERO),
    ];
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        said(&engine, 6, states(&asked)),
        [
            (name("a"), a, 0, None),
            (name("b"), b, 0, None),
            (name("c"), c, 42, name("You may not specify both topic name and topic id.")),
            (None, Uuid::ZERO, 42, name("Neither topic name nor id were specified.")),
            (None, unknown, 100, name("This server does not host this topic ID.")),
            (name("d"), Uuid::ZERO, 3, name("This server does not host this topic-partition.")),
        ]
    );
    assert_eq!(left(&engine), ["c"]);
}

#[test]
fn what_is_there_twice_is_refused_once() {
    let engine = engine(&["a", "b"]);
    let id = engine.topics.get("a").unwrap().id;
    assert_eq!(codes(&engine, 5, names(&["a", "a", "nope", "nope", "a"])), [42, 42]);
    assert_eq!(codes(&engine, 6, states(&[(None, id), (None, id)])), [42]);
    let both = said(&engine, 6, states(&[(Some("a"), Uuid::ZERO), (None, id)]));
    let words = "The provided topic name maps to an ID that was already supplied.".to_owned();
    assert_eq!(both, [(Some("a".to_owned()), id, 42, Some(words))]);
    let three = states(&[(None, id), (Some("a"), Uuid::ZERO), (None, id)]);
    assert_eq!(codes(&engine, 6, three), [42, 42]);
    assert_eq!(left(&engine), ["a", "b"]);
    // The name beside a wrong id is refused, the name alone is not.
    assert_eq!(codes(&engine, 6, states(&[(Some("b"), Uuid([9; 16])), (Some("b"), Uuid::ZERO)])), [42, 0]);
}

#[test]
fn a_topic_may_be_made_again_and_is_another_one() {
    let engine = engine(&["a"]);
    let id = engine.topics.get("a").unwrap().id;
    assert_eq!(codes(&engine, 6, names(&[])), [0; 0]);
    assert_eq!(codes(&engine, 6, states(&[(None, id)])), [0]);
    engine.create_topic("a", None, TopicConfig::default()).unwrap();
    assert_ne!(engine.topics.get("a").unwrap().id, id);
    assert_eq!(codes(&engine, 6, states(&[(None, id)])), [100]);
    assert_eq!(left(&engine), ["a"]);
}

#[test]
fn no_time_is_too_little() {
    let engine = engine(&["a"]);
    let asked = DeleteTopicsRequest { timeout_ms: 0, ..states(&[(Some("a"), Uuid::ZERO), (None, Uuid::ZERO)]) };
    assert_eq!(codes(&engine, 6, asked), [7, 7]);
    assert_eq!(left(&engine), ["a"]);
}
