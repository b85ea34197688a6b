//! The backend of Tansu's storages. They are in a second library, which is loaded when a URL needs it.

use std::{ffi::OsStr, sync::Arc, time::Duration};

use futures_lite::future::or;
use storages_abi::{
    Failure, FailureKind, Frame, Options,
    client::{FILE_NAME, Library, LoadError, Storage as Opened, beside},
    message::NewTopic,
};
use tokio_util::sync::CancellationToken;
use wire::api::ApiRange;

use super::{Backend, Opening, Pending, Reply, Request, Response, Storage, Topic};
use crate::{
    cancelled::cancelled,
    clock::real,
    error::{Error, Kind},
    settings::Settings,
};

const fn storage(scheme: &'static str, doc: &'static str) -> Storage {
    Storage { scheme, doc, experimental: false, available: false }
}

pub(super) const STORAGES: &[Storage] = &[
    storage("tansu+memory", "Tansu's storage in memory."),
    storage("sqlite", "One file: sqlite://PATH or sqlite:///ABSOLUTE/PATH."),
    storage("postgres", "A PostgreSQL database, in libpq's URL form."),
    storage("postgresql", "The same as postgres."),
    Storage { experimental: true, ..storage("s3", "A bucket of S3 or of a compatible server: s3://BUCKET.") },
];

const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(10);

/// Loads the library: the given file, else the file in libtansu's folder, else the one that the dynamic linker finds.
pub(super) fn load(given: &str) -> Result<Library, LoadError> {
    if !given.is_empty() {
        return Library::load(OsStr::new(given));
    }
    match beside().filter(|file| file.exists()) {
        Some(file) => Library::load(file.as_os_str()),
        None => Library::load(OsStr::new(FILE_NAME)),
    }
}

/// Loads the library for a URL that needs it. The error names the setting or the URL, and the remedy.
pub(super) fn find(settings: &Settings) -> Result<Library, Error> {
    let given = settings.text("storages.library");
    load(given).map_err(|why| {
        let scheme = settings.text("storage.url").split("://").next().unwrap_or_default();
        let remedy = match (&why, given.is_empty()) {
            (LoadError::OtherVersion { .. }, _) => "Install both in the same version".to_owned(),
            (_, false) => format!("Give the full path of a {FILE_NAME}"),
            (_, true) => {
                "Install it (Python: `pip install ./storages` in the source tree), or set storages.library to \
                          its full path"
                    .to_owned()
            }
        };
        let what = match given.is_empty() {
            true => format!("storage.url: {scheme}:// needs the library of Tansu's storages"),
            false => format!("storages.library: {scheme}:// cannot use this library"),
        };
        Error::new(Kind::Config, format!("{what}, and {why}. {remedy}."))
    })
}

pub(super) async fn open(opening: Opening<'_>) -> Result<Arc<dyn Backend>, Error> {
    let settings = opening.settings;
    let library = find(settings)?;
    let options = Options {
        url: settings.text("storage.url").to_owned(),
        cluster_id: settings.text("cluster.id").to_owned(),
        node_id: settings.node_id(),
        advertised_host: settings.text("advertised.host").to_owned(),
        advertised_port: opening.advertised_port,
        group_initial_rebalance_delay_ms: settings.int("group.initial.rebalance.delay.ms") as u64,
        num_partitions: settings.int("num.partitions") as i32,
        auto_create_topics: settings.boolean("auto.create.topics.enable"),
        threads: settings.int("num.network.threads") as usize,
    };
    let opened = Opened::open(library, &options).await.map_err(error)?;
    let ranges = opened.ranges().iter().map(|r| ApiRange { key: r.key, min: r.min, max: r.max }).collect();
    Ok(Arc::new(Storages { opened, ranges, stop: opening.stop }))
}

fn error(failure: Failure) -> Error {
    let kind = match failure.kind {
        FailureKind::Config => Kind::Config,
        FailureKind::Storage => Kind::Storage,
        FailureKind::Kafka => Kind::Kafka,
        FailureKind::Panic => Kind::Panic,
    };
    Error::new(kind, failure.message)
}

struct Storages {
    opened: Opened,
    ranges: Vec<ApiRange>,
    stop: CancellationToken,
}

impl Backend for Storages {
    fn advertised(&self) -> &[ApiRange] {
        &self.ranges
    }

    fn call(&self, request: Request) -> Response<'_> {
        let Request { frame, key, version, correlation_id, body_at, .. } = request;
        let call = self.opened.call(Frame { bytes: frame, key, version, correlation_id, body_at });
        Response::Pending(Box::pin(async move {
            match call.await {
                storages_abi::Reply::Frame(bytes) => Reply::Frame(bytes),
                storages_abi::Reply::Silent => Reply::Silent,
                storages_abi::Reply::Close(why) => Reply::Close(why),
            }
        }))
    }

    /// Tells the library when the broker drains; it then answers waiting requests.
    fn timers(&self) -> Pending<'_, ()> {
        Box::pin(async {
            self.stop.cancelled().await;
            self.opened.drain();
            std::future::pending().await
        })
    }

    fn maintain(&self) -> Pending<'_, Option<Result<(), Error>>> {
        Box::pin(async {
            // The storages have a clock of their own, which is real.
            let due = async {
                real::sleep(MAINTENANCE_INTERVAL).await;
                Some(())
            };
            or(cancelled(&self.stop), due).await?;
            Some(self.opened.maintain().await.map_err(error))
        })
    }

    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>> {
        Box::pin(async { self.opened.topics().await.map_err(error) })
    }

    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>> {
        let new = NewTopic { name, partitions, configs };
        Box::pin(async move { self.opened.create_topic(&new).await.map_err(error) })
    }

    fn shut_down(&self) {
        self.opened.shut_down();
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async {
            if let Err(failure) = self.opened.close().await {
                tracing::error!("the storage did not close cleanly: {failure}");
            }
        })
    }
}
