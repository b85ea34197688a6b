//! The private C ABI between `libtansu`, which contains the broker and the engine, and `libtansu_storages`, which
//! contains upstream Tansu's storages. [`client`] is the side of `libtansu`; [`server`] is the side of
//! `libtansu_storages`.
//!
//! The two libraries share no Rust type and no global: each has its own allocator, runtime, `tracing` dispatcher and
//! panic hook. [`entry`] has the C functions, [`buffer`] the bytes, which stay with their owner. The ABI
//! is private: both libraries must come from the same release, which the client checks before it calls anything else.
//!
//! A request is submitted with a token and answered by a call of the client's `reply` function with that token, at most
//! once. A reply for a token that is not pending is refused and its bytes are given back. A request whose answer is
//! lost by a panic is answered with a failure. A panic crosses in neither direction.

pub mod buffer;
#[cfg(feature = "client")]
pub mod client;
pub mod entry;
pub mod log_line;
pub mod message;
#[cfg(feature = "server")]
pub mod server;

pub use message::{Failure, FailureKind, Frame, Options, Partition, Range, Reply, Topic};
