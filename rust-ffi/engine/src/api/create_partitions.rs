//! CreatePartitions (key 37), versions 0-3. Owner: `topics.rs`. Kafka: ControllerApis.createPartitions,
//! ReplicationControlManager.createPartitions.
//! Does: grows a topic to a number of partitions, or only validates that. A duplicate topic is refused once; the others
//! are answered in the order of the request (Kafka: in that of a hash).
//! By version: 2 flexible.
//! Leaves out: nothing. Kafka fails with UNKNOWN_SERVER_ERROR for a topic that would take the request beyond its 10,000
//! records (measured); here that topic is refused with POLICY_VIOLATION and Kafka's message for such a batch.

use std::collections::BTreeSet;

use wire::{
    ErrorCode,
    message::{
        create_partitions_request::{CreatePartitionsRequest, CreatePartitionsTopic},
        create_partitions_response::{CreatePartitionsResponse, CreatePartitionsTopicResult},
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    context::RequestContext,
    outcome::Outcome,
    replica_assignment,
};

/// Most partitions that one request may create. Kafka: `QuorumController.MAX_RECORDS_PER_USER_OP`.
const PARTITIONS_MAX: i32 = 10_000;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &CreatePartitionsRequest<'_>) -> Outcome {
    let mut seen = BTreeSet::new();
    let mut duplicates: BTreeSet<&str> =
        request.topics.iter().map(|topic| topic.name).filter(|name| !seen.insert(*name)).collect();
    let twice = duplicates.clone();
    let mut left = PARTITIONS_MAX;
    let mut answers = Vec::new();
    for topic in &request.topics {
        let answer = match twice.contains(topic.name) {
            _ if request.timeout_ms <= 0 => Err(ApiError::timed_out()),
            true if duplicates.remove(topic.name) => {
                Err(ApiError::new(ErrorCode::InvalidRequest, "Duplicate topic name."))
            }
            true => continue,
            false => grow(engine, topic, request.validate_only, &mut left),
        };
        answers.push((topic.name, answer));
    }
    let results = answers.iter().map(|(name, answer)| CreatePartitionsTopicResult {
        name,
        error_code: api_error::code(answer),
        error_message: api_error::message(answer),
    });
    let response = CreatePartitionsResponse { throttle_time_ms: 0, results: results.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Grows one topic. `left` is the number of partitions that the request may still create.
fn grow(
    engine: &Engine,
    asked: &CreatePartitionsTopic<'_>,
    validate_only: bool,
    left: &mut i32,
) -> Result<(), ApiError> {
    let name = asked.name;
    let topic = engine.topics.get(name).ok_or_else(|| ApiError::bare(ErrorCode::UnknownTopicOrPartition))?;
    let (count, now) = (asked.count, topic.partition_count());
    let refuse = |code: ErrorCode, why: String| Err(ApiError::new(code, why));
    if count == now {
        return refuse(ErrorCode::InvalidPartitions, format!("Topic already has {now} partition(s)."));
    }
    if count < now {
        let why = format!("The topic {name} currently has {now} partition(s); {count} would not be an increase.");
        return refuse(ErrorCode::InvalidPartitions, why);
    }
    let more = count - now;
    if let Some(assignments) = &asked.assignments {
        let placed = assignments.len();
        if i32::try_from(placed) != Ok(more) {
            let why = format!(
                "Attempted to add {more} additional partition(s), but only {placed} assignment(s) were specified."
            );
            return refuse(ErrorCode::InvalidReplicaAssignment, why);
        }
        assignments.iter().try_for_each(|one| replica_assignment::check(engine.settings.node_id, &one.broker_ids))?;
    }
    if more > *left {
        let why = "Unable to perform excessively large batch operation.";
        return refuse(ErrorCode::PolicyViolation, why.to_owned());
    }
    *left -= more;
    if !validate_only {
        topic.grow(count).map_err(|e| ApiError::new((&e).into(), e.to_string()))?;
        engine.topics.changed();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, create_partitions_request::CreatePartitionsAssignment};

    use super::*;
    use crate::{Settings, configs::TopicConfig, testing::ask};

    fn engine(topics: &[&str]) -> Engine {
        let engine = Engine::new(Settings::default());
        for name in topics {
            engine.create_topic(name, Some(2), TopicConfig::default()).unwrap();
        }
        engine
    }

    fn to(name: &str, count: i32) -> CreatePartitionsTopic<'_> {
        CreatePartitionsTopic { name, count, assignments: None }
    }

    fn placed<'a>(name: &'a str, count: i32, placed: &[&[i32]]) -> CreatePartitionsTopic<'a> {
        let place = |ids: &&[i32]| CreatePartitionsAssignment { broker_ids: ids.to_vec() };
        CreatePartitionsTopic { assignments: Some(placed.iter().map(place).collect()), ..to(name, count) }
    }

    fn said(
        engine: &Engine,
        version: i16,
        topics: Vec<CreatePartitionsTopic<'_>>,
        validate_only: bool,
    ) -> Vec<(String, i16, Option<String>)> {
        let request = CreatePartitionsRequest { topics, timeout_ms: 1_000, validate_only };
        let body = ask(engine, 37, version, &Request::CreatePartitions(request));
        let response = CreatePartitionsResponse::decode(&mut Reader::new(&body), version).unwrap();
        let said = response.results.iter();
        said.map(|one| (one.name.to_owned(), one.error_code, one.error_message.map(str::to_owned))).collect()
    }

    fn codes(engine: &Engine, topics: Vec<CreatePartitionsTopic<'_>>) -> Vec<i16> {
        said(engine, 3, topics, false).into_iter().map(|(_, code, _)| code).collect()
    }

    fn count(engine: &Engine, name: &str) -> i32 {
        engine.topics.get(name).unwrap().partition_count()
    }

    #[test]
    fn every_version_grows_a_topic_unless_it_only_validates() {
        let engine = engine(&["a"]);
        for version in 0..=3 {
            let now = 3 + i32::from(version);
            assert_eq!(said(&engine, version, vec![to("a", 100)], true), [("a".to_owned(), 0, None)]);
            assert_eq!(said(&engine, version, vec![to("a", now)], false), [("a".to_owned(), 0, None)]);
            assert_eq!(count(&engine, "a"), now);
        }
    }

    #[test]
    fn only_more_partitions_will_do() {
        let engine = engine(&["a"]);
        let words = |count| said(&engine, 3, vec![to("a", count)], false).remove(0).2.unwrap();
        assert_eq!(words(2), "Topic already has 2 partition(s).");
        assert_eq!(words(1), "The topic a currently has 2 partition(s); 1 would not be an increase.");
        assert_eq!(words(-1), "The topic a currently has 2 partition(s); -1 would not be an increase.");
        assert_eq!(codes(&engine, vec![to("nope", 3), to("", 3), to("a", 0), to("a b", 3)]), [3, 3, 37, 3]);
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused_once() {
        let engine = engine(&["a", "b"]);
        assert_eq!(codes(&engine, vec![to("a", 3), to("b", 3), to("a", 4), to("a", 5)]), [42, 0]);
        assert_eq!((count(&engine, "a"), count(&engine, "b")), (2, 3));
    }

    #[test]
    fn a_manual_assignment_names_this_broker_for_every_new_partition() {
        let engine = engine(&["a", "b", "c", "d", "e"]);
        let asked = vec![
            placed("a", 4, &[&[1]]),
            placed("b", 3, &[&[2]]),
            placed("c", 3, &[&[1, 1]]),
            placed("d", 3, &[]),
            placed("e", 4, &[&[1], &[1]]),
        ];
        assert_eq!(codes(&engine, asked), [39, 39, 39, 39, 0]);
        assert_eq!((count(&engine, "a"), count(&engine, "e")), (2, 4));
    }

    #[test]
    fn one_request_makes_so_many_partitions_and_no_more() {
        let engine = engine(&["a", "b", "c"]);
        assert_eq!(codes(&engine, vec![to("a", i32::MAX), to("b", 10_003)]), [44, 44]);
        assert_eq!(codes(&engine, vec![to("a", 6_002), to("b", 6_002), to("c", 4_002)]), [0, 44, 0]);
        assert_eq!((count(&engine, "a"), count(&engine, "b"), count(&engine, "c")), (6_002, 2, 4_002));
    }

    #[test]
    fn no_time_is_too_little() {
        let engine = engine(&["a"]);
        let request = CreatePartitionsRequest { topics: vec![to("a", 3)], timeout_ms: 0, validate_only: false };
        let body = ask(&engine, 37, 3, &Request::CreatePartitions(request));
        let response = CreatePartitionsResponse::decode(&mut Reader::new(&body), 3).unwrap();
        assert_eq!((response.results[0].error_code, count(&engine, "a")), (7, 2));
    }
}
