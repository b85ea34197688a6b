//! Groups through the engine's front: requests go in, time is moved by hand, parked answers are looked for.

mod admin;
mod bounds;
mod chaos;
mod consumer;
mod log;
mod membership;
mod offsets;
mod rebalance;
mod restart;
mod statics;

use std::collections::BTreeMap;

use wire::{
    ErrorCode, Uuid,
    api::Api,
    message::{
        Reader, Request,
        heartbeat_request::HeartbeatRequest,
        heartbeat_response::HeartbeatResponse,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        join_group_response::JoinGroupResponse,
        leave_group_request::{LeaveGroupRequest, MemberIdentity},
        leave_group_response::LeaveGroupResponse,
        list_groups_request::ListGroupsRequest,
        list_groups_response::ListGroupsResponse,
        sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment},
        sync_group_response::SyncGroupResponse,
    },
};

use crate::{
    Engine, Instant, Now, Outcome, Parked, Settings,
    testing::{context, send},
};

/// The session and the rebalance timeout of members, unless a test says otherwise.
const SESSION_MS: i32 = 10_000;
const REBALANCE_MS: i32 = 60_000;

pub(super) struct World {
    pub(super) engine: Engine,
    now: Now,
}

/// A request that was made and perhaps is not answered yet.
pub(super) struct Asked {
    key: i16,
    version: i16,
    outcome: Option<Outcome>,
}

impl World {
    pub(super) fn new() -> World {
        World::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> World {
        let engine = Engine::new(settings);
        let wall_ms = 1_700_000_000_000;
        World { engine, now: Now { instant: Instant(0).after_ms(600_000), wall_ms } }
    }

    /// With one of the broker's configs set.
    fn configured(key: &str, value: &str) -> World {
        World::with(Settings {
            broker_configs: BTreeMap::from([(key.to_owned(), value.to_owned())]),
            ..Settings::default()
        })
    }

    fn topic(&self, name: &str, partitions: i32) -> Uuid {
        self.engine.create(name, partitions, BTreeMap::new()).unwrap().id
    }

    /// Step by step, so that every deadline is met at its own time.
    pub(super) fn advance(&mut self, ms: u64) {
        let end = Instant(self.now.instant.0 + ms * 1_000);
        while let Some(next) = self.engine.next_deadline().filter(|next| *next <= end) {
            self.move_to(next.max(self.now.instant));
            self.engine.fire(self.now);
        }
        self.move_to(end);
    }

    fn move_to(&mut self, to: Instant) {
        self.now.wall_ms += ((to.0 - self.now.instant.0) / 1_000) as i64;
        self.now.instant = to;
    }

    pub(super) fn ask(&self, version: i16, request: &Request<'_>) -> Asked {
        let key = key(request);
        Asked { key, version, outcome: Some(send(&self.engine, self.now, key, version, request)) }
    }

    /// The response if there is one by now. It is leaked, so that what is decoded can be kept.
    fn poll(&self, asked: &mut Asked) -> Option<&'static [u8]> {
        let outcome = match asked.outcome.take()? {
            Outcome::Park(parked) if parked.ticket.is_woken() => self.resume(asked, parked),
            other => other,
        };
        match outcome {
            Outcome::Reply(pieces) => {
                let header = Api::from_key(asked.key).unwrap().response_header_version(asked.version);
                Some(wire::codec::concat(&pieces).unwrap().split_off(8 + header as usize).leak())
            }
            Outcome::Park(parked) => {
                asked.outcome = Some(Outcome::Park(parked));
                None
            }
            other => panic!("{other:?}"),
        }
    }

    fn resume(&self, asked: &Asked, parked: Parked) -> Outcome {
        let context = context(self.now, asked.key, asked.version);
        self.engine.resume(&context, &[], parked)
    }

    pub(super) fn answer(&self, asked: &mut Asked) -> Reader<'static> {
        Reader::new(self.poll(asked).expect("it is answered"))
    }

    fn is_parked(&self, asked: &mut Asked) -> bool {
        self.poll(asked).is_none()
    }

    fn joined(&self, asked: &mut Asked) -> JoinGroupResponse<'static> {
        let version = asked.version;
        JoinGroupResponse::decode(&mut self.answer(asked), version).unwrap()
    }

    fn synced(&self, asked: &mut Asked) -> SyncGroupResponse<'static> {
        let version = asked.version;
        SyncGroupResponse::decode(&mut self.answer(asked), version).unwrap()
    }

    fn join(&self, request: JoinGroupRequest<'_>) -> Asked {
        self.ask(9, &Request::JoinGroup(request))
    }

    /// Joins as a new dynamic member does: it is given an id and comes back with it.
    fn join_new(&self, group: &str) -> (&'static str, Asked) {
        let refused = self.joined(&mut self.join(joining(group, "")));
        assert_eq!(refused.error_code, ErrorCode::MemberIdRequired.code());
        (refused.member_id, self.join(joining(group, refused.member_id)))
    }

    fn sync(&self, group: &str, joined: &JoinGroupResponse<'_>, assignments: &[(&str, &[u8])]) -> Asked {
        self.ask(5, &Request::SyncGroup(syncing(group, joined, assignments)))
    }

    fn heartbeat(&self, group: &str, member_id: &str, generation_id: i32) -> i16 {
        self.heartbeat_of(group, member_id, None, generation_id)
    }

    fn heartbeat_of(&self, group_id: &str, member_id: &str, instance: Option<&str>, generation_id: i32) -> i16 {
        let request = HeartbeatRequest { group_id, generation_id, member_id, group_instance_id: instance };
        let mut answer = self.answer(&mut self.ask(4, &Request::Heartbeat(request)));
        HeartbeatResponse::decode(&mut answer, 4).unwrap().error_code
    }

    /// The codes of the members.
    fn leave(&self, group_id: &str, members: &[(&str, Option<&str>)]) -> Vec<i16> {
        let members = members
            .iter()
            .map(|(member_id, group_instance_id)| MemberIdentity {
                member_id,
                group_instance_id: *group_instance_id,
                reason: None,
            })
            .collect();
        let request = LeaveGroupRequest { group_id, member_id: "", members };
        let mut answer = self.answer(&mut self.ask(5, &Request::LeaveGroup(request)));
        let response = LeaveGroupResponse::decode(&mut answer, 5).unwrap();
        assert_eq!(response.error_code, 0);
        response.members.iter().map(|member| member.error_code).collect()
    }

    /// One member, alone and with an assignment.
    fn single(&self, group: &str) -> JoinGroupResponse<'static> {
        let joined = self.joined(&mut self.join_new(group).1);
        let synced = self.synced(&mut self.sync(group, &joined, &[(joined.member_id, b"all")]));
        assert_eq!((synced.error_code, synced.assignment), (0, &b"all"[..]));
        joined
    }

    /// Two members in step: the leader is the first.
    fn pair(&self, group: &str) -> [JoinGroupResponse<'static>; 2] {
        let first = self.single(group);
        let (_, mut second) = self.join_new(group);
        assert!(self.is_parked(&mut second));
        let mut again = self.join(joining(group, first.member_id));
        let both = [self.joined(&mut again), self.joined(&mut second)];
        for joined in &both {
            let assignments = [(both[0].member_id, &b"one"[..]), (both[1].member_id, b"two")];
            let told: &[_] = if joined.leader == joined.member_id { &assignments } else { &[] };
            assert_eq!(self.synced(&mut self.sync(group, joined, told)).error_code, 0);
        }
        both
    }

    /// All groups with their states.
    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let mut answer = self.answer(&mut self.ask(5, &Request::ListGroups(ListGroupsRequest::default())));
        let listed = ListGroupsResponse::decode(&mut answer, 5).unwrap().groups;
        listed.iter().map(|group| (group.group_id, group.group_state)).collect()
    }

    /// The state of the only group.
    fn state(&self) -> &'static str {
        let states = self.states();
        assert_eq!(states.len(), 1);
        states[0].1
    }
}

fn joining<'a>(group_id: &'a str, member_id: &'a str) -> JoinGroupRequest<'a> {
    JoinGroupRequest {
        group_id,
        session_timeout_ms: SESSION_MS,
        rebalance_timeout_ms: REBALANCE_MS,
        member_id,
        group_instance_id: None,
        protocol_type: "consumer",
        protocols: vec![JoinGroupRequestProtocol { name: "range", metadata: SUBSCRIBED_TO_T }],
        reason: None,
    }
}

/// A subscription, version 0, to one topic `t`.
const SUBSCRIBED_TO_T: &[u8] = &[0, 0, 0, 0, 0, 1, 0, 1, b't', 255, 255, 255, 255];

fn syncing<'a>(
    group_id: &'a str,
    joined: &JoinGroupResponse<'a>,
    assignments: &[(&'a str, &'a [u8])],
) -> SyncGroupRequest<'a> {
    let assignments =
        assignments.iter().map(|(member_id, assignment)| SyncGroupRequestAssignment { member_id, assignment });
    SyncGroupRequest {
        group_id,
        generation_id: joined.generation_id,
        member_id: joined.member_id,
        group_instance_id: None,
        protocol_type: joined.protocol_type,
        protocol_name: joined.protocol_name,
        assignments: assignments.collect(),
    }
}

fn key(request: &Request<'_>) -> i16 {
    match request {
        Request::Metadata(_) => 3,
        Request::OffsetCommit(_) => 8,
        Request::OffsetFetch(_) => 9,
        Request::FindCoordinator(_) => 10,
        Request::JoinGroup(_) => 11,
        Request::Heartbeat(_) => 12,
        Request::LeaveGroup(_) => 13,
        Request::SyncGroup(_) => 14,
        Request::DescribeGroups(_) => 15,
        Request::ListGroups(_) => 16,
        Request::DeleteGroups(_) => 42,
        Request::OffsetDelete(_) => 47,
        Request::ConsumerGroupHeartbeat(_) => 68,
        other => panic!("{other:?}"),
    }
}

fn code(error: ErrorCode) -> i16 {
    error.code()
}
