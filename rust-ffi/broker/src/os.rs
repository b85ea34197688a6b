//! The modules that use the operating system's randomness, files and descriptor limits. No other module does.

pub(crate) mod descriptors;
pub(crate) mod files;
mod handles;
pub(crate) mod seed;
pub(crate) mod storage_errors;
