//! DescribeQuorum (key 55), versions 0-2. Owner: the settings. Kafka: KafkaRaftClient.handleDescribeQuorumRequest.
//! Does: returns the quorum of one voter, this node, which has always just caught up. Only a request for
//! `__cluster_metadata-0` alone is served; any other partition is unknown (measured on Kafka 4.3.1).
//! By version: 1 last caught-up times; 2 messages, directory ids, the listeners of the voters.
//! Leaves out: the end of a Raft log, which does not exist here: always 1. The listener of the voter is that of the
//! broker.

use wire::{
    ErrorCode,
    message::{
        describe_quorum_request::DescribeQuorumRequest,
        describe_quorum_response::{DescribeQuorumResponse, Listener, Node, PartitionData, ReplicaState, TopicData},
    },
};

use crate::{Engine, context::RequestContext, outcome::Outcome, topic_names::CLUSTER_METADATA};

/// Most partitions in a request: a result is many times as large as an entry of the request.
const PARTITIONS_MAX: usize = 1_000_000;

/// Name of the voters' listener in Kafka's example configs.
pub(crate) const CONTROLLER_LISTENER: &str = "CONTROLLER";
const LOG_END: i64 = 1;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeQuorumRequest<'_>) -> Outcome {
    if request.topics.iter().map(|topic| topic.partitions.len()).sum::<usize>() > PARTITIONS_MAX {
        return Outcome::Close(format!("DescribeQuorum asks for more than {PARTITIONS_MAX} partitions"));
    }
    let alone = match &request.topics[..] {
        [topic] => {
            topic.topic_name == CLUSTER_METADATA && matches!(&topic.partitions[..], [one] if one.partition_index == 0)
        }
        _ => false,
    };
    let response = if alone { quorum(engine, context) } else { unknown(request) };
    context.reply(|writer, version| response.encode(writer, version))
}

fn quorum<'a>(engine: &'a Engine, context: &RequestContext<'_>) -> DescribeQuorumResponse<'a> {
    let settings = &engine.settings;
    let voter = ReplicaState {
        replica_id: settings.node_id,
        log_end_offset: LOG_END,
        last_fetch_timestamp: context.now.wall_ms,
        last_caught_up_timestamp: context.now.wall_ms,
        ..ReplicaState::default()
    };
    let partition = PartitionData {
        leader_id: settings.node_id,
        leader_epoch: 1,
        high_watermark: LOG_END,
        current_voters: vec![voter],
        ..PartitionData::default()
    };
    let listener = Listener { name: CONTROLLER_LISTENER, host: &settings.host, port: settings.port };
    DescribeQuorumResponse {
        topics: vec![TopicData { topic_name: CLUSTER_METADATA, partitions: vec![partition] }],
        nodes: vec![Node { node_id: settings.node_id, listeners: vec![listener] }],
        ..DescribeQuorumResponse::default()
    }
}

fn unknown<'a>(request: &DescribeQuorumRequest<'a>) -> DescribeQuorumResponse<'a> {
    let partition = |partition_index| PartitionData {
        partition_index,
        error_code: ErrorCode::UnknownTopicOrPartition.code(),
        error_message: Some("This server does not host this topic-partition."),
        ..PartitionData::default()
    };
    let topics = request.topics.iter().map(|topic| TopicData {
        topic_name: topic.topic_name,
        partitions: topic.partitions.iter().map(|asked| partition(asked.partition_index)).collect(),
    });
    DescribeQuorumResponse { topics: topics.collect(), ..DescribeQuorumResponse::default() }
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request, describe_quorum_request as asked};

    use super::*;
    use crate::{Now, Settings, clock::Instant, testing::ask_at};

    fn describe(version: i16, topics: &[(&'static str, &[i32])], check: impl FnOnce(DescribeQuorumResponse<'_>)) {
        let partition = |index: &i32| asked::PartitionData { partition_index: *index };
        let topics = topics.iter().map(|(topic_name, indexes)| asked::TopicData {
            topic_name,
            partitions: indexes.iter().map(partition).collect(),
        });
        let request = Request::DescribeQuorum(DescribeQuorumRequest { topics: topics.collect() });
        let now = Now { instant: Instant(0), wall_ms: 77 };
        let body = ask_at(&Engine::new(Settings::default()), now, 55, version, &request);
        check(DescribeQuorumResponse::decode(&mut Reader::new(&body), version).unwrap());
    }

    #[test]
    fn the_one_voter_leads() {
        for version in 0..=2 {
            describe(version, &[(CLUSTER_METADATA, &[0])], |said| {
                let partition = &said.topics[0].partitions[0];
                assert_eq!((said.error_code, partition.error_code, partition.leader_id), (0, 0, 1));
                let [voter] = &partition.current_voters[..] else { panic!("{said:?}") };
                assert_eq!((voter.replica_id, voter.log_end_offset), (1, partition.high_watermark));
                assert_eq!(voter.last_caught_up_timestamp, if version == 0 { -1 } else { 77 });
                assert_eq!(said.nodes.len(), usize::from(version == 2));
            });
        }
    }

    #[test]
    fn nothing_else_has_a_quorum() {
        let others: &[&[(&'static str, &[i32])]] = &[
            &[("t", &[0])],
            &[(CLUSTER_METADATA, &[1])],
            &[(CLUSTER_METADATA, &[0, 1])],
            &[(CLUSTER_METADATA, &[0]), ("t", &[0])],
        ];
        for topics in others {
            describe(2, topics, |said| {
                let partitions: Vec<_> = said.topics.iter().flat_map(|topic| &topic.partitions).collect();
                assert!(!partitions.is_empty() && said.nodes.is_empty() && said.error_code == 0);
                assert!(partitions.iter().all(|one| one.error_code == 3 && one.current_voters.is_empty()));
            });
        }
        describe(2, &[], |said| assert!(said.topics.is_empty()));
    }
}
