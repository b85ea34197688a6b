//! Effects of broker configs that no other test has.

use wire::{
    ErrorCode,
    message::{
        Reader, Request,
        delete_topics_request::DeleteTopicsRequest,
        delete_topics_response::DeleteTopicsResponse,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::FetchResponse,
        metadata_request::{MetadataRequest, MetadataRequestTopic},
        metadata_response::MetadataResponse,
    },
};

use crate::{
    Engine, Settings,
    testing::{ask, produce, run_all_jobs},
};

fn engine(name: &str, value: &str) -> Engine {
    let broker_configs = [(name.to_owned(), value.to_owned())].into();
    Engine::new(Settings { broker_configs, ..Settings::default() })
}

#[test]
fn a_topic_is_created_for_a_client_only_if_the_broker_may() {
    let code = |may: &str| {
        let engine = engine("auto.create.topics.enable", may);
        let topics = Some(vec![MetadataRequestTopic { name: Some("t"), ..Default::default() }]);
        let request = MetadataRequest { topics, allow_auto_topic_creation: true, ..Default::default() };
        let bytes = ask(&engine, 3, 9, &Request::Metadata(request));
        MetadataResponse::decode(&mut Reader::new(&bytes), 9).unwrap().topics[0].error_code
    };
    assert_eq!((code("true"), code("false")), (0, ErrorCode::UnknownTopicOrPartition.code()));
}

#[test]
fn topics_stay_if_they_may_not_be_deleted() {
    let engine = engine("delete.topic.enable", "false");
    engine.create("t", 1, Default::default()).unwrap();
    let request = DeleteTopicsRequest { topic_names: vec!["t"], timeout_ms: 1, ..Default::default() };
    let bytes = ask(&engine, 20, 5, &Request::DeleteTopics(request));
    let response = DeleteTopicsResponse::decode(&mut Reader::new(&bytes), 5).unwrap();
    assert_eq!(response.responses[0].error_code, ErrorCode::TopicDeletionDisabled.code());
    assert!(engine.topics.get("t").is_some());
}

#[test]
fn the_brokers_limit_of_an_answer_holds_beside_the_clients() {
    let answered = |max: &str| {
        let engine = engine("fetch.max.bytes", max);
        let topic = engine.create("t", 1, Default::default()).unwrap();
        (0..50).for_each(|_| assert!(produce(&topic, 0, 10) > 0));
        let partitions = vec![FetchPartition { partition_max_bytes: i32::MAX, ..Default::default() }];
        let topics = vec![FetchTopic { topic: "t", partitions, ..Default::default() }];
        let request = FetchRequest { max_bytes: i32::MAX, topics, session_epoch: -1, ..Default::default() };
        let bytes = ask(&engine, 1, 11, &Request::Fetch(request));
        let response = FetchResponse::decode(&mut Reader::new(&bytes), 11).unwrap();
        response.responses[0].partitions[0].records.as_ref().map_or(0, |records| records.len())
    };
    assert!(answered("1024") <= 1_024);
    assert!(answered("57671680") > 4_000);
}

#[test]
fn flush_ms_of_a_topic_comes_from_two_names_of_the_brokers() {
    let flush_ms = |name: &str| engine(name, "7").configs.topic(Default::default()).flush_ms;
    assert_eq!(flush_ms("log.flush.interval.ms"), 7);
    assert_eq!(flush_ms("log.flush.scheduler.interval.ms"), 7);
    assert_eq!(flush_ms("log.flush.interval.messages"), i64::MAX);
}

#[test]
fn jitter_of_a_topic_comes_from_two_names_of_the_brokers() {
    let jitter_ms = |name: &str| engine(name, "2").configs.topic(Default::default()).segment_jitter_ms;
    assert_eq!((jitter_ms("log.roll.jitter.ms"), jitter_ms("log.roll.jitter.hours")), (2, 7_200_000));
}

#[test]
fn the_node_says_what_it_is() {
    let engine = Engine::new(Settings { node_id: 7, host: "h".to_owned(), port: 1, ..Settings::default() });
    let shown = |name: &str| engine.configs.view().broker(&|one| one == name)[0].value.clone().unwrap();
    assert_eq!((shown("node.id"), shown("broker.id")), ("7".to_owned(), "7".to_owned()));
    assert_eq!(
        (shown("listeners"), shown("advertised.listeners")),
        ("PLAINTEXT://h:1".into(), "PLAINTEXT://h:1".into())
    );
    assert_eq!(shown("process.roles"), "broker,controller");
}

/// Groups need not exist to have configs.
#[test]
fn the_configs_of_all_groups_are_bounded() {
    use super::{
        alter::{Edit, ResourceChange, SET, alter},
        resource,
    };
    let engine = Engine::new(Settings::default());
    let code = |name: &str, value: &str| {
        let edit = Edit { key: "metrics", op: SET, value: Some(value) };
        let change = ResourceChange { kind: resource::CLIENT_METRICS, name, edits: vec![edit], replaces: false };
        alter(&engine, &[change], false)[0].as_ref().err().map(|refused| refused.code)
    };
    let text = "m".repeat(30_000);
    let taken = (0..100).take_while(|number| code(&number.to_string(), &text).is_none()).count();
    assert!((30..=35).contains(&taken), "{taken}");
    assert_eq!(code("late", &text), Some(ErrorCode::PolicyViolation));
    assert_eq!(code("0", "m"), None, "less is taken");
    assert_eq!(code("late", "m"), None);
}

#[test]
fn the_topics_of_a_broker_are_bounded() {
    let engine = Engine::new(Settings::default());
    let create = |name: &str, partitions: i32| engine.create(name, partitions, Default::default());
    let created = (0..10).take_while(|number| create(&number.to_string(), 10_000).is_ok()).count();
    assert_eq!(created, 3);
    let why = create("more", 10_000).unwrap_err();
    assert!(why.starts_with("Kafka error 44 (PolicyViolation): The topics of this broker would take"), "{why}");
    let first = engine.topics.get("0").unwrap();
    assert_eq!(first.grow(20_000), Err(crate::TopicError::Budget));
    assert_eq!(first.partition_count(), 10_000);
    engine.topics.remove(first.id).unwrap();
    drop(first);
    create("more", 10_000).unwrap();
}

#[test]
fn the_producers_of_all_partitions_are_bounded() {
    let engine = Engine::new(Settings::default());
    let topic = engine.create("t", 10, Default::default()).unwrap();
    let mut now = crate::Now::default();
    for id in 0..900 {
        now.wall_ms += 100;
        let batch = crate::log::testing::sequenced(&[(0, Some(b"k"), None)], id, 0, 0);
        topic.partition((id % 10) as i32).unwrap().append(&batch, &topic.config(), now).unwrap();
    }
    let count = || topic.partitions().iter().map(|partition| partition.producer_count()).sum::<usize>();
    assert_eq!(count(), 900);
    run_all_jobs(&engine, now);
    assert!((100..=500).contains(&count()), "{}", count());
}
