//! The storages through the public interface, in process: frames in, frames out.

mod client;
mod fetch;
mod groups;
mod open;
mod produce;
mod sqlite;
mod stop;
mod topics;
mod upstream_flaws;
