//! Pending operations. The library answers by token, on its own thread.

use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::buffer::Buffer;
use crate::entry::{Host, reply};
use crate::message::{Failure, FailureKind, Reply};

/// The result of an operation.
#[derive(Debug)]
pub(crate) enum OperationResult {
    Reply(Reply),
    Done(Bytes),
    Failed(Failure),
}

#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The last token given; tokens are never used again.
    last: AtomicU64,
    senders: Mutex<Senders>,
}

#[derive(Debug, Default)]
struct Senders {
    by_token: HashMap<u64, oneshot::Sender<OperationResult>>,
    /// Whether the storage is shut down.
    closed: bool,
}

impl Pending {
    /// Returns a new token and the receiver of its result. Its sender is dropped at once if this is closed.
    pub(crate) fn register(&self) -> (u64, oneshot::Receiver<OperationResult>) {
        let token = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, receiver) = oneshot::channel();
        let mut senders = self.lock();
        if !senders.closed {
            senders.by_token.insert(token, sender);
        }
        (token, receiver)
    }

    /// Forgets an operation. Returns whether it was still pending.
    pub(crate) fn forget(&self, token: u64) -> bool {
        self.lock().by_token.remove(&token).is_some()
    }

    /// Drops the senders of all operations: none of them is answered any more.
    pub(crate) fn close(&self) {
        let mut senders = self.lock();
        senders.closed = true;
        let dropped = std::mem::take(&mut senders.by_token);
        // After the lock: receivers are woken in here.
        drop(senders);
        drop(dropped);
    }

    /// Answers an operation. Returns whether it was pending.
    fn answer(&self, token: u64, answer: OperationResult) -> bool {
        let sender = self.lock().by_token.remove(&token);
        // After the lock: the receiver may be woken in here.
        sender.is_some_and(|sender| sender.send(answer).is_ok())
    }

    fn lock(&self) -> MutexGuard<'_, Senders> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the functions for the library, which has a reference until it calls `release`.
    pub(crate) fn host(self: &Arc<Pending>) -> Host {
        Host { context: Arc::into_raw(self.clone()).cast_mut().cast(), reply: on_reply, release: on_release }
    }
}

fn decode(kind: u32, payload: Buffer) -> OperationResult {
    match kind {
        reply::FRAME => OperationResult::Reply(Reply::Frame(payload.into_bytes())),
        reply::NOTHING => OperationResult::Reply(Reply::Silent),
        reply::CLOSE => OperationResult::Reply(Reply::Close(String::from_utf8_lossy(payload.as_slice()).into_owned())),
        reply::DONE => OperationResult::Done(payload.into_bytes()),
        reply::FAILED => OperationResult::Failed(Failure::from_json(payload.as_slice())),
        odd => OperationResult::Failed(Failure::new(FailureKind::Panic, format!("a reply of the unknown kind {odd}"))),
    }
}

/// # Safety
/// `context` comes from `host` and has not been released.
unsafe extern "C" fn on_reply(context: *mut c_void, token: u64, kind: u32, payload: Buffer) -> bool {
    let body = || {
        // SAFETY: the caller's promise.
        let pending = unsafe { &*context.cast_const().cast::<Pending>() };
        pending.answer(token, decode(kind, payload))
    };
    // Waking a task runs the executor's code, which could panic.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(false)
}

/// # Safety
/// `context` comes from `host` and is given once.
unsafe extern "C" fn on_release(context: *mut c_void) {
    // SAFETY: the caller's promise.
    drop(unsafe { Arc::from_raw(context.cast_const().cast::<Pending>()) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_reply_is_refused_and_its_bytes_are_given_back() {
        let pending = Arc::new(Pending::default());
        let host = pending.host();
        let (token, mut receiver) = pending.register();
        let bytes = Bytes::from(vec![1; 100]);
        // SAFETY: the contract of `Host`.
        let reply = |token, payload: Bytes| unsafe { (host.reply)(host.context, token, reply::FRAME, payload.into()) };
        assert!(reply(token, bytes.clone()));
        assert!(!reply(token, bytes.clone()));
        assert!(!reply(token + 1, bytes.clone()));
        assert!(matches!(receiver.try_recv(), Ok(OperationResult::Reply(Reply::Frame(found))) if found == bytes));
        assert!(bytes.is_unique());
        // SAFETY: as above.
        unsafe { (host.release)(host.context) };
        assert_eq!(Arc::strong_count(&pending), 1);
    }

    #[test]
    fn a_reply_that_came_too_late_is_refused() {
        let pending = Arc::new(Pending::default());
        let (token, receiver) = pending.register();
        drop(receiver);
        assert!(!pending.answer(token, OperationResult::Done(Bytes::new())));
        let (token, _receiver) = pending.register();
        assert!(pending.forget(token));
        assert!(!pending.forget(token));
        assert!(!pending.answer(token, OperationResult::Done(Bytes::new())));
    }

    #[test]
    fn a_closed_table_answers_nothing() {
        let pending = Pending::default();
        let (before, mut first) = pending.register();
        pending.close();
        assert!(first.try_recv().is_err());
        let (after, mut second) = pending.register();
        assert!(second.try_recv().is_err());
        for token in [before, after] {
            assert!(!pending.answer(token, OperationResult::Done(Bytes::new())));
        }
    }

    #[test]
    fn an_unknown_kind_is_a_failure() {
        let answer = decode(99, Buffer::empty());
        assert!(matches!(answer, OperationResult::Failed(failure) if failure.kind == FailureKind::Panic));
    }
}
