//! CreateTopics (key 19), versions 2-7. Owner: `topics.rs`. Kafka: ControllerApis.createTopics,
//! ReplicationControlManager.createTopics.
//! Does: creates topics, or only validates them. An invalid topic does not affect the others; too many partitions in
//! total, or a timeout of zero, refuses the whole request.
//! Order of the results (measured on Kafka 4.3.1): as requested, then duplicates, then `__cluster_metadata`. Checks in
//! Kafka's order: name, existence, collision, null configs, configs, assignment, replication factor, partitions.
//! By version: 4 -1 is the broker's default (accepted in earlier versions too: measured); 5 partitions, replication
//! factor and configs in the response, flexible; 7 topic ids.
//! Leaves out: nothing. If the sum of partitions overflows an int, Kafka fails with UNKNOWN_SERVER_ERROR; here it is
//! too many.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{
    ErrorCode, Uuid,
    message::{
        create_topics_request::{CreatableTopic, CreateTopicsRequest},
        create_topics_response::{CreatableTopicConfigs, CreatableTopicResult, CreateTopicsResponse},
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    configs::{TopicConfig, describe::Entry},
    context::RequestContext,
    events::Origin,
    outcome::Outcome,
    replica_assignment,
    topic_names::CLUSTER_METADATA,
    topics::TopicError,
};

/// Most partitions of one request. Kafka: `ReplicationControlManager.MAX_PARTITIONS_PER_BATCH`.
const PARTITIONS_MAX: i64 = 10_000;
/// Count that means the default of the broker.
const DEFAULT: i32 = -1;

/// A topic that was created, or would be.
struct CreatedTopic {
    id: Uuid,
    partitions: i32,
    configs: Arc<[Entry]>,
}

type TopicResult<'a> = (&'a str, Result<CreatedTopic, ApiError>);

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &CreateTopicsRequest<'_>) -> Outcome {
    let answers = match refuse_all(engine, request) {
        Some(error) => request.topics.iter().map(|topic| (topic.name, Err(error.clone()))).collect(),
        None => {
            let _held = engine.configs.read_lock();
            create(engine, context, request)
        }
    };
    let response = CreateTopicsResponse { throttle_time_ms: 0, topics: answers.iter().map(to_response).collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Returns the names that appear more than once.
fn duplicates<'a>(request: &CreateTopicsRequest<'a>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    request.topics.iter().map(|topic| topic.name).filter(|name| !seen.insert(*name)).collect()
}

fn refuse_all(engine: &Engine, request: &CreateTopicsRequest<'_>) -> Option<ApiError> {
    if request.timeout_ms <= 0 {
        return Some(ApiError::timed_out());
    }
    let duplicates = duplicates(request);
    let wanted = request.topics.iter().filter(|topic| !duplicates.contains(topic.name));
    let count = |topic: &CreatableTopic<'_>| match topic.num_partitions {
        _ if !topic.assignments.is_empty() => topic.assignments.len() as i64,
        DEFAULT => engine.configs.int("num.partitions"),
        count => i64::from(count).max(0),
    };
    (wanted.map(count).sum::<i64>() > PARTITIONS_MAX)
        .then(|| ApiError::new(ErrorCode::PolicyViolation, "Excessively large number of partitions per request."))
}

fn create<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &CreateTopicsRequest<'a>,
) -> Vec<TopicResult<'a>> {
    let mut duplicates = duplicates(request);
    let ours = |topic: &&CreatableTopic<'a>| topic.name != CLUSTER_METADATA && !duplicates.contains(topic.name);
    // All topics are checked before any is created: of two names that collide with each other Kafka creates both.
    let checked: Vec<_> = request.topics.iter().filter(ours).map(|topic| (topic, check(engine, topic))).collect();
    let mut answers: Vec<TopicResult<'a>> = checked
        .into_iter()
        .map(|(topic, plan)| {
            (topic.name, plan.and_then(|plan| make(engine, context, topic.name, plan, request.validate_only)))
        })
        .collect();
    let metadata = !duplicates.contains(CLUSTER_METADATA);
    for topic in &request.topics {
        if duplicates.remove(topic.name) {
            answers.push((topic.name, Err(ApiError::new(ErrorCode::InvalidRequest, "Duplicate topic name."))));
        }
    }
    if metadata && request.topics.iter().any(|topic| topic.name == CLUSTER_METADATA) {
        let why = format!("Creation of internal topic {CLUSTER_METADATA} is prohibited.");
        answers.push((CLUSTER_METADATA, Err(ApiError::new(ErrorCode::InvalidRequest, why))));
    }
    answers
}

/// A validated topic.
struct NewTopic {
    partitions: i32,
    config: Arc<TopicConfig>,
}

fn check(engine: &Engine, topic: &CreatableTopic<'_>) -> Result<NewTopic, ApiError> {
    engine.topics.check(topic.name).map_err(refuse)?;
    let config = config(engine, topic)?;
    let partitions = if topic.assignments.is_empty() { counted(engine, topic)? } else { assigned(engine, topic)? };
    Ok(NewTopic { partitions, config })
}

fn refuse(error: TopicError) -> ApiError {
    ApiError::new((&error).into(), error.to_string())
}

fn config(engine: &Engine, topic: &CreatableTopic<'_>) -> Result<Arc<TopicConfig>, ApiError> {
    let refuse = |why: String| ApiError::new(ErrorCode::InvalidConfig, why);
    let values: BTreeMap<_, _> = topic.configs.iter().map(|config| (config.name, config.value)).collect();
    let nulls: Vec<&str> = values.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    if !nulls.is_empty() {
        return Err(refuse(format!("Null value not supported for topic configs: {}", nulls.join(","))));
    }
    let overrides = values.iter().map(|(name, value)| ((*name).to_owned(), value.unwrap_or_default().to_owned()));
    TopicConfig::new(&engine.configs, overrides.collect()).map_err(|error| refuse(error.0))
}

/// Returns the partition count if the broker assigns replicas.
fn counted(engine: &Engine, topic: &CreatableTopic<'_>) -> Result<i32, ApiError> {
    let factor = match topic.replication_factor {
        -1 => engine.configs.int("default.replication.factor"),
        factor => i64::from(factor),
    };
    let refuse_factor = |why: String| Err(ApiError::new(ErrorCode::InvalidReplicationFactor, why));
    if topic.replication_factor < -1 || topic.replication_factor == 0 {
        return refuse_factor("Replication factor must be larger than 0, or -1 to use the default value.".to_owned());
    }
    if topic.num_partitions < DEFAULT || topic.num_partitions == 0 {
        let why = "Number of partitions was set to an invalid non-positive value.";
        return Err(ApiError::new(ErrorCode::InvalidPartitions, why));
    }
    if factor > 1 {
        return refuse_factor(format!(
            "Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be \
             reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned."
        ));
    }
    match topic.num_partitions {
        // At most the partitions of one request: see `refuse_all`.
        DEFAULT => Ok(engine.configs.int("num.partitions") as i32),
        count => Ok(count),
    }
}

/// Returns the partition count of a manual replica assignment.
fn assigned(engine: &Engine, topic: &CreatableTopic<'_>) -> Result<i32, ApiError> {
    let both = |what: &str| {
        let why = format!("A manual partition assignment was specified, but {what} was not set to -1.");
        Err(ApiError::new(ErrorCode::InvalidRequest, why))
    };
    if topic.replication_factor != -1 {
        return both("replication factor");
    }
    if topic.num_partitions != DEFAULT {
        return both("numPartitions");
    }
    let refuse = |why: String| Err(ApiError::new(ErrorCode::InvalidReplicaAssignment, why));
    let mut indexes = BTreeSet::new();
    for partition in &topic.assignments {
        if !indexes.insert(partition.partition_index) {
            let index = partition.partition_index;
            return refuse(format!("Found multiple manual partition assignments for partition {index}"));
        }
        replica_assignment::check(engine.settings.node_id, &partition.broker_ids)?;
    }
    // The indexes are distinct, so checking both ends is enough.
    let count = indexes.len() as i32;
    if indexes.first() != Some(&0) || indexes.last() != Some(&(count - 1)) {
        return refuse("partitions should be a consecutive 0-based integer sequence".to_owned());
    }
    Ok(count)
}

fn make(
    engine: &Engine,
    context: &RequestContext<'_>,
    name: &str,
    plan: NewTopic,
    validate_only: bool,
) -> Result<CreatedTopic, ApiError> {
    let made = CreatedTopic {
        // Kafka generates an id, too, if it only validates.
        id: engine.entropy.uuid(),
        partitions: plan.partitions,
        configs: engine.configs.view().created(&plan.config),
    };
    if !validate_only {
        let topic = engine.topics.create_checked(name, made.id, plan.partitions, plan.config).map_err(refuse)?;
        engine.report_created(&topic, Origin::Request(context.client()));
    }
    Ok(made)
}

fn to_response<'a>((name, answer): &'a TopicResult<'_>) -> CreatableTopicResult<'a> {
    let refused = CreatableTopicResult {
        name,
        error_code: api_error::code(answer),
        error_message: api_error::message(answer),
        ..CreatableTopicResult::default()
    };
    let Ok(made) = answer else { return refused };
    let config = |config: &'a Entry| CreatableTopicConfigs {
        name: &config.name,
        value: config.value.as_deref(),
        read_only: config.read_only,
        config_source: config.source as i8,
        is_sensitive: config.sensitive,
    };
    CreatableTopicResult {
        topic_id: made.id,
        num_partitions: made.partitions,
        replication_factor: 1,
        configs: Some(made.configs.iter().map(config).collect()),
        ..refused
    }
}

#[cfg(test)]
mod tests;
