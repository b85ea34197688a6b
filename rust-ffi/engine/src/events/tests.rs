use std::sync::{Arc, Mutex};

use wire::message::{
    Request,
    create_topics_request::{CreatableTopic, CreateTopicsRequest},
    delete_topics_request::DeleteTopicsRequest,
    metadata_request::{MetadataRequest, MetadataRequestTopic},
};

use crate::{Engine, Settings, testing::ask};

/// An engine, and a list of its events as they come.
fn observed() -> (Engine, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut engine = Engine::new(Settings::default());
    let list = seen.clone();
    engine.observe(Box::new(move |event| list.lock().unwrap().push(format!("{event:?}"))));
    (engine, seen)
}

const CLIENT: &str = r#"Client { id: Some("test"), host: "/127.0.0.1" }"#;

#[test]
fn topics_that_come_and_go_are_reported_with_their_client() {
    let (engine, seen) = observed();
    let topics = vec![MetadataRequestTopic { name: Some("auto"), ..Default::default() }];
    let metadata = MetadataRequest { topics: Some(topics), allow_auto_topic_creation: true, ..Default::default() };
    ask(&engine, 3, 9, &Request::Metadata(metadata.clone()));
    ask(&engine, 3, 9, &Request::Metadata(metadata));
    let topic = CreatableTopic { name: "t", num_partitions: 3, replication_factor: 1, ..Default::default() };
    let mut create = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1, validate_only: true };
    ask(&engine, 19, 5, &Request::CreateTopics(create.clone()));
    create.validate_only = false;
    ask(&engine, 19, 5, &Request::CreateTopics(create.clone()));
    ask(&engine, 19, 5, &Request::CreateTopics(create));
    let delete = DeleteTopicsRequest { topic_names: vec!["t", "none"], timeout_ms: 1, ..Default::default() };
    ask(&engine, 20, 5, &Request::DeleteTopics(delete));
    engine.create("h", 2, Default::default()).unwrap();
    let created = |topic: &str, partitions: i32, origin: &str| {
        format!("TopicCreated {{ topic: \"{topic}\", partitions: {partitions}, origin: {origin} }}")
    };
    assert_eq!(
        *seen.lock().unwrap(),
        [
            created("auto", 1, &format!("AutoCreation({CLIENT})")),
            created("t", 3, &format!("Request({CLIENT})")),
            format!("TopicDeleted {{ topic: \"t\", client: {CLIENT} }}"),
            created("h", 2, "Host"),
        ]
    );
}
