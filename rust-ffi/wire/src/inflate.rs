//! Decompression with a limit, to validate and search records. A batch is stored as the producer sent it.

mod snappy;
mod zstd;

use std::io::{self, BufRead, BufReader, Read};

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
    /// Returns the codec; `None` for the three unassigned numbers.
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
    /// Malformed compressed data.
    Malformed,
    /// More than the allowed number of bytes.
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
    /// Converts an I/O error of a [`reader`]: the limit comes back unchanged, everything else is malformed data.
    fn from(error: io::Error) -> Self {
        error.get_ref().and_then(|e| e.downcast_ref()).copied().unwrap_or(InflateError::Malformed)
    }
}

/// Inflates `input` as a stream; fails beyond `max` bytes. The memory of the codec is bounded too: a block of at most
/// 22 times the input for Snappy, 24 MiB for zstd, less for the others.
pub fn reader<'a>(compression: Compression, input: &'a [u8], max: usize) -> Result<Inflate<'a>, InflateError> {
    let source: Box<dyn BufRead + 'a> = match compression {
        Compression::None => Box::new(input),
        Compression::Gzip => buffered(flate2::bufread::MultiGzDecoder::new(input)),
        // These two inflate whole blocks, which are read in place.
        Compression::Snappy => Box::new(snappy::reader(input, max)?),
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(input)),
        Compression::Zstd => buffered(zstd::reader(input)?),
    };
    Ok(Inflate { source, left: max, max })
}

/// Enough for a dozen records, so that a large value is skipped in few steps.
const BUFFER: usize = 16 << 10;

fn buffered<'a>(source: impl Read + 'a) -> Box<dyn BufRead + 'a> {
    Box::new(BufReader::with_capacity(BUFFER, source))
}

/// See [`reader`].
pub struct Inflate<'a> {
    source: Box<dyn BufRead + 'a>,
    left: usize,
    max: usize,
}

impl BufRead for Inflate<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let there = self.source.fill_buf()?;
        if there.len() > self.left {
            Err(io::Error::other(InflateError::TooLarge { max: self.max }))
        } else {
            Ok(there)
        }
    }

    fn consume(&mut self, count: usize) {
        self.source.consume(count);
        self.left -= count;
    }
}

impl Inflate<'_> {
    /// Returns how many more bytes may be inflated.
    pub fn left(&self) -> usize {
        self.left
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buf)?;
        self.consume(count);
        Ok(count)
    }
}

/// Inflates `input` to at most `max` bytes. The buffer grows with the output, not with the claimed size.
pub fn to_vec(compression: Compression, input: &[u8], max: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflated = Vec::new();
    reader(compression, input, max)?.read_to_end(&mut inflated)?;
    Ok(inflated)
}

#[cfg(test)]
mod tests;
