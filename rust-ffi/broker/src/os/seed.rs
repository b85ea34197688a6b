//! Chance, once for each broker.

use std::hash::{BuildHasher as _, RandomState};

/// From the operating system's randomness, by way of the standard library's.
pub(crate) fn draw() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
