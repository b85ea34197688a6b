//! The only places that ask the operating system for the time, for chance, for files or for their number.

pub(crate) mod clock;
pub(crate) mod descriptors;
pub(crate) mod files;
mod handles;
pub(crate) mod seed;
pub(crate) mod storage_errors;
