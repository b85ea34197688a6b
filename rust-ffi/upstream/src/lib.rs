//! Upstream Tansu's services and storages behind our front: what a storage URL names is opened here, and what upstream
//! gets wrong and a front can put right is put right here. What it cannot put right is named in `docs/storages.md`.
//!
//! A request comes as a frame whose header the shell has read. Its body is checked before upstream decodes it, upstream
//! answers it in a task of its own, and Fetch, whose waiting upstream does by sleeping, is answered from the storage
//! directly.
#![expect(clippy::disallowed_methods, reason = "upstream's storages know files and the time of the system")]
#![forbid(unsafe_code)]

mod answer;
mod compacted;
mod error;
mod fetch;
mod groups;
mod open;
mod produce;
mod redact;
mod served;
mod storage;
mod tasks;
mod topics;
mod upstream;
mod waiters;

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use tansu_storage::{ArcDynStorage, Storage as _};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use wire::api::ApiRange;

pub use error::{CallError, OpenError, OpenErrorKind};
pub use open::{Scheme, schemes};
pub use topics::{Partition, Topic};

use answer::Request;
use compacted::Compacted;
use open::Opened;
use redact::Secrets;
use tasks::Tasks;
use upstream::Upstream;
use waiters::Waiters;

/// Retention and compaction walk over everything that is stored; transactions are looked after at every call.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(60);

/// What a broker says about itself, and the storage URL.
#[derive(Clone, Debug)]
pub struct Options {
    pub url: String,
    pub cluster_id: String,
    pub node_id: i32,
    /// The host and port that clients are told.
    pub advertised: String,
    pub advertised_port: u16,
    pub group_initial_rebalance_delay: Duration,
    /// Partitions of a topic that is created without a count.
    pub num_partitions: i32,
    pub auto_create_topics: bool,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A whole response frame, length prefix included.
    Reply(Bytes),
    /// acks=0: nothing is written.
    Silent,
    /// The connection is closed; the words are for the log.
    Close(String),
}

/// An open storage with Kafka's APIs on top. Clones are handles of the same one.
#[derive(Clone, Debug)]
pub struct Tansu {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    storage: ArcDynStorage,
    upstream: Upstream,
    traits: open::Traits,
    tasks: Tasks,
    waiters: Waiters,
    holes: fetch::Holes,
    compacted: Compacted,
    secrets: Secrets,
    stop: CancellationToken,
    num_partitions: i32,
    auto_create_topics: bool,
    /// When retention last ran; locked while maintenance runs, so that two never overlap.
    maintained: Mutex<Option<Instant>>,
    /// What has to be held as long as the storage is open: the lock of a file, the thread of an engine.
    held: open::Held,
}

impl Tansu {
    /// Opens what the URL names. `stop` fires when draining begins: whatever waits is then answered at once.
    pub async fn open(options: Options, stop: CancellationToken) -> Result<Tansu, OpenError> {
        let Opened { storage, traits, runtime, held, secrets } = open::open(&options).await?;
        let storage: ArcDynStorage = Arc::new(storage::Tracked::new(storage));
        let upstream = Upstream::new(storage.clone(), options.group_initial_rebalance_delay)
            .map_err(|e| OpenError::storage(format!("upstream's services do not fit together: {e}")))?;
        Ok(Tansu {
            inner: Arc::new(Inner {
                storage,
                upstream,
                traits,
                tasks: Tasks::new(runtime),
                waiters: Waiters::default(),
                holes: fetch::Holes::default(),
                compacted: Compacted::default(),
                secrets,
                stop,
                num_partitions: options.num_partitions,
                auto_create_topics: options.auto_create_topics,
                maintained: Mutex::new(None),
                held,
            }),
        })
    }

    /// The storages that a URL can name.
    pub fn schemes() -> &'static [Scheme] {
        schemes()
    }

    /// What is really served, sorted by key.
    pub fn advertised(&self) -> &[ApiRange] {
        served::RANGES
    }

    /// Answers one request: the frame without its length prefix, whose header said the rest; the body starts at
    /// `body_at`. Dropping the future is safe: what a storage has begun, it finishes.
    pub fn call(
        &self,
        frame: Bytes,
        key: i16,
        version: i16,
        correlation_id: i32,
        body_at: usize,
    ) -> impl Future<Output = Answer> + Send + 'static {
        let inner = self.inner.clone();
        async move { answer::answer(inner, Request { frame, key, version, correlation_id, body_at }).await }
    }

    /// Retention, compaction and expired transactions. For a timer: it paces itself. The error is a sentence.
    pub async fn maintain(&self) -> Result<(), String> {
        let inner = self.inner.clone();
        let run = self.inner.tasks.run(async move {
            let Ok(mut maintained) = inner.maintained.try_lock() else { return Ok(()) };
            let failed =
                |what: &str, e: tansu_storage::Error| inner.secrets.hide(&format!("{what}: the storage failed: {e}"));
            let now = SystemTime::now();
            let looked = inner.storage.maintain_transactions(now).await;
            looked.map_err(|e| failed("transactions could not be looked after", e))?;
            if maintained.is_none_or(|last| last.elapsed() >= MAINTENANCE_INTERVAL) {
                *maintained = Some(Instant::now());
                inner.storage.maintain(now).await.map_err(|e| failed("retention and compaction did not run", e))?;
            }
            Ok(())
        });
        match run.await {
            Ok(done) => done,
            Err(panicked) => Err(self.inner.secrets.hide(&format!("maintenance panicked in the storage: {panicked}"))),
        }
    }

    pub async fn topics(&self) -> Result<Vec<Topic>, CallError> {
        topics::list(&self.inner).await
    }

    /// Creates a topic as CreateTopics would; `partitions` of -1 means `num_partitions`.
    pub async fn create_topic(
        &self,
        name: &str,
        partitions: i32,
        configs: &[(String, String)],
    ) -> Result<Topic, CallError> {
        topics::create(&self.inner, name, partitions, configs).await
    }

    /// Finishes the work that drained requests left behind, and lets go of the storage.
    pub async fn close(self) {
        self.inner.stop.cancel();
        self.inner.tasks.finish().await;
        self.inner.held.release();
    }
}
