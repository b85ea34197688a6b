//! Helpers for tests of requests.

use wire::{
    api::Api,
    message::{Request, Writer},
};

use crate::{Engine, Now, Outcome, RequestContext, Topic, maintenance::Job};

/// Sends a request at time zero; returns the response without frame and header.
pub(crate) fn ask(engine: &Engine, key: i16, version: i16, request: &Request<'_>) -> Vec<u8> {
    ask_at(engine, Now::default(), key, version, request)
}

pub(crate) fn ask_at(engine: &Engine, now: Now, key: i16, version: i16, request: &Request<'_>) -> Vec<u8> {
    match send(engine, now, key, version, request) {
        Outcome::Reply(pieces) => {
            let header = Api::from_key(key).unwrap().response_header_version(version);
            // Length and correlation id; tagged fields, of which there are none.
            wire::codec::concat(&pieces).unwrap().split_off(8 + header as usize)
        }
        other => panic!("key {key} version {version} is not answered: {other:?}"),
    }
}

pub(crate) fn send(engine: &Engine, now: Now, key: i16, version: i16, request: &Request<'_>) -> Outcome {
    engine.request(&context(now, key, version), &encoded(version, request))
}

/// The body of a request.
pub(crate) fn encoded(version: i16, request: &Request<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    request.encode(&mut writer, version).unwrap();
    writer.into_parts().concat()
}

pub(crate) fn context(now: Now, key: i16, version: i16) -> RequestContext<'static> {
    RequestContext {
        now,
        key,
        version,
        correlation_id: 5,
        client_id: Some("test"),
        client_host: "/127.0.0.1",
        first_error: None,
    }
}

/// Runs all jobs, whether they are due or not.
pub(crate) fn run_all_jobs(engine: &Engine, now: Now) {
    engine.make_log_jobs_due();
    engine.due_jobs.add(Job::OffsetExpiry);
    engine.run_jobs(now);
}

/// Appends a batch of `count` records; returns its size in bytes.
pub(crate) fn produce(topic: &Topic, index: i32, count: usize) -> i64 {
    let batch = crate::log::testing::plain(count, 10, 0);
    topic.partition(index).unwrap().append(&batch, &topic.config(), Now::default()).unwrap();
    batch.len() as i64
}
