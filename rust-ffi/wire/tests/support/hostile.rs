//! For the tests of hostile bytes, here and in the engine: an allocator that counts, Kafka's own messages, and lies.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system's allocator, and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        // SAFETY: the caller's promise is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `block` came from `alloc` above, with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What `work` holds at most, beyond what was held before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = work();
    (result, PEAK.load(Relaxed) - before)
}

pub struct Frame {
    pub key: i16,
    pub version: i16,
    pub body: Vec<u8>,
}

/// All requests of the corpus.
pub fn requests() -> Vec<Frame> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&include_bytes!("../corpus/messages.bin.gz")[..]).read_to_end(&mut bytes).unwrap();
    let mut rest = &bytes[..];
    let mut frames = Vec::new();
    while let Some((head, tail)) = rest.split_at_checked(9) {
        let (body, tail) = tail.split_at(u32::from_be_bytes(head[5..9].try_into().unwrap()) as usize);
        if head[0] == 0 {
            let word = |at: usize| i16::from_be_bytes(head[at..at + 2].try_into().unwrap());
            frames.push(Frame { key: word(1), version: word(3), body: body.to_vec() });
        }
        rest = tail;
    }
    frames
}

/// Lengths that lie: huge, negative, one too many bytes long.
pub const LIES: &[&[u8]] = &[
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x80, 0x00, 0x00, 0x00],
    &[0x7f, 0xff],
    &[0x00, 0x10, 0x00, 0x00],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0x80, 0x80, 0x80, 0x80, 0x08],
    &[0, 0, 0, 0],
];
