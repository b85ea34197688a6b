//! The owner thread of a broker: builds the runtime, opens the storage, serves, drains, closes and reports the end.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use futures_lite::future::or;
use tokio::{
    net::TcpStream,
    runtime::{Builder, Handle, Runtime},
    task::{JoinError, JoinSet},
};

use crate::{
    backend::{self, Backend, Opening},
    broker_state::BrokerState,
    cancelled::cancelled,
    clock::real,
    connection::{self, Shared},
    error::{Error, Kind},
    listener::Listeners,
    os::descriptors,
    redact,
    request_memory::RequestMemory,
    shutdown,
};

/// Time for a backend's blocking threads after everything else has ended.
const LAST_THREADS: Duration = Duration::from_secs(2);
/// Retries, and the delay between them, before a connection beyond the limit is refused. Meanwhile the network threads
/// handle connections that have just closed.
const ADMISSION_RETRIES: u32 = 3;
const ADMISSION_DELAY: Duration = Duration::from_millis(3);

pub(crate) fn spawn(broker: Arc<BrokerState>) -> Result<(), Error> {
    let owner = broker.clone();
    thread::Builder::new().name("tansu-owner".into()).spawn(move || own(&owner)).map(drop).map_err(|e| {
        let error = Error::new(Kind::Io, format!("cannot start a thread: {e}")).os(&e);
        broker.status.fail(error.clone());
        broker.status.finished();
        error
    })
}

fn own(broker: &Arc<BrokerState>) {
    match build(broker) {
        Err(error) => broker.fail(error),
        Ok(runtime) => {
            let life = catch_unwind(AssertUnwindSafe(|| runtime.block_on(live(broker))));
            match life {
                Ok(Ok(())) => {}
                Ok(Err(error)) => broker.fail(error),
                Err(panic) => broker.fail(panicked("the owner thread", &*panic)),
            }
            // Closes files, locks and threads of the storage now, not when the host frees the broker or a command
            // returns.
            if let Some((_, backend)) = broker.open() {
                backend.shut_down();
            }
            broker.set_open(None);
            runtime.shutdown_timeout(LAST_THREADS);
        }
    }
    broker.ended();
}

fn build(broker: &BrokerState) -> Result<Runtime, Error> {
    Builder::new_multi_thread()
        .worker_threads(broker.settings.int("num.network.threads") as usize)
        .max_blocking_threads(16)
        .thread_keep_alive(Duration::from_secs(2))
        .thread_name("tansu-io")
        .enable_all()
        .build()
        .map_err(|e| Error::new(Kind::Io, format!("cannot start the runtime: {e}")).os(&e))
}

async fn live(broker: &Arc<BrokerState>) -> Result<(), Error> {
    let settings = &broker.settings;
    let backlog = settings.int("socket.listen.backlog.size") as i32;
    let listeners = Listeners::bind(settings.text("listener.host"), settings.int("listener.port") as u16, backlog)?;
    let port = listeners.port();
    let advertised_port = broker.advertised_port(port);
    let opening = Opening { settings, advertised_port, stop: broker.drain.clone(), prefault: broker.prefault };
    let opened = or(cancelled(&broker.drain), async { Some(backend::open(opening).await) }).await;
    let Some(opened) = opened else { return Ok(()) };
    let backend = opened?;
    broker.set_open(Some((Handle::current(), backend.clone())));
    let shared = Arc::new(Shared {
        backend: backend.clone(),
        metrics: broker.metrics.clone(),
        refusals: Arc::default(),
        drain: broker.drain.clone(),
        request_memory: RequestMemory::new(settings.int("queued.max.request.bytes") as usize),
        buffers: Arc::default(),
        request_bytes_max: settings.int("socket.request.max.bytes") as usize,
        idle: Duration::from_millis(settings.int("connections.max.idle.ms") as u64),
        stall: Duration::from_millis(settings.int("socket.stall.timeout.ms") as u64),
    });
    broker.ready(port);

    // The timers run on the connections' threads: a deadline mostly wakes a connection, and then no thread has to wake
    // another. They outlive the connections, because a produce may wait for a sync.
    let mut timers = JoinSet::new();
    let timed = backend.clone();
    timers.spawn(async move { timed.timers().await });
    let mut tasks = JoinSet::new();
    tasks.spawn(maintain(broker.clone(), backend.clone()));
    serve(broker, &listeners, &shared, &mut tasks, &mut timers).await;
    listeners.close();
    shutdown::drain(broker, &mut tasks).await;
    timers.shutdown().await;
    shutdown::close(broker, &*backend).await;
    Ok(())
}

/// The next event of a serving broker.
enum Next {
    Drain,
    Joined(Result<(), JoinError>),
    Accepted(TcpStream),
}

/// Waits for the next event. If several are ready, the first in the order of [`Next`].
async fn next(broker: &BrokerState, listeners: &Listeners, tasks: &mut JoinSet<()>, timers: &mut JoinSet<()>) -> Next {
    let drain = async {
        broker.drain.cancelled().await;
        Next::Drain
    };
    let task = async { Next::Joined(join_next(tasks).await) };
    let timer = async { Next::Joined(join_next(timers).await) };
    let accepted = async { Next::Accepted(listeners.accept().await) };
    or(drain, or(task, or(timer, accepted))).await
}

/// Waits for the next task to end; pending while there is no task.
async fn join_next(tasks: &mut JoinSet<()>) -> Result<(), JoinError> {
    match tasks.join_next().await {
        Some(joined) => joined,
        None => pending().await,
    }
}

/// Runs maintenance whenever it is due, and reports how it went.
async fn maintain(broker: Arc<BrokerState>, backend: Arc<dyn Backend>) {
    while let Some(done) = backend.maintain().await {
        broker.maintained(done);
    }
}

async fn serve(
    broker: &Arc<BrokerState>,
    listeners: &Listeners,
    shared: &Arc<Shared>,
    tasks: &mut JoinSet<()>,
    timers: &mut JoinSet<()>,
) {
    let connections_max = broker.settings.int("max.connections") as u64;
    loop {
        match next(broker, listeners, tasks, timers).await {
            Next::Drain => return,
            Next::Joined(joined) => report_panic(broker, joined),
            Next::Accepted(stream) => {
                let is_full = || broker.metrics.open() >= connections_max || descriptors::nearly_exhausted(&stream);
                for _ in 0..ADMISSION_RETRIES {
                    // A connection that has just closed counts until its task has run. New ones wait in the backlog.
                    if !is_full() {
                        break;
                    }
                    real::sleep(ADMISSION_DELAY).await;
                }
                if is_full() {
                    let refused = broker.metrics.refused();
                    // Logs at powers of two, so that many refusals do not flood the log.
                    if refused.is_power_of_two() {
                        let reached = "the limit max.connections or the process's limit of descriptors is reached";
                        tracing::warn!("{reached}: {refused} connections refused so far");
                    }
                    continue;
                }
                let _ = stream.set_nodelay(true);
                broker.metrics.opened();
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

/// Fails the broker if a task has panicked. The host process continues.
pub(crate) fn report_panic(broker: &BrokerState, joined: Result<(), JoinError>) {
    if let Err(e) = joined
        && let Ok(panic) = e.try_into_panic()
    {
        broker.fail(panicked("a task", &*panic));
    }
}

fn panicked(thread: &str, panic: &(dyn std::any::Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Panic, format!("{thread} of the broker panicked: {}", redact::text(words.unwrap_or("no message"))))
}
