//! DescribeProducers (key 61), version 0. Owner: `log/producers.rs`. Kafka: KafkaApis.handleDescribeProducersRequest,
//! ReplicaManager.activeProducerState.
//! Does: lists the active producers of a partition, by producer id, each with the epoch of the coordinator of its last
//! marker and the first offset of its open transaction. An unknown topic is refused with a message, an unknown
//! partition without one (measured on Kafka 4.3.1).
//! Leaves out: nothing.

use std::sync::Arc;

use wire::{
    ErrorCode,
    message::{
        describe_producers_request::DescribeProducersRequest,
        describe_producers_response::{DescribeProducersResponse, PartitionResponse, ProducerState, TopicResponse},
    },
};

use crate::{
    Engine,
    api_error::{self, ApiError},
    context::RequestContext,
    groups::Budget,
    log::Partition,
    outcome::Outcome,
    topic_names,
    topics::Topic,
};

type PartitionResult = Result<Vec<ProducerState>, ApiError>;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeProducersRequest<'_>) -> Outcome {
    let mut budget = Budget::new();
    let mut answers: Vec<(&str, Vec<(i32, PartitionResult)>)> = Vec::with_capacity(request.topics.len());
    for asked in &request.topics {
        let topic = find(engine, asked.name);
        let mut partitions = Vec::with_capacity(asked.partition_indexes.len());
        for index in &asked.partition_indexes {
            let answer = topic.as_deref().map_err(ApiError::clone).and_then(|topic| describe(topic, *index));
            let producers = answer.as_ref().map_or(0, Vec::len) * size_of::<ProducerState>();
            if budget.spend(api_error::bytes(&answer) + producers).is_none() {
                return Outcome::Close(format!(
                    "the answer to DescribeProducers is larger than {} bytes",
                    Budget::BYTES
                ));
            }
            partitions.push((*index, answer));
        }
        answers.push((asked.name, partitions));
    }
    let topics = answers.iter().map(|(name, partitions)| TopicResponse {
        name,
        partitions: partitions.iter().map(|(index, answer)| to_response(*index, answer)).collect(),
    });
    let response = DescribeProducersResponse { throttle_time_ms: 0, topics: topics.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

fn to_response(partition_index: i32, answer: &PartitionResult) -> PartitionResponse<'_> {
    PartitionResponse {
        partition_index,
        error_code: api_error::code(answer),
        error_message: api_error::message(answer),
        active_producers: answer.clone().unwrap_or_default(),
    }
}

fn find(engine: &Engine, name: &str) -> Result<Arc<Topic>, ApiError> {
    topic_names::check(name).map_err(|why| ApiError::new(ErrorCode::InvalidTopicException, why))?;
    let words = "This server does not host this topic-partition.";
    engine.topics.get(name).ok_or_else(|| ApiError::new(ErrorCode::UnknownTopicOrPartition, words))
}

fn describe(topic: &Topic, index: i32) -> PartitionResult {
    let partition = topic.partition(index).ok_or_else(|| ApiError::bare(ErrorCode::UnknownTopicOrPartition))?;
    Ok(producers(&partition))
}

fn producers(partition: &Partition) -> Vec<ProducerState> {
    let state = |(producer_id, state): (i64, crate::log::ProducerState)| ProducerState {
        producer_id,
        producer_epoch: state.epoch.into(),
        last_sequence: state.last_sequence(),
        last_timestamp: state.last_timestamp,
        coordinator_epoch: state.coordinator_epoch,
        current_txn_start_offset: state.txn_first_offset.unwrap_or(-1),
    };
    partition.producers().into_iter().map(state).collect()
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, describe_producers_request::TopicRequest};

    use super::*;
    use crate::{Now, Settings, configs::TopicConfig, log::testing::sequenced, testing::ask};

    type Said = (i16, bool, Vec<ProducerState>);

    fn said<'a>(engine: &Engine, topics: &[(&'a str, &[i32])]) -> Vec<Said> {
        let topic = |(name, indexes): &(&'a str, &[i32])| TopicRequest { name, partition_indexes: indexes.to_vec() };
        let request = DescribeProducersRequest { topics: topics.iter().map(topic).collect() };
        let body = ask(engine, 61, 0, &Request::DescribeProducers(request));
        let response = DescribeProducersResponse::decode(&mut Reader::new(&body), 0).unwrap();
        let partitions = response.topics.into_iter().flat_map(|topic| topic.partitions);
        partitions.map(|one| (one.error_code, one.error_message.is_some(), one.active_producers)).collect()
    }

    #[test]
    fn who_wrote_idempotently_is_known_by_id() {
        let engine = Engine::new(Settings::default());
        let topic = engine.create_topic("t", Some(2), TopicConfig::default()).unwrap();
        for (producer_id, epoch) in [(9, 0), (4, 3), (-1, -1)] {
            let records = [(70, Some(&b"k"[..]), None), (60, Some(&b"k"[..]), None)];
            let sequence = if producer_id < 0 { -1 } else { 0 };
            let batch = sequenced(&records, producer_id, epoch, sequence);
            topic.partition(1).unwrap().append(&batch, &topic.config(), Now::default()).unwrap();
        }
        let state = |producer_id, producer_epoch| ProducerState {
            producer_id,
            producer_epoch,
            last_sequence: 1,
            last_timestamp: 70,
            coordinator_epoch: -1,
            current_txn_start_offset: -1,
        };
        let none = Vec::new;
        let asked: &[(&str, &[i32])] = &[("t", &[1, 0, 2, 0]), ("nope", &[0]), ("a b", &[0]), ("t", &[])];
        let producers = vec![state(4, 3), state(9, 0)];
        assert_eq!(
            said(&engine, asked),
            [
                (0, false, producers),
                (0, false, none()),
                (3, false, none()),
                (0, false, none()),
                (3, true, none()),
                (17, true, none()),
            ]
        );
    }
}
