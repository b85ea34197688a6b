//! Kafka's bytes and types. No state, no clock, no I/O.
//!
//! [`api`] is the one table of request keys and versions; [`frame`] and [`header`] take a request apart without
//! copying it; [`message`] holds the messages themselves, generated on top of [`codec`]. [`batch`],
//! [`record`] and [`inflate`] look into record batches.
#![forbid(unsafe_code)]

pub mod api;
pub mod api_versions;
pub mod batch;
pub mod codec;
pub mod coordinator;
pub mod deflate;
pub mod error_code;
pub mod frame;
pub mod header;
pub mod inflate;
pub mod message;
pub mod record;

pub use codec::Uuid;
pub use error_code::ErrorCode;
