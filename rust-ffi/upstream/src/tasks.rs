//! Upstream's work runs in tasks of its own. A client that goes away, or a broker that stops, then never leaves a
//! storage in the middle of a call, and a panic in upstream's code ends its request and nothing else.

use std::{fmt, future::Future};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// What a panicking task said.
#[derive(Clone, Debug)]
pub(crate) struct Panicked(String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    /// Where the storage's work runs: the broker's own runtime, or the thread of an engine that blocks.
    runtime: Handle,
}

impl Tasks {
    pub(crate) fn new(runtime: Handle) -> Tasks {
        Tasks { tracker: TaskTracker::new(), runtime }
    }

    /// Starts `work` at once. It goes on to its end even if nobody waits for it.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Result<T, Panicked>> + Send + 'static {
        let handle = self.tracker.spawn_on(work, &self.runtime);
        async move { handle.await.map_err(said) }
    }

    /// Waits until all that was started has ended.
    pub(crate) async fn finish(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

fn said(error: tokio::task::JoinError) -> Panicked {
    let Ok(panic) = error.try_into_panic() else { return Panicked("the runtime has ended".to_owned()) };
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Panicked(words.unwrap_or("no message").to_owned())
}
