//! Validation of request bodies, for backends that pass the body to another decoder.

use super::{DecodeError, Reader, Request};

/// Decodes the body with a budget and drops it: `Ok` only if every count, length and tag is honest. Costs at most the
/// frame and 16 MiB, whatever the counts claim.
///
/// Bytes after the last field are ignored, as by Kafka.
pub fn check_request(key: i16, version: i16, body: &[u8]) -> Result<(), DecodeError> {
    Request::decode(&mut Reader::new(body), key, version).map(drop)
}
