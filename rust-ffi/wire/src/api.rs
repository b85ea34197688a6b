//! The API table: every request key that Apache Kafka 4.3.1 serves on a client listener, with the advertised versions
//! and the first flexible version (KIP-482). A backend serves a subset: see [`ApiRange`].

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    pub key: i16,
    pub name: &'static str,
    /// Lowest and highest version that Kafka 4.3.1 advertises, both included.
    pub min: i16,
    pub max: i16,
    /// First version whose header and body are flexible (compact lengths, tagged fields); `None` if there is none.
    pub flexible_from: Option<i16>,
}

/// What a backend advertises for one key: a part of the table's range, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiRange {
    pub key: i16,
    pub min: i16,
    pub max: i16,
}

pub const PRODUCE: i16 = 0;
pub const FETCH: i16 = 1;
pub const METADATA: i16 = 3;
pub const JOIN_GROUP: i16 = 11;
pub const SYNC_GROUP: i16 = 14;
pub const API_VERSIONS: i16 = 18;

const fn row(key: i16, name: &'static str, min: i16, max: i16, flexible_from: Option<i16>) -> Api {
    Api { key, name, min, max, flexible_from }
}

/// Sorted by key.
pub const TABLE: &[Api] = &[
    row(0, "Produce", 0, 13, Some(9)),
    row(1, "Fetch", 4, 18, Some(12)),
    row(2, "ListOffsets", 1, 11, Some(6)),
    row(3, "Metadata", 0, 13, Some(9)),
    row(8, "OffsetCommit", 2, 10, Some(8)),
    row(9, "OffsetFetch", 1, 10, Some(6)),
    row(10, "FindCoordinator", 0, 6, Some(3)),
    row(11, "JoinGroup", 0, 9, Some(6)),
    row(12, "Heartbeat", 0, 4, Some(4)),
    row(13, "LeaveGroup", 0, 5, Some(4)),
    row(14, "SyncGroup", 0, 5, Some(4)),
    row(15, "DescribeGroups", 0, 6, Some(5)),
    row(16, "ListGroups", 0, 5, Some(3)),
    row(17, "SaslHandshake", 0, 1, None),
    row(18, "ApiVersions", 0, 4, Some(3)),
    row(19, "CreateTopics", 2, 7, Some(5)),
    row(20, "DeleteTopics", 1, 6, Some(4)),
    row(21, "DeleteRecords", 0, 2, Some(2)),
    row(22, "InitProducerId", 0, 5, Some(2)),
    row(23, "OffsetForLeaderEpoch", 2, 4, Some(4)),
    row(24, "AddPartitionsToTxn", 0, 5, Some(3)),
    row(25, "AddOffsetsToTxn", 0, 4, Some(3)),
    row(26, "EndTxn", 0, 5, Some(3)),
    row(27, "WriteTxnMarkers", 1, 2, Some(1)),
    row(28, "TxnOffsetCommit", 0, 5, Some(3)),
    row(29, "DescribeAcls", 1, 3, Some(2)),
    row(30, "CreateAcls", 1, 3, Some(2)),
    row(31, "DeleteAcls", 1, 3, Some(2)),
    row(32, "DescribeConfigs", 1, 4, Some(4)),
    row(33, "AlterConfigs", 0, 2, Some(2)),
    row(34, "AlterReplicaLogDirs", 1, 2, Some(2)),
    row(35, "DescribeLogDirs", 1, 5, Some(2)),
    row(36, "SaslAuthenticate", 0, 2, Some(2)),
    row(37, "CreatePartitions", 0, 3, Some(2)),
    row(38, "CreateDelegationToken", 1, 3, Some(2)),
    row(39, "RenewDelegationToken", 1, 2, Some(2)),
    row(40, "ExpireDelegationToken", 1, 2, Some(2)),
    row(41, "DescribeDelegationToken", 1, 3, Some(2)),
    row(42, "DeleteGroups", 0, 2, Some(2)),
    row(43, "ElectLeaders", 0, 2, Some(2)),
    row(44, "IncrementalAlterConfigs", 0, 1, Some(1)),
    row(45, "AlterPartitionReassignments", 0, 1, Some(0)),
    row(46, "ListPartitionReassignments", 0, 0, Some(0)),
    row(47, "OffsetDelete", 0, 0, None),
    row(48, "DescribeClientQuotas", 0, 1, Some(1)),
    row(49, "AlterClientQuotas", 0, 1, Some(1)),
    row(50, "DescribeUserScramCredentials", 0, 0, Some(0)),
    row(51, "AlterUserScramCredentials", 0, 0, Some(0)),
    row(55, "DescribeQuorum", 0, 2, Some(0)),
    row(57, "UpdateFeatures", 0, 2, Some(0)),
    row(60, "DescribeCluster", 0, 2, Some(0)),
    row(61, "DescribeProducers", 0, 0, Some(0)),
    row(64, "UnregisterBroker", 0, 0, Some(0)),
    row(65, "DescribeTransactions", 0, 0, Some(0)),
    row(66, "ListTransactions", 0, 2, Some(0)),
    row(68, "ConsumerGroupHeartbeat", 0, 1, Some(0)),
    row(69, "ConsumerGroupDescribe", 0, 1, Some(0)),
    row(71, "GetTelemetrySubscriptions", 0, 0, Some(0)),
    row(72, "PushTelemetry", 0, 0, Some(0)),
    row(74, "ListConfigResources", 0, 1, Some(0)),
    row(75, "DescribeTopicPartitions", 0, 0, Some(0)),
    row(76, "ShareGroupHeartbeat", 1, 1, Some(0)),
    row(77, "ShareGroupDescribe", 1, 1, Some(0)),
    row(78, "ShareFetch", 1, 2, Some(0)),
    row(79, "ShareAcknowledge", 1, 2, Some(0)),
    row(80, "AddRaftVoter", 0, 1, Some(0)),
    row(81, "RemoveRaftVoter", 0, 0, Some(0)),
    row(83, "InitializeShareGroupState", 0, 0, Some(0)),
    row(84, "ReadShareGroupState", 0, 0, Some(0)),
    row(85, "WriteShareGroupState", 0, 1, Some(0)),
    row(86, "DeleteShareGroupState", 0, 0, Some(0)),
    row(87, "ReadShareGroupStateSummary", 0, 1, Some(0)),
    row(88, "StreamsGroupHeartbeat", 0, 0, Some(0)),
    row(89, "StreamsGroupDescribe", 0, 0, Some(0)),
    row(90, "DescribeShareGroupOffsets", 0, 1, Some(0)),
    row(91, "AlterShareGroupOffsets", 0, 0, Some(0)),
    row(92, "DeleteShareGroupOffsets", 0, 0, Some(0)),
];

impl Api {
    /// Finds an API by its key. `None` means that Kafka has no such request on a client listener: close the connection.
    pub fn from_key(key: i16) -> Option<&'static Api> {
        TABLE.binary_search_by_key(&key, |api| api.key).ok().map(|i| &TABLE[i])
    }

    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible_from.is_some_and(|from| version >= from)
    }

    /// Returns the request header version: 1 without, 2 with tagged fields. (Version 0 was used by ControlledShutdown
    /// only.)
    pub fn request_header_version(&self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// Returns the response header version: 0 without, 1 with tagged fields. ApiVersions always uses 0, because the
    /// client does not know yet which versions the broker supports (KIP-511).
    pub fn response_header_version(&self, version: i16) -> i16 {
        i16::from(self.key != API_VERSIONS && self.is_flexible(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_range_is_a_range() {
        assert!(TABLE.windows(2).all(|w| w[0].key < w[1].key));
        assert!(TABLE.iter().all(|api| 0 <= api.min && api.min <= api.max));
    }

    #[test]
    fn api_versions_never_answers_with_a_flexible_header() {
        let api = Api::from_key(API_VERSIONS).unwrap();
        assert_eq!(api.request_header_version(4), 2);
        assert_eq!(api.response_header_version(4), 0);
        assert_eq!(Api::from_key(FETCH).unwrap().response_header_version(12), 1);
    }
}
