//! Backends: selects the one of a storage URL, and the trait that each implements.

mod embedded;
mod storages;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::AtomicI16},
};

use bytes::Bytes;
use engine::RequestTopics;
use storages_abi::{Partition, Topic};
use tokio_util::sync::CancellationToken;
use wire::{api::ApiRange, api_versions::Feature, codec::FramePart};

use crate::{
    error::{Error, Kind},
    redact,
    settings::Settings,
};

pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One request: the frame without its length prefix, and the fields of its header.
#[derive(Clone, Debug)]
pub struct Request {
    pub frame: Bytes,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub body_at: usize,
    /// The client's address in Kafka's form: `/127.0.0.1`.
    pub peer: Arc<str>,
    /// To be set to the first error code of the answer, if a log wants it.
    pub first_error: Option<Arc<AtomicI16>>,
}

impl Request {
    pub fn body(&self) -> &[u8] {
        self.frame.get(self.body_at..).unwrap_or_default()
    }
}

/// The result of a request.
#[derive(Debug)]
pub enum Reply {
    /// A complete response frame, length prefix included.
    Frame(Bytes),
    /// A response frame in parts, so that large records are not copied, or are read from their file while it is sent.
    Parts(Vec<FramePart>),
    /// No response: Produce with acks=0.
    Silent,
    /// Closes the connection; the text is for the log.
    Close(String),
}

/// A reply, or the future that gives it.
pub enum Response<'a> {
    Ready(Reply),
    /// The request is parked or runs on another thread.
    Pending(Pending<'a, Reply>),
}

/// A storage that serves Kafka's APIs. The connection has checked frame, header, key and version.
pub trait Backend: Send + Sync + 'static {
    fn advertised(&self) -> &[ApiRange];
    /// Feature levels for ApiVersions.
    fn features(&self) -> &[Feature] {
        &[]
    }
    /// Returns whether [`Backend::call`] accepts a request.
    fn serves(&self, key: i16, version: i16) -> bool {
        let ranges = self.advertised();
        let found = ranges.binary_search_by_key(&key, |range| range.key);
        found.is_ok_and(|i| (ranges[i].min..=ranges[i].max).contains(&version))
    }
    /// The topics that a request names, for the log; none if the storage does not say.
    fn request_topics(&self, _key: i16, _version: i16, _body: &[u8]) -> RequestTopics {
        RequestTopics::default()
    }
    fn call(&self, request: Request) -> Response<'_>;
    /// Runs the backend's timers; never ends.
    fn timers(&self) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
    /// Runs retention, compaction and expiry once they are due. Fails if the storage fails, for example if its database
    /// is unreachable. `None` once the broker stops.
    fn maintain(&self) -> Pending<'_, Option<Result<(), Error>>>;
    /// The engine behind it, for commands about groups; other storages do not tell of theirs.
    fn engine(&self) -> Option<&engine::Engine> {
        None
    }
    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>>;
    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>>;
    /// Flushes and closes the storage, after the work of drained requests has ended.
    fn close(&self) -> Pending<'_, ()>;
    /// Ends a storage that did not close in time; pending calls fail. The last call; it may block for two seconds.
    fn shut_down(&self) {}
}

/// The arguments for opening a backend. The port is the bound one unless another is advertised.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub settings: &'a Settings,
    pub advertised_port: u16,
    pub stop: CancellationToken,
    pub prefault: engine::Prefault,
}

/// A storage, as `info` lists it.
#[derive(Clone, Copy, Debug)]
pub struct Storage {
    pub scheme: &'static str,
    pub doc: &'static str,
    pub experimental: bool,
    /// False if its library cannot be loaded.
    pub available: bool,
}

/// Lists all storages. `library` is the setting `storages.library`; it is loaded to find out whether its storages are
/// available.
pub fn storages(library: &str) -> Vec<Storage> {
    let available = storages::load(library).is_ok();
    let tansus = storages::STORAGES.iter().map(|storage| Storage { available, ..*storage });
    embedded::STORAGES.iter().copied().chain(tansus).collect()
}

/// Checks the storage URL before any thread exists.
pub(crate) fn check(settings: &Settings) -> Result<(), Error> {
    let url = settings.text("storage.url");
    let Some((scheme, _)) = url.split_once("://") else {
        let shown = redact::url(url);
        let hint = if url.starts_with('/') { format!("file://{shown}") } else { "memory://".to_owned() };
        return Err(Error::new(Kind::Config, format!("storage.url: '{shown}' is not a URL. Use for example {hint}")));
    };
    if embedded::serves_url(url) {
        return Ok(());
    }
    let known = || embedded::STORAGES.iter().chain(storages::STORAGES).map(|storage| storage.scheme);
    if known().any(|name| name == scheme) {
        return storages::find(settings).map(drop);
    }
    let known: Vec<&str> = known().collect();
    Err(Error::new(
        Kind::Config,
        format!("storage.url: no storage has the scheme '{scheme}'. Known schemes: {}.", known.join(", ")),
    ))
}

/// Returns the default node id of the engine's storages; `None` for other storages.
pub(crate) fn default_node_id(url: &str) -> Option<i32> {
    embedded::serves_url(url).then(|| embedded::default_node_id(url))
}

pub(crate) async fn open(opening: Opening<'_>) -> Result<Arc<dyn Backend>, Error> {
    if embedded::serves_url(opening.settings.text("storage.url")) {
        return embedded::open(&opening).await;
    }
    storages::open(opening).await
}
