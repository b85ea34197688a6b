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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_begins_with_its_topics_whatever_its_version() {
        let read = |version: u8, rest: &[u8]| topics(&[&[0, version], rest].concat()).map(|t| t.join(","));
        let two = [0, 0, 0, 2, 0, 1, b'a', 0, 2, b'b', b'c', 255, 255, 255, 255];
        assert_eq!(read(0, &two).as_deref(), Some("a,bc"));
        assert_eq!(read(3, &[&two[..], &[0, 0, 0, 0, 9]].concat()).as_deref(), Some("a,bc"));
        assert_eq!(read(0, &two[..11]), None, "user data are missing");
        assert_eq!(read(0, &[255, 255, 255, 255, 255, 255, 255, 255]), None, "no topics at all");
        assert_eq!(read(0, &[127, 255, 255, 255, 0, 1, b'a']), None);
        assert_eq!(topics(&[255, 255]), None, "a negative version");
        assert_eq!(topics(b""), None);
    }
}
