//! What cannot be opened says why, and what to do; secrets stay secret.

use std::{fs, net::TcpListener, time::Instant};

use tokio_util::sync::CancellationToken;
use upstream::{OpenError, OpenErrorKind, Tansu};

use crate::client::options;

async fn refused(url: &str) -> OpenError {
    Tansu::open(options(url), CancellationToken::new()).await.expect_err(url)
}

#[tokio::test]
async fn what_is_wrong_with_a_url_is_named() {
    for (url, words) in [
        ("memory", "is not a URL"),
        ("mysql://db", "no storage has the scheme 'mysql'"),
        ("tansu+memory://?retention=1", "no option 'retention'"),
        ("sqlite://", "names no file"),
        ("sqlite:///nowhere/at/all/a.db", "/nowhere/at/all of sqlite:///nowhere/at/all/a.db does not exist. Create it"),
        ("sqlite://a.db?mode=rw", "no option 'mode'. Known: busy_timeout, compaction, vacuum_into"),
        ("sqlite://a.db?busy_timeout=soon", "'busy_timeout' of sqlite://a.db is 'soon'"),
        ("postgres://me:hunter2@db/x?colour=red", "colour"),
        ("s3://", "names no bucket"),
        ("s3://bucket/folder", "has a path"),
        ("s3://bucket?colour=red", "no option 'colour'. Known: endpoint, region"),
        ("s3://bucket?endpoint=http://127.0.0.1:1", "Add allow_http=true"),
        ("s3://bucket?allow_http=perhaps", "not true or false"),
    ] {
        let error = refused(url).await;
        assert_eq!(error.kind, OpenErrorKind::Config, "{error}");
        assert!(error.message.contains(words), "{url}: {error}");
        assert!(!error.message.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn files_that_are_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let error = refused(&format!("sqlite://{path}")).await;
    assert!(error.message.contains("is a folder"), "{error}");
    fs::write(
        folder.path().join("text.db"),
        "no database, but long enough to be read as the header of one. ".repeat(9),
    )
    .unwrap();
    let error = refused(&format!("sqlite://{path}/text.db")).await;
    assert_eq!(error.kind, OpenErrorKind::Storage);
    assert!(error.message.contains("not a database of SQLite"), "{error}");
    assert!(error.message.contains("Name another file"), "{error}");
}

/// A port with a silent listener; after the listener is dropped, a port without one.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_down_or_silent_are_named_in_seconds() {
    let (listener, port) = silent();
    let keys = "region=us-east-1&access_key_id=id&secret_access_key=hunter2&allow_http=true";
    let urls = [
        format!("postgres://me:hunter2@127.0.0.1:{port}/x"),
        format!("s3://bucket?endpoint=http://127.0.0.1:{port}&{keys}"),
    ];
    let began = Instant::now();
    for url in &urls {
        let error = refused(url).await;
        assert_eq!(error.kind, OpenErrorKind::Unreachable, "{error}");
        assert!(error.message.contains("answer"), "{error}");
        assert!(!error.message.contains("hunter2"), "{error}");
    }
    drop(listener);
    for url in &urls {
        let error = refused(url).await;
        assert_eq!(error.kind, OpenErrorKind::Unreachable, "{error}");
        assert!(!error.message.contains("hunter2"), "{error}");
    }
    assert!(refused(&urls[0]).await.message.contains("refused"));
    assert!(began.elapsed().as_secs() < 40, "{:?}", began.elapsed());
}
