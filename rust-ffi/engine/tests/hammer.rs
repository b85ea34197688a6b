//! Threads that send requests of all APIs to one engine, while another flushes, fires deadlines and runs maintenance.
//! In a debug build each lock checks that it is taken in the order of `sync.rs`, so that a deadlock that needs an
//! unlikely moment is found without it. At the end the groups' state equals a replay of their log.

#[path = "support/requests.rs"]
mod requests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use engine::{
    Engine, Fsync, Instant, Now, Outcome, Parked, RequestContext, Settings, Store, store::memory::MemoryFiles,
};
use wire::message::{
    Request, Writer, delete_groups_request::DeleteGroupsRequest, delete_topics_request::DeleteTopicsRequest,
};

const CLIENTS: u64 = 3;
const REQUESTS: usize = 4_000;
/// Parked requests of a client: others are cancelled.
const PARKED_MAX: usize = 4;
const WALL_MS: i64 = 1_790_000_000_000;

struct World {
    engine: Engine,
    /// Microseconds since the start.
    clock: AtomicU64,
    is_over: AtomicBool,
}

impl World {
    fn now(&self) -> Now {
        let now_us = self.clock.load(Relaxed);
        Now { instant: Instant(now_us), wall_ms: WALL_MS + (now_us / 1_000) as i64 }
    }

    fn context(&self, key: i16, version: i16) -> RequestContext<'static> {
        RequestContext {
            now: self.now(),
            key,
            version,
            correlation_id: 1,
            client_id: Some("hammer"),
            client_host: "/127.0.0.1",
            first_error: None,
        }
    }
}

type Frame = (i16, i16, Vec<u8>);

/// What `requests` leaves out: what makes the others fail.
fn deletions() -> Vec<Frame> {
    let topics = DeleteTopicsRequest { topic_names: vec!["t"], timeout_ms: 1_000, ..Default::default() };
    let groups = DeleteGroupsRequest { groups_names: vec!["g"] };
    let encoded = |key, version, request: Request<'_>| {
        let mut writer = Writer::new();
        request.encode(&mut writer, version).unwrap();
        (key, version, writer.into_parts().concat())
    };
    vec![encoded(20, 5, Request::DeleteTopics(topics)), encoded(42, 2, Request::DeleteGroups(groups))]
}

#[test]
fn locks_are_taken_in_their_order_whatever_is_asked_at_the_same_time() {
    for fsync in [Fsync::Always, Fsync::Interval] {
        hammer(fsync);
    }
}

fn hammer(fsync: Fsync) {
    let store = Store { files: Arc::new(MemoryFiles::default()), fsync };
    let now = Now { instant: Instant(0), wall_ms: WALL_MS };
    let engine = Engine::open(Settings::default(), store, now).unwrap().0;
    let id = engine.create("t", 2, BTreeMap::new()).unwrap().id;
    engine.start_jobs(now);
    let frames = [requests::all(id), deletions()].concat();
    let world = World { engine, clock: AtomicU64::new(0), is_over: AtomicBool::new(false) };
    thread::scope(|scope| {
        let keeper = scope.spawn(|| keep(&world));
        let (world, frames) = (&world, &frames);
        let clients: Vec<_> = (1..=CLIENTS).map(|seed| scope.spawn(move || send(world, frames, seed))).collect();
        let results: Vec<_> = clients.into_iter().map(thread::ScopedJoinHandle::join).collect();
        world.is_over.store(true, Relaxed);
        keeper.join().unwrap();
        results.into_iter().for_each(|result| result.unwrap());
    });
    world.engine.flush();
    world.engine.check_replay().unwrap();
}

/// Sends random ones of the frames, and resumes those that are woken.
fn send(world: &World, frames: &[Frame], seed: u64) {
    let mut random = seed;
    let mut parked: Vec<(usize, Parked)> = Vec::new();
    for _ in 0..REQUESTS {
        // Knuth's generator.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (random >> 33) as usize % frames.len();
        let (key, version, body) = &frames[at];
        if let Outcome::Park(waits) = world.engine.request(&world.context(*key, *version), body) {
            parked.push((at, waits));
        }
        let (woken, waiting): (Vec<_>, Vec<_>) = parked.into_iter().partition(|(_, one)| one.ticket.is_woken());
        parked = waiting;
        for (at, waits) in woken {
            let (key, version, body) = &frames[at];
            if let Outcome::Park(again) = world.engine.resume(&world.context(*key, *version), body, waits) {
                parked.push((at, again));
            }
        }
        while parked.len() > PARKED_MAX {
            let (at, waits) = parked.remove(0);
            world.engine.cancel(&world.context(frames[at].0, frames[at].1), waits);
        }
    }
}

/// Does what the broker's own tasks do, and creates the topic anew.
fn keep(world: &World) {
    while !world.is_over.load(Relaxed) {
        world.clock.fetch_add(50_000, Relaxed);
        world.engine.flush();
        world.engine.fire(world.now());
        world.engine.run_jobs(world.now());
        world.engine.delete_removed_dirs();
        // It may be there.
        let _ = world.engine.create("t", 2, BTreeMap::new());
        thread::yield_now();
    }
}
