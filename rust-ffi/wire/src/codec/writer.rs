//! Encodes a message. Fields are copied into a buffer; the records of a Fetch response are not: they stay slices
//! between a head and a tail, for one vectored write.

use bytes::{BufMut, Bytes, BytesMut};

use super::{FramePart, Records, Uuid, reader::STRING_MAX};
use crate::frame::PREFIX;

/// Reason why a message cannot be encoded: a bug of the code that filled it, never of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// A string, array or frame exceeds its length field.
    TooLong,
    /// A null that the version does not allow.
    Null,
    /// No such request, or not in this version.
    Version,
}

impl core::fmt::Display for EncodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            EncodeError::TooLong => "a string, array or frame is longer than its length field can say",
            EncodeError::Null => "null in a field that cannot be null",
            EncodeError::Version => "no such request version",
        })
    }
}

impl std::error::Error for EncodeError {}

/// Record slices up to this size are copied: a part of its own costs more than the copy.
const COPIED_MAX: usize = 512;

/// Encoder of one message.
#[derive(Debug, Default)]
pub struct Writer {
    /// The parts before `open`. The first one stays writable: the length prefix is known last.
    first: Option<BytesMut>,
    parts: Vec<FramePart>,
    open: BytesMut,
    first_error: i16,
}

macro_rules! integers {
    ($($name:ident)*) => {
        $(#[inline]
        pub fn $name(&mut self, value: $name) {
            self.open.put_slice(&value.to_be_bytes());
        })*
    };
}

impl Writer {
    /// Starts a bare message without length prefix and header.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Starts a response frame with its header. `header_version` is `Api::response_header_version`.
    pub fn response(correlation_id: i32, header_version: i16) -> Writer {
        let mut writer = Writer::new();
        writer.open.put_bytes(0, PREFIX);
        writer.i32(correlation_id);
        if header_version >= 1 {
            writer.uvarint(0);
        }
        writer
    }

    /// Returns the parts of a frame begun with [`Writer::response`] in the order of sending, with the length prefix.
    /// For a frame without records in files: see [`Writer::into_response`].
    pub fn into_frame(mut self) -> Result<Vec<Bytes>, EncodeError> {
        self.fill_in_length()?;
        Ok(self.into_parts())
    }

    /// As [`Writer::into_frame`], also with records in files.
    pub fn into_response(mut self) -> Result<Vec<FramePart>, EncodeError> {
        self.fill_in_length()?;
        Ok(self.into_all())
    }

    fn fill_in_length(&mut self) -> Result<(), EncodeError> {
        let len = i32::try_from(self.len() - PREFIX).map_err(|_| EncodeError::TooLong)?;
        let head = self.first.as_mut().unwrap_or(&mut self.open);
        head[..PREFIX].copy_from_slice(&len.to_be_bytes());
        Ok(())
    }

    /// Returns the parts of a bare message.
    pub fn into_parts(self) -> Vec<Bytes> {
        let held = |piece| match piece {
            FramePart::Bytes(bytes) => bytes,
            FramePart::FileRange(_) => panic!("records in files need into_response"),
        };
        self.into_all().into_iter().map(held).collect()
    }

    fn into_all(mut self) -> Vec<FramePart> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            self.parts.insert(0, first.freeze().into());
        }
        if !self.open.is_empty() {
            self.parts.push(self.open.freeze().into());
        }
        self.parts
    }

    pub fn len(&self) -> usize {
        self.first.as_ref().map_or(0, BytesMut::len)
            + self.parts.iter().map(FramePart::len).sum::<usize>()
            + self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    integers!(i8 i16 u16 i32 u32 i64 f64);

    /// A field `ErrorCode` of a response.
    #[inline]
    pub fn error_code(&mut self, code: i16) {
        if self.first_error == 0 {
            self.first_error = code;
        }
        self.i16(code);
    }

    /// The first error code that is not 0, for a log; 0 if there is none.
    pub fn first_error(&self) -> i16 {
        self.first_error
    }

    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.open.put_u8(u8::from(value));
    }

    pub fn uuid(&mut self, value: Uuid) {
        self.open.put_slice(&value.0);
    }

    #[inline]
    pub fn uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.open.put_u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.open.put_u8(value as u8);
    }

    pub fn string(&mut self, value: &str, flexible: bool) -> Result<(), EncodeError> {
        if value.len() > STRING_MAX {
            return Err(EncodeError::TooLong);
        }
        if flexible {
            self.uvarint(value.len() as u32 + 1)
        } else {
            self.i16(value.len() as i16)
        }
        self.open.put_slice(value.as_bytes());
        Ok(())
    }

    pub fn nullable_string(&mut self, value: Option<&str>, flexible: bool) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.string(value, flexible)?,
            None if flexible => self.uvarint(0),
            None => self.i16(-1),
        }
        Ok(())
    }

    fn count(&mut self, count: usize, flexible: bool) -> Result<(), EncodeError> {
        let count = i32::try_from(count).map_err(|_| EncodeError::TooLong)?;
        if flexible {
            self.uvarint(count as u32 + 1)
        } else {
            self.i32(count)
        }
        Ok(())
    }

    fn null(&mut self, flexible: bool) {
        if flexible { self.uvarint(0) } else { self.i32(-1) }
    }

    pub fn bytes(&mut self, value: &[u8], flexible: bool) -> Result<(), EncodeError> {
        self.count(value.len(), flexible)?;
        self.open.put_slice(value);
        Ok(())
    }

    pub fn nullable_bytes(&mut self, value: Option<&[u8]>, flexible: bool) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.bytes(value, flexible)?,
            None => self.null(flexible),
        }
        Ok(())
    }

    pub fn records(&mut self, records: Records<'_>, flexible: bool) -> Result<(), EncodeError> {
        self.count(records.len(), flexible)?;
        match records {
            Records::Whole(bytes) => self.open.put_slice(bytes),
            Records::Slices(slices) => slices.iter().for_each(|slice| self.slice(slice)),
            Records::Parts(parts) => parts.iter().for_each(|part| match part {
                FramePart::Bytes(slice) => self.slice(slice),
                FramePart::FileRange(_) => self.part(part.clone()),
            }),
        }
        Ok(())
    }

    pub fn nullable_records(&mut self, records: Option<Records<'_>>, flexible: bool) -> Result<(), EncodeError> {
        match records {
            Some(records) => self.records(records, flexible)?,
            None => self.null(flexible),
        }
        Ok(())
    }

    fn slice(&mut self, slice: &Bytes) {
        if slice.len() <= COPIED_MAX {
            self.open.put_slice(slice);
            return;
        }
        self.part(slice.clone().into());
    }

    fn part(&mut self, part: FramePart) {
        let before = self.open.split();
        if self.first.is_none() {
            self.first = Some(before);
        } else if !before.is_empty() {
            self.parts.push(before.freeze().into());
        }
        self.parts.push(part);
    }

    pub fn array<T>(
        &mut self,
        values: &[T],
        flexible: bool,
        mut element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.count(values.len(), flexible)?;
        values.iter().try_for_each(|value| element(self, value))
    }

    pub fn nullable_array<T>(
        &mut self,
        values: Option<&[T]>,
        flexible: bool,
        element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        match values {
            Some(values) => self.array(values, flexible, element)?,
            None => self.null(flexible),
        }
        Ok(())
    }

    /// Writes a field that is nullable in some versions only.
    pub fn null_if<T>(allowed: bool, value: &Option<T>) -> Result<(), EncodeError> {
        if allowed || value.is_some() { Ok(()) } else { Err(EncodeError::Null) }
    }

    /// Writes the byte before a nullable struct: negative is null.
    pub fn nullable_struct<T>(
        &mut self,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.i8(if value.is_some() { 1 } else { -1 });
        value.map_or(Ok(()), |value| write(self, value))
    }

    /// Writes one tagged field with its size in front. (No tagged field holds records.)
    pub fn tag(
        &mut self,
        tag: u32,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.uvarint(tag);
        let start = self.open.len();
        write(self)?;
        let size = self.open.len() - start;
        self.uvarint(u32::try_from(size).map_err(|_| EncodeError::TooLong)?);
        let size_len = self.open.len() - start - size;
        self.open[start..].rotate_right(size_len);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_slices_are_passed_on_and_small_ones_copied() {
        let (large, small) = (Bytes::from(vec![7; 4096]), Bytes::from_static(b"small"));
        let mut writer = Writer::response(5, 1);
        writer.records(Records::Slices(&[small.clone(), large.clone(), large.clone()]), false).unwrap();
        writer.i32(9);
        let parts = writer.into_frame().unwrap();
        assert_eq!(parts.iter().map(Bytes::len).collect::<Vec<_>>(), [4 + 4 + 1 + 4 + 5, 4096, 4096, 4]);
        assert_eq!(parts[1].as_ptr(), large.as_ptr());
        let len = parts.iter().map(Bytes::len).sum::<usize>() as i32 - 4;
        assert_eq!(parts[0][..9], [&len.to_be_bytes()[..], &[0, 0, 0, 5, 0]].concat());
        assert_eq!(parts[0][9..], [&(8192i32 + 5).to_be_bytes()[..], b"small"].concat());
        assert_eq!(parts[3][..], [0, 0, 0, 9]);
    }

    #[test]
    fn a_tag_says_its_size_also_when_that_takes_two_bytes() {
        let mut writer = Writer::new();
        writer.tag(3, |w| w.bytes(&[1; 200], true)).unwrap();
        let bytes = writer.into_parts().concat();
        assert_eq!(bytes[..5], [3, 0xca, 0x01, 0xc9, 0x01]);
        assert_eq!(bytes[5..], [1; 200]);
    }

    #[test]
    fn strings_beyond_their_length_field_are_refused() {
        let long = "x".repeat(32_768);
        assert_eq!(Writer::new().string(&long, true), Err(EncodeError::TooLong));
        assert_eq!(Writer::new().string(&long, false), Err(EncodeError::TooLong));
    }
}
