//! Upstream Tansu's services and storages: opens the storage of a URL, and corrects upstream's faults where a layer
//! above it can. `docs/storages.md` lists the others.
//!
//! A request is a frame whose header was parsed before. Its body is checked before upstream decodes it, and upstream
//! answers it in a separate task. Fetch reads from the storage directly, because upstream sleeps while it waits.
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
pub use storages_abi::{Partition, Reply, Topic};

use answer::Request;
use compacted::Compacted;
use open::Opened;
use redact::Secrets;
use tasks::Tasks;
use upstream::Upstream;
use waiters::Waiters;

/// Retention and compaction read all stored data; expired transactions are removed at every call.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(60);

/// The storage URL and the broker's identity.
#[derive(Clone, Debug)]
pub struct Options {
    pub url: String,
    pub cluster_id: String,
    pub node_id: i32,
    /// The host and port that clients connect to.
    pub advertised: String,
    pub advertised_port: u16,
    pub group_initial_rebalance_delay: Duration,
    /// Partitions of a topic that is created without a count.
    pub num_partitions: i32,
    pub auto_create_topics: bool,
}

/// An open storage that serves Kafka's APIs. Clones refer to the same one.
#[derive(Clone, Debug)]
pub struct Tansu {
    inner: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
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
    /// The time of the last retention; locked while maintenance runs, so that two do not overlap.
    maintained: Mutex<Option<Instant>>,
    /// Resources of the open storage: the lock of a file, the thread of an SQL engine.
    held: open::Held,
}

impl Tansu {
    /// Opens the storage of the URL. `stop` is cancelled when draining begins; waiting requests are then answered at
    /// once.
    pub async fn open(options: Options, stop: CancellationToken) -> Result<Tansu, OpenError> {
        let Opened { storage, traits, runtime, held, secrets } = open::open(&options).await?;
        let storage: ArcDynStorage = Arc::new(storage::Tracked::new(storage));
        let upstream = Upstream::new(storage.clone(), options.group_initial_rebalance_delay)
            .map_err(|e| OpenError::storage(format!("upstream's services do not fit together: {e}")))?;
        Ok(Tansu {
            inner: Arc::new(Shared {
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

    /// Lists the schemes of storage URLs.
    pub fn schemes() -> &'static [Scheme] {
        schemes()
    }

    /// Returns the served APIs, sorted by key.
    pub fn advertised(&self) -> &[ApiRange] {
        served::RANGES
    }

    /// Serves one request: the frame without its length prefix, and the fields of its header; the body starts at
    /// `body_at`. The future may be dropped; storage operations that have begun are completed.
    pub fn call(
        &self,
        frame: Bytes,
        key: i16,
        version: i16,
        correlation_id: i32,
        body_at: usize,
    ) -> impl Future<Output = Reply> + Send + 'static {
        let inner = self.inner.clone();
        async move { answer::answer(inner, Request { frame, key, version, correlation_id, body_at }).await }
    }

    /// Runs retention, compaction and the expiry of transactions if they are due.
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

    /// Creates a topic as CreateTopics does; `partitions` of -1 means `num_partitions`.
    pub async fn create_topic(
        &self,
        name: &str,
        partitions: i32,
        configs: &[(String, String)],
    ) -> Result<Topic, CallError> {
        topics::create(&self.inner, name, partitions, configs).await
    }

    /// Finishes the work of drained requests and releases the storage.
    pub async fn close(self) {
        self.inner.stop.cancel();
        self.inner.tasks.finish().await;
        self.inner.held.release();
    }
}
