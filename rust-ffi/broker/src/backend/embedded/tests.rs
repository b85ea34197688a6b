use std::{future::Future, time::Duration};

use bytes::{BufMut, Bytes};
use futures_lite::future::poll_once;

use super::*;
use crate::clock::testing::VirtualClock;

const MINUTE: Duration = Duration::from_secs(60);

async fn in_memory(clock: &VirtualClock) -> Embedded {
    let mut settings = Settings::default();
    settings.set("storage.url", "memory://").unwrap();
    let opening =
        Opening { settings: &settings, advertised_port: 9092, stop: CancellationToken::new(), prefault: |_| () };
    open_with(&opening, Arc::new(clock.clone())).await.unwrap()
}

/// A request with a header of version 1.
fn request(key: i16, version: i16, body: &[u8]) -> Request {
    let mut frame = Vec::new();
    frame.put_i16(key);
    frame.put_i16(version);
    frame.put_i32(7);
    frame.put_i16(-1);
    let body_at = frame.len();
    frame.put_slice(body);
    let (frame, peer) = (Bytes::from(frame), "/127.0.0.1".into());
    Request { frame, key, version, correlation_id: 7, body_at, peer, first_error: None }
}

fn put_topic(body: &mut Vec<u8>) {
    body.put_i32(1);
    body.put_i16(1);
    body.put_slice(b"t");
    body.put_i32(1);
    body.put_i32(0);
}

fn produce(batch: &[u8]) -> Request {
    let mut body = Vec::new();
    body.put_i16(-1);
    body.put_i16(1);
    body.put_i32(30_000);
    put_topic(&mut body);
    body.put_i32(batch.len() as i32);
    body.put_slice(batch);
    request(0, 3, &body)
}

fn fetch(offset: i64, wait: Duration) -> Request {
    let mut body = Vec::new();
    body.put_i32(-1);
    body.put_i32(wait.as_millis() as i32);
    body.put_i32(1);
    body.put_i32(1 << 20);
    body.put_i8(0);
    put_topic(&mut body);
    body.put_i64(offset);
    body.put_i32(1 << 20);
    request(1, 4, &body)
}

async fn log_start(embedded: &Embedded) -> i64 {
    embedded.topics().await.unwrap()[0].partitions[0].log_start
}

/// Polls `work`, which never ends, until it has nothing left to do.
async fn settle(work: &mut (impl Future<Output = ()> + Unpin)) {
    for _ in 0..10 {
        assert!(poll_once(&mut *work).await.is_none());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_fetch_waits_by_the_clock_of_the_broker() {
    let clock = VirtualClock::new();
    let embedded = in_memory(&clock).await;
    embedded.create_topic("t".to_owned(), 1, Vec::new()).await.unwrap();
    let mut timers = embedded.timers();
    let Response::Pending(mut fetched) = embedded.call(fetch(0, 60 * MINUTE)) else { panic!("there are no records") };
    for minutes in [0, 59] {
        clock.jump(minutes * MINUTE);
        settle(&mut timers).await;
        assert!(poll_once(&mut fetched).await.is_none(), "after {minutes} minutes");
    }
    clock.jump(MINUTE);
    settle(&mut timers).await;
    assert!(matches!(poll_once(&mut fetched).await, Some(Reply::Parts(_))));
}

#[tokio::test(flavor = "current_thread")]
async fn retention_runs_by_the_clock_of_the_broker() {
    let clock = VirtualClock::new();
    let embedded = in_memory(&clock).await;
    let configs = vec![("retention.ms".to_owned(), "600000".to_owned())];
    embedded.create_topic("t".to_owned(), 1, configs).await.unwrap();
    let batch = wire::batch::build(&[(Some(b"key"), Some(b"value"))], clock.now().wall_ms);
    assert!(matches!(embedded.call(produce(&batch)), Response::Ready(Reply::Parts(_))));
    let mut timers = embedded.timers();
    let mut minutes = 0;
    while log_start(&embedded).await == 0 {
        let mut round = embedded.maintain();
        assert!(poll_once(&mut round).await.is_none(), "time stands still");
        clock.jump(MINUTE);
        minutes += 1;
        settle(&mut timers).await;
        assert!(matches!(round.await, Some(Ok(()))));
    }
    assert_eq!(minutes, 11, "expired after 10 minutes; checked after 1, 6 and 11");
}

#[tokio::test(flavor = "current_thread")]
async fn maintenance_ends_with_the_broker_although_nothing_is_due() {
    let embedded = in_memory(&VirtualClock::new()).await;
    let mut round = embedded.maintain();
    assert!(poll_once(&mut round).await.is_none());
    embedded.stop.cancel();
    assert!(round.await.is_none());
}
