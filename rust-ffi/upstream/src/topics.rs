//! Topics: Metadata and CreateTopics with this broker's settings, and the commands.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use tansu_broker::Error;
use tansu_sans_io::{
    Body, CreateTopicsRequest, ErrorCode as UpstreamCode, Frame, Header, MetadataResponse,
    create_topics_request::{CreatableTopic, CreatableTopicConfig},
    metadata_response::MetadataResponseTopic,
    topic::is_valid_topic_name,
};
use tansu_storage::{Storage as _, TopicId, Topition};
use wire::ErrorCode;

use crate::{
    CallError, Partition, Reply, Shared, Topic,
    answer::{CREATE_TOPICS, Request, reply},
    upstream::{decode, encode},
};

/// Metadata. Corrects upstream, which creates unknown topics with four partitions and returns all topics for an empty
/// list.
pub(crate) async fn metadata(inner: Arc<Shared>, request: Request) -> Reply {
    let asking = inner.clone();
    let asked = inner.tasks.run(async move { ask_metadata(&asking, &request).await });
    reply(&inner, asked.await)
}

async fn ask_metadata(inner: &Shared, request: &Request) -> Result<Bytes, Error> {
    let mut frame = decode(request)?;
    let Body::MetadataRequest(body) = &mut frame.body else { return Err(unexpected()) };
    // Version 0 has no null: its empty list means all topics.
    let nothing_asked = request.version >= 1 && body.topics.as_ref().is_some_and(Vec::is_empty);
    // Versions before 4 have no flag, and behave as if it were set.
    let create = inner.auto_create_topics && body.allow_auto_topic_creation.unwrap_or(true);
    body.allow_auto_topic_creation = Some(false);
    // A topic that is requested twice is returned once.
    let mut asked = HashSet::new();
    if let Some(topics) = &mut body.topics {
        topics.retain(|topic| asked.insert((topic.name.clone(), topic.topic_id)));
    }
    let mut response = served_metadata(inner, frame.clone()).await?;
    if create && create_unknown(inner, &response).await {
        response = served_metadata(inner, frame).await?;
    }
    if nothing_asked {
        response.topics = Some(Vec::new());
    }
    encode(request, response.into())
}

async fn served_metadata(inner: &Shared, frame: Frame) -> Result<MetadataResponse, Error> {
    match inner.upstream.serve(frame).await? {
        Body::MetadataResponse(response) => Ok(response),
        _ => Err(unexpected()),
    }
}

/// Returns whether a topic was created.
async fn create_unknown(inner: &Shared, response: &MetadataResponse) -> bool {
    let unknown = |topic: &&MetadataResponseTopic| topic.error_code == i16::from(UpstreamCode::UnknownTopicOrPartition);
    let names = response.topics.iter().flatten().filter(unknown).filter_map(|topic| topic.name.clone());
    let mut created = false;
    for name in names.filter(|name| is_valid_topic_name(name)) {
        let topic = CreatableTopic::default()
            .name(name.clone())
            .num_partitions(inner.num_partitions)
            .replication_factor(1)
            .assignments(Some(Vec::new()))
            .configs(Some(Vec::new()));
        match inner.storage.create_topic(topic, false).await {
            // Another request may have created it.
            Ok(_) | Err(tansu_storage::Error::Api(UpstreamCode::TopicAlreadyExists)) => created = true,
            Err(e) => tracing::warn!(topic = name, error = inner.secrets.hide(&e.to_string()), "topic not created"),
        }
    }
    created
}

/// CreateTopics: a partition count of -1 means the setting, not upstream's three.
pub(crate) async fn create_topics(inner: Arc<Shared>, request: Request) -> Reply {
    let asking = inner.clone();
    let asked = inner.tasks.run(async move {
        let mut frame = decode(&request)?;
        let Body::CreateTopicsRequest(body) = &mut frame.body else { return Err(unexpected()) };
        for topic in body.topics.iter_mut().flatten() {
            if topic.num_partitions == -1 && topic.assignments.as_ref().is_none_or(Vec::is_empty) {
                topic.num_partitions = asking.num_partitions;
            }
        }
        let served = asking.upstream.serve(frame).await?;
        asking.waiters.wake_all();
        asking.compacted.forget();
        encode(&request, served)
    });
    reply(&inner, asked.await)
}

/// Upstream's routes answer each request with its response.
pub(crate) fn unexpected() -> Error {
    Error::Message("an unexpected message".to_owned())
}

pub(crate) async fn list(inner: &Arc<Shared>) -> Result<Vec<Topic>, CallError> {
    let asking = inner.clone();
    let listed = inner.tasks.run(async move {
        let metadata = asking.storage.metadata(None).await?;
        let mut topics = Vec::new();
        for topic in metadata.topics() {
            topics.push(described(&asking, topic).await?);
        }
        Ok(topics)
    });
    finished(inner, listed.await)
}

pub(crate) async fn create(
    inner: &Arc<Shared>,
    name: &str,
    partitions: i32,
    configs: &[(String, String)],
) -> Result<Topic, CallError> {
    let config = |(name, value): &(String, String)| {
        CreatableTopicConfig::default().name(name.clone()).value(Some(value.clone()))
    };
    let topic = CreatableTopic::default()
        .name(name.to_owned())
        .num_partitions(if partitions == -1 { inner.num_partitions } else { partitions })
        .replication_factor(1)
        .assignments(Some(Vec::new()))
        .configs(Some(configs.iter().map(config).collect()));
    let asking = inner.clone();
    let name = name.to_owned();
    let created = inner.tasks.run(async move { create_one(&asking, name, topic).await });
    finished(inner, created.await).and_then(|created| created)
}

async fn create_one(
    inner: &Shared,
    name: String,
    topic: CreatableTopic,
) -> Result<Result<Topic, CallError>, tansu_storage::Error> {
    let body = CreateTopicsRequest::default().topics(Some(vec![topic])).timeout_ms(30_000).validate_only(Some(false));
    let header = Header::Request { api_key: CREATE_TOPICS, api_version: 7, correlation_id: 0, client_id: None };
    let served = inner.upstream.serve(Frame { size: 0, header, body: body.into() }).await;
    let response = match served {
        Ok(Body::CreateTopicsResponse(response)) => response,
        Ok(_) => return Err(tansu_storage::Error::Message("an unexpected message".to_owned())),
        Err(e) => return Err(tansu_storage::Error::Message(e.to_string())),
    };
    let Some(result) = response.topics.unwrap_or_default().into_iter().next() else {
        return Err(tansu_storage::Error::Message("no answer to CreateTopics".to_owned()));
    };
    let code = ErrorCode::from_code(result.error_code).unwrap_or(ErrorCode::UnknownServerError);
    if code != ErrorCode::None {
        let message = result.error_message.unwrap_or_else(|| format!("{code:?}"));
        return Ok(Err(CallError { code, message: format!("topic '{name}': {message}") }));
    }
    inner.waiters.wake_all();
    inner.compacted.forget();
    let metadata = inner.storage.metadata(Some(&[TopicId::Name(name.clone())])).await?;
    match metadata.topics().first() {
        Some(topic) => described(inner, topic).await.map(Ok),
        None => Ok(Err(CallError {
            code: ErrorCode::UnknownTopicOrPartition,
            message: format!("topic '{name}' was deleted at once"),
        })),
    }
}

async fn described(inner: &Shared, topic: &MetadataResponseTopic) -> Result<Topic, tansu_storage::Error> {
    let name = topic.name.clone().unwrap_or_default();
    let mut partitions = Vec::new();
    for partition in topic.partitions.iter().flatten() {
        let id = partition.partition_index;
        let stage = inner.storage.offset_stage(&Topition::new(name.clone(), id)).await?;
        partitions.push(Partition { id, log_start: stage.log_start(), high_watermark: stage.high_watermark() });
    }
    partitions.sort_by_key(|partition| partition.id);
    Ok(Topic { name, id: wire::Uuid(topic.topic_id.unwrap_or_default()).to_string(), partitions })
}

fn finished<T>(
    inner: &Shared,
    done: Result<Result<T, tansu_storage::Error>, crate::tasks::Panicked>,
) -> Result<T, CallError> {
    let failed = |code, words: String| CallError { code, message: inner.secrets.hide(&words) };
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(failed(ErrorCode::KafkaStorageError, format!("the storage failed: {e}"))),
        Err(panicked) => Err(failed(ErrorCode::UnknownServerError, format!("the storage panicked: {panicked}"))),
    }
}
