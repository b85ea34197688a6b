//! Consumer groups, end to end on each storage that needs no server.

use std::time::Duration;

use tokio::time::timeout;
use wire::{
    ErrorCode,
    message::{
        Request, Response,
        heartbeat_request::HeartbeatRequest,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic},
        sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment},
    },
};

use crate::client::Client;

pub fn join(member_id: &str) -> Request<'_> {
    let protocol = JoinGroupRequestProtocol { name: "range", metadata: &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0] };
    Request::JoinGroup(JoinGroupRequest {
        group_id: "g",
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 60_000,
        member_id,
        protocol_type: "consumer",
        protocols: vec![protocol],
        ..JoinGroupRequest::default()
    })
}

/// Error code, generation and member id.
pub async fn joined(client: &Client, version: i16, member_id: &str) -> (i16, i32, String) {
    let reply = client.ask(11, version, join(member_id)).await;
    let Response::JoinGroup(body) = reply.body() else { unreachable!() };
    (body.error_code, body.generation_id, body.member_id.to_owned())
}

async fn heartbeat(client: &Client, generation_id: i32, member_id: &str) -> i16 {
    let request = HeartbeatRequest { group_id: "g", generation_id, member_id, ..HeartbeatRequest::default() };
    let reply = client.ask(12, 4, Request::Heartbeat(request)).await;
    let Response::Heartbeat(body) = reply.body() else { unreachable!() };
    body.error_code
}

/// Returns once another member's join is held.
pub async fn until_rebalance(client: &Client, generation: i32, member: &str) {
    while heartbeat(client, generation, member).await != ErrorCode::RebalanceInProgress.code() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_group_from_join_to_commit() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/g.db", folder.path().display());
    for url in ["tansu+memory://", sqlite.as_str()] {
        let client = Client::open(url).await;
        client.topic("t").await;
        let (error, _, member) = joined(&client, 9, "").await;
        assert_eq!(error, ErrorCode::MemberIdRequired.code());
        let (error, generation, member) = joined(&client, 9, &member).await;
        assert_eq!(error, 0);
        let assignment = SyncGroupRequestAssignment { member_id: &member, assignment: b"mine" };
        let request = SyncGroupRequest {
            group_id: "g",
            generation_id: generation,
            member_id: &member,
            protocol_type: Some("consumer"),
            protocol_name: Some("range"),
            assignments: vec![assignment],
            ..SyncGroupRequest::default()
        };
        let reply = client.ask(14, 5, Request::SyncGroup(request)).await;
        let Response::SyncGroup(body) = reply.body() else { unreachable!() };
        assert_eq!((body.error_code, body.assignment), (0, b"mine".as_slice()));
        assert_eq!(heartbeat(&client, generation, &member).await, 0);
        commit(&client, generation, &member).await;
    }
}

async fn commit(client: &Client, generation: i32, member: &str) {
    let part = OffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: 42,
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic { name: "t", partitions: vec![part], ..OffsetCommitRequestTopic::default() };
    let request = OffsetCommitRequest {
        group_id: "g",
        generation_id_or_member_epoch: generation,
        member_id: member,
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    let reply = client.ask(8, 9, Request::OffsetCommit(request)).await;
    let Response::OffsetCommit(body) = reply.body() else { unreachable!() };
    assert_eq!(body.topics[0].partitions[0].error_code, 0);
    let topic = OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0] };
    let request = OffsetFetchRequest { group_id: "g", topics: Some(vec![topic]), ..OffsetFetchRequest::default() };
    let reply = client.ask(9, 5, Request::OffsetFetch(request)).await;
    let Response::OffsetFetch(body) = reply.body() else { unreachable!() };
    assert_eq!(body.topics[0].partitions[0].committed_offset, 42);
}

#[tokio::test]
async fn a_second_member_is_held_until_the_first_comes_back() {
    let client = Client::open("tansu+memory://").await;
    let (_, _, first) = joined(&client, 9, "").await;
    let (_, generation, first) = joined(&client, 9, &first).await;
    let (_, _, second) = joined(&client, 9, "").await;
    let (other, id) = (client.clone(), second.clone());
    let held = tokio::spawn(async move { joined(&other, 9, &id).await });
    until_rebalance(&client, generation, &first).await;
    let again = timeout(Duration::from_secs(20), joined(&client, 9, &first)).await.unwrap();
    let (error, generation_of_second, _) = timeout(Duration::from_secs(20), held).await.unwrap().unwrap();
    assert_eq!((again.0, error), (0, 0));
    assert!(again.1 > generation);
    assert_eq!(again.1, generation_of_second);
}
