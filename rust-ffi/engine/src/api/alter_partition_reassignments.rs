//! AlterPartitionReassignments (key 45), versions 0-1. Owner: `topics.rs`. Kafka: ControllerApis
//! .handleAlterPartitionReassignments, ReplicationControlManager.alterPartitionReassignments.
//! Does: accepts a reassignment to the current replica, which is complete at once; other replicas do not exist, and
//! there is nothing to cancel (null replicas). Measured on Kafka 4.3.1.
//! By version: 1 whether the replication factor may change, which it cannot.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        alter_partition_reassignments_request::{AlterPartitionReassignmentsRequest, ReassignablePartition},
        alter_partition_reassignments_response::{
            AlterPartitionReassignmentsResponse, ReassignablePartitionResponse, ReassignableTopicResponse,
        },
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    context::RequestContext,
    groups::Budget,
    outcome::Outcome,
    replica_assignment,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &AlterPartitionReassignmentsRequest<'_>,
) -> Outcome {
    let refused = if request.timeout_ms <= 0 { Err(ApiError::timed_out()) } else { Ok(()) };
    let mut answers = Vec::with_capacity(request.topics.len());
    let mut budget = Budget::new();
    for topic in &request.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for partition in &topic.partitions {
            let answer = refused.clone().and_then(|()| reassign(engine, topic.name, partition));
            if budget.spend(api_error::bytes(&answer)).is_none() {
                let bytes = Budget::BYTES;
                return Outcome::Close(format!(
                    "the answer to AlterPartitionReassignments is larger than {bytes} bytes"
                ));
            }
            partitions.push((partition.partition_index, answer));
        }
        answers.push((topic.name, partitions));
    }
    let responses = answers.iter().map(|(name, partitions)| ReassignableTopicResponse {
        name,
        partitions: partitions.iter().map(|(index, answer)| to_response(*index, answer)).collect(),
    });
    let response = AlterPartitionReassignmentsResponse {
        throttle_time_ms: 0,
        allow_replication_factor_change: request.allow_replication_factor_change,
        error_code: api_error::code(&refused),
        error_message: None,
        responses: responses.collect(),
    };
    // Kafka ignores an empty request and answers with the defaults of the schema.
    let response = match request.topics.is_empty() && refused.is_ok() {
        true => AlterPartitionReassignmentsResponse::default(),
        false => response,
    };
    context.reply(|writer, version| response.encode(writer, version))
}

fn reassign(engine: &Engine, name: &str, asked: &ReassignablePartition) -> Result<(), ApiError> {
    let unknown = |words: String| ApiError::new(ErrorCode::UnknownTopicOrPartition, words);
    let topic = engine.topics.get(name).ok_or_else(|| unknown(format!("Unable to find a topic named {name}.")))?;
    let index = asked.partition_index;
    topic.partition(index).ok_or_else(|| unknown(format!("Unable to find partition {name}:{index}.")))?;
    match &asked.replicas {
        None => Err(ApiError::bare(ErrorCode::NoReassignmentInProgress)),
        Some(replicas) => replica_assignment::check(engine.settings.node_id, replicas),
    }
}

fn to_response(partition_index: i32, answer: &Result<(), ApiError>) -> ReassignablePartitionResponse<'_> {
    ReassignablePartitionResponse {
        partition_index,
        error_code: api_error::code(answer),
        error_message: api_error::message(answer),
    }
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, alter_partition_reassignments_request::ReassignableTopic};

    use super::*;
    use crate::{Settings, configs::TopicConfig, testing::ask};

    /// The top-level code and message; code of each partition and whether it has a message.
    type Said = (i16, Option<String>, Vec<(i16, bool)>);

    fn said(version: i16, timeout_ms: i32, asked: &[(&'static str, i32, Option<&[i32]>)]) -> Said {
        let engine = Engine::new(Settings::default());
        engine.create_topic("t", Some(3), TopicConfig::default()).unwrap();
        let topics = asked.iter().map(|(name, partition_index, replicas)| {
            let replicas = replicas.map(<[i32]>::to_vec);
            ReassignableTopic {
                name,
                partitions: vec![ReassignablePartition { partition_index: *partition_index, replicas }],
            }
        });
        let request = AlterPartitionReassignmentsRequest {
            timeout_ms,
            allow_replication_factor_change: version == 0,
            topics: topics.collect(),
        };
        let body = ask(&engine, 45, version, &Request::AlterPartitionReassignments(request));
        let response = AlterPartitionReassignmentsResponse::decode(&mut Reader::new(&body), version).unwrap();
        assert_eq!(response.allow_replication_factor_change, version == 0 || asked.is_empty());
        let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
        let answers = partitions.map(|one| (one.error_code, one.error_message.is_some())).collect();
        (response.error_code, response.error_message.map(str::to_owned), answers)
    }

    #[test]
    fn a_partition_can_only_be_where_it_is() {
        let asked: &[(&'static str, i32, Option<&[i32]>)] = &[
            ("t", 0, Some(&[1])),
            ("t", 1, None),
            ("t", 2, Some(&[2])),
            ("t", 2, Some(&[])),
            ("t", 2, Some(&[1, 1])),
            ("t", 9, Some(&[1])),
            ("nope", 0, None),
        ];
        let answers = vec![(0, false), (85, false), (39, true), (39, true), (39, true), (3, true), (3, true)];
        for version in 0..=1 {
            assert_eq!(said(version, 1_000, asked), (0, None, answers.clone()));
        }
        assert_eq!(said(1, 1_000, &[]), (0, Some(String::new()), Vec::new()));
        assert_eq!(said(1, 0, &asked[..1]), (7, None, vec![(7, false)]));
    }
}
