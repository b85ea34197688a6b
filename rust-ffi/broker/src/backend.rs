//! The seam: which backend a storage URL means, and what the shell asks of one.

#[cfg(feature = "tansu")]
mod tansu;

use std::{future::Future, pin::Pin};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use wire::api::ApiRange;

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
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Answer {
    /// A whole response frame, length prefix included.
    Reply(Bytes),
    /// acks=0: nothing is written.
    Silent,
    /// The connection is closed; the words are for the log.
    Close(String),
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
    fn call(&self, request: Request) -> Pending<'_, Answer>;
    /// Retention, compaction, expired transactions.
    fn maintain(&self) -> Pending<'_, ()>;
    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>>;
    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>>;
    /// Flushes, after the work that drained requests left behind.
    fn close(&self) -> Pending<'_, ()>;
}

/// What to open a backend with; the port is the bound one.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub settings: &'a Settings,
    pub advertised_port: u16,
    pub stop: CancellationToken,
}

/// One storage of this build, for `info`.
#[derive(Clone, Copy, Debug)]
pub struct Storage {
    pub scheme: &'static str,
    pub doc: &'static str,
    pub experimental: bool,
    /// Compiled into this build.
    pub available: bool,
}

/// The storages that a URL can name in this build.
pub fn storages() -> Vec<Storage> {
    #[cfg(feature = "tansu")]
    return tansu::storages();
    #[cfg(not(feature = "tansu"))]
    Vec::new()
}

/// Refuses what no storage answers to, before any thread exists.
pub(crate) fn known_scheme(settings: &Settings) -> Result<(), Error> {
    let url = settings.text("storage.url");
    let Some((scheme, _)) = url.split_once("://") else {
        let shown = redact::url(url);
        return Err(Error::new(Kind::Config, format!("storage.url: '{shown}' is no URL. Use for example memory://")));
    };
    let known: Vec<&str> = storages().iter().map(|storage| storage.scheme).collect();
    if known.is_empty() {
        return Err(Error::new(
            Kind::Config,
            "storage.url: this build has no storage. Build it with the feature 'tansu'.",
        ));
    }
    if known.contains(&scheme) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("storage.url: no storage answers to '{scheme}'. Known here: {}.", known.join(", ")),
    ))
}

pub(crate) async fn open(opening: Opening<'_>) -> Result<std::sync::Arc<dyn Backend>, Error> {
    #[cfg(feature = "tansu")]
    return tansu::open(opening).await;
    #[cfg(not(feature = "tansu"))]
    {
        known_scheme(opening.settings)?;
        Err(Error::new(Kind::Config, "storage.url: this build has no storage"))
    }
}
