//! Encodes records, for compaction and for batches of the broker.

use super::Record;

fn varlong(out: &mut Vec<u8>, value: i64) {
    let mut left = (value << 1 ^ value >> 63) as u64;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

fn nullable(out: &mut Vec<u8>, value: Option<&[u8]>) {
    varlong(out, value.map_or(-1, |value| value.len() as i64));
    out.extend_from_slice(value.unwrap_or_default());
}

/// Appends a record without headers, with its batch's timestamp.
pub(crate) fn put(out: &mut Vec<u8>, offset_delta: i32, key: Option<&[u8]>, value: Option<&[u8]>) {
    let mut body = vec![0];
    varlong(&mut body, 0);
    varlong(&mut body, offset_delta.into());
    nullable(&mut body, key);
    nullable(&mut body, value);
    varlong(&mut body, 0);
    varlong(out, body.len() as i64);
    out.extend_from_slice(&body);
}

/// Appends `record`, its offset and timestamp as they are: relative to its batch.
pub fn write(out: &mut Vec<u8>, record: &Record<'_>) {
    let mut body = vec![0];
    varlong(&mut body, record.timestamp_delta);
    varlong(&mut body, record.offset_delta.into());
    nullable(&mut body, record.key);
    nullable(&mut body, record.value);
    // Records were validated on append, so the headers are complete.
    let headers: Vec<_> = record.headers().flatten().collect();
    varlong(&mut body, headers.len() as i64);
    for header in headers {
        nullable(&mut body, Some(header.key));
        nullable(&mut body, header.value);
    }
    varlong(out, body.len() as i64);
    out.extend_from_slice(&body);
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "batches of Kafka's own are in files")]
mod tests {
    use super::*;
    use crate::{batch::Batch, record::Records};

    #[test]
    fn what_is_written_is_what_was_read() {
        let path = format!("{}/tests/batches/plain.bin", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let batch = Batch::parse(&bytes).unwrap();
        let mut out = Vec::new();
        for record in Records::new(batch.record_bytes(), batch.record_count()) {
            write(&mut out, &record.unwrap());
        }
        assert_eq!(out, batch.record_bytes());
    }
}
