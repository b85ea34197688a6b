//! An instance: a backend on a runtime of its own, and the operations in progress.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::{Backend, log, panics};
use crate::buffer::Buffer;
use crate::entry::{Entry, Host, Instance, Operation, operation, reply};
use crate::message::{self, Failure, FailureKind, Frame, NewTopic, Options, Reply};

/// How long `free` waits for threads that are in a blocking call.
const LAST_THREADS: Duration = Duration::from_secs(2);

/// Returns the functions of a library with this backend.
pub const fn entry<B: Backend>() -> Entry {
    Entry {
        size: size_of::<Entry>(),
        new: new::<B>,
        submit: submit::<B>,
        cancel: cancel::<B>,
        drain: drain::<B>,
        shut_down: shut_down::<B>,
        free: free::<B>,
        log: log::set,
    }
}

struct Server<B> {
    /// None after the shutdown.
    runtime: Mutex<Option<Runtime>>,
    /// The runtime's handle. A task spawned after its end is dropped.
    handle: Handle,
    state: Arc<State<B>>,
}

struct State<B> {
    options: Options,
    /// Set by the first OPEN that succeeds.
    backend: OnceLock<B>,
    stop: CancellationToken,
    running: Mutex<HashMap<u64, AbortHandle>>,
    host: HostRef,
}

/// The client's functions; released on drop.
struct HostRef(Host);

// SAFETY: `Host` may be called on any thread.
unsafe impl Send for HostRef {}
// SAFETY: as above.
unsafe impl Sync for HostRef {}

impl Drop for HostRef {
    fn drop(&mut self) {
        // SAFETY: the contract of `Host`: once, after the last reply.
        unsafe { (self.0.release)(self.0.context) }
    }
}

/// The result of an operation.
enum OperationResult {
    Reply(Reply),
    Done(Buffer),
    Failed(Failure),
}

impl<B: Backend> State<B> {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, AbortHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn perform(&self, operation: Operation, payload: Buffer) -> OperationResult {
        let done = match operation.kind {
            operation::OPEN => self.open().await,
            operation::CALL => return self.call(operation, payload).await,
            operation::MAINTAIN => match self.backend() {
                Ok(backend) => backend.maintain().await.map(|()| Buffer::empty()),
                Err(failure) => Err(failure),
            },
            operation::TOPICS => self.topics().await,
            operation::CREATE_TOPIC => self.create_topic(payload).await,
            operation::CLOSE => {
                if let Some(backend) = self.backend.get() {
                    backend.close().await;
                }
                Ok(Buffer::empty())
            }
            odd => Err(Failure::new(FailureKind::Panic, format!("operation {odd} is unknown"))),
        };
        done.map_or_else(OperationResult::Failed, OperationResult::Done)
    }

    async fn open(&self) -> Result<Buffer, Failure> {
        let backend = B::open(self.options.clone(), self.stop.clone()).await?;
        let ranges = json(&message::ranges_to_json(&backend.ranges()));
        let opened = self.backend.set(backend);
        opened.map_err(|_| Failure::new(FailureKind::Panic, "the storage was opened twice"))?;
        Ok(ranges)
    }

    async fn call(&self, operation: Operation, payload: Buffer) -> OperationResult {
        let Operation { key, version, correlation_id, body_at, .. } = operation;
        match self.backend() {
            Ok(backend) => {
                let bytes = payload.into_bytes();
                OperationResult::Reply(backend.call(Frame { bytes, key, version, correlation_id, body_at }).await)
            }
            Err(failure) => OperationResult::Failed(failure),
        }
    }

    async fn topics(&self) -> Result<Buffer, Failure> {
        let topics = self.backend()?.topics().await?;
        Ok(json(&topics.iter().map(crate::Topic::to_json).collect()))
    }

    async fn create_topic(&self, payload: Buffer) -> Result<Buffer, Failure> {
        let topic = NewTopic::from_json(payload.as_slice())?;
        Ok(json(&self.backend()?.create_topic(topic).await?.to_json()))
    }

    fn backend(&self) -> Result<&B, Failure> {
        self.backend.get().ok_or_else(|| Failure::new(FailureKind::Panic, "the storage is not open"))
    }

    fn send(&self, token: u64, answer: OperationResult) {
        let (kind, payload) = match answer {
            OperationResult::Reply(Reply::Frame(bytes)) => (reply::FRAME, bytes.into()),
            OperationResult::Reply(Reply::Silent) => (reply::NOTHING, Buffer::empty()),
            OperationResult::Reply(Reply::Close(why)) => (reply::CLOSE, why.into()),
            OperationResult::Done(payload) => (reply::DONE, payload),
            OperationResult::Failed(failure) => (reply::FAILED, json(&failure.to_json())),
        };
        let Host { context, reply, .. } = self.host.0;
        // SAFETY: the contract of `Host`; it is released with `self.host`.
        unsafe { reply(context, token, kind, payload) };
    }
}

fn json(value: &Value) -> Buffer {
    value.to_string().into()
}

/// # Safety
/// The contract of `Entry::new`.
unsafe extern "C" fn new<B: Backend>(options: Buffer, host: Host, out: *mut *mut Instance) -> Buffer {
    panics::install_hook();
    let host = HostRef(host);
    let made = panics::caught(|| {
        let options = Options::from_json(options.as_slice())?;
        let runtime = runtime(options.threads)?;
        let state = State {
            options,
            backend: OnceLock::new(),
            stop: CancellationToken::new(),
            running: Mutex::default(),
            host,
        };
        let handle = runtime.handle().clone();
        Ok(Box::new(Server::<B> { runtime: Mutex::new(Some(runtime)), handle, state: Arc::new(state) }))
    });
    match made.and_then(|made| made) {
        Ok(server) => {
            // SAFETY: the caller's promise.
            unsafe { out.write(Box::into_raw(server).cast()) };
            Buffer::empty()
        }
        Err(failure) => json(&failure.to_json()),
    }
}

fn runtime(threads: usize) -> Result<Runtime, Failure> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads.max(1)).max_blocking_threads(16).thread_keep_alive(LAST_THREADS);
    let built = builder.thread_name("tansu-storages").enable_all().build();
    built.map_err(|e| Failure::new(FailureKind::Storage, format!("cannot start the storage's threads: {e}")))
}

/// # Safety
/// The contract of `Entry`.
unsafe fn server<'a, B>(instance: *mut Instance) -> &'a Server<B> {
    // SAFETY: the caller's promise: `new` made it, and it has not been freed.
    unsafe { &*instance.cast::<Server<B>>() }
}

/// # Safety
/// The contract of `Entry`.
unsafe extern "C" fn submit<B: Backend>(instance: *mut Instance, token: u64, operation: Operation, payload: Buffer) {
    // SAFETY: the caller's promise.
    let server = unsafe { server::<B>(instance) };
    let state = server.state.clone();
    let task = async move {
        let answer = Caught(Box::pin(state.perform(operation, payload))).await.unwrap_or_else(OperationResult::Failed);
        state.lock().remove(&token);
        state.send(token, answer);
    };
    let started = panics::caught(|| {
        // Locked until the task is inserted: the task removes itself.
        let mut running = server.state.lock();
        running.insert(token, server.handle.spawn(task).abort_handle());
    });
    if let Err(failure) = started {
        server.state.send(token, OperationResult::Failed(failure));
    }
}

/// A future whose panic is its result.
struct Caught<F>(F);

impl<F: Future + Unpin> Future for Caught<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| std::pin::Pin::new(&mut self.0).poll(cx)));
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(panics::failure(payload.as_ref()))),
        }
    }
}

/// # Safety
/// The contract of `Entry`.
unsafe extern "C" fn cancel<B: Backend>(instance: *mut Instance, token: u64) {
    // The client waits for no answer, so a panic in here is only logged.
    let _ = panics::caught(|| {
        // SAFETY: the caller's promise.
        let running = unsafe { server::<B>(instance) }.state.lock().remove(&token);
        if let Some(running) = running {
            running.abort();
        }
    });
}

/// # Safety
/// The contract of `Entry`.
unsafe extern "C" fn drain<B: Backend>(instance: *mut Instance) {
    // As in `cancel`.
    let _ = panics::caught(|| {
        // SAFETY: the caller's promise.
        unsafe { server::<B>(instance) }.state.stop.cancel();
    });
}

impl<B> Server<B> {
    fn shut_down(&self) {
        self.state.stop.cancel();
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            runtime.shutdown_timeout(LAST_THREADS);
        }
    }
}

/// # Safety
/// The contract of `Entry`.
unsafe extern "C" fn shut_down<B: Backend>(instance: *mut Instance) {
    // As in `cancel`.
    let _ = panics::caught(|| {
        // SAFETY: the caller's promise.
        unsafe { server::<B>(instance) }.shut_down();
    });
}

/// # Safety
/// The contract of `Entry`.
unsafe extern "C" fn free<B: Backend>(instance: *mut Instance) {
    // As in `cancel`.
    let _ = panics::caught(|| {
        // SAFETY: the caller's promise: `new` made it, and this is its last use.
        let server = unsafe { Box::from_raw(instance.cast::<Server<B>>()) };
        // The backend is dropped with the last reference, after its tasks.
        server.shut_down();
    });
}
