//! Records of a stream, for batches that are only validated or searched: a gigabyte of compressed zeros passes through
//! a few kilobytes.

use super::{RecordError, cursor::Cursor, narrow, zigzag};
use std::io::BufRead;

/// The fields of a record that a walk returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub has_key: bool,
}

/// Walks over `count` records and checks their lengths and their number. `see` may end the walk with its own error.
pub fn walk<E: From<RecordError>>(
    source: impl BufRead,
    count: i32,
    mut see: impl FnMut(Outline) -> Result<(), E>,
) -> Result<(), E> {
    let mut walker = Walker { source, left: 0 };
    let mut left = count;
    while left > 0 {
        let there = walker.source.fill_buf().map_err(broken)?;
        if there.is_empty() {
            return Err(RecordError::Missing.into());
        }
        // The records that are whole in the buffer, then the one that is split or malformed.
        let mut records = Cursor(there);
        let mut rest = there;
        while left > 0
            && let Ok(outline) = next(&mut records)
        {
            see(outline)?;
            left -= 1;
            rest = records.0;
        }
        let is_cut = !rest.is_empty();
        let seen = there.len() - rest.len();
        walker.source.consume(seen);
        if left > 0 && is_cut {
            see(walker.record()?)?;
            left -= 1;
        }
    }
    if walker.at_end()? { Ok(()) } else { Err(RecordError::Surplus.into()) }
}

/// As [`walk`], over records in memory: several times as fast.
pub fn walk_bytes<E: From<RecordError>>(
    bytes: &[u8],
    count: i32,
    mut see: impl FnMut(Outline) -> Result<(), E>,
) -> Result<(), E> {
    let mut steps = Steps::new(bytes, count);
    steps.down_to(0, &mut see)?;
    Ok(steps.end()?)
}

/// [`walk_bytes`] in steps.
pub struct Steps<'a> {
    rest: &'a [u8],
    left: i32,
}

impl<'a> Steps<'a> {
    pub fn new(bytes: &'a [u8], count: i32) -> Steps<'a> {
        Steps { rest: bytes, left: count }
    }

    /// Walks over the records that begin before the last `rest` bytes.
    pub fn down_to<E: From<RecordError>>(
        &mut self,
        rest: usize,
        see: &mut impl FnMut(Outline) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut records, mut left) = (Cursor(self.rest), self.left);
        while left > 0 && records.0.len() > rest {
            see(next(&mut records)?)?;
            left -= 1;
        }
        (self.rest, self.left) = (records.0, left);
        Ok(())
    }

    /// Checks that all records were present, and nothing else.
    pub fn end(self) -> Result<(), RecordError> {
        match self {
            Steps { left: 1.., .. } => Err(RecordError::Missing),
            Steps { rest: [_, ..], .. } => Err(RecordError::Surplus),
            _ => Ok(()),
        }
    }
}

#[inline(always)]
fn next(records: &mut Cursor<'_>) -> Result<Outline, RecordError> {
    match common(records) {
        Some(outline) => Ok(outline),
        None => outline(records),
    }
}

/// Decodes the common form of a record: short numbers and no headers. Any other is left to [`outline`], which reports
/// errors; without that, this one is three times as fast.
#[inline(always)]
fn common(records: &mut Cursor<'_>) -> Option<Outline> {
    let mut rest = records.0;
    let len = short(&mut rest)?;
    let (mut body, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    body = body.get(1..)?; // attributes: unused
    let timestamp_delta = short(&mut body)?;
    let offset_delta = short(&mut body)?;
    let key = short(&mut body)?;
    body = body.get(key.max(0) as usize..)?;
    let value = short(&mut body)?;
    body = body.get(value.max(0) as usize..)?;
    if *body != [0] {
        return None;
    }
    records.0 = rest;
    Some(Outline { timestamp_delta: timestamp_delta.into(), offset_delta, has_key: key >= 0 })
}

/// Decodes a number of at most three bytes.
#[inline(always)]
fn short(bytes: &mut &[u8]) -> Option<i32> {
    let there = *bytes;
    let (value, rest) = match *there {
        [a @ ..0x80, ref rest @ ..] => (u32::from(a), rest),
        [a, b @ ..0x80, ref rest @ ..] => (u32::from(a & 0x7f) | u32::from(b) << 7, rest),
        [a, b, c @ ..0x80, ref rest @ ..] => {
            (u32::from(a & 0x7f) | u32::from(b & 0x7f) << 7 | u32::from(c) << 14, rest)
        }
        _ => return None,
    };
    *bytes = rest;
    Some((value >> 1) as i32 ^ -((value & 1) as i32))
}

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
    /// Unread bytes of the current record.
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

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{super::put, *};

    /// Some with a header or a large timestamp, which [`common`] leaves to [`outline`].
    fn records() -> Vec<u8> {
        let mut records = Vec::new();
        for index in 0..40 {
            let value = vec![7; index as usize * 9];
            put(
                &mut records,
                index,
                Some(&b"key"[..]).filter(|_| index % 3 == 0),
                Some(&value[..]).filter(|_| index != 5),
            );
            if index % 4 == 0 {
                records.extend([2 * 11, 0, 0x80, 0x80, 0x80, 2, 2, 0, 0, 2, 0, 1]);
            }
        }
        records
    }

    fn outlines(
        walk: impl FnOnce(&mut dyn FnMut(Outline) -> Result<(), RecordError>) -> Result<(), RecordError>,
    ) -> Walked {
        let mut seen = Vec::new();
        let end = walk(&mut |outline| {
            seen.push(outline);
            Ok(())
        });
        (seen, end)
    }

    type Walked = (Vec<Outline>, Result<(), RecordError>);

    #[test]
    fn the_quick_look_sees_what_the_slow_one_sees_and_takes_nothing_else() {
        let records = records();
        let mut quick_ones = 0;
        for at in 0..records.len() {
            for flip in [0, 1, 0x80, 0xff] {
                let mut bent = records.clone();
                bent[at] ^= flip;
                let begin = at.saturating_sub(9);
                let (mut quick, mut slow) = (Cursor(&bent[begin..]), Cursor(&bent[begin..]));
                if let Some(seen) = common(&mut quick) {
                    quick_ones += 1;
                    assert_eq!((Ok(seen), quick.0), (outline(&mut slow), slow.0), "{at} {flip}");
                }
            }
        }
        assert!(quick_ones > 100);
    }

    #[test]
    fn a_stream_is_walked_as_bytes_are_however_it_is_cut() {
        let records = records();
        let whole = outlines(|see| walk_bytes(&records, 50, see));
        assert_eq!((whole.0.len(), whole.1), (50, Ok(())));
        for capacity in [1, 2, 5, 64, 300, 4096] {
            let stream = |bytes, count| {
                let source = BufReader::with_capacity(capacity, bytes);
                outlines(|see| walk(source, count, see))
            };
            assert_eq!(stream(&records[..], 50), whole, "{capacity}");
            assert_eq!(stream(&records[..], 49).1, Err(RecordError::Surplus), "{capacity}");
            assert_eq!(stream(&records[..], 51).1, Err(RecordError::Missing), "{capacity}");
            let cut = &records[..records.len() - 1];
            assert_eq!(stream(cut, 50).1, Err(RecordError::Length), "{capacity}");
        }
    }
}
