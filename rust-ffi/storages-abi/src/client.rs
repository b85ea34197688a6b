//! The side of `libtansu`: finds and loads the library, and calls it.

mod library;
pub mod log;
mod pending;
mod storage;

pub use library::{FILE_NAME, Library, LoadError, beside};
pub use storage::Storage;
