//! Opening a storage URL.

mod database;
mod file_lock;
mod memory;
mod options;
mod postgres;
mod s3;
mod sqlite;

use std::time::Duration;

use tansu_storage::{ArcDynStorage, BrokerRegistrationRequest, Storage as _, StorageContainer, StorageFactory};
use tokio::{runtime::Handle, time::timeout};
use url::Url;
use uuid::Uuid;

use crate::{
    Options,
    error::OpenError,
    redact::{Secrets, shown},
};

pub(crate) use sqlite::Held;

/// After this time without an answer a database or bucket is unreachable.
const DEADLINE: Duration = Duration::from_secs(5);

/// A storage and its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub name: &'static str,
    pub description: &'static str,
    pub experimental: bool,
}

const SCHEMES: &[Scheme] = &[
    Scheme { name: "tansu+memory", description: "Upstream's storage in memory.", experimental: false },
    Scheme { name: "sqlite", description: "One file: sqlite://PATH or sqlite:///ABSOLUTE/PATH.", experimental: false },
    Scheme { name: "postgres", description: "A PostgreSQL database, in libpq's URL form.", experimental: false },
    Scheme { name: "postgresql", description: "The same as postgres.", experimental: false },
    Scheme { name: "s3", description: "A bucket of S3 or of a compatible server: s3://BUCKET.", experimental: true },
];

/// Lists the storages.
pub fn schemes() -> &'static [Scheme] {
    SCHEMES
}

/// Properties of a storage.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// Whether other brokers may write to it, so that waiting fetches must poll.
    pub shared: bool,
    /// Whether it raises the high watermark before it stores the batch, so that a read may find a hole.
    pub holes: bool,
}

pub(crate) struct Opened {
    pub storage: ArcDynStorage,
    pub traits: Traits,
    pub runtime: Handle,
    pub held: Held,
    pub secrets: Secrets,
}

pub(crate) async fn open(options: &Options) -> Result<Opened, OpenError> {
    let Some((scheme, _)) = options.url.split_once("://") else {
        let shown = shown(&options.url);
        return Err(OpenError::config(format!("storage.url: '{shown}' is not a URL. Use for example memory://")));
    };
    let opened = match scheme {
        "tansu+memory" => memory::open(options).await?,
        "sqlite" => sqlite::open(options).await?,
        "postgres" | "postgresql" => postgres::open(options).await?,
        "s3" => s3::open(options).await?,
        unknown => {
            let known: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name).collect();
            return Err(OpenError::config(format!(
                "storage.url: no storage has the scheme '{unknown}'. Known schemes: {}.",
                known.join(", ")
            )));
        }
    };
    register(options, &opened).await?;
    Ok(opened)
}

/// The SQL storages need a row for the cluster before they serve it.
async fn register(options: &Options, opened: &Opened) -> Result<(), OpenError> {
    let storage = opened.storage.clone();
    let registration = BrokerRegistrationRequest {
        broker_id: options.node_id,
        cluster_id: options.cluster_id.clone(),
        incarnation_id: Uuid::new_v4(),
        rack: None,
    };
    let registered = opened.runtime.spawn(async move { storage.register_broker(registration).await });
    let url = shown(&options.url);
    match timeout(DEADLINE, registered).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(e))) => {
            let why = opened.secrets.hide(&e.to_string());
            Err(OpenError::storage(format!("storage.url: {url} does not take the broker's registration: {why}")))
        }
        Ok(Err(e)) => Err(OpenError::storage(format!("storage.url: {url} failed while it was opened: {e}"))),
        Err(_) => Err(OpenError::unreachable(format!("storage.url: {url} gave no answer in {DEADLINE:?}. Is it up?"))),
    }
}

/// Opens a storage with one of upstream's factories.
async fn build(
    options: &Options,
    factory: impl StorageFactory,
    storage: Url,
) -> Result<ArcDynStorage, tansu_storage::Error> {
    let mut builder = StorageContainer::builder();
    builder.with_factory(std::sync::Arc::new(factory));
    builder
        .cluster_id(options.cluster_id.as_str())
        .node_id(options.node_id)
        .advertised_listener(advertised(options)?)
        .storage(storage)
        .silent(true)
        .build()
        .await
}

/// The advertised listener, as a URL for upstream.
fn advertised(options: &Options) -> Result<Url, tansu_storage::Error> {
    Ok(Url::parse(&format!("tcp://{}:{}", options.advertised, options.advertised_port))?)
}
