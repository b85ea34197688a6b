//! The only places that ask the operating system for the time or for chance.

pub(crate) mod clock;
pub(crate) mod seed;
