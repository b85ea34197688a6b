//! Prefaulting of memory that is about to be written.

use std::mem::MaybeUninit;

/// Requests the pages of `memory` in one call. Without kernel support each page faults as usual.
#[cfg(target_os = "linux")]
pub(crate) fn prefault(memory: &mut [MaybeUninit<u8>]) {
    /// The smallest page size. With larger pages the kernel refuses a range that begins inside one.
    const PAGE: usize = 4096;
    let begin = memory.as_ptr() as usize & !(PAGE - 1);
    let end = memory.as_ptr() as usize + memory.len();
    // SAFETY: MADV_POPULATE_WRITE changes nothing that is in memory; every page of the range holds a byte of `memory`,
    // so it is mapped and may be written.
    let _ = unsafe { libc::madvise(begin as *mut libc::c_void, end - begin, libc::MADV_POPULATE_WRITE) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn prefault(_memory: &mut [MaybeUninit<u8>]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays() {
        let mut memory = vec![MaybeUninit::new(7u8); 100_000];
        prefault(&mut memory[1..50_000]);
        prefault(&mut []);
        // SAFETY: written above.
        assert!(memory.iter().all(|byte| unsafe { byte.assume_init() } == 7));
    }
}
