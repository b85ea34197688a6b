//! Buffers for copying stored records from a file to a socket. They are reused: zeroing a new buffer costs half as much
//! as reading into it.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

/// Large enough to make system calls cheap, small enough to stay in a core's cache.
const CHUNK: usize = 256 * 1024;
/// Smaller reads get a buffer of their size, so that slow clients do not hold large buffers for few bytes.
const SMALL: usize = 64 * 1024;
/// Unused buffers that are kept. More are in use while clients read slowly.
const SPARE_MAX: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct BufferPool(Mutex<Vec<Box<[u8]>>>);

impl BufferPool {
    /// Returns the bytes that `fill` writes into a buffer; `fill` returns their number. A large buffer returns to the
    /// pool when the bytes are dropped.
    pub(crate) fn fill(
        pool: &Arc<BufferPool>,
        wanted: usize,
        fill: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<Bytes> {
        if wanted <= SMALL {
            let mut buffer = vec![0; wanted];
            let len = fill(&mut buffer)?;
            buffer.truncate(len);
            return Ok(buffer.into());
        }
        let spare = pool.spare().pop();
        let mut buffer = spare.unwrap_or_else(|| vec![0; CHUNK].into_boxed_slice());
        let len = fill(&mut buffer)?;
        Ok(Bytes::from_owner(PooledBuffer { pool: pool.clone(), buffer, len }))
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Box<[u8]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct PooledBuffer {
    pool: Arc<BufferPool>,
    buffer: Box<[u8]>,
    len: usize,
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut spare = self.pool.spare();
        if spare.len() < SPARE_MAX {
            spare.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pool: &Arc<BufferPool>, wanted: usize, byte: u8) -> Bytes {
        let fill = |buf: &mut [u8]| {
            buf.fill(byte);
            Ok(buf.len() - 1)
        };
        BufferPool::fill(pool, wanted, fill).expect("nothing failed")
    }

    #[test]
    fn a_large_buffer_is_reused_when_its_bytes_are_dropped() {
        let pool = Arc::default();
        let (first, second) = (filled(&pool, SMALL + 1, 1), filled(&pool, CHUNK * 2, 2));
        assert_ne!(first.as_ptr(), second.as_ptr());
        let (at, rest) = (first.as_ptr(), first.slice(CHUNK - 3..));
        drop(first);
        assert_ne!(filled(&pool, CHUNK, 3).as_ptr(), at);
        assert_eq!((&*rest, &*second), (&[1, 1][..], &[2; CHUNK - 1][..]));
        drop(rest);
        assert_eq!(filled(&pool, CHUNK, 4).as_ptr(), at);
    }

    #[test]
    fn the_pool_keeps_a_limited_number() {
        let pool = Arc::default();
        drop((0..SPARE_MAX + 3).map(|_| filled(&pool, CHUNK, 0)).collect::<Vec<_>>());
        assert_eq!(pool.spare().len(), SPARE_MAX);
    }

    #[test]
    fn a_small_read_has_a_buffer_of_its_size() {
        let pool = Arc::default();
        assert_eq!(filled(&pool, SMALL, 5), vec![5; SMALL - 1]);
        assert!(pool.spare().is_empty());
    }

    #[test]
    fn a_failed_read_is_an_error() {
        for wanted in [1, CHUNK] {
            let failed = BufferPool::fill(&Arc::default(), wanted, |_| Err(io::ErrorKind::UnexpectedEof.into()));
            assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}
