//! The broker around a storage: sockets, threads, limits and shutdown. A [`backend::Backend`] serves the requests; this
//! crate knows no batches and no groups.
//!
//! The states of a [`Broker`] are New, Starting, Running, Stopping and Stopped, or Failed. `start` and `stop` do not
//! block; `wait_ready` and `wait` do, with a timeout. The owner thread sends events, one at a time.
#![forbid(unsafe_code)]

pub mod backend;
mod blocking;
mod broker_state;
mod buffer_pool;
mod cancelled;
mod clock;
mod connection;
mod engine_log;
mod error;
mod events;
mod groups;
mod listener;
mod metrics;
mod os;
pub mod redact;
mod refusals;
mod request_log;
mod request_memory;
mod runtime;
pub mod settings;
mod shown;
mod shutdown;
mod status;

use std::{sync::Arc, time::Duration};

pub use backend::{Storage, storages};
pub use engine::{Group, GroupPartition, Member, Prefault};
pub use error::{Error, Kind};
pub use events::Events;
pub use metrics::Metric;
pub use settings::Settings;
pub use status::State;
pub use storages_abi::{Partition, Topic, client::log as storages_log, log_line};

use broker_state::BrokerState;

/// A handle to a broker. Dropping it stops the broker without waiting.
#[derive(Debug)]
pub struct Broker {
    shared: Arc<BrokerState>,
}

impl Broker {
    /// Checks the settings, and loads the library of Tansu's storages if the URL needs it. Starts no thread and opens
    /// nothing.
    pub fn new(settings: &Settings, events: Arc<dyn Events>, prefault: Prefault) -> Result<Broker, Error> {
        backend::check(settings)?;
        Ok(Broker { shared: Arc::new(BrokerState::new(settings.clone(), events, prefault)) })
    }

    /// Starts the owner thread and returns. Later errors are reported as events and by `wait_ready`.
    pub fn start(&self) -> Result<(), Error> {
        self.shared.status.starting()?;
        runtime::spawn(self.shared.clone())
    }

    /// Waits until a client can connect and returns the port. `None` waits without a limit.
    pub fn wait_ready(&self, timeout: Option<Duration>) -> Result<u16, Error> {
        self.shared.status.wait_ready(timeout)
    }

    /// Requests a stop, from any thread, any number of times. A shorter grace shortens an earlier one.
    pub fn stop(&self, grace: Option<Duration>) {
        self.shared.stop(grace);
    }

    /// Waits until the port is closed, the storage is flushed and `Events::stopped` has returned.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<(), Error> {
        self.shared.status.wait(timeout)
    }

    pub fn state(&self) -> State {
        self.shared.status.state()
    }

    /// Returns the port; 0 until ready.
    pub fn port(&self) -> u16 {
        self.shared.status.port()
    }

    /// Returns `host:port` for clients; empty until ready.
    pub fn bootstrap(&self) -> String {
        self.shared.bootstrap()
    }

    pub fn last_error(&self) -> Option<Error> {
        self.shared.status.fatal()
    }

    /// Describes the broker, for the command `info`.
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

    /// Returns the value of a setting with secrets masked; `None` for an unknown key.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.shared.settings.get(key)
    }

    /// Lists all storages. Those of Tansu are available if their library can be loaded.
    pub fn storages(&self) -> Vec<Storage> {
        storages(self.shared.settings.text("storages.library"))
    }

    pub fn metrics(&self) -> Vec<Metric> {
        self.shared.metrics.list()
    }

    /// Lists the topics. Blocks until the storage has answered.
    pub fn topics(&self) -> Result<Vec<Topic>, Error> {
        let (runtime, backend) = self.shared.running()?;
        runtime.block_on(backend.topics())
    }

    /// Creates a topic and blocks until it exists. The default number of partitions is `num.partitions`.
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

    /// Reports an error as if from a task, for tests.
    pub fn fail(&self, error: Error, fatal: bool) {
        if fatal { self.shared.fail(error) } else { self.shared.events.error(error) }
    }
}

/// Returns Kafka's name of a request key; empty for an unknown key.
pub fn api_name(key: i16) -> &'static str {
    wire::api::Api::from_key(key).map_or("", |api| api.name)
}

/// The description of a broker.
#[derive(Clone, Debug)]
pub struct Info {
    pub state: State,
    pub port: u16,
    pub bootstrap: String,
    /// With secrets masked.
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
