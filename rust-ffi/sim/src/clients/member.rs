//! Members of a group: they join, get assignments, send heartbeats, commit, and leave or disappear.

use std::collections::BTreeMap;

use wire::{
    ErrorCode,
    message::{
        Reader, Request,
        heartbeat_request::HeartbeatRequest,
        heartbeat_response::HeartbeatResponse,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        join_group_response::JoinGroupResponse,
        leave_group_request::{LeaveGroupRequest, MemberIdentity},
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::OffsetCommitResponse,
        offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic},
        offset_fetch_response::OffsetFetchResponse,
        sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment},
        sync_group_response::SyncGroupResponse,
    },
};

use super::Client;
use crate::{
    model::{decode_assignment, encode_assignment},
    net::{Answer, ClientId, Event, Net},
};

const SESSION_MS: i32 = 6_000;
const PROTOCOL: &str = "range";

/// Kafka's keys of what a member asks.
mod key {
    pub(super) const COMMIT: i16 = 8;
    pub(super) const FETCH: i16 = 9;
    pub(super) const JOIN: i16 = 11;
    pub(super) const HEARTBEAT: i16 = 12;
    pub(super) const SYNC: i16 = 14;
}

#[derive(Debug)]
pub(crate) struct Member {
    group: String,
    member_id: String,
    generation: i32,
    /// What it owns, and where it has come to; `None` until it has asked.
    owned: BTreeMap<(String, i32), Option<i64>>,
    busy: bool,
    joined: bool,
    /// It has left or hangs until this time.
    away_until_us: u64,
    rebalance_ms: i32,
    old: bool,
}

impl Member {
    pub(crate) fn new(net: &mut Net, group: &str) -> Member {
        Member {
            group: group.to_owned(),
            member_id: String::new(),
            generation: -1,
            owned: BTreeMap::new(),
            busy: false,
            joined: false,
            away_until_us: 0,
            rebalance_ms: net.rng.pick(&[1_000, 3_000]),
            old: net.rng.one_in(4),
        }
    }

    fn join(&self, net: &mut Net, me: ClientId) {
        let request = JoinGroupRequest {
            group_id: &self.group,
            session_timeout_ms: SESSION_MS,
            rebalance_timeout_ms: self.rebalance_ms,
            member_id: &self.member_id,
            protocol_type: "consumer",
            protocols: vec![JoinGroupRequestProtocol { name: PROTOCOL, metadata: b"" }],
            ..JoinGroupRequest::default()
        };
        let version = if self.old { net.rng.between(1, 3) } else { net.rng.between(4, 9) };
        net.send(me, version as i16, &Request::JoinGroup(request));
    }

    fn joined(&mut self, net: &mut Net, me: ClientId, response: &JoinGroupResponse<'_>) {
        match ErrorCode::from_code(response.error_code) {
            Some(ErrorCode::None) => {}
            Some(ErrorCode::MemberIdRequired) => {
                self.member_id = response.member_id.to_owned();
                return;
            }
            _ => return self.expelled(),
        }
        self.member_id = response.member_id.to_owned();
        self.generation = response.generation_id;
        let mut plans: BTreeMap<&str, Vec<(String, i32)>> = BTreeMap::new();
        if response.leader == response.member_id && !response.members.is_empty() {
            let members: Vec<&str> = response.members.iter().map(|member| member.member_id).collect();
            plans.extend(members.iter().map(|member| (*member, Vec::new())));
            let topics = net.model.topics.iter();
            let parts = topics.flat_map(|(name, topic)| (0..topic.partitions.len()).map(|i| (name.clone(), i as i32)));
            for (turn, part) in parts.enumerate() {
                plans.entry(members[turn % members.len()]).or_default().push(part);
            }
        }
        let plans: Vec<(&str, Vec<u8>)> =
            plans.into_iter().map(|(member, parts)| (member, encode_assignment(&parts))).collect();
        let assignments =
            plans.iter().map(|(member_id, assignment)| SyncGroupRequestAssignment { member_id, assignment }).collect();
        let request = SyncGroupRequest {
            group_id: &self.group,
            generation_id: self.generation,
            member_id: &self.member_id,
            protocol_type: Some("consumer"),
            protocol_name: Some(PROTOCOL),
            assignments,
            ..SyncGroupRequest::default()
        };
        let version = net.rng.between(0, 5) as i16;
        net.send(me, version, &Request::SyncGroup(request));
        self.busy = true;
    }

    fn synced(&mut self, net: &mut Net, me: ClientId, response: &SyncGroupResponse<'_>) {
        if response.error_code != ErrorCode::None.code() {
            return self.refused(response.error_code);
        }
        let parts = decode_assignment(response.assignment).unwrap_or_default();
        self.owned = parts.into_iter().map(|part| (part, None)).collect();
        self.joined = true;
        if self.owned.is_empty() {
            return;
        }
        let topics =
            self.owned.keys().map(|(name, index)| OffsetFetchRequestTopic { name, partition_indexes: vec![*index] });
        let request = OffsetFetchRequest {
            group_id: &self.group,
            topics: Some(topics.collect()),
            ..OffsetFetchRequest::default()
        };
        let version = net.rng.between(1, 7) as i16;
        net.send(me, version, &Request::OffsetFetch(request));
        self.busy = true;
    }

    fn refused(&mut self, code: i16) {
        match ErrorCode::from_code(code) {
            Some(ErrorCode::None | ErrorCode::CoordinatorNotAvailable | ErrorCode::UnknownTopicOrPartition) => {}
            Some(ErrorCode::RebalanceInProgress) => self.joined = false,
            _ => self.expelled(),
        }
    }

    fn expelled(&mut self) {
        self.joined = false;
        self.member_id.clear();
        self.owned.clear();
    }

    /// Once in a while a member leaves, or its process hangs or dies.
    fn goes(&mut self, net: &mut Net, me: ClientId) -> bool {
        if !net.rng.one_in(60) {
            return false;
        }
        match net.rng.below(3) {
            0 => {
                let version = net.rng.between(0, 5) as i16;
                let (member_id, members) = match version {
                    ..=2 => (&self.member_id[..], Vec::new()),
                    _ => ("", vec![MemberIdentity { member_id: &self.member_id, ..MemberIdentity::default() }]),
                };
                let request = LeaveGroupRequest { group_id: &self.group, member_id, members };
                net.send(me, version, &Request::LeaveGroup(request));
                self.busy = true;
                self.expelled();
            }
            1 => net.hang_up(me),
            _ => {
                net.hang_up(me);
                self.expelled();
            }
        }
        self.away_until_us = net.now_us + net.rng.below(9_000_000);
        true
    }

    fn heartbeat(&self, net: &mut Net, me: ClientId) {
        let request = HeartbeatRequest {
            group_id: &self.group,
            generation_id: self.generation,
            member_id: &self.member_id,
            group_instance_id: None,
        };
        let version = net.rng.between(0, 4) as i16;
        net.send(me, version, &Request::Heartbeat(request));
    }

    fn commit(&mut self, net: &mut Net, me: ClientId) {
        for at in self.owned.values_mut().flatten() {
            *at += net.rng.between(0, 3);
        }
        let known = self.owned.iter().filter_map(|((name, index), at)| Some((name, *index, (*at)?)));
        let topics = known.map(|(name, partition_index, committed_offset)| OffsetCommitRequestTopic {
            name,
            partitions: vec![OffsetCommitRequestPartition {
                partition_index,
                committed_offset,
                committed_leader_epoch: -1,
                committed_metadata: Some(""),
            }],
            ..OffsetCommitRequestTopic::default()
        });
        let request = OffsetCommitRequest {
            group_id: &self.group,
            generation_id_or_member_epoch: self.generation,
            member_id: &self.member_id,
            retention_time_ms: -1,
            topics: topics.collect(),
            ..OffsetCommitRequest::default()
        };
        let version = net.rng.between(5, 9) as i16;
        net.send(me, version, &Request::OffsetCommit(request));
    }
}

impl Client for Member {
    fn wakes(&mut self, net: &mut Net, me: ClientId) {
        net.within(200_000, 1_500_000, Event::Wakes(me));
        if self.busy || net.now_us < self.away_until_us {
            return;
        }
        if self.joined && !net.is_quiet && self.goes(net, me) {
            return;
        }
        self.busy = true;
        if !self.joined {
            self.join(net, me);
        } else if net.rng.one_in(2) || !self.owned.values().any(Option::is_some) {
            self.heartbeat(net, me);
        } else {
            self.commit(net, me);
        }
    }

    fn answered(&mut self, net: &mut Net, me: ClientId, answer: Answer<'_>) {
        let reader = &mut Reader::new(answer.body);
        self.busy = false;
        let version = answer.version;
        let checked = "checked by the model";
        match answer.key {
            key::JOIN => {
                let response = JoinGroupResponse::decode(reader, version).expect(checked);
                self.joined(net, me, &response);
            }
            key::SYNC => {
                let response = SyncGroupResponse::decode(reader, version).expect(checked);
                self.synced(net, me, &response);
            }
            key::HEARTBEAT => {
                let response = HeartbeatResponse::decode(reader, version).expect("a client can read it");
                self.refused(response.error_code);
            }
            key::FETCH => {
                let response = OffsetFetchResponse::decode(reader, version).expect(checked);
                for topic in &response.topics {
                    for part in &topic.partitions {
                        if let Some(at) = self.owned.get_mut(&(topic.name.to_owned(), part.partition_index)) {
                            *at = Some(part.committed_offset.max(0));
                        }
                    }
                }
            }
            key::COMMIT => {
                let response = OffsetCommitResponse::decode(reader, version).expect(checked);
                let codes = response.topics.iter().flat_map(|topic| &topic.partitions).map(|part| part.error_code);
                let code = codes.max();
                self.refused(code.unwrap_or_default());
            }
            _ => {}
        }
    }

    fn closed(&mut self, _net: &mut Net, _me: ClientId) {
        self.busy = false;
        self.joined = false;
    }
}
