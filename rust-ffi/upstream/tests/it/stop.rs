//! A stop answers what waits, and leaves nothing behind.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use wire::ErrorCode;

use crate::{
    client::Client,
    groups::{joined, until_rebalance},
};

#[tokio::test]
async fn a_hundred_waiting_consumers_are_answered_at_once() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.fetch_one("t", 0, 60_000).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let began = Instant::now();
    client.stop.cancel();
    for fetched in waiting {
        let found = fetched.await.unwrap();
        assert_eq!((found.error, found.values.len()), (0, 0));
    }
    timeout(Duration::from_secs(20), client.tansu.close()).await.expect("closed in time");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn held_members_are_sent_away_and_the_close_does_not_wait_for_their_rebalance() {
    let client = Client::open("tansu+memory://").await;
    let (_, _, first) = joined(&client, 9, "").await;
    let (_, generation, first) = joined(&client, 9, &first).await;
    let (_, _, second) = joined(&client, 9, "").await;
    let waiting = client.clone();
    // Held: the first member does not come back.
    let held = tokio::spawn(async move { joined(&waiting, 9, &second).await });
    until_rebalance(&client, generation, &first).await;
    let began = Instant::now();
    client.stop.cancel();
    assert_eq!(held.await.unwrap().0, ErrorCode::NotCoordinator.code());
    assert_eq!(joined(&client, 5, "").await.0, ErrorCode::NotCoordinator.code());
    timeout(Duration::from_secs(20), client.tansu.close()).await.expect("closed in time");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
