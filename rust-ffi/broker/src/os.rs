//! The only places that ask the operating system for the time, for chance or for files.

pub(crate) mod clock;
pub(crate) mod files;
pub(crate) mod seed;
