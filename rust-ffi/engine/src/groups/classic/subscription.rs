//! Which topics a member of a group of consumers is subscribed to, and which partitions are assigned to it. Kafka:
//! `ConsumerProtocol`.

use std::collections::BTreeMap;

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

/// The partitions of an assignment, by topic; none if it is not one of Kafka's consumers, or is empty.
pub(in crate::groups) fn assigned_partitions(protocol_type: &str, assignment: &[u8]) -> BTreeMap<String, Vec<i32>> {
    if protocol_type != CONSUMER || assignment.is_empty() {
        return BTreeMap::new();
    }
    read_assignment(&mut Reader::new(assignment)).unwrap_or_default()
}

fn read_assignment(reader: &mut Reader<'_>) -> Result<BTreeMap<String, Vec<i32>>, DecodeError> {
    if reader.i16()? < 0 {
        return Ok(BTreeMap::new());
    }
    let topics = reader.array(false, 6, |reader| {
        let topic = reader.string(false)?.to_owned();
        Ok((topic, reader.array(false, 4, |reader| reader.i32())?))
    })?;
    Ok(topics.into_iter().collect())
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

    #[test]
    fn an_assignment_is_read_whatever_it_is() {
        let one = [0, 1, 0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3];
        assert_eq!(assigned_partitions(CONSUMER, &one), BTreeMap::from([("t".to_owned(), vec![0, 3])]));
        assert!(assigned_partitions("connect", &one).is_empty());
        assert!(assigned_partitions(CONSUMER, b"").is_empty());
        assert!((0..one.len()).all(|len| assigned_partitions(CONSUMER, &one[..len]).is_empty()));
    }
}
