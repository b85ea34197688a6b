//! Classic groups with a time and a log of their own: no engine, no topic, no request.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

use bytes::Bytes;
use wire::ErrorCode;

use super::{Join, JoinResult, LeavingMember, Protocol, State, Sync, SyncResult};
use crate::{
    appender::Unsynced,
    clock::{Instant, Now},
    coordinator::{Coordinator, Entry, Env, KeyValue, PendingReply, ProducerIdAndEpoch, Shard},
    events::GroupEvent,
    groups::{
        GroupCoordinator, GroupDue, GroupTimer,
        records::GroupRecord,
        registry::{LiveGroup, LiveGroups},
        state_bytes::{Charge, StateBytes},
    },
    log::EndTxnMarker,
    timers::{CancelTimer, TimerKey, Timers},
};

const SESSION_MS: i32 = 10_000;
const REBALANCE_MS: i32 = 60_000;

/// A log in a vector, which can be made to fail, and a timer queue.
#[derive(Default)]
struct TestEnv {
    records: RefCell<Vec<KeyValue>>,
    fails: Cell<bool>,
    events: RefCell<Vec<String>>,
    timers: Timers<GroupTimer>,
}

impl Env<GroupCoordinator> for TestEnv {
    fn append(
        &self,
        records: &[KeyValue],
        _: Option<ProducerIdAndEpoch>,
        _: Now,
    ) -> (usize, Result<Option<Unsynced>, ErrorCode>) {
        if self.fails.get() {
            return (0, Err(ErrorCode::CoordinatorNotAvailable));
        }
        self.records.borrow_mut().extend_from_slice(records);
        (records.len(), Ok(None))
    }

    fn append_marker(&self, _: &EndTxnMarker, _: Now) -> Result<Option<Unsynced>, ErrorCode> {
        Err(ErrorCode::InvalidTxnState)
    }

    fn set_timer(&self, at: Instant, timer: GroupTimer) -> TimerKey {
        self.timers.set(at, timer)
    }

    fn cancel_timer(&self, key: TimerKey) {
        self.timers.cancel(key);
    }

    fn changed(&self) {}

    fn report(&self, (group, event): &(Arc<str>, GroupEvent)) {
        self.events.borrow_mut().push(format!("{group}: {event:?}"));
    }
}

/// One group in a shard of its own.
struct World {
    shard: Shard<GroupCoordinator>,
    env: TestEnv,
    now: Now,
    ids: usize,
}

type Pending<T> = Arc<PendingReply<T>>;

impl World {
    fn new(initial_delay_ms: i64) -> World {
        let shard = Shard::new(LiveGroups::new(StateBytes::default(), initial_delay_ms));
        World { shard, env: TestEnv::default(), now: Now { instant: Instant(0), wall_ms: 1_000 }, ids: 0 }
    }

    fn run<R>(&self, event: impl FnOnce(&mut LiveGroup, &mut crate::groups::Step<'_>) -> R) -> R {
        let ran = self.shard.run(&self.env, self.now, |groups, step| {
            let group = groups.get_or_create("g", step.now).expect("there is room");
            event(group, step)
        });
        ran.result
    }

    fn join(&mut self, member_id: &str, instance_id: Option<&str>) -> Pending<JoinResult> {
        self.ids += 1;
        let reply = PendingReply::new();
        let join = Join {
            member_id,
            instance_id,
            client_id: "c",
            client_host: "/127.0.0.1",
            session_ms: SESSION_MS,
            rebalance_ms: REBALANCE_MS,
            protocol_type: "consumer",
            protocols: vec![Protocol { name: "range".into(), metadata: Bytes::from_static(b"s") }],
            new_member_id: if member_id.is_empty() { format!("m{}", self.ids).into() } else { member_id.into() },
            needs_id: false,
            can_skip: true,
            charge: RefCell::new(Charge::default()),
            reply: &reply,
        };
        self.run(|group, step| group.classic.join(step, &join, 100));
        reply
    }

    fn sync(&self, member_id: &str, generation: i32, assignments: &[(&str, &[u8])]) -> Pending<SyncResult> {
        let reply = PendingReply::new();
        let sync = Sync {
            member_id,
            instance_id: None,
            generation,
            protocol_type: None,
            protocol_name: None,
            record_max: 1_000_000,
            assignments: assignments.iter().copied().collect::<BTreeMap<_, _>>(),
            reply: &reply,
        };
        self.run(|group, step| group.classic.sync(step, &sync));
        reply
    }

    /// Fires what is due until then, each at its own time.
    fn advance(&mut self, ms: u64) {
        let end = Instant(self.now.instant.0 + ms * 1_000);
        while let Some(at) = self.env.timers.next().filter(|at| *at <= end) {
            self.now.instant = at;
            let timer = self.env.timers.pop_due(at).expect("it is due");
            self.shard.fire(&self.env, self.now, &timer, |groups, step| {
                let group = groups.get_mut("g").expect("it exists");
                match &timer.due {
                    GroupDue::Member(member_id) => group.classic.member_is_due(step, member_id),
                    GroupDue::Join => group.classic.join_is_due(step),
                    GroupDue::Sync => group.classic.sync_is_due(step),
                    GroupDue::ConsumerSession(_) | GroupDue::Revocation(_) => unreachable!("of a consumer group"),
                }
            });
        }
        self.now.instant = end;
    }

    fn state(&self) -> State {
        self.shard.read(|_, groups| groups.get("g").expect("it exists").classic.state()).result
    }

    fn last_record(&self) -> GroupRecord {
        let records = self.env.records.borrow();
        let (key, value) = records.last().expect("there are records");
        GroupCoordinator::decode(key, value.as_deref()).unwrap().unwrap()
    }
}

fn result<T>(pending: &Pending<T>) -> T {
    pending.take().expect("it is answered").0
}

#[test]
fn the_initial_delay_gathers_members_into_one_generation() {
    let mut world = World::new(3_000);
    let first = world.join("", None);
    world.advance(1_000);
    let second = world.join("", None);
    assert!(first.take().is_none() && second.take().is_none());
    world.advance(5_000);
    let (first, second) = (result(&first), result(&second));
    assert_eq!((first.generation, second.generation), (1, 1));
    assert_eq!((first.members.len(), second.members.len()), (2, 0), "the leader is told the members");
}

#[test]
fn the_record_is_written_before_the_assignment_is_handed_out() {
    let mut world = World::new(0);
    let joined = result(&world.join("", None));
    let synced = world.sync(&joined.member_id, 1, &[(&joined.member_id, b"all")]);
    assert_eq!(result(&synced).assignment, &b"all"[..]);
    let GroupRecord::Metadata { value: Some(written), .. } = world.last_record() else { panic!("not of the group") };
    assert_eq!((written.generation, &written.members[0].assignment[..]), (1, &b"all"[..]));
    assert_eq!(world.state(), State::Stable);
}

/// Kafka: `resetAndPropagateAssignmentWithError`.
#[test]
fn an_assignment_that_cannot_be_written_is_refused_and_the_members_join_again() {
    let mut world = World::new(0);
    let joined = result(&world.join("", None));
    world.env.fails.set(true);
    let refused = result(&world.sync(&joined.member_id, 1, &[(&joined.member_id, b"all")]));
    assert_eq!((refused.error, refused.assignment.len()), (ErrorCode::CoordinatorNotAvailable, 0));
    assert_eq!(world.state(), State::PreparingRebalance);
    world.env.fails.set(false);
    let again = result(&world.join(&joined.member_id, None));
    assert_eq!((again.error, again.generation), (ErrorCode::None, 2));
    let synced = result(&world.sync(&joined.member_id, 2, &[(&joined.member_id, b"all")]));
    assert_eq!((synced.error, &synced.assignment[..]), (ErrorCode::None, &b"all"[..]));
}

#[test]
fn a_silent_member_is_removed_and_the_group_is_written_empty() {
    let mut world = World::new(0);
    let joined = result(&world.join("", None));
    let _ = world.sync(&joined.member_id, 1, &[]);
    world.advance(SESSION_MS as u64 - 1);
    assert_eq!(world.state(), State::Stable);
    world.advance(1);
    assert_eq!(world.state(), State::Empty);
    let GroupRecord::Metadata { value: Some(written), .. } = world.last_record() else { panic!("not of the group") };
    assert_eq!((written.generation, written.members.len()), (2, 0));
    assert_eq!(world.env.timers.next(), None, "no deadline is left");
}

#[test]
fn members_that_come_and_go_are_reported() {
    let mut world = World::new(0);
    let first = result(&world.join("", None)).member_id;
    let _second = world.join("", Some("i"));
    world.advance(u64::from(SESSION_MS.unsigned_abs()) * 10);
    let member = |id: &str, instance: &str| {
        format!("g: MemberJoined {{ member_id: \"{id}\", instance_id: {instance}, client_host: \"/127.0.0.1\" }}")
    };
    let events = world.env.events.take();
    assert_eq!(events[0], member(&first, "None"));
    assert_eq!(events[1], "g: Rebalanced { generation: 1, members: 1, protocol: Some(\"range\") }");
    assert_eq!(events[2], member("m2", "Some(\"i\")"));
    assert_eq!(events[3], format!("g: MemberLeft {{ member_id: \"{first}\", reason: SessionTimeout }}"));
    assert_eq!(events[4], "g: Rebalanced { generation: 2, members: 1, protocol: Some(\"range\") }");
    assert!(events.last().is_some_and(|last| last.ends_with("generation: 3, members: 0, protocol: None }")));
}

#[test]
fn a_heartbeat_starts_the_session_again() {
    let mut world = World::new(0);
    let joined = result(&world.join("", None));
    let _ = world.sync(&joined.member_id, 1, &[]);
    for _ in 0..5 {
        world.advance(SESSION_MS as u64 - 1);
        assert_eq!(world.run(|group, step| group.classic.heartbeat(step, &joined.member_id, None, 1)), Ok(()));
    }
    assert_eq!(world.state(), State::Stable);
}

/// The state that a shard has is what its log describes, and a group that is restored from it goes on.
#[test]
fn a_group_is_restored_from_its_record() {
    let mut world = World::new(0);
    let dynamic = world.join("", None);
    let first = result(&dynamic);
    let _ = world.sync(&first.member_id, 1, &[(&first.member_id, b"all")]);
    let fixed = world.join("", Some("i"));
    let first = result(&world.join(&first.member_id, None));
    let second = result(&fixed);
    assert_eq!((first.generation, second.generation), (2, 2));
    let of_second = world.sync(&second.member_id, 2, &[]);
    let _ = world.sync(&first.member_id, 2, &[(&first.member_id, b"one"), (&second.member_id, b"two")]);
    assert_eq!(result(&of_second).assignment, &b"two"[..]);

    let mut restored = World::new(0);
    for (key, value) in world.env.records.borrow().iter() {
        let record = GroupCoordinator::decode(key, value.as_deref()).unwrap().unwrap();
        restored.shard.load(Entry::Record(None, record));
    }
    assert_eq!(restored.shard.snapshot(), world.shard.snapshot());
    let durable = restored.shard.snapshot();
    restored.shard.run(&restored.env, restored.now, |groups, step| {
        durable.iter().for_each(|(name, group)| groups.restore(step, name, group));
    });
    assert_eq!(restored.state(), State::Stable);
    restored.shard.inspect(|groups, is_set| {
        let is_set = |due| is_set(&GroupTimer { group: "g".into(), due });
        groups.get("g").expect("it exists").classic.check(is_set);
    });
    let left = LeavingMember { member_id: "", instance_id: Some("i") };
    assert_eq!(restored.run(|group, step| group.classic.leave(step, &[left])), [ErrorCode::None]);
    assert_eq!(restored.state(), State::PreparingRebalance);
    restored.advance(REBALANCE_MS as u64);
    assert_eq!(restored.state(), State::Empty, "the other member was silent");
}
