//! DescribeLogDirs (key 35), versions 1-5. Owner: `log/partition.rs`. Kafka: KafkaApis.handleDescribeLogDirsRequest,
//! ReplicaManager.describeLogDirs.
//! Does: returns the one log directory and the size of each partition in it: of all (null) or of the requested ones;
//! what does not exist is left out (measured on Kafka 4.3.1). Results are sorted (Kafka: in the order of a hash).
//! By version: 2 flexible; 3 top-level error; 4 the volume's bytes; 5 whether the folder is cordoned.
//! Leaves out: nothing; the size of the volume is -1 in memory, as in Kafka if it is unknown.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{
    ErrorCode,
    message::{
        describe_log_dirs_request::DescribeLogDirsRequest,
        describe_log_dirs_response::{
            DescribeLogDirsPartition, DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
        },
    },
};

use crate::{Engine, context::RequestContext, log::Partition, outcome::Outcome, topics::Topic};

type TopicPartitions = (Arc<Topic>, Vec<Arc<Partition>>);

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeLogDirsRequest<'_>) -> Outcome {
    let shown = find(engine, request);
    let partition = |partition: &Arc<Partition>| DescribeLogDirsPartition {
        partition_index: partition.index,
        partition_size: i64::try_from(partition.size()).unwrap_or(i64::MAX),
        offset_lag: 0,
        is_future_key: false,
    };
    let topics = shown.iter().map(|(topic, partitions)| DescribeLogDirsTopic {
        name: &topic.name,
        partitions: partitions.iter().map(partition).collect(),
    });
    let place = engine.log_dir_info();
    let result = DescribeLogDirsResult {
        error_code: ErrorCode::None.code(),
        log_dir: &place.path,
        topics: topics.collect(),
        total_bytes: place.total_bytes,
        usable_bytes: place.usable_bytes,
        ..DescribeLogDirsResult::default()
    };
    let response = DescribeLogDirsResponse { results: vec![result], ..DescribeLogDirsResponse::default() };
    context.reply(|writer, version| response.encode(writer, version))
}

fn find(engine: &Engine, request: &DescribeLogDirsRequest<'_>) -> Vec<TopicPartitions> {
    let Some(topics) = &request.topics else {
        let all = |topic: Arc<Topic>| (topic.clone(), topic.partitions());
        return engine.topics.list().into_iter().map(all).collect();
    };
    let mut asked: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    for topic in topics {
        asked.entry(topic.topic).or_default().extend(&topic.partitions);
    }
    let found = asked.into_iter().filter_map(|(name, indexes)| {
        let topic = engine.topics.get(name)?;
        let partitions: Vec<_> = indexes.into_iter().filter_map(|index| topic.partition(index)).collect();
        (!partitions.is_empty()).then_some((topic, partitions))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, describe_log_dirs_request::DescribableLogDirTopic};

    use super::*;
    use crate::{
        Settings,
        configs::TopicConfig,
        testing::{ask, produce},
    };

    /// Topic, partition, bytes.
    fn said<'a>(engine: &Engine, version: i16, asked: Option<&[(&'a str, &[i32])]>) -> Vec<(String, i32, i64)> {
        let topic =
            |(topic, partitions): &(&'a str, &[i32])| DescribableLogDirTopic { topic, partitions: partitions.to_vec() };
        let topics = asked.map(|asked| asked.iter().map(topic).collect());
        let body = ask(engine, 35, version, &Request::DescribeLogDirs(DescribeLogDirsRequest { topics }));
        let response = DescribeLogDirsResponse::decode(&mut Reader::new(&body), version).unwrap();
        let [folder] = &response.results[..] else { panic!("{response:?}") };
        assert_eq!((response.error_code, folder.error_code, folder.log_dir), (0, 0, "/memory"));
        assert_eq!((folder.total_bytes, folder.usable_bytes, folder.is_cordoned), (-1, -1, false));
        let all = folder.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|one| (topic.name.to_owned(), one.partition_index, one.partition_size))
        });
        all.collect()
    }

    #[test]
    fn every_version_says_how_many_bytes_there_are() {
        let engine = Engine::new(Settings::default());
        for name in ["b", "a"] {
            engine.create_topic(name, Some(2), TopicConfig::default()).unwrap();
        }
        let bytes = produce(&engine.topics.get("b").unwrap(), 1, 10);
        let name = str::to_owned;
        for version in 1..=5 {
            let all = [(name("a"), 0, 0), (name("a"), 1, 0), (name("b"), 0, 0), (name("b"), 1, bytes)];
            assert_eq!(said(&engine, version, None), all);
            let asked: &[(&str, &[i32])] = &[("nope", &[0]), ("b", &[9, 1, -1, 1]), ("a", &[]), ("b", &[1])];
            assert_eq!(said(&engine, version, Some(asked)), [(name("b"), 1, bytes)]);
            assert!(said(&engine, version, Some(&[])).is_empty());
        }
    }
}
