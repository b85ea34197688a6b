//! Which topics a member of a group of consumers is subscribed to. Kafka: `ConsumerProtocol`.

use wire::message::{DecodeError, Reader};

/// The protocol type of Kafka's consumers.
pub(super) const CONSUMER: &str = "consumer";

/// Every version of the subscription begins like version 0. `None` if it does not.
pub(super) fn topics(metadata: &[u8]) -> Option<Vec<&str>> {
    let mut reader = Reader::new(metadata);
    read(&mut reader).ok().flatten()
}

fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<Vec<&'a str>>, DecodeError> {
    if reader.i16()? < 0 {
        return Ok(None);
    }
    let topics = reader.array(false, 2, |reader| reader.string(false))?;
    reader.nullable_bytes(false)?;
    Ok(Some(topics))
}
