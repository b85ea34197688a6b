//! Requests in a row, through the engine's dispatch: two bytes choose key and version, two say how long the body is.
//! Nothing of it panics; and with a data folder, the next start finds what this one has written.
#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use engine::{RequestContext, Engine, Fsync, Instant, Now, Outcome, Settings, Store, store::memory::MemoryFiles};
use libfuzzer_sys::fuzz_target;

const REQUESTS_MAX: usize = 16;
/// Kafka bounds what one request creates (10,000) and not what all of them do; here the fuzzer's memory is the bound.
const PARTITIONS_MAX: usize = 20_000;

fn open(files: &MemoryFiles) -> Engine {
    let store = Store { files: Arc::new(files.clone()), fsync: Fsync::Never };
    let now = Now { instant: Instant(0), wall_ms: 1_790_000_000_000 };
    Engine::open(Settings::default(), store, now).expect("what was written can be opened").0
}

/// Each partition, and its range.
fn ranges(engine: &Engine) -> Vec<(String, Vec<(i64, i64)>)> {
    let of = |topic: Arc<engine::Topic>| {
        (topic.name.clone(), topic.partitions().iter().map(|partition| partition.range()).collect())
    };
    engine.topics().into_iter().map(of).collect()
}

fuzz_target!(|data: &[u8]| {
    let Some((on_disk, mut rest)) = data.split_first() else { return };
    let files = (on_disk & 1 == 1).then(MemoryFiles::default);
    let engine = files.as_ref().map_or_else(|| Engine::new(Settings::default()), open);
    engine.create("t", 2, BTreeMap::new()).expect("a new topic");
    let ranges_of_all = engine::advertised();
    for second in 0..REQUESTS_MAX as u64 {
        let [key, version, high, low, after @ ..] = rest else { break };
        let api = &ranges_of_all[*key as usize % ranges_of_all.len()];
        let version = api.min + i16::from(*version) % (api.max - api.min + 1);
        let (body, after) = after.split_at((usize::from(*high) << 8 | usize::from(*low)).min(after.len()));
        rest = after;
        if !engine::serves(api.key, version) {
            continue;
        }
        let now = Now { instant: Instant(second * 1_000_000), wall_ms: 1_790_000_000_000 + second as i64 * 1_000 };
        let context = RequestContext {
            now,
            key: api.key,
            version,
            correlation_id: 1,
            client_id: Some("fuzz"),
            client_host: "/127.0.0.1",
            first_error: None,
        };
        if let Outcome::Park(parked) = engine.request(&context, body) {
            engine.fire(now);
            if let Outcome::Park(again) = engine.resume(&context, body, parked) {
                engine.cancel(&context, again);
            }
        }
        engine.make_log_jobs_due();
        engine.run_jobs(now);
        engine.delete_removed_dirs();
        if engine.topics().iter().map(|topic| topic.partitions().len()).sum::<usize>() > PARTITIONS_MAX {
            break;
        }
    }
    let Some(files) = files else { return };
    let written = ranges(&engine);
    if data[0] & 2 == 2 {
        engine.close().expect("nothing fails here");
    }
    drop(engine);
    assert_eq!(ranges(&open(&files)), written);
});
