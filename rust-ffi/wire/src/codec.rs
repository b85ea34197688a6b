//! Encoding primitives of the generated messages: a reader that trusts no length, and a writer that copies no records.

mod frame_part;
mod reader;
mod records;
mod uuid;
mod writer;

pub use frame_part::{FileRange, FramePart, Source, concat};
pub use reader::{DecodeError, Reader};
pub use records::Records;
pub use uuid::Uuid;
pub use writer::{EncodeError, Writer};
