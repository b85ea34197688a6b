//! Records in memory: an uncompressed batch, or an inflated one.

use super::{RecordError, narrow, zigzag};

/// One record. Offsets and timestamps are relative to its batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    headers: Cursor<'a>,
    header_count: i32,
}

impl<'a> Record<'a> {
    pub fn headers(&self) -> Headers<'a> {
        Headers { cursor: self.headers, left: self.header_count }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header<'a> {
    /// UTF-8 by convention; brokers do not check it.
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

/// Iterates over the records of one batch; ends after the first error.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    cursor: Cursor<'a>,
    left: i32,
}

impl<'a> Records<'a> {
    /// `bytes` are the records alone, inflated; `count` is what the batch says.
    pub fn new(bytes: &'a [u8], count: i32) -> Self {
        Records { cursor: Cursor(bytes), left: count }
    }

    fn read(&mut self) -> Result<Record<'a>, RecordError> {
        if self.cursor.0.is_empty() {
            return Err(RecordError::Missing);
        }
        let len = self.cursor.varint()?;
        let mut body = Cursor(self.cursor.take(len)?);
        body.take(1)?; // attributes: unused
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        let key = body.nullable()?;
        let value = body.nullable()?;
        let header_count = body.varint()?;
        // A header takes two bytes at least.
        if header_count < 0 || header_count as usize > body.0.len() / 2 {
            return Err(RecordError::Length);
        }
        Ok(Record { timestamp_delta, offset_delta, key, value, headers: body, header_count })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left <= 0 {
            return None;
        }
        let record = self.read();
        self.left = if record.is_ok() { self.left - 1 } else { 0 };
        Some(record)
    }
}

/// Iterates over the headers of one record; ends after the first error.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    cursor: Cursor<'a>,
    left: i32,
}

impl<'a> Iterator for Headers<'a> {
    type Item = Result<Header<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left <= 0 {
            return None;
        }
        let mut read = || {
            let len = self.cursor.varint()?;
            Ok(Header { key: self.cursor.take(len)?, value: self.cursor.nullable()? })
        };
        let header = read();
        self.left = if header.is_ok() { self.left - 1 } else { 0 };
        Some(header)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn take(&mut self, len: i32) -> Result<&'a [u8], RecordError> {
        let len = usize::try_from(len).map_err(|_| RecordError::Length)?;
        let (head, rest) = self.0.split_at_checked(len).ok_or(RecordError::Length)?;
        self.0 = rest;
        Ok(head)
    }

    /// Any negative length is null, as in Kafka.
    #[inline]
    pub(super) fn nullable(&mut self) -> Result<Option<&'a [u8]>, RecordError> {
        let len = self.varint()?;
        if len < 0 { Ok(None) } else { self.take(len).map(Some) }
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<i32, RecordError> {
        narrow(self.varlong()?)
    }

    #[inline]
    pub(super) fn varlong(&mut self) -> Result<i64, RecordError> {
        // Most numbers are small.
        if let Some((&byte, rest)) = self.0.split_first()
            && byte < 0x80
        {
            self.0 = rest;
            return Ok(zigzag(byte.into()));
        }
        self.long_varlong()
    }

    fn long_varlong(&mut self) -> Result<i64, RecordError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(RecordError::Length)?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(zigzag(value));
            }
        }
        Err(RecordError::Varint)
    }
}
