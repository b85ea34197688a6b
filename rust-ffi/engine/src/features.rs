//! Feature levels of the cluster (KIP-584): those of Kafka 4.3.1; a feature is in use if its requests are served.
//! Kafka: `FeatureControlManager`, `Feature`, `MetadataVersion`.

use wire::api_versions::Feature;

use crate::dispatch;

pub(crate) const METADATA: &str = "metadata.version";

/// 4.3-IV0, the newest of Kafka 4.3.1; 7 is 3.3-IV3, the oldest that it can begin with.
const METADATA_LEVELS: Feature = Feature { name: METADATA, min: 7, max: 30, level: 30 };

/// Name, highest level, and the request keys that it needs to be in use.
const OTHERS: &[(&str, i16, &[i16])] = &[
    ("eligible.leader.replicas.version", 1, &[75]),
    ("group.version", 1, &[68, 69]),
    // Never in use, as no voter can join. In Kafka, too, it stays at 0 if the settings name the voters.
    ("kraft.version", 1, &[80, 81, NEVER]),
    ("share.version", 1, &[76, 77, 78, 79]),
    ("streams.version", 1, &[88, 89]),
    ("transaction.version", 2, &[24, 25, 26, 28]),
];

/// A key that no request has.
const NEVER: i16 = -1;

/// Returns all features, sorted by name.
pub fn features() -> Vec<Feature> {
    let other = |(name, highest, keys): &(&'static str, i16, &[i16])| Feature {
        name,
        min: 0,
        max: *highest,
        level: if keys.iter().all(|key| dispatch::has(*key)) { *highest } else { 0 },
    };
    let mut features: Vec<Feature> = OTHERS.iter().map(other).chain([METADATA_LEVELS]).collect();
    features.sort_by_key(|feature| feature.name);
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_features_are_known_and_a_level_is_in_use_if_its_requests_are_served() {
        let known: Vec<_> = features().iter().map(|feature| (feature.name, feature.min, feature.max)).collect();
        let kafkas = [
            ("eligible.leader.replicas.version", 0, 1),
            ("group.version", 0, 1),
            ("kraft.version", 0, 1),
            ("metadata.version", 7, 30),
            ("share.version", 0, 1),
            ("streams.version", 0, 1),
            ("transaction.version", 0, 2),
        ];
        assert_eq!(known, kafkas);
        let level = |name| features().into_iter().find(|feature| feature.name == name).unwrap().level;
        assert_eq!((level(METADATA), level("kraft.version")), (30, 0));
        assert_eq!(level("group.version"), i16::from(dispatch::has(68) && dispatch::has(69)));
    }
}
