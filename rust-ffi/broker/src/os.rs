//! The modules that use the operating system's clock, randomness, files and descriptor limits. No other module does.

pub(crate) mod clock;
pub(crate) mod descriptors;
pub(crate) mod files;
mod handles;
pub(crate) mod seed;
pub(crate) mod storage_errors;
