//! Compression of records that compaction rewrites, in the codec of their batch.

use std::io::{self, Write};

use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::inflate::Compression;

/// Header of the Java library's framing: magic, version, lowest compatible version.
const XERIAL_HEADER: &[u8] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";
/// Kafka: `SnappyCompression.BLOCK_SIZE`.
const XERIAL_BLOCK: usize = 32 << 10;

/// Compresses `bytes` in a form that every client reads.
pub fn to_vec(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    let written = match compression {
        Compression::None => Ok(bytes.to_vec()),
        Compression::Gzip => gzip(bytes),
        Compression::Snappy => snappy(bytes),
        Compression::Lz4 => lz4(bytes),
        Compression::Zstd => Ok(compress_to_vec(bytes, CompressionLevel::Fastest)),
    };
    written.expect("memory takes it")
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn snappy(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = XERIAL_HEADER.to_vec();
    let mut encoder = snap::raw::Encoder::new();
    for block in bytes.chunks(XERIAL_BLOCK) {
        let block = encoder.compress_vec(block)?;
        out.extend((block.len() as u32).to_be_bytes());
        out.extend(block);
    }
    Ok(out)
}

/// Independent blocks: the Java library reads no others.
fn lz4(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let info = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inflate;

    const ALL: [Compression; 5] =
        [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

    /// Text that repeats, and noise that does not.
    fn samples() -> Vec<Vec<u8>> {
        let mut state = 1_u32;
        let mut noise = |len: usize| -> Vec<u8> {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            (0..len).map(|_| next()).collect()
        };
        let words = b"a value that repeats ".repeat(9_000);
        vec![
            vec![],
            vec![7],
            noise(100),
            noise(200_000),
            words.clone(),
            [words, noise(70_000)].concat(),
            vec![0; 3 << 20],
        ]
    }

    #[test]
    fn what_is_deflated_inflates_to_the_same() {
        for sample in samples() {
            for compression in ALL {
                let deflated = to_vec(compression, &sample);
                let inflated = inflate::to_vec(compression, &deflated, sample.len());
                assert!(inflated.as_ref() == Ok(&sample), "{compression:?} of {} bytes", sample.len());
            }
        }
    }

    #[test]
    fn what_repeats_becomes_small() {
        for compression in &ALL[1..] {
            let deflated = to_vec(*compression, &vec![b'x'; 1 << 20]);
            assert!(deflated.len() < 64 << 10, "{compression:?}: {}", deflated.len());
        }
    }
}
