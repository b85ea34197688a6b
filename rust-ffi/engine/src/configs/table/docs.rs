//! One sentence of our own for every config. Kafka's documentation has more; its sentences are not carried over. A
//! config that is accepted and described, and not acted on, says so: its text begins with "Without effect here".

/// How the text of a config begins that is not acted on.
#[cfg(test)]
pub(crate) const WITHOUT_EFFECT: &str = "Without effect here";

/// The text of a config that has no sentence of its own.
const NOT_ACTED_ON: &str = "Without effect here.";

/// Broker configs that a setting may give, sorted by name.
pub(crate) const EFFECTIVE: &[(&str, &str)] = &[
    ("auto.create.topics.enable", "Create a topic when a client asks for its metadata."),
    ("compression.type", "Codec that batches are stored in; `producer` keeps each as it comes."),
    ("delete.topic.enable", "Whether topics may be deleted."),
    ("fetch.max.bytes", "Most bytes in one answer to a fetch, whatever the client allows."),
    (
        "group.consumer.assignment.interval.ms",
        "Shortest time between two assignments of a consumer group. Kafka's default is 1000; here it is 0.",
    ),
    (
        "group.consumer.heartbeat.interval.ms",
        "Longest heartbeat interval of a member of a consumer group. A member of a small group is given a shorter one: \
         50 ms while partitions move, otherwise 20 ms for each member and at least 100 ms.",
    ),
    ("group.consumer.max.heartbeat.interval.ms", "Longest heartbeat interval that a consumer group may be given."),
    ("group.consumer.max.session.timeout.ms", "Longest session timeout that a consumer group may be given."),
    ("group.consumer.max.size", "Most members of a consumer group."),
    ("group.consumer.min.heartbeat.interval.ms", "Shortest heartbeat interval that a consumer group may be given."),
    ("group.consumer.min.session.timeout.ms", "Shortest session timeout that a consumer group may be given."),
    ("group.consumer.session.timeout.ms", "How long a member of a consumer group may be silent."),
    ("group.initial.rebalance.delay.ms", "How long a new group waits for more members before its first rebalance."),
    ("group.max.session.timeout.ms", "Longest session timeout that a member of a classic group may ask for."),
    ("group.max.size", "Most members of a classic group."),
    ("group.min.session.timeout.ms", "Shortest session timeout that a member of a classic group may ask for."),
    ("log.cleaner.backoff.ms", "How long the cleaner waits before it looks for logs to compact again."),
    ("log.cleaner.delete.retention.ms", "How long a compacted log keeps the marks of what was deleted."),
    ("log.cleaner.max.compaction.lag.ms", "After this long at most a record can be compacted away."),
    ("log.cleaner.min.cleanable.ratio", "Share of a log that must be uncompacted before it is compacted again."),
    ("log.cleaner.min.compaction.lag.ms", "For this long at least a record is not compacted away."),
    ("log.cleanup.policy", "What becomes of old records: `delete`, `compact`, or both."),
    (
        "log.flush.interval.messages",
        "So many unsynced records of a partition make the last one wait for a sync; with fsync=interval.",
    ),
    (
        "log.flush.interval.ms",
        "A record is synced after this long at most; with fsync=interval, which syncs each second anyway.",
    ),
    ("log.flush.scheduler.interval.ms", "Stands for log.flush.interval.ms where that is not set."),
    ("log.initial.task.delay.ms", "How long after the start old records are deleted for the first time."),
    ("log.message.timestamp.after.max.ms", "How far a record's time may lie ahead of the broker's."),
    ("log.message.timestamp.before.max.ms", "How far a record's time may lie behind the broker's."),
    ("log.message.timestamp.type", "Whose time a record bears: the producer's or the broker's."),
    ("log.retention.bytes", "A partition that is larger loses its oldest segments; -1 keeps them all."),
    ("log.retention.check.interval.ms", "How often old records are looked for."),
    ("log.retention.hours", "How many hours a record is kept, unless minutes or milliseconds say otherwise."),
    ("log.retention.minutes", "How many minutes a record is kept, unless milliseconds say otherwise."),
    ("log.retention.ms", "How long a record is kept; -1 keeps it for ever."),
    ("log.roll.hours", "After how many hours a new segment begins, unless milliseconds say otherwise."),
    ("log.roll.jitter.hours", "As log.roll.jitter.ms, in hours, unless that is set."),
    ("log.roll.jitter.ms", "Up to this much is taken from segment.ms, another time for each segment."),
    ("log.roll.ms", "After how long a new segment begins, even if the last one is not full."),
    ("log.segment.bytes", "How large a segment grows before a new one begins."),
    ("max.incremental.fetch.session.cache.slots", "How many fetch sessions are remembered at once."),
    ("message.max.bytes", "Largest batch of records that is taken."),
    ("min.insync.replicas", "Without effect here: one node has one replica of each partition."),
    ("num.partitions", "Partitions of a topic that is created without a count."),
    ("offset.metadata.max.bytes", "Longest text that may be committed beside an offset."),
    ("offsets.retention.minutes", "How long the offsets of a group without members are kept."),
    ("producer.id.expiration.ms", "A producer that is silent for this long is forgotten."),
    ("transaction.max.timeout.ms", "Without effect here until transactions are served."),
];

/// What a topic's own config of the same meaning does is said of the broker's; these have none.
const TOPIC: &[(&str, &str)] = &[
    ("compression.gzip.level", "Without effect here: the broker compresses at its own level."),
    ("compression.lz4.level", "Without effect here: the broker compresses at its own level."),
    ("compression.zstd.level", "Without effect here: the broker compresses at its own level."),
    ("file.delete.delay.ms", "Without effect here: a segment's file is removed with the segment."),
    ("follower.replication.throttled.replicas", "Without effect here: nothing is replicated."),
    ("index.interval.bytes", "Without effect here: an index has its own interval."),
    ("leader.replication.throttled.replicas", "Without effect here: nothing is replicated."),
    ("local.retention.bytes", "Without effect here: no topic is tiered."),
    ("local.retention.ms", "Without effect here: no topic is tiered."),
    ("preallocate", "Without effect here: a segment's file grows as it is written."),
    ("remote.log.copy.disable", "Without effect here: no topic is tiered."),
    ("remote.log.delete.on.disable", "Without effect here: no topic is tiered."),
    ("remote.storage.enable", "Without effect here: no topic is tiered; `true` is refused."),
    ("segment.index.bytes", "Without effect here: an index has room for its segment."),
    ("unclean.leader.election.enable", "Without effect here: one node has one replica of each partition."),
];

/// Broker configs that are acted on, and are no settings.
const OTHER: &[(&str, &str)] = &[
    ("advertised.listeners", "Where clients are told to connect to."),
    ("broker.id", "The same as node.id."),
    ("default.replication.factor", "Replicas of a topic that is created without a count; more than one is refused."),
    ("listeners", "Where clients are told to connect to."),
    ("max.request.partition.size.limit", "Most partitions in one answer to DescribeTopicPartitions."),
    ("node.id", "Number of this broker, as clients see it."),
    (
        "offsets.topic.num.partitions",
        "Partitions of the topic of committed offsets, which is created when it is needed.",
    ),
    ("offsets.retention.check.interval.ms", "How often offsets that have expired are looked for."),
    ("process.roles", "What this node is: broker and controller."),
];

/// Documentation of a config. Every config has some.
pub(crate) fn documentation(name: &str, broker: Option<&str>) -> &'static str {
    let find = |name: &str| {
        let all = EFFECTIVE.iter().chain(TOPIC).chain(OTHER);
        all.copied().find(|(known, _)| *known == name).map(|(_, doc)| doc)
    };
    find(name).or_else(|| find(broker?)).unwrap_or(NOT_ACTED_ON)
}
