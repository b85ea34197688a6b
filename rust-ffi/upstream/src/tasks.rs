//! Upstream's work runs in separate tasks. A disconnected client or a stopping broker then does not interrupt a storage
//! call, and a panic in upstream's code ends only its request.

use std::{fmt, future::Future};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// The message of a panicked task.
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
    /// The runtime of the storage's work: the broker's, or the thread of a blocking engine.
    runtime: Handle,
}

impl Tasks {
    pub(crate) fn new(runtime: Handle) -> Tasks {
        Tasks { tracker: TaskTracker::new(), runtime }
    }

    /// Starts `work` at once. It runs to its end even if its future is dropped.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Result<T, Panicked>> + Send + 'static {
        let handle = self.tracker.spawn_on(work, &self.runtime);
        async move { handle.await.map_err(said) }
    }

    /// Waits until all started work has ended.
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
