//! The C ABI of the broker: `include/tansu.h` is made from this crate by `cargo xtask header`.
//!
//! Exports are thin: guard, decode, call the safe `broker` crate, encode. The modules stand in the order of the header,
//! then come those that export nothing. Raw pointers become references in `handle.rs` and nowhere else; a panic ends in
//! `guard.rs`; the host is called from `events.rs` and `log.rs` only.
#![deny(unsafe_op_in_unsafe_fn, missing_docs, improper_ctypes_definitions)]
#![deny(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc)]
// Names of C, not of Rust.
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

// A program that links the rlib reaches the same names.
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
