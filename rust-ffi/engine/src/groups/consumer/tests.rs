//! Consumer groups with a time and topics of their own: no engine, no log, no request.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{ErrorCode, Uuid};

use super::{
    ConsumerGroup, Draft, Heartbeat, HeartbeatReply, LEAVE, LEAVE_STATIC, Partitions, Refusal, TopicImage,
    heartbeat::Surroundings,
};
use crate::groups::{assignor::Assignor, records, state::GroupsState};

#[derive(Default)]
struct Topics(BTreeMap<String, (Uuid, i32)>);

impl TopicImage for Topics {
    fn topic(&self, name: &str) -> Option<(Uuid, i32)> {
        self.0.get(name).copied()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// A group whose every record goes through its encoding and a second state, which has to stay the same.
struct World {
    topics: Topics,
    version: i64,
    seen: i64,
    size_max: usize,
    state: GroupsState,
}

impl World {
    fn new(topics: &[(&str, i32)]) -> World {
        let mut world =
            World { topics: Topics::default(), version: 0, seen: -1, size_max: 10, state: GroupsState::default() };
        topics.iter().for_each(|(name, partitions)| world.topic(name, *partitions));
        world
    }

    fn topic(&mut self, name: &str, partitions: i32) {
        let number = u8::try_from(self.topics.0.len() + 1).unwrap();
        self.topics.0.entry(name.to_owned()).or_insert((Uuid([number; 16]), 0)).1 = partitions;
        self.version += 1;
    }

    fn group(&self) -> ConsumerGroup {
        self.state.consumer("g").map(|group| (**group).clone()).unwrap_or_default()
    }

    fn beat(&mut self, beat: &Heartbeat<'_>) -> Result<HeartbeatReply, Refusal> {
        let at = Surroundings {
            topics: &self.topics,
            version: self.version,
            is_stale: self.seen != self.version,
            assignor: Assignor::Uniform,
            assignment_interval_ms: 0,
            size_max: self.size_max,
            heartbeat_ms: 5_000,
            now_ms: 1_000,
        };
        let mut draft = Draft::new("g".into(), self.state.consumer("g").cloned());
        let reply = draft.heartbeat(beat, &at)?;
        self.seen = self.version;
        self.write(draft);
        self.check();
        Ok(reply)
    }

    fn write(&mut self, draft: Draft) {
        let drafted = draft.group().clone();
        for record in draft.into_records() {
            let (key, value) = records::encode(&record).unwrap();
            let decoded = records::decode(&key, value.as_deref()).unwrap().unwrap();
            assert_eq!(decoded, record);
            self.state.replay(None, decoded);
        }
        assert_eq!(self.group(), drafted);
    }

    /// No partition has two owners.
    fn check(&self) {
        let mut owned = BTreeSet::new();
        for current in self.group().current.values() {
            for (id, indexes) in current.assigned.iter().chain(&current.revoking) {
                assert!(indexes.iter().all(|index| owned.insert((*id, *index))), "a partition has two owners");
            }
        }
    }

    fn expire(&mut self, member_id: &str) {
        let mut draft = Draft::new("g".into(), self.state.consumer("g").cloned());
        draft.remove_member(&Arc::from(member_id));
        self.write(draft);
    }
}

fn join<'a>(member_id: &'a str, topics: &[&'a str]) -> Heartbeat<'a> {
    Heartbeat {
        member_id,
        rebalance_ms: 60_000,
        topics: Some(topics.to_vec()),
        owned: Some(Partitions::new()),
        ..Heartbeat::default()
    }
}

fn beat<'a>(member_id: &'a str, epoch: i32, owned: Option<&Partitions>) -> Heartbeat<'a> {
    Heartbeat { member_id, epoch, rebalance_ms: -1, owned: owned.cloned(), ..Heartbeat::default() }
}

fn count(partitions: &Partitions) -> usize {
    partitions.values().map(BTreeSet::len).sum()
}

fn error(result: Result<HeartbeatReply, Refusal>) -> ErrorCode {
    result.map_or_else(|refusal| refusal.error, |_| ErrorCode::None)
}

#[test]
fn a_single_member_gets_all_partitions_at_once() {
    let mut world = World::new(&[("t", 3)]);
    let reply = world.beat(&join("a", &["t"])).unwrap();
    assert_eq!((reply.epoch, count(&reply.assignment.unwrap())), (2, 3));
    assert_eq!(world.group().state(), "Stable");
    let idle = world.beat(&beat("a", 2, None)).unwrap();
    assert_eq!((idle.epoch, idle.assignment), (2, None));
}

#[test]
fn partitions_are_revoked_before_another_member_gets_them() {
    let mut world = World::new(&[("t", 4)]);
    let all = world.beat(&join("a", &["t"])).unwrap().assignment.unwrap();
    let second = world.beat(&join("b", &["t"])).unwrap();
    assert_eq!((second.epoch, second.assignment), (3, Some(Partitions::new())), "nothing is free yet");
    let asked = world.beat(&beat("a", 2, None)).unwrap();
    let half = asked.assignment.unwrap();
    assert_eq!((asked.epoch, count(&half)), (2, 2), "it has to revoke first");
    assert_eq!(world.beat(&beat("b", 3, None)).unwrap().assignment, None);
    assert_eq!(world.beat(&beat("a", 2, Some(&all))).unwrap().epoch, 2, "it still has all of them");
    assert_eq!(world.group().state(), "Reconciling");
    assert_eq!(world.beat(&beat("a", 2, Some(&half))).unwrap().epoch, 3);
    assert_eq!(count(&world.beat(&beat("b", 3, None)).unwrap().assignment.unwrap()), 2);
    assert_eq!(world.group().state(), "Stable");
}

#[test]
fn the_partitions_of_a_member_that_leaves_or_expires_move() {
    let mut world = World::new(&[("t", 2)]);
    let all = world.beat(&join("a", &["t"])).unwrap().assignment.unwrap();
    world.beat(&join("b", &["t"])).unwrap();
    world.beat(&beat("b", LEAVE, None)).unwrap();
    assert_eq!(world.beat(&beat("a", 2, Some(&all))).unwrap().epoch, 4);
    world.beat(&join("c", &["t"])).unwrap();
    world.expire("a");
    assert_eq!(count(&world.beat(&beat("c", 5, None)).unwrap().assignment.unwrap()), 2);
    assert_eq!(error(world.beat(&beat("a", 4, None))), ErrorCode::UnknownMemberId);
    world.beat(&beat("c", LEAVE, None)).unwrap();
    assert_eq!(world.group().state(), "Empty");
}

#[test]
fn a_wrong_epoch_is_fenced_and_the_one_before_is_a_retry() {
    let mut world = World::new(&[("t", 2)]);
    world.beat(&join("a", &["t"])).unwrap();
    let more = Heartbeat { topics: Some(vec!["t", "u"]), ..beat("a", 2, Some(&Partitions::new())) };
    assert_eq!(world.beat(&more).unwrap().epoch, 3);
    assert_eq!(error(world.beat(&beat("a", 4, None))), ErrorCode::FencedMemberEpoch);
    assert_eq!(error(world.beat(&beat("a", 2, None))), ErrorCode::FencedMemberEpoch);
    assert_eq!(world.beat(&beat("a", 2, Some(&Partitions::new()))).unwrap().epoch, 3);
    assert_eq!(world.beat(&join("a", &["t", "u"])).unwrap().epoch, 3, "it begins anew");
}

#[test]
fn a_static_member_that_comes_back_gets_what_it_had() {
    let of = |member_id, epoch| Heartbeat { instance_id: Some("i"), epoch, ..join(member_id, &["t"]) };
    let mut world = World::new(&[("t", 2)]);
    let had = world.beat(&of("a", 0)).unwrap().assignment;
    assert_eq!(error(world.beat(&of("b", 0))), ErrorCode::UnreleasedInstanceId);
    assert_eq!(world.beat(&of("a", LEAVE_STATIC)).unwrap().epoch, LEAVE_STATIC);
    let back = world.beat(&of("b", 0)).unwrap();
    assert_eq!((back.epoch, back.assignment), (2, had), "without a rebalance");
    assert_eq!(error(world.beat(&of("a", 2))), ErrorCode::FencedInstanceId);
    let unknown = Heartbeat { instance_id: Some("j"), ..of("b", 2) };
    assert_eq!(error(world.beat(&unknown)), ErrorCode::UnknownMemberId);
    world.beat(&of("b", LEAVE)).unwrap();
    assert!(world.group().is_empty());
}

#[test]
fn a_pattern_follows_the_topics_that_match_it() {
    let mut world = World::new(&[("orders-1", 1), ("other", 1)]);
    let pattern = Heartbeat { topics: None, regex: Some("orders-.*"), ..join("a", &[]) };
    assert_eq!(count(&world.beat(&pattern).unwrap().assignment.unwrap()), 1);
    world.topic("orders-2", 3);
    assert_eq!(count(&world.beat(&beat("a", 2, None)).unwrap().assignment.unwrap()), 4);
    world.topic("orders-2", 5);
    assert_eq!(count(&world.beat(&beat("a", 3, None)).unwrap().assignment.unwrap()), 6);
    world.topics.0.remove("orders-1");
    world.version += 1;
    let asked = world.beat(&beat("a", 4, None)).unwrap();
    assert_eq!((asked.epoch, count(&asked.assignment.clone().unwrap())), (4, 5));
    assert_eq!(world.beat(&beat("a", 4, asked.assignment.as_ref())).unwrap().epoch, 5);
    world.beat(&beat("a", LEAVE, None)).unwrap();
    assert!(world.group().regexes.is_empty());
}

#[test]
fn broken_and_exploding_patterns_are_refused() {
    for pattern in ["(", "a)(b", r"(?=a)", "(a{1000}){1000}"] {
        assert_eq!(super::subscription::compile(pattern).unwrap_err().error, ErrorCode::InvalidRegularExpression);
    }
    let regex = super::subscription::compile("a|b").unwrap();
    assert!(regex.is_match("a") && !regex.is_match("ab"), "a name matches as a whole");
}

#[test]
fn a_full_group_takes_no_more_members() {
    let mut world = World::new(&[("t", 1)]);
    world.size_max = 1;
    world.beat(&join("a", &["t"])).unwrap();
    assert_eq!(error(world.beat(&join("b", &["t"]))), ErrorCode::GroupMaxSizeReached);
    assert_eq!(error(world.beat(&beat("a", 2, None))), ErrorCode::None);
}

#[test]
fn heartbeats_are_frequent_while_partitions_move() {
    let mut world = World::new(&[("t", 2)]);
    assert_eq!(world.beat(&join("a", &["t"])).unwrap().heartbeat_ms, 100);
    assert_eq!(world.beat(&join("b", &["t"])).unwrap().heartbeat_ms, 50);
}

#[test]
fn a_deleted_group_leaves_nothing() {
    let mut world = World::new(&[("t", 2)]);
    world.beat(&Heartbeat { regex: Some("t.*"), ..join("a", &["t"]) }).unwrap();
    for record in super::tombstones(&Arc::from("g"), &world.group()) {
        world.state.replay(None, record);
    }
    assert!(world.state.get("g").is_none());
}

/// Members that join, leave, lose replies and are slow: `World::check` holds, and the group becomes stable.
#[test]
fn whatever_members_do_no_partition_has_two_owners() {
    arbtest::arbtest(|u| {
        let mut world = World::new(&[("t", 5), ("u", 3)]);
        let mut members = BTreeMap::<&str, (i32, Partitions)>::new();
        let step = |world: &mut World, members: &mut BTreeMap<&'static str, (i32, Partitions)>, id: &'static str| {
            let known = members.get(id).cloned();
            let beat = known.map_or_else(|| join(id, &["t", "u"]), |(epoch, owned)| beat(id, epoch, Some(&owned)));
            let Ok(reply) = world.beat(&beat) else {
                members.remove(id);
                return;
            };
            let entry = members.entry(id).or_default();
            entry.0 = reply.epoch;
            entry.1 = reply.assignment.unwrap_or_else(|| entry.1.clone());
        };
        let ids = ["a", "b", "c", "d"];
        for _ in 0..u.int_in_range(0..=60)? {
            let id = *u.choose(&ids)?;
            match u.int_in_range(0..=9)? {
                0 if world.group().members.contains_key(id) => {
                    world.beat(&beat(id, LEAVE, None)).unwrap();
                    members.remove(id);
                }
                1 if world.group().members.contains_key(id) => world.expire(id),
                2 => world.topic("u", u.int_in_range(3..=6)?),
                _ => step(&mut world, &mut members, id),
            }
        }
        for _ in 0..10 {
            ids.iter().for_each(|id| step(&mut world, &mut members, id));
        }
        assert_eq!(world.group().state(), "Stable");
        let all: usize = members.values().map(|(_, owned)| count(owned)).sum();
        assert_eq!(all, usize::try_from(5 + world.topics.0["u"].1).unwrap());
        Ok(())
    });
}
