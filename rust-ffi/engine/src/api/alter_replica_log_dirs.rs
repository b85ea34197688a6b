//! AlterReplicaLogDirs (key 34), versions 1-2. Owner: `topics.rs`. Kafka: KafkaApis.handleAlterReplicaLogDirsRequest,
//! ReplicaManager.alterReplicaLogDirs.
//! Does: accepts the one log directory, where every existing partition lies already, and refuses any other, whether the
//! partition exists or not (measured on Kafka 4.3.1). A duplicate partition is answered once, for its last directory;
//! results are sorted (Kafka: in the order of a hash).
//! By version: 2 flexible.
//! Leaves out: nothing.

use std::collections::BTreeMap;

use wire::{
    ErrorCode,
    message::{
        alter_replica_log_dirs_request::AlterReplicaLogDirsRequest,
        alter_replica_log_dirs_response::{
            AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsResponse,
        },
    },
};

use crate::{Engine, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &AlterReplicaLogDirsRequest<'_>,
) -> Outcome {
    let mut asked: BTreeMap<&str, BTreeMap<i32, &str>> = BTreeMap::new();
    for (dir, topic) in request.dirs.iter().flat_map(|dir| dir.topics.iter().map(move |topic| (dir, topic))) {
        let to = topic.partitions.iter().map(|index| (*index, dir.path));
        asked.entry(topic.name).or_default().extend(to);
    }
    // Kafka leaves a topic without partitions out.
    asked.retain(|_, partitions| !partitions.is_empty());
    let here = engine.log_dir_info().path;
    let results = asked.into_iter().map(|(topic_name, partitions)| {
        let topic = engine.topics.get(topic_name);
        let answer = |(partition_index, path): (i32, &str)| {
            let code = match topic.as_ref().and_then(|topic| topic.partition(partition_index)) {
                _ if path.trim_end_matches('/') != here => ErrorCode::LogDirNotFound,
                None => ErrorCode::UnknownTopicOrPartition,
                Some(_) => ErrorCode::None,
            };
            AlterReplicaLogDirPartitionResult { partition_index, error_code: code.code() }
        };
        AlterReplicaLogDirTopicResult { topic_name, partitions: partitions.into_iter().map(answer).collect() }
    });
    let response = AlterReplicaLogDirsResponse { throttle_time_ms: 0, results: results.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::message::{
        Reader, Request,
        alter_replica_log_dirs_request::{AlterReplicaLogDir, AlterReplicaLogDirTopic},
    };

    use super::*;
    use crate::{Settings, configs::TopicConfig, testing::ask};

    #[test]
    fn a_partition_stays_in_the_one_folder() {
        let engine = Engine::new(Settings::default());
        engine.create_topic("t", Some(2), TopicConfig::default()).unwrap();
        let dir = |path, name, partitions: &[i32]| AlterReplicaLogDir {
            path,
            topics: vec![AlterReplicaLogDirTopic { name, partitions: partitions.to_vec() }],
        };
        for version in 1..=2 {
            let dirs = vec![
                dir("/memory", "t", &[0, 1, 9]),
                dir("/nowhere", "nope", &[0]),
                dir("rel", "t", &[1]),
                dir("/memory/", "gone", &[3]),
                dir("/memory", "empty", &[]),
            ];
            let request = Request::AlterReplicaLogDirs(AlterReplicaLogDirsRequest { dirs });
            let body = ask(&engine, 34, version, &request);
            let response = AlterReplicaLogDirsResponse::decode(&mut Reader::new(&body), version).unwrap();
            let said = response.results.iter().flat_map(|topic| {
                topic.partitions.iter().map(|one| (topic.topic_name, one.partition_index, one.error_code))
            });
            let said: Vec<_> = said.collect();
            assert_eq!(said, [("gone", 3, 3), ("nope", 0, 57), ("t", 0, 0), ("t", 1, 57), ("t", 9, 3)]);
        }
    }
}
