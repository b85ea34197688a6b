//! The random seed of a broker.

use std::hash::{BuildHasher as _, RandomState};

/// Draws a seed from the operating system's randomness, through the standard library.
pub(crate) fn draw() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
