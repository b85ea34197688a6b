//! Shutdown: requests in work get the grace, everything else ends at once.

use std::time::Duration;

use futures_lite::future::or;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    backend::Backend,
    broker_state::BrokerState,
    clock::real::{self, Instant, sleep_until},
    error::{Error, Kind},
    runtime::report_panic,
};

/// Least time for a storage to flush, even if the grace is shorter.
const FLUSH: Duration = Duration::from_secs(5);
/// Time for idle connections to end by themselves, even without a grace.
const IDLE: Duration = Duration::from_millis(20);

/// The next event of a stop.
enum Next<T> {
    Done(T),
    NewDeadline,
    Late,
}

/// Waits for the next event. If several are ready, the first in the order of [`Next`].
async fn next<T>(
    done: impl Future<Output = T>,
    deadline: &mut watch::Receiver<Option<Instant>>,
    at: Instant,
) -> Next<T> {
    let done = async { Next::Done(done.await) };
    let changed = async {
        // The sender lives as long as the broker.
        let _ = deadline.changed().await;
        Next::NewDeadline
    };
    let late = async {
        sleep_until(at).await;
        Next::Late
    };
    or(done, or(changed, late)).await
}

pub(crate) async fn drain(broker: &BrokerState, tasks: &mut JoinSet<()>) {
    let mut deadline = broker.deadline.subscribe();
    let idle_until = real::now() + IDLE;
    // The grace of a broker that failed without a stop request.
    let default = real::now() + Duration::from_millis(broker.settings.int("shutdown.grace.ms") as u64);
    loop {
        let at = deadline.borrow_and_update().unwrap_or(default);
        match next(tasks.join_next(), &mut deadline, at.max(idle_until)).await {
            Next::Done(None) => return,
            Next::Done(Some(joined)) => report_panic(broker, joined),
            Next::NewDeadline => {}
            Next::Late => {
                let open = broker.metrics.open();
                let work = match open {
                    0 => "maintenance was".to_owned(),
                    _ => format!("requests of {open} connections were"),
                };
                let message = format!("{work} still in work when the grace ended");
                broker.events.error(Error::new(Kind::Timeout, message));
                tasks.abort_all();
                while let Some(joined) = tasks.join_next().await {
                    report_panic(broker, joined);
                }
                return;
            }
        }
    }
}

pub(crate) async fn close(broker: &BrokerState, backend: &dyn Backend) {
    let mut deadline = broker.deadline.subscribe();
    let begun = real::now();
    let least = begun + FLUSH;
    let mut closing = backend.close();
    loop {
        let at = deadline.borrow_and_update().map_or(least, |at| at.max(least));
        match next(&mut closing, &mut deadline, at).await {
            Next::Done(()) => return,
            // A later stop may have shortened the grace.
            Next::NewDeadline => {}
            Next::Late => {
                let url = broker.settings.get("storage.url").unwrap_or_default();
                let message = format!(
                    "storage.url: {url} was not closed within {} s, and the stop ends without it. A longer grace \
                     gives it more time.",
                    begun.elapsed().as_secs()
                );
                broker.events.error(Error::new(Kind::Timeout, message));
                return;
            }
        }
    }
}
