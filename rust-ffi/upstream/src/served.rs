//! What is advertised: what upstream really serves within Kafka's own table, and our Fetch.
//!
//! Left out, although upstream routes them, because they are refused or answered emptily whatever is asked:
//! transactions (24 to 26, 28: InitProducerId refuses every transactional id), ACLs (29 to 31: there is no
//! authorizer), SASL (17, 36), SCRAM users (50, 51: nothing authenticates against them). ConsumerGroupDescribe (69)
//! shows classic groups as groups of the new protocol, and DescribeTopicPartitions (75) forgets its cursor: clients
//! fall back to DescribeGroups and Metadata.

use wire::api::ApiRange;

const fn range(key: i16, min: i16, max: i16) -> ApiRange {
    ApiRange { key, min, max }
}

/// The first Produce version with record batches. Older ones are advertised, as by Kafka, but close the connection.
pub(crate) const PRODUCE_MIN: i16 = 3;

/// Sorted by key.
pub(crate) const RANGES: &[ApiRange] = &[
    // From 0, as Kafka does: librdkafka compresses nothing for a broker that does not list version 0.
    range(0, 0, 11),
    range(1, 4, 18),
    range(2, 1, 6),
    range(3, 0, 12),
    range(8, 2, 9),
    range(9, 1, 9),
    range(10, 0, 6),
    range(11, 0, 9),
    range(12, 0, 4),
    range(13, 0, 5),
    range(14, 0, 5),
    range(15, 0, 5),
    range(16, 0, 5),
    range(18, 0, 4),
    range(19, 2, 7),
    range(20, 1, 6),
    range(21, 0, 2),
    range(22, 0, 5),
    range(32, 1, 4),
    range(42, 0, 2),
    range(44, 0, 1),
    range(46, 0, 0),
    range(60, 0, 1),
];

pub(crate) fn serves(key: i16, version: i16) -> bool {
    RANGES.iter().any(|range| range.key == key && (range.min..=range.max).contains(&version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::api::Api;

    #[test]
    fn every_range_lies_within_kafkas() {
        assert!(RANGES.windows(2).all(|pair| pair[0].key < pair[1].key));
        for range in RANGES {
            let api = Api::from_key(range.key).unwrap();
            assert!(api.min <= range.min && range.min <= range.max && range.max <= api.max, "{}", api.name);
        }
    }
}
