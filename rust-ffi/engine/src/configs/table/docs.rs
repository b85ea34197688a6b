//! Documentation of every config with an effect here, one sentence each. Kafka's own sentences are not copied; configs
//! without effect have none.

/// Broker configs that have an effect in this engine, sorted by name.
pub(crate) const EFFECTIVE: &[(&str, &str)] = &[
    ("auto.create.topics.enable", "Create a topic when a client asks for its metadata."),
    ("delete.topic.enable", "Whether topics may be deleted."),
    ("fetch.max.bytes", "Most bytes in one answer to a fetch, whatever the client allows."),
    ("group.consumer.assignment.interval.ms", "Least time between two assignments of a consumer group."),
    ("group.consumer.heartbeat.interval.ms", "How often members of a consumer group are told to send a heartbeat."),
    ("group.consumer.max.heartbeat.interval.ms", "Longest heartbeat interval that a consumer group may be given."),
    ("group.consumer.max.session.timeout.ms", "Longest session timeout that a consumer group may be given."),
    ("group.consumer.max.size", "Most members of a consumer group."),
    ("group.consumer.min.heartbeat.interval.ms", "Shortest heartbeat interval that a consumer group may be given."),
    ("group.consumer.min.session.timeout.ms", "Shortest session timeout that a consumer group may be given."),
    ("group.consumer.session.timeout.ms", "A member of a consumer group that is silent for this long is put out."),
    ("group.initial.rebalance.delay.ms", "How long a new group waits for more members before its first rebalance."),
    ("group.max.session.timeout.ms", "Longest session timeout that a member of a classic group may ask for."),
    ("group.max.size", "Most members of a classic group."),
    ("group.min.session.timeout.ms", "Shortest session timeout that a member of a classic group may ask for."),
    ("log.cleaner.delete.retention.ms", "How long a compacted log keeps the marks of what was deleted."),
    ("log.cleaner.max.compaction.lag.ms", "After this long at most a record can be compacted away."),
    ("log.cleaner.min.cleanable.ratio", "Share of a log that must be uncompacted before it is compacted again."),
    ("log.cleaner.min.compaction.lag.ms", "For this long at least a record is not compacted away."),
    ("log.cleanup.policy", "What becomes of old records: `delete`, `compact`, or both."),
    ("log.message.timestamp.after.max.ms", "How far a record's time may lie ahead of the broker's."),
    ("log.message.timestamp.before.max.ms", "How far a record's time may lie behind the broker's."),
    ("log.message.timestamp.type", "Whose time a record bears: the producer's or the broker's."),
    ("log.retention.bytes", "A partition that is larger loses its oldest segments; -1 keeps them all."),
    ("log.retention.hours", "How many hours a record is kept, unless minutes or milliseconds say otherwise."),
    ("log.retention.minutes", "How many minutes a record is kept, unless milliseconds say otherwise."),
    ("log.retention.ms", "How long a record is kept; -1 keeps it for ever."),
    ("log.roll.hours", "After how many hours a new segment begins, unless milliseconds say otherwise."),
    ("log.roll.ms", "After how long a new segment begins, even if the last one is not full."),
    ("log.segment.bytes", "How large a segment grows before a new one begins."),
    ("max.incremental.fetch.session.cache.slots", "How many fetch sessions are remembered at once."),
    ("message.max.bytes", "Largest batch of records that is taken."),
    ("min.insync.replicas", "Replicas that must have a record before acks=all is answered; one node has one."),
    ("num.partitions", "Partitions of a topic that is created without a count."),
    ("offset.metadata.max.bytes", "Longest text that may be committed beside an offset."),
    ("offsets.retention.minutes", "How long the offsets of a group without members are kept."),
    ("producer.id.expiration.ms", "A producer that is silent for this long is forgotten."),
    ("transaction.max.timeout.ms", "Longest transaction timeout that a producer may ask for."),
];

/// Topic configs whose meaning differs from the broker config of the same name, or that have none.
const TOPIC: &[(&str, &str)] = &[
    ("compression.gzip.level", "Level of gzip where the broker compresses; batches are kept as they come."),
    ("compression.lz4.level", "Level of lz4 where the broker compresses; batches are kept as they come."),
    ("compression.type", "Compression the broker would change batches to; they are kept as they come."),
    ("compression.zstd.level", "Level of zstd where the broker compresses; batches are kept as they come."),
    ("file.delete.delay.ms", "How long a segment's file stays after the segment is gone."),
    ("flush.messages", "After how many records the log is forced to disk."),
    ("flush.ms", "After how long the log is forced to disk."),
    ("follower.replication.throttled.replicas", "Replicas whose copying is slowed down where they follow."),
    ("index.interval.bytes", "Bytes of the log between two entries of its offset index."),
    ("leader.replication.throttled.replicas", "Replicas whose copying is slowed down where they lead."),
    ("local.retention.bytes", "Bytes of a tiered log that stay on this broker; -2 means retention.bytes."),
    ("local.retention.ms", "How long a tiered log stays on this broker; -2 means retention.ms."),
    ("preallocate", "Whether a new segment's file is made in its full size at once."),
    ("remote.log.copy.disable", "A tiered topic is no longer copied to its remote storage."),
    ("remote.log.delete.on.disable", "Remote data goes once tiering is switched off."),
    ("remote.storage.enable", "Whether the topic is tiered, which no topic can be here."),
    ("segment.index.bytes", "How large a segment's index may grow."),
    ("segment.jitter.ms", "Up to this much is taken from segment.ms by chance."),
    ("unclean.leader.election.enable", "Whether a replica that lacks records may lead; there is one replica."),
];

/// Returns the documentation of a config.
pub(crate) fn documentation(name: &str, broker: Option<&str>) -> Option<&'static str> {
    let find = |name: &str| EFFECTIVE.iter().chain(TOPIC).find(|(known, _)| *known == name).map(|(_, doc)| *doc);
    find(name).or_else(|| find(broker?))
}
