//! Memory for batches: chunks that are filled from the front and handed out as slices. A slice keeps its chunk alive,
//! so a chunk is freed with the last of its batches.

use bytes::{Bytes, BytesMut};

use crate::settings::Prefault;

/// Sizes of the first chunks of a partition; an idle topic costs kilobytes.
const CHUNKS: [usize; 3] = [4 << 10, 64 << 10, 1 << 20];
/// Batches larger than this get their own memory, or a chunk could be left half empty.
pub(super) const LARGE: usize = 256 << 10;
/// Pages are prefaulted in runs of this size: few calls, none of them long, and few pages that are never written.
const RUN: usize = 128 << 10;

#[derive(Debug)]
pub(super) struct Arena {
    chunk: BytesMut,
    chunks: usize,
    prefault: Prefault,
    /// Prefaulted bytes at the front of the rest of the chunk.
    ready: usize,
}

/// The copy of a large batch in memory of its own. It can be made before the log is locked.
#[derive(Debug)]
pub(super) struct LargeBatch {
    copy: BytesMut,
    prefault: Prefault,
}

impl LargeBatch {
    /// Returns `None` if the batch belongs in a chunk.
    pub(super) fn of(len: usize, prefault: Prefault) -> Option<LargeBatch> {
        (len > LARGE).then(|| LargeBatch { copy: BytesMut::with_capacity(len), prefault })
    }

    /// Copies one run: memory that the kernel has just cleared is still in the cache when it is written.
    pub(super) fn push(&mut self, run: &[u8]) {
        self.copy.reserve(run.len());
        (self.prefault)(&mut self.copy.spare_capacity_mut()[..run.len()]);
        self.copy.extend_from_slice(run);
    }

    pub(super) fn patched(mut self, patch: impl FnOnce(&mut [u8])) -> Bytes {
        patch(&mut self.copy);
        self.copy.freeze()
    }
}

impl Arena {
    pub(super) fn new(prefault: Prefault) -> Arena {
        Arena { chunk: BytesMut::new(), chunks: 0, prefault, ready: 0 }
    }

    /// Copies a small batch (see [`LargeBatch`]) into the chunk and lets `patch` change the copy.
    pub(super) fn store(&mut self, bytes: &[u8], patch: impl FnOnce(&mut [u8])) -> Bytes {
        debug_assert!(bytes.len() <= LARGE, "{} bytes have memory of their own", bytes.len());
        let mut stored = self.beside_others(bytes);
        patch(&mut stored);
        stored.freeze()
    }

    fn beside_others(&mut self, bytes: &[u8]) -> BytesMut {
        if self.chunk.capacity() < bytes.len() {
            let size = CHUNKS[self.chunks.min(CHUNKS.len() - 1)];
            self.chunk = BytesMut::with_capacity(size.max(bytes.len()));
            self.chunks += 1;
            // A small chunk may never be filled: its pages are faulted in as they are touched.
            self.ready = if size > RUN { 0 } else { self.chunk.capacity() };
        }
        if self.ready < bytes.len() {
            let spare = self.chunk.spare_capacity_mut();
            let end = bytes.len().max(self.ready + RUN).min(spare.len());
            (self.prefault)(&mut spare[self.ready..end]);
            self.ready = end;
        }
        self.ready -= bytes.len();
        self.chunk.extend_from_slice(bytes);
        self.chunk.split()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn batches_of_a_chunk_lie_side_by_side() {
        let mut arena = Arena::new(|_| ());
        let first = arena.store(&[1; 1_000], |bytes| bytes[0] = 9);
        let second = arena.store(&[2; 1_000], |_| ());
        assert_eq!((first[0], first[1], second[0]), (9, 1, 2));
        assert_eq!(first.as_ptr() as usize + 1_000, second.as_ptr() as usize);
        assert!(LargeBatch::of(LARGE, |_| ()).is_none());
    }

    thread_local! {
        /// Begin and end of each prefaulted range.
        static ASKED: RefCell<Vec<(usize, usize)>> = const { RefCell::new(Vec::new()) };
    }

    #[test]
    fn pages_are_asked_for_once_and_before_they_are_written() {
        let prefault: Prefault = |memory| {
            let begin = memory.as_ptr() as usize;
            ASKED.with_borrow_mut(|asked| asked.push((begin, begin + memory.len())));
        };
        let mut arena = Arena::new(prefault);
        let small = CHUNKS[..2].iter().map(|size| arena.store(&vec![0; *size], |_| ()));
        // A freed chunk could be allocated again at the same address.
        let mut kept: Vec<Bytes> = small.collect();
        assert_eq!(ASKED.with_borrow(Vec::len), 0);
        for len in [900, 3_000, 5_000, 40_000, 100_000, 140_000, 300_000].repeat(20) {
            let bytes = vec![7; len];
            let stored = match LargeBatch::of(len, prefault) {
                Some(mut own) => {
                    bytes.chunks(RUN).for_each(|piece| own.push(piece));
                    own.patched(|_| ())
                }
                None => arena.store(&bytes, |_| ()),
            };
            let (begin, end) = (stored.as_ptr() as usize, stored.as_ptr() as usize + len);
            let within = |run: &(usize, usize)| run.1.min(end).saturating_sub(run.0.max(begin));
            assert_eq!(ASKED.with_borrow(|asked| asked.iter().map(within).sum::<usize>()), len);
            kept.push(stored);
        }
        let written: usize = kept[2..].iter().map(Bytes::len).sum();
        let asked: usize = ASKED.with_borrow(|asked| asked.iter().map(|run| run.1 - run.0).sum());
        assert!(asked < written + written / 4, "{asked} asked for, {written} written");
    }
}
