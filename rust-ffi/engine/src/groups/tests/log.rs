//! What groups write to `__consumer_offsets`.

use super::{World, joining, offsets::simple};
use crate::{
    coordinator::{Coordinator, Entry, for_each_entry},
    groups::{
        GroupCoordinator, OFFSETS_TOPIC, OffsetAndMetadata,
        records::{GroupMetadata, GroupRecord},
        state::GroupsState,
    },
};

/// The records of all partitions.
fn records(world: &World) -> Vec<GroupRecord> {
    let mut records = Vec::new();
    for partition in world.engine.topics.get(OFFSETS_TOPIC).unwrap().partitions() {
        let push = |entry, _| match entry {
            Entry::Record(_, record) => records.push(record),
            Entry::Marker { .. } => panic!("there are no transactions"),
        };
        for_each_entry::<GroupCoordinator>(&partition, push).unwrap();
    }
    records
}

fn metadata(record: &GroupRecord) -> &GroupMetadata {
    match record {
        GroupRecord::Metadata { value: Some(value), .. } => value,
        other => panic!("{other:?}"),
    }
}

/// Nothing was written in memory: a consumer of the topic saw nothing, where Kafka's shows records.
#[test]
fn a_group_in_memory_is_written_as_kafka_writes_it() {
    let mut world = World::new();
    world.topic("t", 1);
    let member = world.single("g");
    assert_eq!(world.leave("g", &[(member.member_id, None)]), [0]);
    assert_eq!(world.commit(9, simple(&[("t", 0, 7)])), [0]);
    let written = records(&world);
    let (new, stable, empty) = (metadata(&written[0]), metadata(&written[1]), metadata(&written[2]));
    assert_eq!((new.generation, new.protocol_type.as_deref(), new.members.len()), (0, None, 0));
    assert_eq!((stable.generation, stable.protocol_name.as_deref()), (1, Some("range")));
    assert_eq!(stable.leader.as_deref(), Some(member.member_id));
    assert_eq!((&*stable.members[0].member_id, &stable.members[0].assignment[..]), (member.member_id, &b"all"[..]));
    assert_eq!((empty.generation, empty.protocol_type.as_deref()), (2, Some("consumer")));
    assert_eq!((empty.protocol_name.as_deref(), empty.leader.as_deref(), empty.members.len()), (None, None, 0));
    assert!(matches!(&written[3], GroupRecord::Offset { value: Some(OffsetAndMetadata { offset: 7, .. }), .. }));
    assert_eq!(written.len(), 4);
    world.engine.check_replay().unwrap();
    // A week later both are deleted.
    world.maintain();
    world.advance(8 * 86_400_000);
    world.maintain();
    let deleted = &records(&world)[4..];
    assert!(matches!(deleted[0], GroupRecord::Offset { value: None, .. }));
    assert!(matches!(deleted[1], GroupRecord::Metadata { value: None, .. }));
    assert_eq!(world.states(), []);
    world.engine.check_replay().unwrap();
}

#[test]
fn a_static_member_that_starts_again_is_written() {
    let world = World::new();
    let instance = |member_id| wire::message::join_group_request::JoinGroupRequest {
        group_instance_id: Some("i"),
        ..joining("g", member_id)
    };
    let first = world.joined(&mut world.join(instance("")));
    let mut request = super::syncing("g", &first, &[(first.member_id, b"all")]);
    request.group_instance_id = Some("i");
    assert_eq!(world.synced(&mut world.ask(5, &wire::message::Request::SyncGroup(request))).error_code, 0);
    let second = world.joined(&mut world.join(instance("")));
    assert_ne!(first.member_id, second.member_id);
    let written = records(&world);
    assert_eq!(&*metadata(written.last().unwrap()).members[0].member_id, second.member_id);
}

/// Whatever the records are: a snapshot of the state, and the rest of the log on top of it, are the whole.
#[test]
fn a_snapshot_and_the_rest_of_the_log_are_the_whole() {
    arbtest::arbtest(|u| {
        let count = u.int_in_range(0..=40)?;
        let records = (0..count).map(|_| record(u)).collect::<Result<Vec<_>, _>>()?;
        let at = u.int_in_range(0..=records.len())?;
        let replay = |state: &mut GroupsState, records: &[GroupRecord]| {
            for record in records {
                let (key, value) = GroupCoordinator::encode(record).unwrap();
                let decoded = GroupCoordinator::decode(&key, value.as_deref()).unwrap().unwrap();
                GroupCoordinator::replay(state, None, decoded);
            }
        };
        let (mut whole, mut snapshot) = (GroupsState::default(), GroupsState::default());
        replay(&mut whole, &records);
        replay(&mut snapshot, &records[..at]);
        let mut restored = snapshot.clone();
        replay(&mut restored, &records[at..]);
        assert_eq!(restored, whole);
        assert!(restored.difference(&whole).is_none());
        // Compaction keeps the last record of a key: the state is the same.
        let is_last = |at: &usize| records[at + 1..].iter().all(|later| later.key() != records[*at].key());
        let compacted: Vec<GroupRecord> = (0..records.len()).filter(is_last).map(|at| records[at].clone()).collect();
        let mut from_compacted = GroupsState::default();
        replay(&mut from_compacted, &compacted);
        assert_eq!(from_compacted, whole);
        Ok(())
    });
}

fn record(u: &mut arbtest::arbitrary::Unstructured<'_>) -> Result<GroupRecord, arbtest::arbitrary::Error> {
    let group = (*u.choose(&["a", "b"])?).into();
    let is_tombstone = u.ratio(1, 3)?;
    if u.ratio(1, 4)? {
        let value = GroupMetadata {
            protocol_type: Some("consumer".into()),
            protocol_name: None,
            generation: u.int_in_range(0..=9)?,
            leader: None,
            since_ms: Some(u.int_in_range(0..=9)?),
            members: Vec::new(),
        };
        return Ok(GroupRecord::Metadata { group, value: (!is_tombstone).then_some(value) });
    }
    let value = OffsetAndMetadata {
        topic_id: wire::Uuid([u.arbitrary()?; 16]),
        offset: u.arbitrary()?,
        leader_epoch: u.arbitrary()?,
        metadata: "m".into(),
        committed_ms: u.int_in_range(0..=9)?,
        expires_ms: None,
    };
    let (topic, partition) = ((*u.choose(&["t", "u"])?).into(), u.int_in_range(0..=2)?);
    Ok(GroupRecord::Offset { group, topic, partition, value: (!is_tombstone).then_some(value) })
}

/// Commits in memory are compacted: of each offset one record stays, and the state is that of the log.
#[test]
fn commits_in_memory_do_not_grow_the_log_without_end() {
    let mut world = World::new();
    world.topic("t", 1);
    for round in 0..3 {
        for offset in 0..20_000 {
            assert_eq!(world.commit(9, simple(&[("t", 0, offset)])), [0], "round {round}");
        }
        world.advance(15_000);
        world.maintain();
    }
    let topic = world.engine.topics.get(OFFSETS_TOPIC).unwrap();
    let bytes: u64 = topic.partitions().iter().map(|partition| partition.size()).sum();
    assert!(bytes < 2 << 20, "{bytes} bytes: less than an active segment and what is left of the others");
    assert!(records(&world).len() > 1);
    world.engine.check_replay().unwrap();
}
