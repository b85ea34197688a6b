//! The records of a response: slices of the log on the way out, one piece of the frame on the way in.

use bytes::Bytes;

/// Record batches in a Fetch or ShareFetch response.
#[derive(Clone, Copy, Debug)]
pub enum Records<'a> {
    /// What a broker sends: the writer hands the slices on as they are.
    Slices(&'a [Bytes]),
    /// What a client reads: a part of the frame.
    Whole(&'a [u8]),
}

impl Records<'_> {
    pub fn len(&self) -> usize {
        match self {
            Records::Slices(slices) => slices.iter().map(Bytes::len).sum(),
            Records::Whole(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        let (slices, whole): (&[Bytes], &[u8]) = match *self {
            Records::Slices(slices) => (slices, &[]),
            Records::Whole(bytes) => (&[], bytes),
        };
        slices.iter().flatten().chain(whole).copied()
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
        self.bytes().eq(other.bytes())
    }
}
