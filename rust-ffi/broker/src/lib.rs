//! The shell: sockets, threads, limits and the end of things. It knows no batch and no group; a [`backend::Backend`]
//! behind the seam does.
//!
//! A [`Broker`] goes New, Starting, Running, Stopping, Stopped, or Failed. `start` and `stop` never block; `wait_ready`
//! and `wait` do, with a time-out. Events come from the owner thread, one at a time.
#![forbid(unsafe_code)]

pub mod backend;
mod blocking;
mod broker_state;
mod buffer_pool;
mod cancelled;
mod connection;
mod error;
mod events;
mod listener;
mod metrics;
mod os;
pub mod redact;
mod request_memory;
mod runtime;
pub mod settings;
mod shutdown;
mod status;

use std::{sync::Arc, time::Duration};

pub use backend::{Partition, Storage, Topic, storages};
pub use engine::Prefault;
pub use error::{Error, Kind};
pub use events::Events;
pub use metrics::Metric;
pub use settings::Settings;
pub use status::State;
pub use storages_abi::client::log as storages_log;

use broker_state::BrokerState;

/// A handle on one broker; clones share it. The broker stops when the last one is dropped, without waiting for it.
#[derive(Debug)]
pub struct Broker {
    shared: Arc<BrokerState>,
}

impl Broker {
    /// Checks the settings, and loads the library of Tansu's storages if the URL needs it. No thread yet, nothing is
    /// opened.
    pub fn new(settings: &Settings, events: Arc<dyn Events>, prefault: Prefault) -> Result<Broker, Error> {
        backend::check(settings)?;
        Ok(Broker { shared: Arc::new(BrokerState::new(settings.clone(), events, prefault)) })
    }

    /// Starts the owner thread and returns. What goes wrong from here on comes as an event and from `wait_ready`.
    pub fn start(&self) -> Result<(), Error> {
        self.shared.status.starting()?;
        runtime::spawn(self.shared.clone())
    }

    /// The port, once a client can connect. `None` waits for ever.
    pub fn wait_ready(&self, timeout: Option<Duration>) -> Result<u16, Error> {
        self.shared.status.wait_ready(timeout)
    }

    /// Asks for the end: a request, from any thread, any number of times. A shorter grace shortens an earlier one.
    pub fn stop(&self, grace: Option<Duration>) {
        self.shared.stop(grace);
    }

    /// Until the port is closed, the storage flushed and `Events::stopped` has returned.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<(), Error> {
        self.shared.status.wait(timeout)
    }

    pub fn state(&self) -> State {
        self.shared.status.state()
    }

    /// 0 until ready.
    pub fn port(&self) -> u16 {
        self.shared.status.port()
    }

    /// `host:port` for clients; empty until ready.
    pub fn bootstrap(&self) -> String {
        self.shared.bootstrap()
    }

    pub fn last_error(&self) -> Option<Error> {
        self.shared.status.fatal()
    }

    /// What this broker is, for the command `info`.
    pub fn info(&self) -> Info {
        let shared = &self.shared;
        Info {
            state: self.state(),
            port: self.port(),
            bootstrap: self.bootstrap(),
            storage_url: shared.settings.get("storage.url").unwrap_or_default(),
            cluster_id: shared.settings.text("cluster.id").to_owned(),
            node_id: shared.settings.node_id(),
            apis: shared.open().map_or_else(Vec::new, |(_, backend)| backend.advertised().to_vec()),
        }
    }

    /// The value of a setting as it may be shown; `None` for an unknown key.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.shared.settings.get(key)
    }

    /// The storages there are; those of Tansu are available if their library can be loaded.
    pub fn storages(&self) -> Vec<Storage> {
        storages(self.shared.settings.text("storages.library"))
    }

    pub fn metrics(&self) -> Vec<Metric> {
        self.shared.metrics.list()
    }

    /// Blocks until the storage has answered.
    pub fn topics(&self) -> Result<Vec<Topic>, Error> {
        let (runtime, backend) = self.shared.running()?;
        runtime.block_on(backend.topics())
    }

    /// Blocks until the topic exists. No count means `num.partitions`.
    pub fn create_topic(
        &self,
        name: &str,
        partitions: Option<i32>,
        configs: &[(String, String)],
    ) -> Result<Topic, Error> {
        let (runtime, backend) = self.shared.running()?;
        let partitions = partitions.unwrap_or_else(|| self.shared.settings.int("num.partitions") as i32);
        runtime.block_on(backend.create_topic(name.to_owned(), partitions, configs.to_vec()))
    }

    /// As if a task had reported it; for tests of what an embedder does then.
    pub fn fail(&self, error: Error, fatal: bool) {
        if fatal { self.shared.fail(error) } else { self.shared.events.error(error) }
    }
}

/// Kafka's name of a request key; empty for a key that Kafka does not have.
pub fn api_name(key: i16) -> &'static str {
    wire::api::Api::from_key(key).map_or("", |api| api.name)
}

/// A broker in figures.
#[derive(Clone, Debug)]
pub struct Info {
    pub state: State,
    pub port: u16,
    pub bootstrap: String,
    /// Without its secrets.
    pub storage_url: String,
    pub cluster_id: String,
    pub node_id: i32,
    pub apis: Vec<wire::api::ApiRange>,
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop(Some(Duration::ZERO));
    }
}
