//! What the generated messages stand on: a reader that believes no length, a writer that copies no records.

mod piece;
mod reader;
mod records;
mod uuid;
mod writer;

pub use piece::{Piece, Source, Stored, concat};
pub use reader::{DecodeError, Reader};
pub use records::Records;
pub use uuid::Uuid;
pub use writer::{EncodeError, Writer};
