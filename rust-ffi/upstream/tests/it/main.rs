//! The storages through the public interface, in process: frames in, frames out.
#![expect(clippy::disallowed_methods, reason = "the storages' time is real, and a test waits no longer than a while")]

mod client;
mod fetch;
mod groups;
mod open;
mod produce;
mod sqlite;
mod stop;
mod topics;
mod upstream_flaws;
