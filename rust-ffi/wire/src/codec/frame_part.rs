//! Parts of a frame to be sent: bytes in memory, and ranges of files that are read while they are sent.

use std::{fmt::Debug, io, sync::Arc};

use bytes::{Bytes, BytesMut};

/// A file that ranges are read from, kept open until they are sent.
pub trait Source: Debug + Send + Sync {
    /// Fills `buf` from position `at`, or fails.
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;
}

#[derive(Clone, Debug)]
pub enum FramePart {
    Bytes(Bytes),
    /// Not read yet: a slow client must not make the broker hold the bytes in memory.
    FileRange(FileRange),
}

/// A range of bytes in a source.
#[derive(Clone, Debug)]
pub struct FileRange {
    source: Arc<dyn Source>,
    at: u64,
    len: usize,
}

impl FileRange {
    pub fn new(source: Arc<dyn Source>, at: u64, len: usize) -> FileRange {
        FileRange { source, at, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads from the front what fits into `buf` and removes it from the range. Returns the number of bytes.
    pub fn take(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let taken = self.len.min(buf.len());
        self.source.read(self.at, &mut buf[..taken])?;
        self.at += taken as u64;
        self.len -= taken;
        Ok(taken)
    }
}

impl FramePart {
    pub fn len(&self) -> usize {
        match self {
            FramePart::Bytes(bytes) => bytes.len(),
            FramePart::FileRange(range) => range.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the whole part.
    pub fn bytes(&self) -> io::Result<Bytes> {
        match self {
            FramePart::Bytes(bytes) => Ok(bytes.clone()),
            FramePart::FileRange(range) => {
                let mut bytes = BytesMut::zeroed(range.len);
                range.clone().take(&mut bytes)?;
                Ok(bytes.freeze())
            }
        }
    }
}

impl From<Bytes> for FramePart {
    fn from(bytes: Bytes) -> FramePart {
        FramePart::Bytes(bytes)
    }
}

/// Reads and concatenates all parts.
pub fn concat(parts: &[FramePart]) -> io::Result<Vec<u8>> {
    let mut all = Vec::with_capacity(parts.iter().map(FramePart::len).sum());
    for part in parts {
        all.extend_from_slice(&part.bytes()?);
    }
    Ok(all)
}
