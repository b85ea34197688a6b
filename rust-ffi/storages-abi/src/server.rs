//! The side of `libtansu_storages`: the trait of a backend, and its C functions, which [`export!`] defines.

mod instance;
mod log;
mod panics;

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::message::{Failure, Frame, NewTopic, Options, Range, Reply, Topic};

pub use instance::entry;

/// A storage that serves Kafka's APIs.
pub trait Backend: Sized + Send + Sync + 'static {
    /// Opens the storage of the options. `stop` is cancelled when the broker drains; waiting requests are then
    /// answered.
    fn open(options: Options, stop: CancellationToken) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// The served APIs, sorted by key.
    fn ranges(&self) -> Vec<Range>;

    /// Answers a request. The future may be dropped.
    fn call(&self, frame: Frame) -> impl Future<Output = Reply> + Send;

    fn maintain(&self) -> impl Future<Output = Result<(), Failure>> + Send;

    fn topics(&self) -> impl Future<Output = Result<Vec<Topic>, Failure>> + Send;

    fn create_topic(&self, topic: NewTopic) -> impl Future<Output = Result<Topic, Failure>> + Send;

    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// Exports the two symbols of `libtansu_storages` for a [`Backend`].
#[macro_export]
macro_rules! export {
    ($backend:ty) => {
        /// Returns the release of this library.
        #[unsafe(no_mangle)]
        pub extern "C" fn tansu_storages_version() -> *const ::std::ffi::c_char {
            const VERSION: &::std::ffi::CStr =
                match ::std::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
                    Ok(version) => version,
                    Err(_) => panic!("a version with a NUL"),
                };
            VERSION.as_ptr()
        }

        /// Returns the functions of this library.
        #[unsafe(no_mangle)]
        pub extern "C" fn tansu_storages_entry() -> *const $crate::entry::Entry {
            static ENTRY: $crate::entry::Entry = $crate::server::entry::<$backend>();
            &ENTRY
        }
    };
}
