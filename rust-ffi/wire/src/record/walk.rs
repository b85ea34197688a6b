//! Records over a stream, for batches that are only checked or searched: a gigabyte of compressed zeros passes through
//! a few kilobytes.

use super::{RecordError, cursor::Cursor, narrow, zigzag};
use std::io::BufRead;

/// What a walk tells about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub has_key: bool,
}

/// Walks over `count` records, checks every length in them, and that nothing is missing and nothing left over. `see`
/// may end the walk with an error of its own.
pub fn walk<E: From<RecordError>>(
    source: impl BufRead,
    count: i32,
    mut see: impl FnMut(Outline) -> Result<(), E>,
) -> Result<(), E> {
    let mut walker = Walker { source, left: 0 };
    for _ in 0..count {
        if walker.at_end()? {
            return Err(RecordError::Missing.into());
        }
        see(walker.record()?)?;
    }
    if walker.at_end()? { Ok(()) } else { Err(RecordError::Surplus.into()) }
}

/// As [`walk`], over records that are all there: several times as fast.
pub fn walk_bytes<E: From<RecordError>>(
    bytes: &[u8],
    count: i32,
    mut see: impl FnMut(Outline) -> Result<(), E>,
) -> Result<(), E> {
    let mut records = Cursor(bytes);
    for _ in 0..count {
        if records.0.is_empty() {
            return Err(RecordError::Missing.into());
        }
        see(outline(&mut records)?)?;
    }
    if records.0.is_empty() { Ok(()) } else { Err(RecordError::Surplus.into()) }
}

#[inline]
fn outline(records: &mut Cursor<'_>) -> Result<Outline, RecordError> {
    let len = records.varint()?;
    let mut body = Cursor(records.take(len)?);
    body.take(1)?; // attributes: unused
    let timestamp_delta = body.varlong()?;
    let offset_delta = body.varint()?;
    let has_key = body.nullable()?.is_some();
    body.nullable()?;
    let headers = body.varint()?;
    if headers < 0 {
        return Err(RecordError::Length);
    }
    for _ in 0..headers {
        let len = body.varint()?;
        body.take(len)?;
        body.nullable()?;
    }
    if body.0.is_empty() { Ok(Outline { timestamp_delta, offset_delta, has_key }) } else { Err(RecordError::Length) }
}

struct Walker<R> {
    source: R,
    /// What is left of the record we are in.
    left: u64,
}

impl<R: BufRead> Walker<R> {
    fn at_end(&mut self) -> Result<bool, RecordError> {
        Ok(self.source.fill_buf().map_err(broken)?.is_empty())
    }

    fn record(&mut self) -> Result<Outline, RecordError> {
        self.left = 5; // a length takes no more
        let len = self.length()?;
        self.left = len;
        self.skip(1)?; // attributes: unused
        let timestamp_delta = self.varlong()?;
        let offset_delta = narrow(self.varlong()?)?;
        let has_key = self.skip_nullable()?;
        self.skip_nullable()?;
        for _ in 0..self.length()? {
            let key = self.length()?;
            self.skip(key)?;
            self.skip_nullable()?;
        }
        if self.left != 0 {
            return Err(RecordError::Length);
        }
        Ok(Outline { timestamp_delta, offset_delta, has_key })
    }

    fn skip_nullable(&mut self) -> Result<bool, RecordError> {
        let len = narrow(self.varlong()?)?;
        let present = u64::try_from(len);
        self.skip(present.unwrap_or(0))?;
        Ok(present.is_ok())
    }

    fn skip(&mut self, count: u64) -> Result<(), RecordError> {
        self.left = self.left.checked_sub(count).ok_or(RecordError::Length)?;
        let mut count = count;
        while count > 0 {
            let there = self.source.fill_buf().map_err(broken)?.len();
            if there == 0 {
                return Err(RecordError::Length);
            }
            let taken = there.min(usize::try_from(count).unwrap_or(usize::MAX));
            self.source.consume(taken);
            count -= taken as u64;
        }
        Ok(())
    }

    fn length(&mut self) -> Result<u64, RecordError> {
        u64::try_from(narrow(self.varlong()?)?).map_err(|_| RecordError::Length)
    }

    fn varlong(&mut self) -> Result<i64, RecordError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            self.left = self.left.checked_sub(1).ok_or(RecordError::Length)?;
            let byte = *self.source.fill_buf().map_err(broken)?.first().ok_or(RecordError::Length)?;
            self.source.consume(1);
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(zigzag(value));
            }
        }
        Err(RecordError::Varint)
    }
}

fn broken(error: std::io::Error) -> RecordError {
    RecordError::Inflate(error.into())
}
