//! Metadata (key 3), versions 0-13. Owner: `topics.rs`. Kafka: KafkaApis.handleTopicMetadataRequest.
//! Does: the one node, and the topics asked for: all (null, or none at all in version 0), some by name, some by id. A
//! topic that does not exist is made if the client and the broker allow it; unlike Kafka, which answers first and makes
//! it then, it is in the answer at once.
//! By version: 1 null is all, controller; 2 cluster id; 4 the client may forbid creation; 8 authorized operations (the
//! cluster's until 10); 9 flexible; 10 topic ids; 12 topics by id; 13 top-level error.
//! Leaves out: nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{
    ErrorCode, Uuid,
    message::{
        metadata_request::MetadataRequest,
        metadata_response::{
            MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
        },
    },
};

use crate::{
    Engine, authorized,
    configs::TopicConfig,
    cx::Cx,
    log::LEADER_EPOCH,
    names,
    outcome::Outcome,
    topics::{Topic, TopicError},
};

/// A topic that was asked for, or why it is not there.
enum Asked<'a> {
    Topic(Arc<Topic>),
    Missing { name: Option<&'a str>, id: Uuid, code: ErrorCode },
}

pub(crate) fn handle(engine: &Engine, cx: &Cx<'_>, request: &MetadataRequest<'_>) -> Outcome {
    let asked = match &request.topics {
        None => all(engine),
        Some(topics) if topics.is_empty() && cx.version == 0 => all(engine),
        Some(topics) => {
            // With a single id, names do not count: Java's client sends an empty one beside each id.
            let are_ids = cx.version >= 12 && topics.iter().any(|topic| topic.topic_id != Uuid::ZERO);
            let mut seen = BTreeSet::new();
            let distinct = topics
                .iter()
                .filter(|topic| !are_ids || topic.topic_id != Uuid::ZERO)
                .map(|topic| (topic.name.filter(|_| !are_ids), topic.topic_id))
                .filter(|asked| seen.insert(*asked));
            distinct.map(|(name, id)| find(engine, cx, request, name, id)).collect()
        }
    };
    let settings = &engine.settings;
    let node = MetadataResponseBroker {
        node_id: settings.node_id,
        host: &settings.host,
        port: settings.port.into(),
        rack: None,
    };
    let operations =
        if request.include_topic_authorized_operations { authorized::TOPIC } else { authorized::NOT_ASKED };
    let response = MetadataResponse {
        brokers: vec![node],
        cluster_id: Some(&settings.cluster_id),
        controller_id: settings.node_id,
        topics: asked.iter().map(|asked| show(settings.node_id, asked, operations)).collect(),
        cluster_authorized_operations: match request.include_cluster_authorized_operations {
            true => authorized::CLUSTER,
            false => authorized::NOT_ASKED,
        },
        ..MetadataResponse::default()
    };
    cx.reply(|writer, version| response.encode(writer, version))
}

fn all(engine: &Engine) -> Vec<Asked<'static>> {
    engine.topics.list().into_iter().map(Asked::Topic).collect()
}

fn find<'a>(engine: &Engine, cx: &Cx<'_>, request: &MetadataRequest<'_>, name: Option<&'a str>, id: Uuid) -> Asked<'a> {
    let missing = |code| Asked::Missing { name, id, code };
    match name {
        // Kafka: MetadataRequest's check for versions 10 and 11.
        _ if cx.version < 12 && id != Uuid::ZERO => missing(ErrorCode::InvalidRequest),
        None if cx.version < 12 => missing(ErrorCode::InvalidRequest),
        None => match engine.topics.get_by_id(id) {
            Some(found) => Asked::Topic(found),
            None => missing(ErrorCode::UnknownTopicId),
        },
        Some(name) => match engine.topics.get(name) {
            Some(found) => Asked::Topic(found),
            None => create(engine, request, name).map_or_else(missing, Asked::Topic),
        },
    }
}

fn create(engine: &Engine, request: &MetadataRequest<'_>, name: &str) -> Result<Arc<Topic>, ErrorCode> {
    names::check(name).map_err(|_| ErrorCode::InvalidTopicException)?;
    if !request.allow_auto_topic_creation || !engine.configs.boolean("auto.create.topics.enable") {
        return Err(ErrorCode::UnknownTopicOrPartition);
    }
    // Or a change of the broker's configs could miss the topic.
    let _held = engine.configs.hold();
    match engine.create_topic(
        name,
        None,
        TopicConfig::new(&engine.configs, BTreeMap::new()).map_err(|_| ErrorCode::InvalidConfig)?,
    ) {
        Ok(topic) => Ok(topic),
        // Somebody else was faster.
        Err(TopicError::Exists(_)) => engine.topics.get(name).ok_or(ErrorCode::LeaderNotAvailable),
        Err(_) => Err(ErrorCode::InvalidTopicException),
    }
}

fn show<'a>(node_id: i32, asked: &'a Asked<'a>, operations: i32) -> MetadataResponseTopic<'a> {
    match asked {
        Asked::Missing { name, id, code } => MetadataResponseTopic {
            error_code: code.code(),
            name: name.or(Some("").filter(|_| id.is_zero())),
            topic_id: *id,
            topic_authorized_operations: authorized::NOT_ASKED,
            ..MetadataResponseTopic::default()
        },
        Asked::Topic(topic) => MetadataResponseTopic {
            error_code: ErrorCode::None.code(),
            name: Some(&topic.name),
            topic_id: topic.id,
            is_internal: topic.is_internal,
            partitions: (0..topic.partition_count()).map(|index| partition(node_id, index)).collect(),
            topic_authorized_operations: operations,
        },
    }
}

fn partition(node_id: i32, partition_index: i32) -> MetadataResponsePartition {
    MetadataResponsePartition {
        error_code: ErrorCode::None.code(),
        partition_index,
        leader_id: node_id,
        leader_epoch: LEADER_EPOCH,
        replica_nodes: vec![node_id],
        isr_nodes: vec![node_id],
        offline_replicas: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, metadata_request::MetadataRequestTopic};

    use super::*;
    use crate::testing::ask;

    #[test]
    fn where_an_id_is_asked_for_names_do_not_count() {
        let engine = Engine::new(crate::Settings::default());
        let topic = engine.create("here", 1, BTreeMap::new()).unwrap();
        let unknown = Uuid([7; 16]);
        for name in [None, Some(""), Some("other")] {
            let topics = [topic.id, unknown, topic.id, Uuid::ZERO];
            let topics = topics.map(|topic_id| MetadataRequestTopic { topic_id, name });
            let request = MetadataRequest {
                topics: Some(topics.to_vec()),
                allow_auto_topic_creation: true,
                ..MetadataRequest::default()
            };
            let reply = ask(&engine, 3, 13, &Request::Metadata(request));
            let response = MetadataResponse::decode(&mut Reader::new(&reply), 13).unwrap();
            let told = response.topics.iter().map(|one| (one.error_code, one.name, one.topic_id));
            let missing = ErrorCode::UnknownTopicId.code();
            assert_eq!(told.collect::<Vec<_>>(), [(0, Some("here"), topic.id), (missing, None, unknown)]);
        }
        assert_eq!(engine.topics().len(), 1);
    }
}
