//! Offsets that are committed in transactions.

use wire::message::{
    add_offsets_to_txn_request::AddOffsetsToTxnRequest,
    add_offsets_to_txn_response::AddOffsetsToTxnResponse,
    offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics},
    offset_fetch_response::OffsetFetchResponse,
    txn_offset_commit_request::{TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
    txn_offset_commit_response::TxnOffsetCommitResponse,
};

use super::*;

const GROUP: &str = "g";

impl World {
    fn add_offsets(&self, (producer_id, producer_epoch): Given) -> Result<(), ErrorCode> {
        let request = AddOffsetsToTxnRequest { transactional_id: ID, producer_id, producer_epoch, group_id: GROUP };
        let body = ask_at(&self.engine, self.now, 25, 3, &Request::AddOffsetsToTxn(request));
        result(AddOffsetsToTxnResponse::decode(&mut Reader::new(&body), 3).unwrap().error_code)
    }

    /// Version 5 adds the partition of the group to the transaction.
    fn commit_offset(&self, version: i16, (id, epoch): Given, offset: i64) -> Result<(), ErrorCode> {
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: offset,
            committed_leader_epoch: -1,
            committed_metadata: None,
        };
        let request = TxnOffsetCommitRequest {
            transactional_id: ID,
            group_id: GROUP,
            producer_id: id,
            producer_epoch: epoch,
            generation_id: -1,
            member_id: "",
            group_instance_id: None,
            topics: vec![TxnOffsetCommitRequestTopic { name: "t", partitions: vec![partition] }],
        };
        let body = ask_at(&self.engine, self.now, 28, version, &Request::TxnOffsetCommit(request));
        let response = TxnOffsetCommitResponse::decode(&mut Reader::new(&body), version).unwrap();
        result(response.topics[0].partitions[0].error_code)
    }

    pub(super) fn fetched(&self, require_stable: bool) -> Result<i64, ErrorCode> {
        let topics =
            vec![OffsetFetchRequestTopics { name: "t", topic_id: Default::default(), partition_indexes: vec![0] }];
        let group = OffsetFetchRequestGroup { group_id: GROUP, topics: Some(topics), ..Default::default() };
        let request = OffsetFetchRequest { groups: vec![group], require_stable, ..Default::default() };
        let body = ask_at(&self.engine, self.now, 9, 9, &Request::OffsetFetch(request));
        let response = OffsetFetchResponse::decode(&mut Reader::new(&body), 9).unwrap();
        let found = &response.groups[0].topics[0].partitions[0];
        result(found.error_code).map(|()| found.committed_offset)
    }
}

#[test]
fn offsets_of_a_transaction_are_shown_once_it_is_committed() {
    let world = World::new();
    let given = world.init();
    assert_eq!(world.commit_offset(3, given, 7), Err(ErrorCode::InvalidTxnState), "AddOffsetsToTxn comes first");
    world.add_offsets(given).unwrap();
    world.commit_offset(3, given, 7).unwrap();
    assert_eq!((world.fetched(false), world.fetched(true)), (Ok(-1), Err(ErrorCode::UnstableOffsetCommit)));
    world.engine.check_replay().unwrap();
    world.end(3, given, true).unwrap();
    assert_eq!((world.fetched(false), world.fetched(true)), (Ok(7), Ok(7)));
    world.engine.check_replay().unwrap();
}

#[test]
fn offsets_of_an_aborted_transaction_are_forgotten() {
    let world = World::new();
    let given = world.init();
    world.commit_offset(5, given, 7).unwrap();
    let given = world.end(5, given, true).unwrap();
    world.commit_offset(5, given, 9).unwrap();
    assert_eq!((world.fetched(false), world.fetched(true)), (Ok(7), Err(ErrorCode::UnstableOffsetCommit)));
    world.end(5, given, false).unwrap();
    assert_eq!(world.fetched(true), Ok(7));
    world.engine.check_replay().unwrap();
}

#[test]
fn a_group_that_only_a_transaction_has_written_to_goes_with_its_abort() {
    let world = World::new();
    let given = world.init();
    world.commit_offset(5, given, 7).unwrap();
    world.end(5, given, false).unwrap();
    assert_eq!(world.fetched(true), Ok(-1));
    world.engine.check_replay().unwrap();
}
