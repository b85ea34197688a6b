//! JoinGroup and SyncGroup, which upstream holds until the group is ready. A stop answers them at once.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use tokio_util::sync::CancellationToken;
use wire::{
    ErrorCode,
    api::JOIN_GROUP,
    message::{join_group_response::JoinGroupResponse, sync_group_response::SyncGroupResponse},
};

use crate::{
    Reply, Shared,
    answer::{Request, reply},
    storage::CALLS,
};

pub(crate) async fn answer(inner: Arc<Shared>, request: Request) -> Reply {
    if inner.stop.is_cancelled() {
        return refuse(&request);
    }
    let asking = inner.clone();
    let asked = request.clone();
    let calls = Arc::new(AtomicUsize::new(0));
    let work = CALLS.scope(calls.clone(), async move { asking.upstream.ask(&asked).await });
    let held = inner.tasks.run(unless_stopped(work, calls, inner.stop.clone()));
    tokio::select! {
        biased;
        answered = held => match answered {
            Ok(None) => refuse(&request),
            Ok(Some(answered)) => reply(&inner, Ok(answered)),
            Err(panicked) => reply(&inner, Err(panicked)),
        },
        () = inner.stop.cancelled() => refuse(&request),
    }
}

/// On this error a client looks for the coordinator again.
fn refuse(request: &Request) -> Reply {
    let error_code = ErrorCode::NotCoordinator.code();
    if request.key == JOIN_GROUP {
        let response = JoinGroupResponse { error_code, ..JoinGroupResponse::default() };
        request.reply(|w| response.encode(w, request.version))
    } else {
        let response = SyncGroupResponse { error_code, ..SyncGroupResponse::default() };
        request.reply(|w| response.encode(w, request.version))
    }
}

/// Runs `work` to its end, or drops it after a stop as soon as it waits for other members and not for the storage.
async fn unless_stopped<T>(
    work: impl Future<Output = T>,
    calls: Arc<AtomicUsize>,
    stop: CancellationToken,
) -> Option<T> {
    let mut work = pin!(work);
    let mut stopped = pin!(stop.cancelled());
    poll_fn(|cx| {
        if let Poll::Ready(answer) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(answer));
        }
        let stopped = stop.is_cancelled() || stopped.as_mut().poll(cx).is_ready();
        if stopped && calls.load(Ordering::Relaxed) == 0 {
            return Poll::Ready(None);
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_stop_does_not_drop_what_is_inside_a_storage_call() {
        let calls = Arc::new(AtomicUsize::new(1));
        let stop = CancellationToken::new();
        let stored = Arc::new(Notify::new());
        let (inside, done) = (calls.clone(), stored.clone());
        let work = async move {
            done.notified().await;
            inside.store(0, Ordering::Relaxed);
            std::future::pending::<()>().await;
        };
        let held = tokio::spawn(unless_stopped(work, calls.clone(), stop.clone()));
        stop.cancel();
        tokio::task::yield_now().await;
        assert!(!held.is_finished());
        stored.notify_one();
        assert_eq!(held.await.unwrap(), None);
        assert_eq!(calls.load(Ordering::Relaxed), 0);
    }
}
