//! Decodes a message body. Every count, length and size is a claim: it is compared with the rest of the frame before it
//! is used, and arrays are charged to a budget before they are allocated.

use super::Uuid;

/// Reason why a body is malformed. The connection that sent it is closed, as in Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The frame ends before the message does.
    Truncated,
    /// An array claims more elements than the rest of the frame can hold.
    Count,
    /// A string is longer than Kafka's 32,767 bytes.
    StringTooLong,
    /// A string is not UTF-8.
    NotUtf8,
    /// A variable-length number does not end within its five bytes, or has bits beyond the 32nd.
    Varint,
    /// A null that the version does not allow.
    Null,
    /// A known tagged field with the wrong size.
    TagSize,
    /// A known tag in a version that does not have it.
    TagVersion,
    /// The arrays exceed the memory budget of this frame.
    Budget,
    /// No such request, or not in this version.
    Version,
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            DecodeError::Truncated => "the frame ends before the message does",
            DecodeError::Count => "an array claims more elements than the frame can hold",
            DecodeError::StringTooLong => "a string is longer than 32767 bytes",
            DecodeError::NotUtf8 => "a string is not UTF-8",
            DecodeError::Varint => "a variable-length number is malformed",
            DecodeError::Null => "null in a field that cannot be null",
            DecodeError::TagSize => "a tagged field is not as long as it says",
            DecodeError::TagVersion => "a tagged field does not exist in this version",
            DecodeError::Budget => "the arrays of this request would take too much memory",
            DecodeError::Version => "no such request version",
        })
    }
}

impl std::error::Error for DecodeError {}

/// Kafka's limit (`Short.MAX_VALUE`), also for a varint length.
pub(super) const STRING_MAX: usize = i16::MAX as usize;

/// Memory that a message may cost beyond its own length: enough for any honest one, as elements are larger in memory
/// than on the wire, and too little to hurt the host process.
const BUDGET_EXTRA: usize = 16 << 20;

/// Reads big-endian fields from the front of a body that it borrows.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    budget: usize,
}

macro_rules! integers {
    ($($name:ident)*) => {
        $(#[inline]
        pub fn $name(&mut self) -> Result<$name, DecodeError> {
            let (head, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
            self.rest = rest;
            Ok($name::from_be_bytes(*head))
        })*
    };
}

impl<'a> Reader<'a> {
    pub fn new(body: &'a [u8]) -> Self {
        Reader { rest: body, budget: body.len() + BUDGET_EXTRA }
    }

    /// Creates a reader whose elements may cost at most `budget` bytes in memory.
    pub fn within(body: &'a [u8], budget: usize) -> Self {
        Reader { rest: body, budget }
    }

    /// Returns the unread rest.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    integers!(i8 u8 i16 u16 i32 u32 i64 f64);

    /// Reads a boolean: any byte but 0 is true, as in Kafka.
    #[inline]
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.u8()? != 0)
    }

    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(Uuid(*head))
    }

    /// Reads an unsigned LEB128 number of 32 bits. Kafka drops the bits of a fifth byte beyond them; no client writes
    /// such a number, so it is refused.
    #[inline]
    pub fn uvarint(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            if shift == 28 && byte > 0x0f {
                break;
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Varint)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    /// Reads a length; `None` is null: 0 in a compact length, any negative number in a classic one.
    fn compact_len(&mut self) -> Result<Option<usize>, DecodeError> {
        Ok(self.uvarint()?.checked_sub(1).map(|len| len as usize))
    }

    pub fn nullable_string(&mut self, flexible: bool) -> Result<Option<&'a str>, DecodeError> {
        let len = if flexible { self.compact_len()? } else { usize::try_from(self.i16()?).ok() };
        let Some(len) = len else { return Ok(None) };
        if len > STRING_MAX {
            return Err(DecodeError::StringTooLong);
        }
        core::str::from_utf8(self.take(len)?).map(Some).map_err(|_| DecodeError::NotUtf8)
    }

    pub fn string(&mut self, flexible: bool) -> Result<&'a str, DecodeError> {
        self.nullable_string(flexible)?.ok_or(DecodeError::Null)
    }

    fn long_len(&mut self, flexible: bool) -> Result<Option<usize>, DecodeError> {
        if flexible { self.compact_len() } else { Ok(usize::try_from(self.i32()?).ok()) }
    }

    pub fn nullable_bytes(&mut self, flexible: bool) -> Result<Option<&'a [u8]>, DecodeError> {
        self.long_len(flexible)?.map(|len| self.take(len)).transpose()
    }

    pub fn bytes(&mut self, flexible: bool) -> Result<&'a [u8], DecodeError> {
        self.nullable_bytes(flexible)?.ok_or(DecodeError::Null)
    }

    /// Reads an array. `smallest` is the least that one element takes on the wire in any version.
    pub fn nullable_array<T>(
        &mut self,
        flexible: bool,
        smallest: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.long_len(flexible)? else { return Ok(None) };
        if count > self.rest.len() / smallest {
            return Err(DecodeError::Count);
        }
        // An honest count can still be expensive: a few bytes on the wire are a hundred in memory.
        let cost = count.checked_mul(size_of::<T>()).ok_or(DecodeError::Budget)?;
        self.budget = self.budget.checked_sub(cost).ok_or(DecodeError::Budget)?;
        let mut array = Vec::with_capacity(count);
        for _ in 0..count {
            array.push(element(self)?);
        }
        Ok(Some(array))
    }

    pub fn array<T>(
        &mut self,
        flexible: bool,
        smallest: usize,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.nullable_array(flexible, smallest, element)?.ok_or(DecodeError::Null)
    }

    /// Reads a field that is nullable in some versions only.
    pub fn null_if<T>(allowed: bool, value: Option<T>) -> Result<Option<T>, DecodeError> {
        if allowed || value.is_some() { Ok(value) } else { Err(DecodeError::Null) }
    }

    /// Reads the byte before a nullable struct: negative is null.
    pub fn nullable_struct<T>(
        &mut self,
        value: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.i8()? < 0 { Ok(None) } else { value(self).map(Some) }
    }

    /// Reads the tagged fields at the end of a struct (KIP-482). `known` reads those of the schema and returns `false`
    /// for others, which are skipped. It gets the bytes of one field and has to consume all of them.
    pub fn tags(
        &mut self,
        mut known: impl FnMut(u32, &mut Self) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        for _ in 0..self.uvarint()? {
            let tag = self.uvarint()?;
            let size = self.uvarint()? as usize;
            let mut field = Reader { rest: self.take(size)?, budget: self.budget };
            if known(tag, &mut field)? && !field.rest.is_empty() {
                return Err(DecodeError::TagSize);
            }
            self.budget = field.budget;
        }
        Ok(())
    }

    /// Skips the tagged fields of a struct that has none.
    pub fn skip_tags(&mut self) -> Result<(), DecodeError> {
        self.tags(|_, _| Ok(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_count_is_compared_with_what_is_there() {
        let two_billion = 0x7fff_ffffi32.to_be_bytes();
        assert_eq!(Reader::new(&two_billion).array(false, 1, Reader::i8), Err(DecodeError::Count));
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).array(true, 4, Reader::i32), Err(DecodeError::Count));
        assert_eq!(Reader::new(&[0, 0, 0, 2, 0, 0, 0]).array(false, 2, Reader::i16), Err(DecodeError::Count));
    }

    #[test]
    fn honest_counts_of_large_elements_are_paid_for() {
        // 40,000 elements of one byte, each of which takes 1 KiB in memory: 40 MB for a frame of 40 KB.
        let mut body = 40_000i32.to_be_bytes().to_vec();
        body.extend([0; 40_000]);
        let fat = Reader::new(&body).array(false, 1, |r| r.i8().map(|_| [0u8; 1024]));
        assert_eq!(fat.map(|a| a.len()), Err(DecodeError::Budget));
        assert_eq!(Reader::new(&body).array(false, 1, Reader::i8).map(|a| a.len()), Ok(40_000));
    }

    #[test]
    fn any_negative_classic_length_is_null() {
        assert_eq!(Reader::new(&[0xff, 0xfe]).nullable_string(false), Ok(None));
        assert_eq!(Reader::new(&[0x80, 0, 0, 0]).nullable_bytes(false), Ok(None));
        assert_eq!(Reader::new(&[0xff, 0xff]).string(false), Err(DecodeError::Null));
    }

    #[test]
    fn compact_strings_end_where_classic_ones_do() {
        let mut body = vec![0x81, 0x80, 0x02]; // 32,768 + 1
        body.extend([b'x'; 32_768]);
        assert_eq!(Reader::new(&body).string(true), Err(DecodeError::StringTooLong));
    }

    #[test]
    fn varints_have_32_bits() {
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).uvarint(), Ok(u32::MAX));
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x1f]).uvarint(), Err(DecodeError::Varint));
        assert_eq!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x80]).uvarint(), Err(DecodeError::Varint));
        assert_eq!(Reader::new(&[0x80]).uvarint(), Err(DecodeError::Truncated));
    }

    #[test]
    fn a_tagged_field_keeps_to_its_size() {
        let read = |body: &'static [u8]| {
            let mut seen = None;
            let mut reader = Reader::new(body);
            reader.tags(|tag, r| {
                if tag == 7 {
                    seen = Some(r.i32()?);
                }
                Ok(tag == 7)
            })?;
            Ok((seen, reader.rest()))
        };
        assert_eq!(read(&[1, 7, 4, 0, 0, 0, 9, 5]), Ok((Some(9), &[5][..])));
        assert_eq!(read(&[1, 8, 4, 0, 0, 0, 9, 5]), Ok((None, &[5][..])));
        assert_eq!(read(&[1, 7, 3, 0, 0, 0, 9, 5]), Err(DecodeError::Truncated));
        assert_eq!(read(&[1, 7, 5, 0, 0, 0, 9, 5]), Err(DecodeError::TagSize));
        assert_eq!(read(&[1, 7, 6, 0, 0, 0, 9, 5]), Err(DecodeError::Truncated));
    }
}
