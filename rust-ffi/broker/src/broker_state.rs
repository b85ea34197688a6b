//! The state of one broker, shared by its handle, its owner thread and its tasks.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::Backend,
    clock::real::{self, Instant},
    error::{Error, Kind},
    events::Events,
    metrics::Metrics,
    redact,
    settings::Settings,
    status::{State, Status},
};

pub(crate) struct BrokerState {
    pub settings: Settings,
    /// Masks the secrets of the storage URL in the log.
    _secrets: redact::Known,
    pub events: Arc<dyn Events>,
    pub prefault: engine::Prefault,
    pub status: Status,
    /// Held while a state change and its event are published, so that events come in the order of the states.
    event_order: Mutex<()>,
    pub metrics: Arc<Metrics>,
    pub drain: CancellationToken,
    /// The end of a stop's grace.
    pub deadline: watch::Sender<Option<Instant>>,
    /// Whether a failure of the storage was reported and still lasts.
    storage_failing: AtomicBool,
    /// The open storage, for commands.
    open: Mutex<Option<(Handle, Arc<dyn Backend>)>>,
}

impl std::fmt::Debug for BrokerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker").field("status", &self.status).finish_non_exhaustive()
    }
}

impl BrokerState {
    pub(crate) fn new(settings: Settings, events: Arc<dyn Events>, prefault: engine::Prefault) -> BrokerState {
        BrokerState {
            _secrets: redact::Known::of(settings.text("storage.url")),
            settings,
            events,
            prefault,
            status: Status::new(),
            event_order: Mutex::new(()),
            metrics: Arc::new(Metrics::new()),
            drain: CancellationToken::new(),
            deadline: watch::Sender::new(None),
            storage_failing: AtomicBool::new(false),
            open: Mutex::new(None),
        }
    }

    pub(crate) fn stop(&self, grace: Option<Duration>) {
        let grace = grace.unwrap_or_else(|| Duration::from_millis(self.settings.int("shutdown.grace.ms") as u64));
        let at = real::now() + grace;
        self.deadline.send_modify(|deadline| *deadline = Some(deadline.map_or(at, |earlier| earlier.min(at))));
        self.status.stopping();
        self.drain.cancel();
    }

    pub(crate) fn fail(&self, error: Error) {
        let error = error.fatal();
        {
            let _in_order = self.event_order();
            if self.status.fail(error.clone()) {
                // Its own target, so that a program that prints the error anyway can filter it.
                tracing::error!(target: "broker::fatal", "fatal error, the broker stops: {error}");
                self.events.fatal(error);
            }
        }
        self.drain.cancel();
    }

    /// Reports the result of maintenance: a failure once, until maintenance succeeds again.
    pub(crate) fn maintained(&self, done: Result<(), Error>) {
        let was = self.storage_failing.swap(done.is_err(), Ordering::SeqCst);
        if let Err(error) = done {
            tracing::warn!("{error}");
            if !was {
                self.events.error(error);
            }
        }
    }

    pub(crate) fn ready(&self, port: u16) {
        let _in_order = self.event_order();
        if self.status.ready(port) {
            let storage = self.settings.get("storage.url").unwrap_or_default();
            tracing::info!("serving {storage} at {}", self.bootstrap());
            self.events.started(port);
        }
    }

    pub(crate) fn ended(&self) {
        {
            let _in_order = self.event_order();
            self.status.stopped();
            tracing::info!("stopped");
            self.events.stopped();
        }
        self.status.finished();
    }

    fn event_order(&self) -> MutexGuard<'_, ()> {
        self.event_order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(&self) -> Option<(Handle, Arc<dyn Backend>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_open(&self, open: Option<(Handle, Arc<dyn Backend>)>) {
        let before = std::mem::replace(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner), open);
        // Dropping may take long, so after the lock is released.
        drop(before);
    }

    pub(crate) fn running(&self) -> Result<(Handle, Arc<dyn Backend>), Error> {
        match (self.status.state(), self.open()) {
            (State::Running, Some(open)) => Ok(open),
            (state, _) => Err(Error::new(Kind::State, format!("the broker is {state:?}; commands need a running one"))),
        }
    }

    pub(crate) fn bootstrap(&self) -> String {
        let host = self.settings.text("advertised.host");
        match self.status.port() {
            0 => String::new(),
            bound if host.contains(':') => format!("[{host}]:{}", self.advertised_port(bound)),
            bound => format!("{host}:{}", self.advertised_port(bound)),
        }
    }

    pub(crate) fn advertised_port(&self, bound: u16) -> u16 {
        match self.settings.int("advertised.port") as u16 {
            0 => bound,
            mapped => mapped,
        }
    }
}
