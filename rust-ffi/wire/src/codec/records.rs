//! The records of a response: slices of the log when encoded, one part of the frame when decoded.

use bytes::Bytes;

use super::FramePart;

/// Record batches in a Fetch or ShareFetch response.
#[derive(Clone, Copy, Debug)]
pub enum Records<'a> {
    /// Slices that a broker sends without copying.
    Slices(&'a [Bytes]),
    /// Parts that a broker sends, some of them ranges of files.
    Parts(&'a [FramePart]),
    /// The bytes that a client has received.
    Whole(&'a [u8]),
}

impl Records<'_> {
    pub fn len(&self) -> usize {
        match self {
            Records::Slices(slices) => slices.iter().map(Bytes::len).sum(),
            Records::Parts(parts) => parts.iter().map(FramePart::len).sum(),
            Records::Whole(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn bytes(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Records::Slices(slices) => Ok(slices.concat()),
            Records::Parts(parts) => super::concat(parts),
            Records::Whole(bytes) => Ok(bytes.to_vec()),
        }
    }
}

impl Default for Records<'_> {
    fn default() -> Self {
        Records::Whole(&[])
    }
}

/// Compares the bytes, however they are split.
impl PartialEq for Records<'_> {
    fn eq(&self, other: &Self) -> bool {
        matches!((self.bytes(), other.bytes()), (Ok(ours), Ok(theirs)) if ours == theirs)
    }
}
