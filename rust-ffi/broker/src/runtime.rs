//! The owner thread of a broker: builds the runtime, opens, serves, drains, closes, and tells the end.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use futures_lite::future::or;
use tokio::{
    net::TcpStream,
    runtime::{Builder, Handle, Runtime},
    sync::watch,
    task::{AbortHandle, JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{self, Backend, Opening},
    cancelled::cancelled,
    connection::{self, Shared},
    error::{Error, Kind},
    events::Events,
    listener::Listeners,
    metrics::Metrics,
    os::descriptors,
    queue::Queue,
    redact,
    settings::Settings,
    shutdown,
    status::{State, Status},
};

/// How long blocking threads of a backend may take once everything else is over.
const LAST_THREADS: Duration = Duration::from_secs(2);
const MAINTENANCE: Duration = Duration::from_secs(10);
/// How often, and how long after each other, a connection that is one too many is looked at before it is refused. Each
/// time the network threads have seen what had come until then.
const LOOKS: u32 = 3;
const LEAVING: Duration = Duration::from_millis(3);

pub(crate) struct Inner {
    pub settings: Settings,
    /// Keeps the secrets of the storage URL out of the log.
    _secrets: redact::Known,
    pub events: Arc<dyn Events>,
    prefault: engine::Prefault,
    pub status: Status,
    /// Held while the state changes and the event that tells so is handed over: events come in the order of the states.
    telling: Mutex<()>,
    pub metrics: Arc<Metrics>,
    pub drain: CancellationToken,
    /// When the grace of a stop ends.
    pub deadline: watch::Sender<Option<Instant>>,
    /// The storage fails, and the embedder knows.
    troubled: AtomicBool,
    /// For commands, while the storage is open.
    open: Mutex<Option<(Handle, Arc<dyn Backend>)>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn new(settings: Settings, events: Arc<dyn Events>, prefault: engine::Prefault) -> Inner {
        Inner {
            _secrets: redact::Known::of(settings.text("storage.url")),
            settings,
            events,
            prefault,
            status: Status::new(),
            telling: Mutex::new(()),
            metrics: Arc::new(Metrics::new()),
            drain: CancellationToken::new(),
            deadline: watch::Sender::new(None),
            troubled: AtomicBool::new(false),
            open: Mutex::new(None),
        }
    }

    pub(crate) fn stop(&self, grace: Option<Duration>) {
        let grace = grace.unwrap_or_else(|| Duration::from_millis(self.settings.int("shutdown.grace.ms") as u64));
        let at = Instant::now() + grace;
        self.deadline.send_modify(|deadline| *deadline = Some(deadline.map_or(at, |earlier| earlier.min(at))));
        self.status.stopping();
        self.drain.cancel();
    }

    pub(crate) fn fail(&self, error: Error) {
        let error = error.fatal();
        {
            let _in_order = self.telling();
            if self.status.fail(error.clone()) {
                // A target of its own: who prints the error anyway can leave out this one.
                tracing::error!(target: "broker::fatal", "the broker goes down: {error}");
                self.events.fatal(error);
            }
        }
        self.drain.cancel();
    }

    /// Told once, until it works again.
    fn maintained(&self, done: Result<(), Error>) {
        let was = self.troubled.swap(done.is_err(), Ordering::SeqCst);
        if let Err(error) = done {
            tracing::warn!("{error}");
            if !was {
                self.events.error(error);
            }
        }
    }

    fn ready(&self, port: u16) {
        let _in_order = self.telling();
        if self.status.ready(port) {
            let storage = self.settings.get("storage.url").unwrap_or_default();
            tracing::info!("serving {storage} at {}", self.bootstrap());
            self.events.started(port);
        }
    }

    fn ended(&self) {
        {
            let _in_order = self.telling();
            self.status.stopped();
            tracing::info!("stopped");
            self.events.stopped();
        }
        self.status.finished();
    }

    fn telling(&self) -> MutexGuard<'_, ()> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(&self) -> Option<(Handle, Arc<dyn Backend>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_open(&self, open: Option<(Handle, Arc<dyn Backend>)>) {
        let before = std::mem::replace(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner), open);
        // May take its time, so after the lock.
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

    fn advertised_port(&self, bound: u16) -> u16 {
        match self.settings.int("advertised.port") as u16 {
            0 => bound,
            mapped => mapped,
        }
    }
}

pub(crate) fn spawn(inner: Arc<Inner>) -> Result<(), Error> {
    let owner = inner.clone();
    thread::Builder::new().name("tansu-owner".into()).spawn(move || own(&owner)).map(drop).map_err(|e| {
        let error = Error::new(Kind::Io, format!("cannot start a thread: {e}")).os(&e);
        inner.status.fail(error.clone());
        inner.status.finished();
        error
    })
}

fn own(inner: &Arc<Inner>) {
    match build(inner) {
        Err(error) => inner.fail(error),
        Ok(runtime) => {
            let life = catch_unwind(AssertUnwindSafe(|| runtime.block_on(live(inner))));
            match life {
                Ok(Ok(())) => {}
                Ok(Err(error)) => inner.fail(error),
                Err(panic) => inner.fail(panicked("the owner thread", &*panic)),
            }
            // Files, locks and threads of the storage go now, not when the host forgets the broker or a command
            // returns.
            if let Some((_, backend)) = inner.open() {
                backend.shut_down();
            }
            inner.set_open(None);
            runtime.shutdown_timeout(LAST_THREADS);
        }
    }
    inner.ended();
}

fn build(inner: &Inner) -> Result<Runtime, Error> {
    Builder::new_multi_thread()
        .worker_threads(inner.settings.int("num.network.threads") as usize)
        .max_blocking_threads(16)
        .thread_keep_alive(Duration::from_secs(2))
        .thread_name("tansu-io")
        .enable_all()
        .build()
        .map_err(|e| Error::new(Kind::Io, format!("cannot start the runtime: {e}")).os(&e))
}

async fn live(inner: &Arc<Inner>) -> Result<(), Error> {
    let settings = &inner.settings;
    let backlog = settings.int("socket.listen.backlog.size") as i32;
    let listeners = Listeners::bind(settings.text("listener.host"), settings.int("listener.port") as u16, backlog)?;
    let port = listeners.port();
    let advertised_port = inner.advertised_port(port);
    let opening = Opening { settings, advertised_port, stop: inner.drain.clone(), prefault: inner.prefault };
    let opened = or(cancelled(&inner.drain), async { Some(backend::open(opening).await) }).await;
    let Some(opened) = opened else { return Ok(()) };
    let backend = opened?;
    inner.set_open(Some((Handle::current(), backend.clone())));
    let shared = Arc::new(Shared {
        backend: backend.clone(),
        metrics: inner.metrics.clone(),
        drain: inner.drain.clone(),
        queue: Queue::new(settings.int("queued.max.request.bytes") as usize),
        chunks: Arc::default(),
        request_bytes_max: settings.int("socket.request.max.bytes") as usize,
        idle: Duration::from_millis(settings.int("connections.max.idle.ms") as u64),
        stall: Duration::from_millis(settings.int("socket.stall.timeout.ms") as u64),
    });
    inner.ready(port);

    // Beside the connections: a deadline mostly wakes one of them, and then no thread has to wake another. They outlast
    // the connections: a produce may wait for a sync.
    let mut timers = JoinSet::new();
    let timed = backend.clone();
    timers.spawn(async move { timed.timers().await });
    let mut tasks = JoinSet::new();
    serve(inner, &listeners, &shared, &mut tasks, &mut timers).await;
    listeners.close();
    shutdown::drain(inner, &mut tasks).await;
    timers.shutdown().await;
    shutdown::close(inner, &*backend).await;
    Ok(())
}

/// What a broker that serves waits for.
enum Next {
    Drain,
    Joined(Result<(), JoinError>),
    Maintenance,
    Accepted(TcpStream),
}

/// Of several that are due, the first in the order of [`Next`].
async fn next(
    inner: &Inner,
    listeners: &Listeners,
    tasks: &mut JoinSet<()>,
    timers: &mut JoinSet<()>,
    maintenance: &mut Interval,
) -> Next {
    let drain = async {
        inner.drain.cancelled().await;
        Next::Drain
    };
    let task = async { Next::Joined(join_next(tasks).await) };
    let timer = async { Next::Joined(join_next(timers).await) };
    let maintenance = async {
        maintenance.tick().await;
        Next::Maintenance
    };
    let accepted = async { Next::Accepted(listeners.accept().await) };
    or(drain, or(task, or(timer, or(maintenance, accepted)))).await
}

/// Pending for as long as there is no task.
async fn join_next(tasks: &mut JoinSet<()>) -> Result<(), JoinError> {
    match tasks.join_next().await {
        Some(joined) => joined,
        None => pending().await,
    }
}

async fn serve(
    inner: &Arc<Inner>,
    listeners: &Listeners,
    shared: &Arc<Shared>,
    tasks: &mut JoinSet<()>,
    timers: &mut JoinSet<()>,
) {
    let connections_max = inner.settings.int("max.connections") as u64;
    let mut maintenance = interval_at(Instant::now() + MAINTENANCE, MAINTENANCE);
    // Compaction of many gigabytes takes longer than from one to the next.
    let mut maintained: Option<AbortHandle> = None;
    maintenance.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        match next(inner, listeners, tasks, timers, &mut maintenance).await {
            Next::Drain => return,
            Next::Joined(joined) => look(inner, joined),
            Next::Maintenance => {
                if maintained.as_ref().is_none_or(AbortHandle::is_finished) {
                    let (inner, backend) = (inner.clone(), shared.backend.clone());
                    maintained = Some(tasks.spawn(async move { inner.maintained(backend.maintain().await) }));
                }
            }
            Next::Accepted(stream) => {
                let is_full = || inner.metrics.open() >= connections_max || descriptors::are_few(&stream);
                for _ in 0..LOOKS {
                    // Whoever left a moment ago still counts until its task has run. Others wait in the backlog.
                    if !is_full() {
                        break;
                    }
                    sleep(LEAVING).await;
                }
                if is_full() {
                    let refused = inner.metrics.refused();
                    // Not a line for each of a flood.
                    if refused.is_power_of_two() {
                        let reached = "max.connections, or what this process may have in descriptors, is reached";
                        tracing::warn!("{reached}: {refused} connections refused so far");
                    }
                    continue;
                }
                let _ = stream.set_nodelay(true);
                inner.metrics.opened();
                let shared = shared.clone();
                tasks.spawn(async move {
                    let end = connection::serve(stream, shared.clone()).await;
                    shared.metrics.closed();
                    tracing::debug!(why = %end, "connection closed");
                });
            }
        }
    }
}

/// A task that panicked is a broken promise of ours: the broker goes down, the host does not.
pub(crate) fn look(inner: &Inner, joined: Result<(), JoinError>) {
    if let Err(e) = joined
        && let Ok(panic) = e.try_into_panic()
    {
        inner.fail(panicked("a task", &*panic));
    }
}

fn panicked(who: &str, panic: &(dyn std::any::Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Panic, format!("{who} of the broker panicked: {}", redact::text(words.unwrap_or("no message"))))
}
