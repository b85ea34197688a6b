//! A count of blocking tasks. A task continues if the future that started it is dropped; the engine is closed after the
//! last one.

use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
};

/// The number of tasks that have not ended.
#[derive(Default)]
pub(crate) struct BlockingTasks(watch::Sender<usize>);

/// Counts one task until its closure has returned, panicked, or was dropped by a runtime that shuts down.
struct Counted(watch::Sender<usize>);

impl BlockingTasks {
    pub(crate) fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let counted = Counted::new(&self.0);
        spawn_blocking(move || {
            let result = work();
            drop(counted);
            result
        })
    }

    /// Returns when no task is left.
    pub(crate) async fn finished(&self) {
        let none = |tasks: &usize| *tasks == 0;
        self.0.subscribe().wait_for(none).await.expect("the sender is in self");
    }
}

impl Counted {
    fn new(tasks: &watch::Sender<usize>) -> Counted {
        tasks.send_modify(|tasks| *tasks += 1);
        Counted(tasks.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|tasks| *tasks -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_lite::future::poll_once;

    use super::BlockingTasks;

    #[tokio::test(flavor = "current_thread")]
    async fn a_task_counts_until_it_ends_even_when_nothing_waits_for_it() {
        let tasks = BlockingTasks::default();
        tasks.finished().await;
        let (end, ended) = mpsc::channel::<()>();
        drop(tasks.spawn(move || ended.recv()));
        assert!(poll_once(tasks.finished()).await.is_none());
        end.send(()).expect("the task waits");
        tasks.finished().await;
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_task_that_panics_has_ended() {
        let tasks = BlockingTasks::default();
        let task = tasks.spawn(|| panic!("meant"));
        tasks.finished().await;
        assert!(task.await.is_err());
    }
}
