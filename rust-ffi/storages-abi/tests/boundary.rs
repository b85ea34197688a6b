//! Both sides of the boundary, with a library that does everything wrong that its URL asks for.
#![expect(clippy::disallowed_methods, reason = "the tests look at threads and write a file")]

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use storages_abi::client::{FILE_NAME, Library, LoadError, Storage};
use storages_abi::message::NewTopic;
use storages_abi::{Failure, FailureKind, Frame, Options, Reply};
use tokio::time::timeout;

/// A library that cargo has built from `examples/`.
fn example(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    let profile = program.parent().and_then(|deps| deps.parent()).expect("target/PROFILE/deps/");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    profile.join("examples").join(format!("{prefix}{name}{suffix}"))
}

fn faulty() -> Library {
    Library::load(example("faulty_storages").as_os_str()).expect("it is built with this test")
}

fn options(name: &str) -> Options {
    Options { url: format!("tansu+memory://{name}"), threads: 1, ..Options::default() }
}

async fn open(name: &str) -> Storage {
    Storage::open(faulty(), &options(name)).await.expect(name)
}

async fn refused(name: &str) -> Failure {
    Storage::open(faulty(), &options(name)).await.expect_err(name)
}

fn frame(bytes: &'static [u8]) -> Frame {
    Frame { bytes: Bytes::from_static(bytes), key: 3, version: 12, correlation_id: 1, body_at: 0 }
}

/// A counter of the library.
async fn counter(storage: &Storage, name: &str) -> i64 {
    let topics = storage.topics().await.unwrap();
    topics.iter().find(|topic| topic.name == name).expect("a counter").partitions[0].high_watermark
}

#[tokio::test]
async fn frames_cross_in_both_directions() {
    let storage = open("good").await;
    assert_eq!(storage.ranges().len(), 2);
    assert_eq!(storage.call(frame(b"question")).await, Reply::Frame(Bytes::from_static(b"question")));
    assert_eq!(open("nothing").await.call(frame(b"x")).await, Reply::Silent);
    assert_eq!(open("close").await.call(frame(b"x")).await, Reply::Close("closed on purpose".into()));
    let new = NewTopic { name: "t".into(), partitions: 1, configs: vec![] };
    let failure = storage.create_topic(&new).await.unwrap_err();
    assert_eq!(failure, Failure::new(FailureKind::Kafka, "t is refused on purpose"));
    storage.maintain().await.unwrap();
    storage.close().await.unwrap();
}

#[tokio::test]
async fn a_panic_is_a_failure_of_that_operation_alone() {
    let failure = refused("panic-in-open").await;
    assert_eq!(failure, Failure::new(FailureKind::Panic, "Tansu's storages panicked: open: on purpose"));
    let storage = open("panic-in-call").await;
    for _ in 0..3 {
        let closed = Reply::Close("Tansu's storages panicked: call: on purpose".into());
        assert_eq!(storage.call(frame(b"x")).await, closed);
    }
    assert!(storage.topics().await.is_ok(), "it goes on");
    let failure = open("panic-in-maintain").await.maintain().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Panic);
    let failure = open("panic-in-close").await.close().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Panic);
}

#[tokio::test]
async fn a_refusal_is_not_a_panic() {
    let failure = refused("refused").await;
    assert_eq!(failure, Failure::new(FailureKind::Config, "storage.url: refused on purpose"));
}

#[tokio::test]
async fn a_second_reply_is_refused() {
    let storage = open("twice").await;
    let before = counter(&storage, "refused").await;
    for _ in 0..10 {
        assert!(matches!(storage.call(frame(b"x")).await, Reply::Frame(_)));
    }
    // The counter rises after the first reply has arrived, so one of them may still be under way.
    assert!(counter(&storage, "refused").await >= before + 10);
}

#[tokio::test]
async fn a_dropped_call_ends_in_the_library() {
    let storage = open("hangs").await;
    let before = counter(&storage, "dropped").await;
    let waited = timeout(Duration::from_millis(20), storage.call(frame(b"x"))).await;
    assert!(waited.is_err());
    // The task is dropped by a thread of the library.
    while counter(&storage, "dropped").await < before + 1 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_opening_can_be_given_up() {
    let options = options("hangs-in-open");
    let hanging = Storage::open(faulty(), &options);
    assert!(timeout(Duration::from_millis(20), hanging).await.is_err());
}

#[tokio::test]
async fn a_shut_down_ends_what_still_runs() {
    let storage = open("hangs").await;
    let call = storage.call(frame(b"x"));
    storage.shut_down();
    let closed = Reply::Close("the storage was shut down before it answered".into());
    assert_eq!(call.await, closed);
    assert_eq!(storage.call(frame(b"x")).await, closed);
    assert_eq!(storage.topics().await.unwrap_err().kind, FailureKind::Storage);
    storage.shut_down();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_does_not_end_holds_the_end_up_for_two_seconds_only() {
    let storage = open("blocks-in-close").await;
    storage.close().await.unwrap();
    let freed = tokio::task::spawn_blocking(move || drop(storage));
    timeout(Duration::from_secs(20), freed).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn two_hundred_openings_leave_no_thread_behind() {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    drop(open("good").await);
    for _ in 0..200 {
        let storage = open("good").await;
        assert!(matches!(storage.call(frame(b"x")).await, Reply::Frame(_)));
        storage.close().await.unwrap();
    }
    // The other tests of this program have threads too, but not two hundred.
    assert!(threads() < 100, "{}", threads());
}

#[test]
fn what_is_no_library_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join(FILE_NAME);
    let error = Library::load(missing.as_os_str()).unwrap_err();
    assert!(matches!(error, LoadError::NotLoaded { .. }), "{error}");
    assert!(error.to_string().starts_with(&missing.display().to_string()), "{error}");
    std::fs::write(&missing, "no library").unwrap();
    let error = Library::load(missing.as_os_str()).unwrap_err();
    assert!(matches!(error, LoadError::NotLoaded { .. }), "{error}");
    let error = Library::load(OsStr::new("a\0b")).unwrap_err();
    assert!(matches!(error, LoadError::NotLoaded { .. }), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_library_of_something_else_is_named() {
    let error = Library::load(OsStr::new("libc.so.6")).unwrap_err();
    assert_eq!(error.to_string(), "libc.so.6 is not a library of Tansu's storages");
}

#[test]
fn a_library_of_another_release_is_named_with_both_versions() {
    let file = example("old_storages");
    let error = Library::load(file.as_os_str()).unwrap_err();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("{} is of version 0.0.1-old, and this is libtansu {version}", file.display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_same_file_is_the_same_library() {
    assert_eq!(faulty(), faulty());
}
