//! Metadata (key 3), versions 0-13. Owner: `topics.rs`. Kafka: KafkaApis.handleTopicMetadataRequest.
//! Does: returns the one node and the requested topics: all (null, or an empty list in version 0), by name, or by id.
//! Creates a missing topic if the client and the broker allow it; unlike Kafka, which answers first, the new topic is
//! in the response.
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
        metadata_request::{MetadataRequest, MetadataRequestTopic},
        metadata_response::{
            MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
        },
    },
};

use crate::{
    Engine, acl_operations,
    configs::TopicConfig,
    context::RequestContext,
    events::Origin,
    groups::{self, OFFSETS_TOPIC},
    log::LEADER_EPOCH,
    outcome::Outcome,
    request_size::Size,
    topic_names,
    topics::{Topic, TopicError},
    transactions::{self, TRANSACTIONS_TOPIC},
};

/// A requested topic, or an error.
enum TopicResult<'a> {
    Topic(Arc<Topic>),
    Missing { name: Option<&'a str>, id: Uuid, code: ErrorCode },
}

/// Whether a request creates topics on disk, or a thousand of them, or is answered with very many.
pub(crate) fn blocks(size: Size<'_>, request: &MetadataRequest<'_>) -> bool {
    if !size.is_on_disk() && size.is_large() {
        return true;
    }
    let asks_all = request.topics.iter().flatten().next().is_none();
    size.is_on_disk() && makes_topics(size.engine, request) || size.has_many_topics() && asks_all
}

/// Returns whether a request creates a topic.
fn makes_topics(engine: &Engine, request: &MetadataRequest<'_>) -> bool {
    let is_missing = |name: &str| engine.topics.get(name).is_none();
    request.allow_auto_topic_creation
        && engine.configs.boolean("auto.create.topics.enable")
        && request.topics.iter().flatten().filter_map(|topic| topic.name).any(is_missing)
}

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &MetadataRequest<'_>) -> Outcome {
    let asked = match &request.topics {
        None => all(engine),
        Some(topics) if topics.is_empty() && context.version == 0 => all(engine),
        Some(topics) if !is_allowed(context, topics) => return refuse(context, topics),
        Some(topics) => {
            // Kafka uses only the ids if there is any.
            let by_id = topics.iter().any(|topic| !topic.topic_id.is_zero());
            let looked_at = topics.iter().filter(|topic| by_id != topic.topic_id.is_zero());
            let mut seen = BTreeSet::new();
            let distinct = looked_at.filter(|topic| seen.insert((topic.name.filter(|_| !by_id), topic.topic_id)));
            distinct.map(|topic| find(engine, context, request, topic)).collect()
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
        if request.include_topic_authorized_operations { acl_operations::TOPIC } else { acl_operations::NOT_ASKED };
    let response = MetadataResponse {
        brokers: vec![node],
        cluster_id: Some(&settings.cluster_id),
        controller_id: settings.node_id,
        topics: asked.iter().map(|asked| to_response(settings.node_id, asked, operations)).collect(),
        cluster_authorized_operations: match request.include_cluster_authorized_operations {
            true => acl_operations::CLUSTER,
            false => acl_operations::NOT_ASKED,
        },
        ..MetadataResponse::default()
    };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Topic ids exist since version 10 and may be requested since 12. Kafka: `KafkaApis.handleTopicMetadataRequest`.
fn is_allowed(context: &RequestContext<'_>, topics: &[MetadataRequestTopic<'_>]) -> bool {
    context.version >= 12 || topics.iter().all(|topic| topic.name.is_some() && topic.topic_id.is_zero())
}

/// Returns an error for each topic. Kafka: `MetadataRequest.getErrorResponse`.
fn refuse(context: &RequestContext<'_>, topics: &[MetadataRequestTopic<'_>]) -> Outcome {
    let topic = |topic: &MetadataRequestTopic<'_>| (topic.name.unwrap_or_default().to_owned(), topic.topic_id);
    let named: Vec<_> = topics.iter().map(topic).collect();
    let topics = named.iter().map(|(name, topic_id)| MetadataResponseTopic {
        error_code: ErrorCode::InvalidRequest.code(),
        name: Some(name),
        topic_id: *topic_id,
        topic_authorized_operations: acl_operations::NOT_ASKED,
        ..MetadataResponseTopic::default()
    });
    let response = MetadataResponse {
        controller_id: -1,
        topics: topics.collect(),
        cluster_authorized_operations: acl_operations::NOT_ASKED,
        ..MetadataResponse::default()
    };
    context.reply(|writer, version| response.encode(writer, version))
}

fn all(engine: &Engine) -> Vec<TopicResult<'static>> {
    engine.topics.list().into_iter().map(TopicResult::Topic).collect()
}

fn find<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &MetadataRequest<'_>,
    topic: &MetadataRequestTopic<'a>,
) -> TopicResult<'a> {
    let by_id = !topic.topic_id.is_zero();
    let missing = |code| TopicResult::Missing { name: topic.name.filter(|_| !by_id), id: topic.topic_id, code };
    match topic.name.filter(|_| !by_id) {
        None => match engine.topics.get_by_id(topic.topic_id) {
            Some(found) => TopicResult::Topic(found),
            None => missing(ErrorCode::UnknownTopicId),
        },
        Some(name) => match engine.topics.get(name) {
            Some(found) => TopicResult::Topic(found),
            None => create(engine, context, request, name).map_or_else(missing, TopicResult::Topic),
        },
    }
}

fn create(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &MetadataRequest<'_>,
    name: &str,
) -> Result<Arc<Topic>, ErrorCode> {
    topic_names::check(name).map_err(|_| ErrorCode::InvalidTopicException)?;
    if !request.allow_auto_topic_creation || !engine.configs.boolean("auto.create.topics.enable") {
        return Err(ErrorCode::UnknownTopicOrPartition);
    }
    // An internal topic gets its own configs, as in Kafka's `DefaultAutoTopicCreationManager`.
    let prepared = match name {
        OFFSETS_TOPIC => Some(groups::prepare(engine)),
        TRANSACTIONS_TOPIC => Some(transactions::prepare(engine)),
        _ => None,
    };
    if let Some(prepared) = prepared {
        prepared.map_err(|_| ErrorCode::UnknownTopicOrPartition)?;
        return engine.topics.get(name).ok_or(ErrorCode::UnknownTopicOrPartition);
    }
    if topic_names::is_internal(name) {
        return Err(ErrorCode::UnknownTopicOrPartition);
    }
    // Locked, or a change of the broker's configs could miss the topic.
    let _held = engine.configs.read_lock();
    match engine.create_topic(
        name,
        None,
        TopicConfig::new(&engine.configs, BTreeMap::new()).map_err(|_| ErrorCode::InvalidConfig)?,
    ) {
        Ok(topic) => {
            engine.report_created(&topic, Origin::AutoCreation(context.client()));
            Ok(topic)
        }
        // A concurrent request has created it.
        Err(TopicError::Exists(_)) => engine.topics.get(name).ok_or(ErrorCode::LeaderNotAvailable),
        Err(TopicError::Storage(_)) => Err(ErrorCode::UnknownTopicOrPartition),
        Err(TopicError::Budget) => Err(ErrorCode::PolicyViolation),
        Err(TopicError::Name(_) | TopicError::Collision { .. }) => Err(ErrorCode::InvalidTopicException),
    }
}

fn to_response<'a>(node_id: i32, asked: &'a TopicResult<'a>, operations: i32) -> MetadataResponseTopic<'a> {
    match asked {
        TopicResult::Missing { name, id, code } => MetadataResponseTopic {
            error_code: code.code(),
            name: name.or(Some("").filter(|_| id.is_zero())),
            topic_id: *id,
            topic_authorized_operations: acl_operations::NOT_ASKED,
            ..MetadataResponseTopic::default()
        },
        TopicResult::Topic(topic) => MetadataResponseTopic {
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
