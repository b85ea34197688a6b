//! Hostile requests: whatever one claims, the whole way from its bytes to its answer takes no more memory than the
//! frame and 16 MiB, and ends with an answer, a park or a closed connection. The allocator counts.

#[path = "../../wire/tests/support/hostile.rs"]
mod hostile;
#[path = "support/requests.rs"]
mod requests;

use std::collections::{BTreeMap, BTreeSet};

use engine::{Engine, Instant, Now, Outcome, RequestContext, Settings};
use hostile::{Counting, Frame, LIES, peak};

#[global_allocator]
static COUNTING: Counting = Counting;

const ALLOWED: usize = 16 << 20;
/// Of the dense bodies: elements that fit into the budget are answered each, in a form and again in bytes.
const ALLOWED_ANSWERED: usize = 32 << 20;

fn engine() -> Engine {
    let engine = Engine::new(Settings::default());
    engine.create("t", 2, BTreeMap::new()).unwrap();
    engine
}

fn ask(engine: &Engine, key: i16, version: i16, body: &[u8]) -> (Outcome, usize) {
    let now = Now { instant: Instant(1_000_000), wall_ms: 1_790_000_000_000 };
    let context = RequestContext {
        now,
        key,
        version,
        correlation_id: 5,
        client_id: Some("test"),
        client_host: "/127.0.0.1",
        first_error: None,
    };
    peak(|| engine.request(&context, body))
}

/// One test, because the counters are the whole process's.
#[test]
fn nothing_that_is_asked_costs_more_than_it_may() {
    every_request_is_tried_in_every_version();
    a_lie_in_any_place_costs_no_more_than_the_frame_and_16_mib();
    elements_that_cost_next_to_nothing_on_the_wire_are_bounded_too();
}

/// Random ones of Kafka's, and a client's everyday ones.
fn frames() -> Vec<Frame> {
    let id = engine().topics()[0].id;
    let everyday = requests::all(id).into_iter().map(|(key, version, body)| Frame { key, version, body });
    let random = hostile::requests().into_iter().filter(|frame| engine::serves(frame.key, frame.version));
    everyday.chain(random).collect()
}

fn every_request_is_tried_in_every_version() {
    let tried: BTreeSet<_> = frames().iter().map(|frame| (frame.key, frame.version)).collect();
    for range in engine::advertised().iter().filter(|range| range.key != wire::api::API_VERSIONS) {
        for version in (range.min..=range.max).filter(|version| engine::serves(range.key, *version)) {
            assert!(tried.contains(&(range.key, version)), "key {} version {version}", range.key);
        }
    }
    let engine = engine();
    for (key, version, body) in requests::all(engine.topics()[0].id) {
        let (outcome, _) = ask(&engine, key, version, &body);
        assert!(!matches!(outcome, Outcome::Close(_)), "key {key} version {version}: {outcome:?}");
    }
}

fn a_lie_in_any_place_costs_no_more_than_the_frame_and_16_mib() {
    let (mut answered, mut closed) = (0, 0);
    for Frame { key, version, body } in frames() {
        // What some of them make is kept: topics, groups.
        let engine = engine();
        for at in 0..body.len() {
            for lie in LIES {
                let mut over = body.clone();
                over.iter_mut().skip(at).zip(*lie).for_each(|(byte, lie)| *byte = *lie);
                let mut between = body.clone();
                between.splice(at..at, lie.iter().copied());
                for bent in [over, between] {
                    let (outcome, cost) = ask(&engine, key, version, &bent);
                    assert!(cost <= bent.len() + ALLOWED, "key {key} version {version}: {cost} bytes for {bent:x?}");
                    if matches!(outcome, Outcome::Close(_)) { closed += 1 } else { answered += 1 }
                }
            }
        }
    }
    assert!(answered > 100_000 && closed > 100_000, "{answered} answered, {closed} closed");
}

/// Bodies that are all one byte are arrays of the smallest elements there are; a true count before them makes the first
/// array as long as the frame.
fn elements_that_cost_next_to_nothing_on_the_wire_are_bounded_too() {
    for range in engine::advertised() {
        for version in (range.min..=range.max).filter(|version| engine::serves(range.key, *version)) {
            let engine = engine();
            for byte in [0u8, 1, 2] {
                for count in [&[0, 0x08, 0, 0][..], &[0, 0, 0x40, 0], &[0x81, 0x80, 0x20], &[0x81, 0x80, 0x01]] {
                    for before in 0..20 {
                        let mut body = vec![byte; before];
                        body.extend(count);
                        body.extend(vec![byte; 1 << 20]);
                        let (_, cost) = ask(&engine, range.key, version, &body);
                        assert!(cost <= ALLOWED_ANSWERED, "key {} version {version}: {cost} bytes", range.key);
                    }
                }
            }
        }
    }
}
