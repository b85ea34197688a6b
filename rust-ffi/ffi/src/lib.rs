//! The C ABI of the broker. `cargo xtask header` generates `include/tansu.h` from this crate.
//!
//! An exported function guards, decodes its arguments, calls the safe `broker` crate and encodes the result. The
//! exporting modules are in the order of the header; the others follow. Only `handle.rs` turns raw pointers into
//! references; `guard.rs` catches panics; only `events.rs` and `log.rs` call the host.
#![deny(unsafe_op_in_unsafe_fn, missing_docs, improper_ctypes_definitions)]
#![deny(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc)]
// The names are C's.
#![allow(non_camel_case_types)]

mod version;

mod status;

mod constants;

mod error;

mod config;

mod callbacks;

mod broker;

mod command;

mod log;

#[cfg(feature = "test-hooks")]
mod test_hooks;

mod command_args;
mod commands;
mod deadline;
mod events;
mod failure;
mod guard;
mod handle;
mod instance;
mod log_subscriber;
mod pages;
mod signals;
mod strings;

// The same names for a program that links the rlib.
pub use broker::*;
pub use callbacks::*;
pub use command::*;
pub use config::*;
pub use constants::*;
pub use error::*;
pub use log::*;
pub use status::*;
#[cfg(feature = "test-hooks")]
pub use test_hooks::*;
pub use version::*;
