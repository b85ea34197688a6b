//! ElectLeaders (key 43), versions 0-2. Owner: `topics.rs`. Kafka: ControllerApis.handleElectLeaders,
//! ReplicationControlManager.electLeaders.
//! Does: refuses each election: the one node leads all partitions already. A request for all partitions (null) returns
//! every topic without partitions (measured on Kafka 4.3.1).
//! By version: 1 the type of the election, top-level error; 2 flexible.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        elect_leaders_request::ElectLeadersRequest,
        elect_leaders_response::{ElectLeadersResponse, PartitionResult, ReplicaElectionResult},
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    context::RequestContext,
    groups::Budget,
    outcome::Outcome,
};

/// Kafka: `ElectionType`; 0 is preferred.
const UNCLEAN: i8 = 1;

type TopicResults<'a> = Vec<(&'a str, Vec<(i32, Result<(), ApiError>)>)>;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &ElectLeadersRequest<'_>) -> Outcome {
    let refused = refuse_all(request);
    let every = match (&request.topic_partitions, &refused) {
        (None, Ok(())) => engine.topics.list(),
        _ => Vec::new(),
    };
    let mut answers: TopicResults<'_> = every.iter().map(|topic| (&topic.name[..], Vec::new())).collect();
    let mut budget = Budget::new();
    for asked in request.topic_partitions.iter().flatten() {
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for index in &asked.partitions {
            let answer = refused.clone().and_then(|()| Err(elect(engine, asked.topic, *index)));
            if budget.spend(api_error::bytes(&answer)).is_none() {
                return Outcome::Close(format!("the answer to ElectLeaders is larger than {} bytes", Budget::BYTES));
            }
            partitions.push((*index, answer));
        }
        answers.push((asked.topic, partitions));
    }
    let response = ElectLeadersResponse {
        throttle_time_ms: 0,
        error_code: api_error::code(&refused),
        replica_election_results: answers
            .iter()
            .map(|(topic, partitions)| ReplicaElectionResult {
                topic,
                partition_result: partitions.iter().map(|(index, answer)| to_response(*index, answer)).collect(),
            })
            .collect(),
    };
    context.reply(|writer, version| response.encode(writer, version))
}

fn refuse_all(request: &ElectLeadersRequest<'_>) -> Result<(), ApiError> {
    if !(0..=UNCLEAN).contains(&request.election_type) {
        let words = format!("Unknown election type {}", request.election_type);
        return Err(ApiError::new(ErrorCode::InvalidRequest, words));
    }
    if request.timeout_ms <= 0 { Err(ApiError::timed_out()) } else { Ok(()) }
}

/// Returns the reason why no election is held.
fn elect(engine: &Engine, name: &str, index: i32) -> ApiError {
    match engine.topics.get(name) {
        None => ApiError::new(ErrorCode::UnknownTopicOrPartition, format!("No such topic as {name}")),
        Some(topic) if topic.partition(index).is_none() => {
            ApiError::new(ErrorCode::UnknownTopicOrPartition, format!("No such partition as {name}-{index}"))
        }
        Some(_) => ApiError::new(ErrorCode::ElectionNotNeeded, "Leader election not needed for topic partition."),
    }
}

fn to_response(partition_id: i32, answer: &Result<(), ApiError>) -> PartitionResult<'_> {
    PartitionResult { partition_id, error_code: api_error::code(answer), error_message: api_error::message(answer) }
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, elect_leaders_request::TopicPartitions};

    use super::*;
    use crate::{
        Now, Settings,
        configs::TopicConfig,
        testing::{ask, send},
    };

    /// The top-level code; topic, partition, code and whether there is a message.
    type Said = (i16, Vec<(String, i32, i16, bool)>, usize);

    fn said(version: i16, election_type: i8, timeout_ms: i32, asked: Option<&[(&'static str, &[i32])]>) -> Said {
        let engine = Engine::new(Settings::default());
        engine.create_topic("t", Some(2), TopicConfig::default()).unwrap();
        engine.create_topic("u", Some(2), TopicConfig::default()).unwrap();
        let topic =
            |(topic, partitions): &(&'static str, &[i32])| TopicPartitions { topic, partitions: partitions.to_vec() };
        let topic_partitions = asked.map(|asked| asked.iter().map(topic).collect());
        let request = Request::ElectLeaders(ElectLeadersRequest { election_type, topic_partitions, timeout_ms });
        let body = ask(&engine, 43, version, &request);
        let response = ElectLeadersResponse::decode(&mut Reader::new(&body), version).unwrap();
        let all = response.replica_election_results.iter().flat_map(|topic| {
            let name = topic.topic.to_owned();
            let partitions = topic.partition_result.iter();
            partitions.map(move |one| (name.clone(), one.partition_id, one.error_code, one.error_message.is_some()))
        });
        (response.error_code, all.collect(), response.replica_election_results.len())
    }

    #[test]
    fn no_election_is_needed() {
        let asked: &[(&str, &[i32])] = &[("t", &[0, 0, 9]), ("nope", &[0]), ("u", &[])];
        let one = |name: &str, index, code| (name.to_owned(), index, code, true);
        let answers = vec![one("t", 0, 84), one("t", 0, 84), one("t", 9, 3), one("nope", 0, 3)];
        for (version, election_type) in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)] {
            assert_eq!(said(version, election_type, 1_000, Some(asked)), (0, answers.clone(), 3));
            assert_eq!(said(version, election_type, 1_000, None), (0, Vec::new(), 2));
        }
    }

    #[test]
    fn an_answer_has_a_bound() {
        let name = "x".repeat(32_000);
        let topic_partitions = vec![TopicPartitions { topic: &name, partitions: vec![0; 10_000] }];
        let request =
            ElectLeadersRequest { election_type: 0, topic_partitions: Some(topic_partitions), timeout_ms: 1_000 };
        let engine = Engine::new(Settings::default());
        let outcome = send(&engine, Now::default(), 43, 2, &Request::ElectLeaders(request));
        assert!(matches!(outcome, Outcome::Close(_)));
    }

    #[test]
    fn an_unknown_type_and_no_time_refuse_the_whole_request() {
        let asked: &[(&str, &[i32])] = &[("t", &[0])];
        for election_type in [2, -1] {
            assert_eq!(said(2, election_type, 1_000, Some(asked)), (42, vec![("t".to_owned(), 0, 42, true)], 1));
        }
        assert_eq!(said(2, 0, 0, Some(asked)), (7, vec![("t".to_owned(), 0, 7, false)], 1));
        assert_eq!(said(2, 0, 0, None), (7, Vec::new(), 0));
    }
}
