//! Where batches are copied to: chunks that are filled from the front and handed out as slices. A slice keeps its chunk
//! alive, so a chunk goes when the last of its batches goes.

use bytes::{Bytes, BytesMut};

/// Sizes of the chunks of one partition, in their order: an idle topic costs kilobytes.
const CHUNKS: [usize; 3] = [4 << 10, 64 << 10, 1 << 20];
/// A batch larger than this has a chunk of its own, or a chunk could be left half empty.
const LARGE: usize = 256 << 10;

#[derive(Debug, Default)]
pub(super) struct Arena {
    chunk: BytesMut,
    chunks: usize,
}

impl Arena {
    /// Copies `bytes` and lets `patch` change the copy.
    pub(super) fn store(&mut self, bytes: &[u8], patch: impl FnOnce(&mut [u8])) -> Bytes {
        if bytes.len() > LARGE {
            let mut own = BytesMut::from(bytes);
            patch(&mut own);
            return own.freeze();
        }
        if self.chunk.capacity() < bytes.len() {
            let size = CHUNKS[self.chunks.min(CHUNKS.len() - 1)];
            self.chunk = BytesMut::with_capacity(size.max(bytes.len()));
            self.chunks += 1;
        }
        self.chunk.extend_from_slice(bytes);
        let mut stored = self.chunk.split();
        patch(&mut stored);
        stored.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_a_chunk_lie_side_by_side() {
        let mut arena = Arena::default();
        let first = arena.store(&[1; 1_000], |bytes| bytes[0] = 9);
        let second = arena.store(&[2; 1_000], |_| ());
        assert_eq!((first[0], first[1], second[0]), (9, 1, 2));
        assert_eq!(first.as_ptr() as usize + 1_000, second.as_ptr() as usize);
        assert_eq!(arena.store(&[3; 300 << 10], |_| ()).len(), 300 << 10);
    }
}
