//! An open storage behind the boundary.

use std::future::Future;
use std::pin::Pin;
use std::ptr;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::oneshot;

use super::library::Library;
use super::pending::{OperationResult, Pending};
use crate::buffer::Buffer;
use crate::entry::{Entry, Instance, Operation, operation};
use crate::message::{self, Failure, FailureKind, Frame, NewTopic, Options, Range, Reply, Topic};

/// An open storage. Dropping it ends its runtime, which waits for its threads for up to two seconds.
#[derive(Debug)]
pub struct Storage {
    raw: Arc<Raw>,
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Raw {
    entry: &'static Entry,
    instance: *mut Instance,
    pending: Arc<Pending>,
}

// SAFETY: the functions of an `Entry` may be called on any thread.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: this is the last reference; nothing uses the instance any more.
        unsafe { (self.entry.free)(self.instance) }
    }
}

impl Storage {
    /// Opens the storage of the options. Dropping the future cancels the opening.
    pub async fn open(library: Library, options: &Options) -> Result<Storage, Failure> {
        let raw = Arc::new(Raw::new(library.entry(), options)?);
        let operation = Operation { kind: operation::OPEN, ..Operation::default() };
        let ranges = raw.perform(operation, Buffer::empty()).await?;
        Ok(Storage { ranges: message::ranges_from_json(&ranges)?, raw })
    }

    /// The served APIs, sorted by key.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// Answers a request. Dropping the future cancels a waiting request; a storage operation that has begun is
    /// completed.
    pub fn call(&self, frame: Frame) -> impl Future<Output = Reply> + Send + use<> {
        let Frame { bytes, key, version, correlation_id, body_at } = frame;
        let operation = Operation { kind: operation::CALL, key, version, correlation_id, body_at };
        let call = self.raw.submit(operation, bytes.into());
        async move {
            match call.await {
                OperationResult::Reply(reply) => reply,
                OperationResult::Failed(failure) => Reply::Close(failure.message),
                OperationResult::Done(_) => Reply::Close("the storage did not answer the request".to_owned()),
            }
        }
    }

    /// Runs retention and compaction if they are due.
    pub async fn maintain(&self) -> Result<(), Failure> {
        self.perform(operation::MAINTAIN, Buffer::empty()).await.map(drop)
    }

    pub async fn topics(&self) -> Result<Vec<Topic>, Failure> {
        Topic::list_from_json(&self.perform(operation::TOPICS, Buffer::empty()).await?)
    }

    pub async fn create_topic(&self, topic: &NewTopic) -> Result<Topic, Failure> {
        Topic::from_json(&self.perform(operation::CREATE_TOPIC, payload(&topic.to_json())).await?)
    }

    /// Answers waiting requests at once, because the broker is draining.
    pub fn drain(&self) {
        // SAFETY: the contract of `Entry`.
        unsafe { (self.raw.entry.drain)(self.raw.instance) }
    }

    /// Finishes the work in progress and flushes.
    pub async fn close(&self) -> Result<(), Failure> {
        self.perform(operation::CLOSE, Buffer::empty()).await.map(drop)
    }

    /// Ends the runtime of the storage, which waits for its threads for up to two seconds. Operations that still run
    /// fail, and so does every later one.
    pub fn shut_down(&self) {
        // SAFETY: the contract of `Entry`.
        unsafe { (self.raw.entry.shut_down)(self.raw.instance) }
        self.raw.pending.close();
    }

    async fn perform(&self, kind: u32, payload: Buffer) -> Result<Bytes, Failure> {
        self.raw.perform(Operation { kind, ..Operation::default() }, payload).await
    }
}

impl Raw {
    fn new(entry: &'static Entry, options: &Options) -> Result<Raw, Failure> {
        let pending = Arc::new(Pending::default());
        let mut instance = ptr::null_mut();
        // SAFETY: the contract of `Entry`; `instance` is writable.
        let failed = unsafe { (entry.new)(payload(&options.to_json()), pending.host(), &raw mut instance) };
        if !failed.as_slice().is_empty() {
            return Err(Failure::from_json(failed.as_slice()));
        }
        if instance.is_null() {
            return Err(Failure::new(FailureKind::Panic, "the library of Tansu's storages made no instance"));
        }
        Ok(Raw { entry, instance, pending })
    }

    fn submit(self: &Arc<Raw>, operation: Operation, payload: Buffer) -> Call {
        let (token, receiver) = self.pending.register();
        let call = Call { raw: self.clone(), token, receiver, answered: false };
        // SAFETY: the contract of `Entry`.
        unsafe { (self.entry.submit)(self.instance, token, operation, payload) };
        call
    }

    async fn perform(self: &Arc<Raw>, operation: Operation, payload: Buffer) -> Result<Bytes, Failure> {
        match self.submit(operation, payload).await {
            OperationResult::Done(bytes) => Ok(bytes),
            OperationResult::Failed(failure) => Err(failure),
            OperationResult::Reply(_) => Err(Failure::new(FailureKind::Panic, "the storage answered another question")),
        }
    }
}

fn payload(value: &Value) -> Buffer {
    value.to_string().into()
}

/// An operation in progress. Dropping it cancels the operation.
#[derive(Debug)]
struct Call {
    raw: Arc<Raw>,
    token: u64,
    receiver: oneshot::Receiver<OperationResult>,
    answered: bool,
}

impl Future for Call {
    type Output = OperationResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OperationResult> {
        let answer = ready!(Pin::new(&mut self.receiver).poll(cx));
        self.answered = true;
        // The sender lives in `pending` until it is used, or until all are dropped.
        Poll::Ready(answer.unwrap_or_else(|_| {
            OperationResult::Failed(Failure::new(FailureKind::Storage, "the storage was shut down before it answered"))
        }))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.answered && self.raw.pending.forget(self.token) {
            // SAFETY: the contract of `Entry`.
            unsafe { (self.raw.entry.cancel)(self.raw.instance, self.token) }
        }
    }
}
