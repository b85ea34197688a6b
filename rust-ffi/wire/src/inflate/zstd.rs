//! Zstandard with a bounded window: a frame may ask its reader to remember megabytes of output, and four bytes are
//! enough to fill 128 KiB of them.

use super::InflateError;
use ruzstd::decoding::StreamingDecoder;
use std::io::Read;

/// Window that every Zstandard reader supports (RFC 8878); only the three highest levels ask for more.
const WINDOW: u64 = 8 << 20;
/// The same window as encoded in the header: 2^(10 + 13).
const WINDOW_BYTE: u8 = 13 << 3;
/// Readers refuse more by default; producers do not write it.
const WINDOW_MAX: u64 = 128 << 20;

/// Reads a frame that asks for more than [`WINDOW`] as if it asked for that much. Java producers at level 20 and above
/// ask for 32 to 128 MiB whatever the size of their batches; a batch that really refers back further than 8 MiB is
/// malformed here.
pub fn reader(input: &[u8]) -> Result<impl Read + '_, InflateError> {
    let window = window(input).filter(|window| *window <= WINDOW_MAX).ok_or(InflateError::Malformed)?;
    // Checked by `window`.
    let (head, rest) = input.split_at(5);
    let mut header = head.to_vec();
    let mut rest = rest;
    if window > WINDOW {
        if header[4] & SINGLE_SEGMENT == 0 {
            rest = &rest[1..];
        }
        header[4] &= !SINGLE_SEGMENT;
        header.push(WINDOW_BYTE);
    }
    StreamingDecoder::new(std::io::Cursor::new(header).chain(rest)).map_err(|_| InflateError::Malformed)
}

/// Bit of the descriptor: the content is its own window, and its size stands in the place of the window's.
const SINGLE_SEGMENT: u8 = 0x20;

/// Returns the window that the header asks for (RFC 8878, 3.1.1.1).
fn window(input: &[u8]) -> Option<u64> {
    let descriptor = *input.get(4)?;
    if descriptor & SINGLE_SEGMENT == 0 {
        let byte = *input.get(5)?;
        let base = 1u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    // The content's size follows the dictionary's id.
    let dictionary_id = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size_len = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let field = input.get(5 + dictionary_id..)?.get(..size_len)?;
    Some(field.iter().rev().fold(0, |size, byte| size << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::super::{Compression, InflateError, to_vec};
    use super::*;

    /// A frame whose window is 2^`log` bytes, of `blocks` blocks that each say "128 KiB of zeros".
    fn zeros(log: u8, blocks: usize) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3];
        for block in 1..=blocks {
            let header = (128u32 << 10) << 3 | 1 << 1 | u32::from(block == blocks);
            frame.extend(&header.to_le_bytes()[..3]);
            frame.push(0);
        }
        frame
    }

    #[test]
    fn a_large_window_may_be_asked_for() {
        let inflated = |log, blocks| to_vec(Compression::Zstd, &zeros(log, blocks), 1 << 30).map(|out| out.len());
        for log in 17..=27 {
            assert_eq!(inflated(log, 1), Ok(128 << 10), "2^{log}");
        }
        assert_eq!(inflated(27, 1000), Ok(125 << 20));
        assert_eq!(inflated(28, 1), Err(InflateError::Malformed));
    }

    #[test]
    fn content_that_is_its_own_window_may_be_large() {
        // Single segment, content size in four bytes: 16 MiB.
        let blocks = &zeros(17, 128)[6..];
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 1][..], blocks].concat();
        assert_eq!(to_vec(Compression::Zstd, &frame, 1 << 30).map(|out| out.len()), Ok(16 << 20));
    }

    #[test]
    fn the_window_is_read_from_every_form_of_header() {
        assert_eq!(window(&[0, 0, 0, 0, 0, 17 << 3]), Some(128 << 20));
        assert_eq!(window(&[0, 0, 0, 0, 0, 3]), Some(1024 + 3 * 128));
        assert_eq!(window(&[0, 0, 0, 0, 0x20, 77]), Some(77));
        assert_eq!(window(&[0, 0, 0, 0, 0xa3, 9, 9, 9, 9, 0, 0, 0, 1]), Some(1 << 24));
        assert_eq!(window(&[0, 0, 0, 0, 0xe0, 1, 2]), None);
    }
}
