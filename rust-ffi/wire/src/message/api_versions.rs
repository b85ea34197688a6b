//! ApiVersions (key 18), versions 0-4: the answer. Kafka: `ApiVersionsResponse.json`.

use bytes::{BufMut, BytesMut};

use crate::{
    ErrorCode,
    api::{API_VERSIONS, Api, ApiRange},
    frame::PREFIX,
};

/// Writes a whole frame (length prefix and header included). `version` must be one we serve; a client that asked for
/// another is given [`unsupported_version`].
pub fn response(out: &mut BytesMut, correlation_id: i32, version: i16, ranges: &[ApiRange]) {
    frame(out, correlation_id, |out| {
        let flexible = version >= 3;
        out.put_i16(ErrorCode::None.code());
        if flexible {
            put_uvarint(out, ranges.len() as u32 + 1)
        } else {
            out.put_i32(ranges.len() as i32)
        }
        for range in ranges {
            out.put_i16(range.key);
            out.put_i16(range.min);
            out.put_i16(range.max);
            if flexible {
                out.put_u8(0);
            }
        }
        if version >= 1 {
            out.put_i32(0); // throttle_time_ms
        }
        if flexible {
            out.put_u8(0); // no tagged field: no feature is finalized
        }
    });
}

/// The answer to an ApiVersions request above our range: body of version 0, error 35 and one entry, our own range
/// (KIP-511; Apache Kafka 4.3.1 measured).
pub fn unsupported_version(out: &mut BytesMut, correlation_id: i32) {
    frame(out, correlation_id, |out| {
        out.put_i16(ErrorCode::UnsupportedVersion.code());
        out.put_i32(1);
        let (min, max) = Api::from_key(API_VERSIONS).map_or((0, 0), |api| (api.min, api.max));
        out.put_i16(API_VERSIONS);
        out.put_i16(min);
        out.put_i16(max);
    });
}

fn frame(out: &mut BytesMut, correlation_id: i32, body: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_i32(0);
    out.put_i32(correlation_id);
    body(out);
    let len = (out.len() - start - PREFIX) as i32;
    out[start..start + PREFIX].copy_from_slice(&len.to_be_bytes());
}

fn put_uvarint(out: &mut BytesMut, mut value: u32) {
    while value >= 0x80 {
        out.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8(value as u8);
}
