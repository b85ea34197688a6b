//! The seam: which backend a storage URL means, and what the shell asks of one.

mod embedded;
mod storages;

use std::{future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use wire::{api::ApiRange, api_versions::Feature, codec::FramePart};

use crate::{
    error::{Error, Kind},
    redact,
    settings::Settings,
};

pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One request: the frame without its length prefix, and what its header said.
#[derive(Clone, Debug)]
pub struct Request {
    pub frame: Bytes,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub body_at: usize,
    /// The client's address, as Kafka shows it: `/127.0.0.1`.
    pub peer: Arc<str>,
}

impl Request {
    pub fn body(&self) -> &[u8] {
        self.frame.get(self.body_at..).unwrap_or_default()
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// A whole response frame, length prefix included.
    Frame(Bytes),
    /// The same in pieces, for large ones that are not to be copied, or not to be held.
    Parts(Vec<FramePart>),
    /// acks=0: nothing is written.
    Silent,
    /// The connection is closed; the words are for the log.
    Close(String),
}

/// An answer, or the way to it.
pub enum Response<'a> {
    Ready(Reply),
    /// It waits for something.
    Pending(Pending<'a, Reply>),
}

/// A topic as the command table shows it.
#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub id: String,
    pub partitions: Vec<Partition>,
}

/// One partition: offsets of the first record kept and of the next to come.
#[derive(Clone, Copy, Debug)]
pub struct Partition {
    pub id: i32,
    pub log_start: i64,
    pub high_watermark: i64,
}

/// A storage with Kafka's APIs on top. The shell has checked frame, header, key and version.
pub trait Backend: Send + Sync + 'static {
    fn advertised(&self) -> &[ApiRange];
    /// Feature levels, as ApiVersions says them.
    fn features(&self) -> &[Feature] {
        &[]
    }
    /// Whether a request may be handed to [`Backend::call`].
    fn serves(&self, key: i16, version: i16) -> bool {
        let ranges = self.advertised();
        let found = ranges.binary_search_by_key(&key, |range| range.key);
        found.is_ok_and(|i| (ranges[i].min..=ranges[i].max).contains(&version))
    }
    fn call(&self, request: Request) -> Response<'_>;
    /// What happens by the clock; never ends.
    fn timers(&self) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
    /// Retention, compaction, expired transactions. Fails where the storage does, say because its database is away.
    fn maintain(&self) -> Pending<'_, Result<(), Error>>;
    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>>;
    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>>;
    /// Flushes, after the work that drained requests left behind.
    fn close(&self) -> Pending<'_, ()>;
    /// Ends what is not closed by now; calls that still wait fail. The last call, which may block for two seconds.
    fn shut_down(&self) {}
}

/// What to open a backend with; the port is the bound one.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub settings: &'a Settings,
    pub advertised_port: u16,
    pub stop: CancellationToken,
    pub prefault: engine::Prefault,
}

/// One storage that a URL can name, for `info`.
#[derive(Clone, Copy, Debug)]
pub struct Storage {
    pub scheme: &'static str,
    pub doc: &'static str,
    pub experimental: bool,
    /// False if the library that serves it cannot be loaded.
    pub available: bool,
}

/// The storages that a URL can name. `library` is the setting `storages.library`; it is loaded to see whether it fits.
pub fn storages(library: &str) -> Vec<Storage> {
    let available = storages::load(library).is_ok();
    let tansus = storages::STORAGES.iter().map(|storage| Storage { available, ..*storage });
    embedded::STORAGES.iter().copied().chain(tansus).collect()
}

/// Refuses what cannot be opened, before any thread exists.
pub(crate) fn check(settings: &Settings) -> Result<(), Error> {
    let url = settings.text("storage.url");
    let Some((scheme, _)) = url.split_once("://") else {
        let shown = redact::url(url);
        let hint = if url.starts_with('/') { format!("file://{shown}") } else { "memory://".to_owned() };
        return Err(Error::new(Kind::Config, format!("storage.url: '{shown}' is no URL. Use for example {hint}")));
    };
    if embedded::is_ours(url) {
        return Ok(());
    }
    let known = || embedded::STORAGES.iter().chain(storages::STORAGES).map(|storage| storage.scheme);
    if known().any(|name| name == scheme) {
        return storages::find(settings).map(drop);
    }
    let known: Vec<&str> = known().collect();
    Err(Error::new(
        Kind::Config,
        format!("storage.url: no storage answers to '{scheme}'. Known here: {}.", known.join(", ")),
    ))
}

/// The node id of the engine's storages where none is set; `None` for other storages.
pub(crate) fn default_node_id(url: &str) -> Option<i32> {
    embedded::is_ours(url).then(|| embedded::default_node_id(url))
}

pub(crate) async fn open(opening: Opening<'_>) -> Result<Arc<dyn Backend>, Error> {
    if embedded::is_ours(opening.settings.text("storage.url")) {
        return embedded::open(&opening).await;
    }
    storages::open(opening).await
}
