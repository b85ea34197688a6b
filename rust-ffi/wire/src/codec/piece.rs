//! What a frame is made of on its way out: bytes that are held, and records that lie in a file until they are sent.

use std::{fmt::Debug, io, sync::Arc};

use bytes::{Bytes, BytesMut};

/// Where stored records are read from, for as long as somebody has to send them.
pub trait Source: Debug + Send + Sync {
    /// Fills `buf` from `at` on, or fails.
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;
}

#[derive(Clone, Debug)]
pub enum Piece {
    Held(Bytes),
    /// Not read yet: a client that does not take them must not make the broker hold them.
    Stored(Stored),
}

/// A range of a source.
#[derive(Clone, Debug)]
pub struct Stored {
    source: Arc<dyn Source>,
    at: u64,
    len: usize,
}

impl Stored {
    pub fn new(source: Arc<dyn Source>, at: u64, len: usize) -> Stored {
        Stored { source, at, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes from the front what fits into `buf`; returns how much that was.
    pub fn take(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let taken = self.len.min(buf.len());
        self.source.read(self.at, &mut buf[..taken])?;
        self.at += taken as u64;
        self.len -= taken;
        Ok(taken)
    }
}

impl Piece {
    pub fn len(&self) -> usize {
        match self {
            Piece::Held(bytes) => bytes.len(),
            Piece::Stored(stored) => stored.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it, read now.
    pub fn bytes(&self) -> io::Result<Bytes> {
        match self {
            Piece::Held(bytes) => Ok(bytes.clone()),
            Piece::Stored(stored) => {
                let mut bytes = BytesMut::zeroed(stored.len);
                stored.clone().take(&mut bytes)?;
                Ok(bytes.freeze())
            }
        }
    }
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Piece {
        Piece::Held(bytes)
    }
}

/// All pieces in a row, read now.
pub fn concat(pieces: &[Piece]) -> io::Result<Vec<u8>> {
    let mut all = Vec::with_capacity(pieces.iter().map(Piece::len).sum());
    for piece in pieces {
        all.extend_from_slice(&piece.bytes()?);
    }
    Ok(all)
}
