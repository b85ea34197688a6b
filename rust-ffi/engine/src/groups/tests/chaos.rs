//! Clients that do anything in any order: the group's books stay right, and once all are silent it comes to rest.

use wire::message::{
    Request,
    join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
    join_group_response::JoinGroupResponse,
    sync_group_request::SyncGroupRequest,
};

use super::{Asked, World, joining, syncing};
use crate::{
    Settings,
    entropy::Entropy,
    groups::{GroupTimer, registry},
    testing::run_all_jobs,
};

const GROUP: &str = "g";
const CLIENTS: usize = 5;
const STEPS: usize = 300;
const INSTANCES: [&str; CLIENTS] = ["i0", "i1", "i2", "i3", "i4"];

#[derive(Default)]
struct Client {
    joined: Option<JoinGroupResponse<'static>>,
    member_id: &'static str,
    joining: Option<Asked>,
    syncing: Option<Asked>,
}

struct Chaos {
    seed: u64,
    world: World,
    dice: Entropy,
    clients: Vec<Client>,
}

impl Chaos {
    fn seeded(seed: u64) -> Chaos {
        let dice = Entropy::new(seed);
        let group_initial_rebalance_delay_ms = [0, 0, 3_000][(dice.next_u64() % 3) as usize];
        let world = World::with(Settings { seed, group_initial_rebalance_delay_ms, ..Settings::default() });
        Chaos { seed, world, dice, clients: (0..CLIENTS).map(|_| Client::default()).collect() }
    }

    fn roll(&self, sides: u64) -> u64 {
        self.dice.next_u64() % sides
    }

    fn step(&mut self) {
        let index = self.roll(CLIENTS as u64) as usize;
        // The last two are static members.
        let instance = (index >= CLIENTS - 2).then_some(INSTANCES[index]);
        match self.roll(16) {
            0..6 => self.join(index, instance),
            6..10 => self.sync(index, instance),
            10..12 => {
                let client = &self.clients[index];
                let generation = client.joined.as_ref().map_or(0, |joined| joined.generation_id);
                self.world.heartbeat_of(GROUP, client.member_id, instance, generation);
            }
            12 => {
                let member_id = if self.roll(2) == 0 { "" } else { self.clients[index].member_id };
                self.world.leave(GROUP, &[(member_id, instance)]);
            }
            // The process dies: its connections, and what it knew.
            13 => self.clients[index] = Client::default(),
            14 => self.world.advance(self.roll(20_000)),
            _ => {
                run_all_jobs(&self.world.engine, self.world.now);
                self.world.advance(self.roll(500));
            }
        }
    }

    fn join(&mut self, index: usize, instance: Option<&'static str>) {
        let names: &[&str] = [&["a"][..], &["a", "b"], &["b", "a"], &["b"]][self.roll(4) as usize];
        let member_id = if self.roll(8) == 0 { "" } else { self.clients[index].member_id };
        let request = JoinGroupRequest {
            group_instance_id: instance,
            rebalance_timeout_ms: 1_000 * self.roll(30) as i32,
            protocols: names.iter().map(|name| JoinGroupRequestProtocol { name, metadata: name.as_bytes() }).collect(),
            ..joining(GROUP, member_id)
        };
        let version = if instance.is_some() || self.roll(2) == 0 { 9 } else { 3 };
        self.clients[index].joining = Some(self.world.ask(version, &Request::JoinGroup(request)));
    }

    fn sync(&mut self, index: usize, instance: Option<&'static str>) {
        let client = &mut self.clients[index];
        let Some(joined) = &client.joined else { return };
        let told: Vec<(&str, &[u8])> = joined.members.iter().map(|member| (member.member_id, &b"x"[..])).collect();
        let request = SyncGroupRequest { group_instance_id: instance, ..syncing(GROUP, joined, &told) };
        // From version 5 the protocol has to be named, which old joins do not tell.
        client.syncing = Some(self.world.ask(3, &Request::SyncGroup(request)));
    }

    /// Answers that have come are read.
    fn read(&mut self) {
        for client in &mut self.clients {
            if let Some(asked) = &mut client.joining
                && let Some(body) = self.world.poll(asked)
            {
                let joined = JoinGroupResponse::decode(&mut super::Reader::new(body), asked.version).unwrap();
                client.joining = None;
                if !joined.member_id.is_empty() {
                    client.member_id = joined.member_id;
                }
                client.joined = (joined.error_code == 0).then_some(joined);
            }
            if let Some(asked) = &mut client.syncing
                && self.world.poll(asked).is_some()
            {
                client.syncing = None;
            }
        }
    }

    fn check(&self) {
        let engine = &self.world.engine;
        registry::shard_of(engine, GROUP).1.inspect(|groups, is_set| {
            let group = groups.get(GROUP).into_iter();
            group.for_each(|group| group.classic.check(|due| is_set(&GroupTimer { group: GROUP.into(), due })));
        });
    }
}

#[test]
fn whatever_clients_do_the_group_comes_to_rest() {
    let mut generations = 0;
    for seed in 0..200 {
        let mut chaos = Chaos::seeded(seed);
        for step in 0..STEPS {
            chaos.step();
            chaos.read();
            chaos.check();
            if step % 50 == 0 {
                chaos.world.engine.check_replay().unwrap();
            }
            generations += chaos.clients.iter().filter(|client| client.joined.is_some()).count();
        }
        // Silence: every session ends, every join phase too.
        chaos.world.advance(3_600_000);
        chaos.read();
        chaos.check();
        let unanswered = chaos.clients.iter().any(|client| client.joining.is_some() || client.syncing.is_some());
        assert!(!unanswered, "seed {}: a request waits for ever", chaos.seed);
        assert!(chaos.world.states().iter().all(|(_, state)| *state == "Empty"), "seed {seed}");
        assert_eq!(chaos.world.engine.next_deadline(), None, "seed {seed}");
    }
    assert!(generations > 10_000, "the clients did join: {generations}");
}
