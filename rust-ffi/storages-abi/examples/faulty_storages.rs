//! A library of storages for the tests of the boundary: the URL's host says what it does wrong.

use std::ffi::c_void;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use storages_abi::buffer::Buffer;
use storages_abi::entry::{Entry, Host, Instance};
use storages_abi::message::NewTopic;
use storages_abi::server::{self, Backend};
use storages_abi::{Failure, FailureKind, Frame, Options, Partition, Range, Reply, Topic};
use tokio_util::sync::CancellationToken;

/// Second replies that the client has refused.
static REFUSED: AtomicU64 = AtomicU64::new(0);
/// Calls whose future was dropped before it ended.
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Returns the release of this library.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_storages_version() -> *const std::ffi::c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Returns the functions of this library.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_storages_entry() -> *const Entry {
    static ENTRY: Entry = Entry { new: new_with_two_replies, ..server::entry::<Faulty>() };
    &ENTRY
}

/// What the URL's host asks for.
struct Faulty(String);

struct CountsDrop;

impl Drop for CountsDrop {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

impl Backend for Faulty {
    async fn open(options: Options, _: CancellationToken) -> Result<Faulty, Failure> {
        let name = options.url.split("://").nth(1).unwrap_or_default().to_owned();
        match name.as_str() {
            "panic-in-open" => panic!("open: on purpose"),
            "refused" => Err(Failure::new(FailureKind::Config, "storage.url: refused on purpose")),
            "hangs-in-open" => pending().await,
            _ => Ok(Faulty(name)),
        }
    }

    fn ranges(&self) -> Vec<Range> {
        vec![Range { key: 3, min: 0, max: 12 }, Range { key: 18, min: 0, max: 4 }]
    }

    /// Echoes the frame, whatever behaviour was set before.
    async fn call(&self, frame: Frame) -> Reply {
        match self.0.as_str() {
            "panic-in-call" => panic!("call: on purpose"),
            "hangs" => {
                let _counts = CountsDrop;
                pending().await
            }
            "nothing" => Reply::Silent,
            "close" => Reply::Close("closed on purpose".to_owned()),
            _ => Reply::Frame(frame.bytes),
        }
    }

    async fn maintain(&self) -> Result<(), Failure> {
        tracing::info!(number = 7, "maintained");
        match self.0.as_str() {
            "panic-in-maintain" => panic!("maintain: on purpose"),
            _ => Ok(()),
        }
    }

    /// Two topics, whose offsets are the counters of this library.
    async fn topics(&self) -> Result<Vec<Topic>, Failure> {
        let topic = |name: &str, counter: &AtomicU64| Topic {
            name: name.to_owned(),
            id: String::new(),
            partitions: vec![Partition {
                id: 0,
                log_start: 0,
                high_watermark: counter.load(Ordering::SeqCst).try_into().unwrap_or(i64::MAX),
            }],
        };
        Ok(vec![topic("refused", &REFUSED), topic("dropped", &DROPPED)])
    }

    async fn create_topic(&self, topic: NewTopic) -> Result<Topic, Failure> {
        Err(Failure::new(FailureKind::Kafka, format!("{} is refused on purpose", topic.name)))
    }

    async fn close(&self) {
        match self.0.as_str() {
            "panic-in-close" => panic!("close: on purpose"),
            // Longer than `free` waits, on a thread that cannot be stopped.
            "blocks-in-close" => drop(tokio::task::spawn_blocking(|| std::thread::park_timeout(Duration::MAX))),
            _ => {}
        }
    }
}

/// The client's host behind one that answers everything twice.
struct Twice(Host);

/// # Safety
/// The contract of `Entry::new`.
unsafe extern "C" fn new_with_two_replies(options: Buffer, host: Host, out: *mut *mut Instance) -> Buffer {
    let context = Box::into_raw(Box::new(Twice(host))).cast();
    let host = Host { context, reply: reply_twice, release };
    // SAFETY: the caller's promise.
    unsafe { (server::entry::<Faulty>().new)(options, host, out) }
}

/// # Safety
/// The contract of `Host::reply`.
unsafe extern "C" fn reply_twice(context: *mut c_void, token: u64, kind: u32, payload: Buffer) -> bool {
    // SAFETY: `new_with_two_replies` made it.
    let Host { context, reply, .. } = unsafe { &*context.cast::<Twice>() }.0;
    let again = Buffer::from(Bytes::copy_from_slice(payload.as_slice()));
    // SAFETY: the contract of `Host`.
    let accepted = unsafe { reply(context, token, kind, payload) };
    // SAFETY: as above; it may be called with any token.
    if !unsafe { reply(context, token, kind, again) } {
        REFUSED.fetch_add(1, Ordering::SeqCst);
    }
    accepted
}

/// # Safety
/// The contract of `Host::release`.
unsafe extern "C" fn release(context: *mut c_void) {
    // SAFETY: `new_with_two_replies` made it, and it is released once.
    let twice = unsafe { Box::from_raw(context.cast::<Twice>()) };
    // SAFETY: as above.
    unsafe { (twice.0.release)(twice.0.context) }
}
