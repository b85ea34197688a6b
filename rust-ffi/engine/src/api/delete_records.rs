//! DeleteRecords (key 21), versions 0-2. Owner: `log/retention.rs`. Kafka: KafkaApis.handleDeleteRecordsRequest,
//! ReplicaManager.deleteRecords, Partition.deleteRecordsOnLeader.
//! Does: moves the log start offset up to an offset; -1 is the high watermark. Refuses internal topics and topics with
//! compaction only. An offset before the start changes nothing and is accepted (measured on Kafka 4.3.1). Duplicate
//! topics and partitions are answered once, for their last offset; results are sorted (Kafka: in the order of a hash).
//! A topic without partitions gets no result. The timeout is unused: there are no followers to wait for.
//! By version: 2 flexible.
//! Leaves out: nothing.

use std::collections::BTreeMap;

use wire::{
    ErrorCode,
    message::{
        delete_records_request::DeleteRecordsRequest,
        delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsResponse, DeleteRecordsTopicResult},
    },
};

use crate::{Engine, context::RequestContext, outcome::Outcome, topics::Topic};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DeleteRecordsRequest<'_>) -> Outcome {
    let mut asked: BTreeMap<&str, BTreeMap<i32, i64>> = BTreeMap::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            asked.entry(topic.name).or_default().insert(partition.partition_index, partition.offset);
        }
    }
    let mut topics = Vec::with_capacity(asked.len());
    for (name, partitions) in asked {
        let topic = engine.topics.get(name);
        let answer = |(partition_index, before)| {
            let low_watermark = delete(topic.as_deref(), partition_index, before);
            DeleteRecordsPartitionResult {
                partition_index,
                low_watermark: low_watermark.unwrap_or(-1),
                error_code: low_watermark.err().unwrap_or(ErrorCode::None).code(),
            }
        };
        topics.push(DeleteRecordsTopicResult { name, partitions: partitions.into_iter().map(answer).collect() });
    }
    if let Some(disk) = &engine.data_dir
        && disk.checkpoint(&engine.topics.partitions()).is_err()
    {
        // The records are deleted, but a crash could bring them back.
        let partitions = topics.iter_mut().flat_map(|topic| &mut topic.partitions);
        partitions.filter(|partition| partition.error_code == ErrorCode::None.code()).for_each(|partition| {
            partition.error_code = ErrorCode::KafkaStorageError.code();
            partition.low_watermark = -1;
        });
    }
    let response = DeleteRecordsResponse { throttle_time_ms: 0, topics };
    context.reply(|writer, version| response.encode(writer, version))
}

fn delete(topic: Option<&Topic>, index: i32, before: i64) -> Result<i64, ErrorCode> {
    let topic = topic.ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let partition = topic.partition(index).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    if topic.is_internal {
        return Err(ErrorCode::InvalidTopicException);
    }
    if !topic.config().delete {
        return Err(ErrorCode::PolicyViolation);
    }
    partition.delete_records(before).map_err(|_| ErrorCode::OffsetOutOfRange)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wire::message::{
        Reader, Request,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
    };

    use super::*;
    use crate::{
        Settings,
        configs::TopicConfig,
        testing::{ask, produce},
    };

    fn engine() -> Engine {
        let engine = Engine::new(Settings::default());
        for (name, policy) in [("t", "delete"), ("compact", "compact"), ("both", "compact,delete")] {
            let overrides = BTreeMap::from([("cleanup.policy".to_owned(), policy.to_owned())]);
            let config = TopicConfig::new(&engine.configs, overrides).unwrap();
            let topic = engine.create_topic(name, Some(2), config).unwrap();
            produce(&topic, 0, 10);
        }
        engine.create_topic("__consumer_offsets", Some(1), TopicConfig::default()).unwrap();
        engine
    }

    /// Topic, partition, low watermark, code.
    fn said(engine: &Engine, version: i16, asked: &[(&str, &[(i32, i64)])]) -> Vec<(String, i32, i64, i16)> {
        let partition = |(partition_index, offset): &(i32, i64)| DeleteRecordsPartition {
            partition_index: *partition_index,
            offset: *offset,
        };
        let topics = asked.iter().map(|(name, partitions)| DeleteRecordsTopic {
            name,
            partitions: partitions.iter().map(partition).collect(),
        });
        let request = DeleteRecordsRequest { topics: topics.collect(), timeout_ms: 0 };
        let body = ask(engine, 21, version, &Request::DeleteRecords(request));
        let response = DeleteRecordsResponse::decode(&mut Reader::new(&body), version).unwrap();
        let all = response.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| {
                let name = topic.name.to_owned();
                (name, partition.partition_index, partition.low_watermark, partition.error_code)
            })
        });
        all.collect()
    }

    fn one(engine: &Engine, name: &str, index: i32, before: i64) -> (i64, i16) {
        let (_, _, low_watermark, code) = said(engine, 2, &[(name, &[(index, before)])]).remove(0);
        (low_watermark, code)
    }

    #[test]
    fn the_start_of_the_log_moves_up_and_never_down() {
        let engine = engine();
        for version in 0..=2 {
            let before = 3 + i64::from(version);
            assert_eq!(said(&engine, version, &[("t", &[(0, before)])]), [("t".to_owned(), 0, before, 0)]);
        }
        assert_eq!(one(&engine, "t", 0, 2), (5, 0));
        assert_eq!(one(&engine, "t", 0, -1), (10, 0));
        assert_eq!(one(&engine, "t", 1, -1), (0, 0));
        let offsets = engine.topics.get("t").unwrap().partition(0).unwrap().offsets();
        assert_eq!((offsets.log_start, offsets.high_watermark), (10, 10));
    }

    #[test]
    fn what_cannot_be_deleted_is_said() {
        let engine = engine();
        for (name, index, before, code) in [
            ("t", 0, 11, 1),
            ("t", 0, -2, 1),
            ("t", 2, 0, 3),
            ("t", -1, 0, 3),
            ("nope", 0, 0, 3),
            ("a b", 0, 0, 3),
            ("compact", 0, 1, 44),
            ("compact", 3, 1, 3),
            ("__consumer_offsets", 0, 0, 17),
        ] {
            assert_eq!(one(&engine, name, index, before), (-1, code), "{name} {index} {before}");
        }
        assert_eq!(one(&engine, "both", 0, 1), (1, 0));
    }

    #[test]
    fn what_is_there_twice_is_answered_once_and_the_last_offset_counts() {
        let engine = engine();
        let asked: &[(&str, &[(i32, i64)])] =
            &[("t", &[(0, 4), (0, 6), (0, 5)]), ("both", &[(0, 1)]), ("t", &[(1, -1)])];
        let name = str::to_owned;
        assert_eq!(said(&engine, 2, asked), [(name("both"), 0, 1, 0), (name("t"), 0, 5, 0), (name("t"), 1, 0, 0)]);
        assert!(said(&engine, 2, &[("t", &[])]).is_empty());
    }
}
