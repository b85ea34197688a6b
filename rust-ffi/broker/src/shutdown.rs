//! The end: requests in work get the grace, everything else ends at once.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    backend::Backend,
    error::{Error, Kind},
    runtime::{Inner, look},
};

/// What a storage may take to flush when the grace is shorter.
const FLUSH: Duration = Duration::from_secs(5);
/// What idle connections get to end by themselves, even with no grace at all: they only have to be woken.
const IDLE: Duration = Duration::from_millis(20);

pub(crate) async fn drain(inner: &Inner, tasks: &mut JoinSet<()>) {
    let mut deadline = inner.deadline.subscribe();
    let idle_until = Instant::now() + IDLE;
    // Of a broker that failed, which nobody has given a grace.
    let default = Instant::now() + Duration::from_millis(inner.settings.int("shutdown.grace.ms") as u64);
    loop {
        let at = deadline.borrow_and_update().unwrap_or(default);
        tokio::select! {
            biased;
            joined = tasks.join_next() => match joined {
                None => return,
                Some(joined) => look(inner, joined),
            },
            _ = deadline.changed() => {}
            () = sleep_until(at.max(idle_until)) => {
                let open = inner.metrics.open();
                let who = match open {
                    0 => "maintenance was".to_owned(),
                    _ => format!("requests of {open} connections were"),
                };
                let message = format!("{who} still in work when the grace ran out");
                inner.events.error(Error::new(Kind::Timeout, message));
                tasks.abort_all();
                while let Some(joined) = tasks.join_next().await {
                    look(inner, joined);
                }
                return;
            }
        }
    }
}

pub(crate) async fn close(inner: &Inner, backend: &dyn Backend) {
    let mut deadline = inner.deadline.subscribe();
    let begun = Instant::now();
    let least = begun + FLUSH;
    let mut closing = backend.close();
    loop {
        let at = deadline.borrow_and_update().map_or(least, |at| at.max(least));
        tokio::select! {
            biased;
            () = &mut closing => return,
            // A later stop may have shortened the grace.
            _ = deadline.changed() => {}
            () = sleep_until(at) => {
                let url = inner.settings.get("storage.url").unwrap_or_default();
                let message = format!(
                    "storage.url: {url} was not closed within {} s, and the stop ends without it. A longer grace \
                     gives it more time.",
                    begun.elapsed().as_secs()
                );
                inner.events.error(Error::new(Kind::Timeout, message));
                return;
            }
        }
    }
}
