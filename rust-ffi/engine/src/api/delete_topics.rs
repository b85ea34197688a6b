//! DeleteTopics (key 20), versions 1-6. Owner: `topics.rs`. Kafka: ControllerApis.deleteTopics.
//! Does: deletes topics by name or by id, and the committed offsets of groups in them. A duplicate name or id is
//! refused once, and so is a name together with its own id. Internal topics may be deleted (measured on Kafka 4.3.1).
//! Kafka shuffles its results; here they are in the order of the request.
//! By version: 4 flexible; 5 messages; 6 topic ids.
//! Leaves out: nothing.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{
    ErrorCode, Uuid,
    message::{
        delete_topics_request::DeleteTopicsRequest,
        delete_topics_response::{DeletableTopicResult, DeleteTopicsResponse},
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    context::RequestContext,
    events::Event,
    groups,
    outcome::Outcome,
    topics::Topic,
    transactions,
};

/// One entry of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TopicKey<'a> {
    Name(&'a str),
    Id(Uuid),
    Both(&'a str, Uuid),
    Neither,
}

struct TopicResult<'a> {
    name: Option<Cow<'a, str>>,
    id: Uuid,
    result: Result<(), ApiError>,
}

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DeleteTopicsRequest<'_>) -> Outcome {
    let asked = read(request);
    let answers: Vec<TopicResult<'_>> = match refuse_all(engine, context, request) {
        Some(error) => asked.iter().map(|asked| asked.refused(error.clone())).collect(),
        None => delete(engine, context, &asked),
    };
    let responses = answers.iter().map(|answer| DeletableTopicResult {
        name: answer.name.as_deref(),
        topic_id: answer.id,
        error_code: api_error::code(&answer.result),
        error_message: api_error::message(&answer.result),
    });
    let response = DeleteTopicsResponse { throttle_time_ms: 0, responses: responses.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

fn read<'a>(request: &DeleteTopicsRequest<'a>) -> Vec<TopicKey<'a>> {
    let names = request.topic_names.iter().map(|name| TopicKey::Name(name));
    let states = request.topics.iter().map(|topic| match (topic.name, topic.topic_id) {
        (None, Uuid::ZERO) => TopicKey::Neither,
        (None, id) => TopicKey::Id(id),
        (Some(name), Uuid::ZERO) => TopicKey::Name(name),
        (Some(name), id) => TopicKey::Both(name, id),
    });
    names.chain(states).collect()
}

fn refuse_all(engine: &Engine, context: &RequestContext<'_>, request: &DeleteTopicsRequest<'_>) -> Option<ApiError> {
    if !engine.configs.boolean("delete.topic.enable") {
        let code = if context.version < 3 { ErrorCode::InvalidRequest } else { ErrorCode::TopicDeletionDisabled };
        return Some(ApiError::bare(code));
    }
    (request.timeout_ms <= 0).then(ApiError::timed_out)
}

impl<'a> TopicKey<'a> {
    fn refused(self, error: ApiError) -> TopicResult<'a> {
        let (name, id) = match self {
            TopicKey::Name(name) => (Some(name), Uuid::ZERO),
            TopicKey::Id(id) => (None, id),
            TopicKey::Both(name, id) => (Some(name), id),
            TopicKey::Neither => (None, Uuid::ZERO),
        };
        TopicResult { name: name.map(Cow::Borrowed), id, result: Err(error) }
    }
}

fn delete<'a>(engine: &Engine, context: &RequestContext<'_>, asked: &[TopicKey<'a>]) -> Vec<TopicResult<'a>> {
    let mut times: BTreeMap<TopicKey<'a>, usize> = BTreeMap::new();
    for entry in asked {
        *times.entry(*entry).or_default() += 1;
    }
    // By id first: for a name and its own id only the name is answered.
    let once = |entry: &TopicKey<'_>| times[entry] == 1;
    let ids: BTreeSet<Uuid> =
        asked.iter().filter_map(|entry| if let TopicKey::Id(id) = entry { Some(*id) } else { None }).collect();
    let invalid = |words: &str| ApiError::new(ErrorCode::InvalidRequest, words);
    let named_as_well: BTreeSet<Uuid> = asked
        .iter()
        .filter_map(|entry| if let TopicKey::Name(name) = entry { engine.topics.get(name) } else { None })
        .map(|topic| topic.id)
        .filter(|id| ids.contains(id))
        .collect();
    let mut answered = BTreeSet::new();
    let mut answers = Vec::with_capacity(asked.len());
    for entry in asked {
        match *entry {
            TopicKey::Neither => answers.push(entry.refused(invalid("Neither topic name nor id were specified."))),
            TopicKey::Both(..) => {
                answers.push(entry.refused(invalid("You may not specify both topic name and topic id.")));
            }
            _ if !answered.insert(*entry) => {}
            TopicKey::Name(_) if !once(entry) => answers.push(entry.refused(invalid("Duplicate topic name."))),
            TopicKey::Id(_) if !once(entry) => answers.push(entry.refused(invalid("Duplicate topic id."))),
            TopicKey::Name(name) => answers.push(by_name(engine, context, name, &named_as_well)),
            TopicKey::Id(id) if named_as_well.contains(&id) => {}
            TopicKey::Id(id) => answers.push(by_id(engine, context, id)),
        }
    }
    answers
}

fn remove(engine: &Engine, context: &RequestContext<'_>, id: Uuid) -> Result<Option<Arc<Topic>>, ApiError> {
    let removed = engine.topics.remove(id);
    let topic = removed.map_err(|e| ApiError::new(ErrorCode::KafkaStorageError, e.to_string()))?;
    if let Some(topic) = &topic {
        groups::topic_deleted(engine, context.now, topic);
        transactions::topic_deleted(engine, context.now, topic);
        engine.observer.report(&Event::TopicDeleted { topic: &topic.name, client: context.client() });
    }
    Ok(topic)
}

fn by_name<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    name: &'a str,
    named_as_well: &BTreeSet<Uuid>,
) -> TopicResult<'a> {
    let unknown = || {
        let words = "This server does not host this topic-partition.";
        TopicKey::Name(name).refused(ApiError::new(ErrorCode::UnknownTopicOrPartition, words))
    };
    let Some(topic) = engine.topics.get(name) else { return unknown() };
    if named_as_well.contains(&topic.id) {
        let words = "The provided topic name maps to an ID that was already supplied.";
        return TopicKey::Both(name, topic.id).refused(ApiError::new(ErrorCode::InvalidRequest, words));
    }
    match remove(engine, context, topic.id) {
        Ok(Some(topic)) => TopicResult { name: Some(Cow::Borrowed(name)), id: topic.id, result: Ok(()) },
        Ok(None) => unknown(),
        Err(error) => TopicKey::Name(name).refused(error),
    }
}

fn by_id<'a>(engine: &Engine, context: &RequestContext<'_>, id: Uuid) -> TopicResult<'a> {
    match remove(engine, context, id) {
        Ok(Some(topic)) => TopicResult { name: Some(Cow::Owned(topic.name.clone())), id, result: Ok(()) },
        Err(error) => TopicKey::Id(id).refused(error),
        Ok(None) => {
            let words = "This server does not host this topic ID.";
            TopicKey::Id(id).refused(ApiError::new(ErrorCode::UnknownTopicId, words))
        }
    }
}

#[cfg(test)]
mod tests;
