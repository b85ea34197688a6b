//! Snappy in both of its framings: one bare block (librdkafka), and the blocks of the Java library (xerial), each with
//! its length before it.

use super::InflateError;
use std::io::{self, BufRead, Read};

/// A magic number, then a version and the lowest compatible one.
const XERIAL_MAGIC: &[u8; 8] = b"\x82SNAPPY\0";
const XERIAL_HEADER: usize = 16;

/// Three bytes of Snappy become 64 at best: a block that claims more than this ratio is malformed, which is checked
/// before any allocation.
const GROWTH_MAX: usize = 22;

pub fn reader(input: &[u8], max: usize) -> Result<Blocks<'_>, InflateError> {
    let xerial = input.starts_with(XERIAL_MAGIC);
    let rest = if xerial { input.get(XERIAL_HEADER..).ok_or(InflateError::Malformed)? } else { input };
    Ok(Blocks { rest, xerial, max, block: Vec::new(), at: 0 })
}

/// One inflated block at a time.
pub struct Blocks<'a> {
    rest: &'a [u8],
    xerial: bool,
    max: usize,
    block: Vec<u8>,
    at: usize,
}

impl<'a> Blocks<'a> {
    fn next_input(&mut self) -> Result<&'a [u8], InflateError> {
        if !self.xerial {
            return Ok(std::mem::take(&mut self.rest));
        }
        // Streams may be concatenated: a header in the place of a length.
        if self.rest.starts_with(XERIAL_MAGIC) {
            self.rest = self.rest.get(XERIAL_HEADER..).ok_or(InflateError::Malformed)?;
        }
        let (len, rest) = self.rest.split_first_chunk().ok_or(InflateError::Malformed)?;
        let len = usize::try_from(i32::from_be_bytes(*len)).map_err(|_| InflateError::Malformed)?;
        let (block, rest) = rest.split_at_checked(len).ok_or(InflateError::Malformed)?;
        self.rest = rest;
        Ok(block)
    }

    fn refill(&mut self) -> Result<(), InflateError> {
        let input = self.next_input()?;
        let claimed = snap::raw::decompress_len(input).map_err(|_| InflateError::Malformed)?;
        if claimed > input.len().saturating_mul(GROWTH_MAX) {
            return Err(InflateError::Malformed);
        }
        if claimed > self.max {
            return Err(InflateError::TooLarge { max: self.max });
        }
        self.block.clear();
        self.block.resize(claimed, 0);
        self.at = 0;
        snap::raw::Decoder::new().decompress(input, &mut self.block).map_err(|_| InflateError::Malformed)?;
        Ok(())
    }
}

impl BufRead for Blocks<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.block.len() && !self.rest.is_empty() {
            self.refill().map_err(io::Error::other)?;
        }
        Ok(&self.block[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buf)?;
        self.consume(count);
        Ok(count)
    }
}
