//! Serving a request: checks it and calls the module that answers it.

use std::sync::Arc;

use bytes::Bytes;
use tansu_broker::Error;
use wire::{
    api::{Api, FETCH, JOIN_GROUP, METADATA, PRODUCE, SYNC_GROUP},
    message::{self, EncodeError, Reader, Writer, check_request},
};

use crate::{Reply, Shared, fetch, groups, produce, served, tasks::Panicked, topics};

pub(crate) const CREATE_TOPICS: i16 = 19;
const DELETE_TOPICS: i16 = 20;
const DELETE_RECORDS: i16 = 21;
const INCREMENTAL_ALTER_CONFIGS: i16 = 44;

/// Limit of a request's elements for upstream's decoder: ten thousand topics with configs, or a hundred thousand names.
/// Upstream builds a response of half a kilobyte for each, so that a correct count may be expensive too.
const ELEMENTS_MAX: usize = 2 << 20;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub frame: Bytes,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub body_at: usize,
}

impl Request {
    pub(crate) fn body(&self) -> &[u8] {
        self.frame.get(self.body_at..).unwrap_or_default()
    }

    /// Encodes a response with one of `wire`'s messages.
    pub(crate) fn reply(&self, write: impl FnOnce(&mut Writer) -> Result<(), EncodeError>) -> Reply {
        let header = Api::from_key(self.key).map_or(0, |api| api.response_header_version(self.version));
        let mut writer = Writer::response(self.correlation_id, header);
        match write(&mut writer).and_then(|()| writer.into_frame()) {
            Ok(mut pieces) if pieces.len() == 1 => Reply::Frame(pieces.remove(0)),
            Ok(pieces) => Reply::Frame(Bytes::from(pieces.concat())),
            Err(e) => Reply::Close(format!("the answer to request key {} cannot be written: {e}", self.key)),
        }
    }
}

pub(crate) async fn answer(inner: Arc<Shared>, request: Request) -> Reply {
    let Request { key, version, .. } = request;
    if !served::serves(key, version) || (key == PRODUCE && version < served::PRODUCE_MIN) {
        return Reply::Close(format!("request key {key} version {version} is not served"));
    }
    let checked = match key {
        PRODUCE | FETCH => check_request(key, version, request.body()),
        _ => message::Request::decode(&mut Reader::within(request.body(), ELEMENTS_MAX), key, version).map(drop),
    };
    if let Err(e) = checked {
        return Reply::Close(format!("request key {key} version {version} is malformed: {e}"));
    }
    match key {
        PRODUCE => produce::answer(inner, request).await,
        FETCH => fetch::answer(inner, request).await,
        JOIN_GROUP | SYNC_GROUP => groups::answer(inner, request).await,
        METADATA => topics::metadata(inner, request).await,
        CREATE_TOPICS => topics::create_topics(inner, request).await,
        _ => upstream(inner, request).await,
    }
}

async fn upstream(inner: Arc<Shared>, request: Request) -> Reply {
    let asking = inner.clone();
    let changes_topics = matches!(request.key, DELETE_TOPICS | DELETE_RECORDS);
    let changes_configs = matches!(request.key, DELETE_TOPICS | INCREMENTAL_ALTER_CONFIGS);
    let asked = inner.tasks.run(async move {
        let asked = asking.upstream.ask(&request).await;
        if changes_topics {
            asking.waiters.wake_all();
        }
        if changes_configs {
            asking.compacted.forget();
        }
        asked
    });
    reply(&inner, asked.await)
}

/// Converts upstream's response. An error or a panic closes the connection.
pub(crate) fn reply(inner: &Shared, asked: Result<Result<Bytes, Error>, Panicked>) -> Reply {
    match asked {
        Ok(Ok(bytes)) => Reply::Frame(bytes),
        Ok(Err(e)) => Reply::Close(inner.secrets.hide(&format!("the storage failed: {e}"))),
        Err(panicked) => {
            let words = inner.secrets.hide(&panicked.to_string());
            tracing::error!(panic = words, "a request panicked in the storage");
            Reply::Close(format!("the request panicked in the storage: {words}"))
        }
    }
}
