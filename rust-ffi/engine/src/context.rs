//! The context of a request: time, header fields and the client.

use std::sync::atomic::{AtomicI16, Ordering};

use wire::{
    api::Api,
    message::{EncodeError, Writer},
};

use crate::{clock::Now, events::Client, outcome::Outcome};

#[derive(Clone, Copy, Debug)]
pub struct RequestContext<'a> {
    pub now: Now,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    /// From the request header; may be empty or missing.
    pub client_id: Option<&'a str>,
    /// Address of the client without its port, as Kafka shows it: `/127.0.0.1`.
    pub client_host: &'a str,
    /// Set to the first error code of the answer, 0 if there is none, for a log that wants it.
    pub first_error: Option<&'a AtomicI16>,
}

impl RequestContext<'_> {
    pub(crate) fn client(&self) -> Client<'_> {
        Client { id: self.client_id, host: self.client_host }
    }

    /// Encodes a response in the version of the request.
    pub(crate) fn reply<W>(&self, encode: impl FnOnce(&mut Writer, i16) -> Result<(), EncodeError>) -> Outcome<W> {
        let header = Api::from_key(self.key).map_or(0, |api| api.response_header_version(self.version));
        let mut writer = Writer::response(self.correlation_id, header);
        let encoded = encode(&mut writer, self.version);
        if let Some(first_error) = self.first_error {
            first_error.store(writer.first_error(), Ordering::Relaxed);
        }
        match encoded.and_then(|()| writer.into_response()) {
            Ok(pieces) => Outcome::Reply(pieces),
            // A bug of the broker; only this connection is closed.
            Err(e) => Outcome::Close(format!("the answer to key {} cannot be written: {e}", self.key)),
        }
    }
}
