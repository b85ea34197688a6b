//! Decompression, always through a limit. Records are inflated to be looked at, never to be stored: a batch stays as
//! the producer sent it.

mod snappy;
mod zstd;

use std::io::{self, Read};

/// The low three bits of a batch's attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    /// `None` for the three numbers that Kafka has not given out.
    pub fn from_attributes(attributes: i16) -> Option<Compression> {
        Some(match attributes & 0x07 {
            0 => Compression::None,
            1 => Compression::Gzip,
            2 => Compression::Snappy,
            3 => Compression::Lz4,
            4 => Compression::Zstd,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InflateError {
    /// Not what the codec writes.
    Malformed,
    /// More comes out than was allowed.
    TooLarge { max: usize },
}

impl core::fmt::Display for InflateError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            InflateError::Malformed => f.write_str("compressed data is malformed"),
            InflateError::TooLarge { max } => write!(f, "compressed data grows beyond {max} bytes"),
        }
    }
}

impl std::error::Error for InflateError {}

impl From<io::Error> for InflateError {
    /// What a [`reader`] fails with: the limit comes back as it went in, and everything else is the codec's complaint.
    fn from(error: io::Error) -> Self {
        error.get_ref().and_then(|e| e.downcast_ref()).copied().unwrap_or(InflateError::Malformed)
    }
}

/// What comes out of `input`, piece by piece: an error once it is more than `max` bytes. What the codec remembers
/// meanwhile is bounded too: a block of at most 22 times the input for Snappy, 24 MiB for zstd, less for the others.
pub fn reader<'a>(compression: Compression, input: &'a [u8], max: usize) -> Result<Inflate<'a>, InflateError> {
    let source: Box<dyn Read + 'a> = match compression {
        Compression::None => Box::new(input),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        Compression::Snappy => Box::new(snappy::reader(input, max)?),
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(input)),
        Compression::Zstd => Box::new(zstd::reader(input)?),
    };
    Ok(Inflate { source, left: max, max })
}

/// See [`reader`].
pub struct Inflate<'a> {
    source: Box<dyn Read + 'a>,
    left: usize,
    max: usize,
}

impl Read for Inflate<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buf)?;
        self.left =
            self.left.checked_sub(count).ok_or_else(|| io::Error::other(InflateError::TooLarge { max: self.max }))?;
        Ok(count)
    }
}

/// All that comes out of `input`, at most `max` bytes. The buffer grows with what comes, not with what is claimed.
pub fn to_vec(compression: Compression, input: &[u8], max: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflated = Vec::new();
    reader(compression, input, max)?.read_to_end(&mut inflated)?;
    Ok(inflated)
}

#[cfg(test)]
mod tests;
