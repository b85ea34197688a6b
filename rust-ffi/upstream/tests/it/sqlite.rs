//! One file: kept over a restart, held by one broker, wherever it lies.

use std::{fs, time::Duration};

use tokio_util::sync::CancellationToken;
use upstream::{OpenErrorKind, Tansu};

use crate::client::{Client, options};

#[tokio::test]
async fn records_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/a.db", folder.path().display());
    let client = Client::open(&url).await;
    client.topic("t").await;
    assert_eq!(client.send("t", &["a", "b"]).await, 0);
    assert_eq!(client.send("t", &["c"]).await, 2);
    client.tansu.close().await;
    let client = Client::open(&url).await;
    assert_eq!(client.fetch_one("t", 0, 0).await.values, ["a", "b", "c"]);
    assert_eq!(client.send("t", &["d"]).await, 3);
    client.tansu.maintain().await.unwrap();
    assert_eq!(client.fetch_one("t", 3, 0).await.values, ["d"]);
}

#[tokio::test]
async fn a_produce_wakes_a_waiting_fetch_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::open(&format!("sqlite://{}/a.db", folder.path().display())).await;
    client.topic("t").await;
    let waiting = client.clone();
    let fetched = tokio::spawn(async move { waiting.fetch_one("t", 0, 60_000).await });
    client.send("t", &["a"]).await;
    let found = tokio::time::timeout(Duration::from_secs(20), fetched).await.unwrap().unwrap();
    assert_eq!(found.values, ["a"]);
}

#[tokio::test]
async fn one_file_has_one_broker() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/a.db", folder.path().display());
    let first = Client::open(&url).await;
    let error = Tansu::open(options(&url), CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.kind, OpenErrorKind::Storage);
    assert!(error.message.contains("another broker") && error.message.contains("a.db"), "{error}");
    // The refusal has cost the first one nothing.
    first.topic("t").await;
    first.send("t", &["a"]).await;
    first.tansu.close().await;
    Client::open(&url).await;
}

#[tokio::test]
async fn a_path_may_hold_what_a_url_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("a b é%20#");
    fs::create_dir(&odd).unwrap();
    let client = Client::open(&format!("sqlite://{}/c d.db", odd.display())).await;
    client.topic("t").await;
    client.send("t", &["a"]).await;
    client.tansu.close().await;
    assert!(odd.join("c d.db").metadata().unwrap().len() > 0);
    let client = Client::open(&format!("sqlite://{}/c d.db", odd.display())).await;
    assert_eq!(client.fetch_one("t", 0, 0).await.values, ["a"]);
}
