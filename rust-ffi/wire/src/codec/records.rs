//! The records of a response: slices of the log on the way out, one piece of the frame on the way in.

use bytes::Bytes;

use super::FramePart;

/// Record batches in a Fetch or ShareFetch response.
#[derive(Clone, Copy, Debug)]
pub enum Records<'a> {
    /// What a broker sends: the writer hands the slices on as they are.
    Slices(&'a [Bytes]),
    /// The same, some of them in files.
    Parts(&'a [FramePart]),
    /// What a client reads: a part of the frame.
    Whole(&'a [u8]),
}

impl Records<'_> {
    pub fn len(&self) -> usize {
        match self {
            Records::Slices(slices) => slices.iter().map(Bytes::len).sum(),
            Records::Parts(pieces) => pieces.iter().map(FramePart::len).sum(),
            Records::Whole(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn bytes(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Records::Slices(slices) => Ok(slices.concat()),
            Records::Parts(pieces) => super::concat(pieces),
            Records::Whole(bytes) => Ok(bytes.to_vec()),
        }
    }
}

impl Default for Records<'_> {
    fn default() -> Self {
        Records::Whole(&[])
    }
}

/// Equal bytes are equal records, however they are cut.
impl PartialEq for Records<'_> {
    fn eq(&self, other: &Self) -> bool {
        matches!((self.bytes(), other.bytes()), (Ok(ours), Ok(theirs)) if ours == theirs)
    }
}
