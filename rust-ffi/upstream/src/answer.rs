//! One request: checked, then handed to whoever answers it.

use std::sync::Arc;

use bytes::Bytes;
use tansu_broker::Error;
use wire::{
    api::{Api, FETCH, JOIN_GROUP, METADATA, PRODUCE, SYNC_GROUP},
    message::{self, EncodeError, Reader, Writer, check_request},
};

use crate::{Answer, Inner, fetch, groups, produce, served, tasks::Panicked, topics};

pub(crate) const CREATE_TOPICS: i16 = 19;
const DELETE_TOPICS: i16 = 20;
const DELETE_RECORDS: i16 = 21;
const INCREMENTAL_ALTER_CONFIGS: i16 = 44;

/// What the elements of a request may cost that upstream decodes: ten thousand topics with their configs, or a hundred
/// thousand names. Upstream makes an answer of half a kilobyte for each, so that an honest count may hurt as well.
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

    /// A response with a message of ours.
    pub(crate) fn reply(&self, write: impl FnOnce(&mut Writer) -> Result<(), EncodeError>) -> Answer {
        let header = Api::from_key(self.key).map_or(0, |api| api.response_header_version(self.version));
        let mut writer = Writer::response(self.correlation_id, header);
        match write(&mut writer).and_then(|()| writer.into_frame()) {
            Ok(mut pieces) if pieces.len() == 1 => Answer::Reply(pieces.remove(0)),
            Ok(pieces) => Answer::Reply(Bytes::from(pieces.concat())),
            Err(e) => Answer::Close(format!("the answer to request key {} cannot be written: {e}", self.key)),
        }
    }
}

pub(crate) async fn answer(inner: Arc<Inner>, request: Request) -> Answer {
    let Request { key, version, .. } = request;
    if !served::serves(key, version) || (key == PRODUCE && version < served::PRODUCE_MIN) {
        return Answer::Close(format!("request key {key} version {version} is not served"));
    }
    let checked = match key {
        PRODUCE | FETCH => check_request(key, version, request.body()),
        _ => message::Request::decode(&mut Reader::within(request.body(), ELEMENTS_MAX), key, version).map(drop),
    };
    if let Err(e) = checked {
        return Answer::Close(format!("request key {key} version {version} is malformed: {e}"));
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

async fn upstream(inner: Arc<Inner>, request: Request) -> Answer {
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

/// Upstream says what it answers in its answer; an error or a panic is none, and closes the connection.
pub(crate) fn reply(inner: &Inner, asked: Result<Result<Bytes, Error>, Panicked>) -> Answer {
    match asked {
        Ok(Ok(bytes)) => Answer::Reply(bytes),
        Ok(Err(e)) => Answer::Close(inner.secrets.hide(&format!("the storage failed: {e}"))),
        Err(panicked) => {
            let words = inner.secrets.hide(&panicked.to_string());
            tracing::error!(panic = words, "a request panicked in the storage");
            Answer::Close(format!("the request panicked in the storage: {words}"))
        }
    }
}
