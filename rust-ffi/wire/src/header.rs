//! Request and response headers (`RequestHeader.json`, `ResponseHeader.json`).

use crate::api::Api;
use crate::codec::{DecodeError, Reader};

/// Key, version and correlation id.
const FIXED: usize = 8;

/// The parts of a request header, borrowed from its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHead<'a> {
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub client_id: Option<&'a str>,
    /// Where the body starts in the frame (the frame without its length prefix).
    pub body_at: usize,
}

/// Reason why a header is malformed. The connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    Truncated,
    /// An unknown request key.
    UnknownKey {
        key: i16,
    },
    ClientIdNotUtf8,
    BadTags,
}

impl core::fmt::Display for HeadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            HeadError::Truncated => f.write_str("request header is cut short"),
            HeadError::UnknownKey { key } => write!(f, "unknown request key {key}"),
            HeadError::ClientIdNotUtf8 => f.write_str("client id in the request header is not UTF-8"),
            HeadError::BadTags => f.write_str("tagged fields of the request header do not parse"),
        }
    }
}

impl std::error::Error for HeadError {}

/// Reads key, version and correlation id only: enough to answer an ApiVersions request of an unknown version. `frame`
/// excludes its length prefix.
pub fn peek(frame: &[u8]) -> Option<(i16, i16, i32)> {
    let key = i16::from_be_bytes(frame.get(0..2)?.try_into().ok()?);
    let version = i16::from_be_bytes(frame.get(2..4)?.try_into().ok()?);
    let correlation_id = i32::from_be_bytes(frame.get(4..8)?.try_into().ok()?);
    Some((key, version, correlation_id))
}

/// Reads the header of `frame` (without its length prefix). The client id is a classic nullable string in every
/// version, also in the flexible ones (`flexibleVersions: none` on that field).
pub fn parse(frame: &[u8]) -> Result<RequestHead<'_>, HeadError> {
    let (key, version, correlation_id) = peek(frame).ok_or(HeadError::Truncated)?;
    let api = Api::from_key(key).ok_or(HeadError::UnknownKey { key })?;
    let mut reader = Reader::new(&frame[FIXED..]);
    let client_id = reader.nullable_string(false).map_err(|error| match error {
        DecodeError::NotUtf8 => HeadError::ClientIdNotUtf8,
        _ => HeadError::Truncated,
    })?;
    if api.request_header_version(version) == 2 {
        reader.skip_tags().map_err(|_| HeadError::BadTags)?;
    }
    let body_at = frame.len() - reader.rest().len();
    Ok(RequestHead { key, version, correlation_id, client_id, body_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(key: i16, version: i16, rest: &[u8]) -> Vec<u8> {
        let mut f = Vec::new();
        f.extend(key.to_be_bytes());
        f.extend(version.to_be_bytes());
        f.extend(7i32.to_be_bytes());
        f.extend(rest);
        f
    }

    #[test]
    fn classic_and_flexible_headers_find_the_body() {
        let f = frame(3, 1, &[0, 2, b'm', b'e', 9]);
        let head = parse(&f).unwrap();
        assert_eq!((head.client_id, head.body_at, head.correlation_id), (Some("me"), 12, 7));
        let f = frame(3, 9, &[0xff, 0xff, 1, 5, 2, 8, 8, 9]);
        let head = parse(&f).unwrap();
        assert_eq!((head.client_id, head.body_at), (None, 15));
    }

    #[test]
    fn hostile_headers_are_errors() {
        assert_eq!(parse(&[0; 5]), Err(HeadError::Truncated));
        assert_eq!(parse(&frame(999, 0, &[0, 0])), Err(HeadError::UnknownKey { key: 999 }));
        assert_eq!(parse(&frame(3, 1, &[0x7f, 0xff])), Err(HeadError::Truncated));
        assert_eq!(parse(&frame(3, 1, &[0, 1, 0xff])), Err(HeadError::ClientIdNotUtf8));
        assert_eq!(parse(&frame(3, 9, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f])), Err(HeadError::BadTags));
        assert_eq!(parse(&frame(3, 9, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f])), Err(HeadError::BadTags));
        assert_eq!(parse(&frame(3, 9, &[0xff, 0xff, 1, 0, 9])), Err(HeadError::BadTags));
    }
}
