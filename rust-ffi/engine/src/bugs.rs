//! Planted bugs for the simulation, one for each of its checkers: a checker that has never found anything may be blind.
//! They exist with the feature `sim-bugs` only, which no shipped build has; without it [`planted`] is constantly false
//! and the code behind it is removed.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// With `fsync=always` a response does not wait for the sync.
    AcknowledgedBeforeSync,
    /// A batch of several records takes one offset too many.
    OffsetLeftOut,
    /// A read of the last offset of a segment starts at the next segment.
    LastOfSegmentSkipped,
    /// A fetch parks on the first of its partitions only.
    OnePartitionWatched,
    /// Only the last batch of a producer is remembered, not the last five.
    OneBatchKept,
    /// The high watermark in a Fetch response is the fetch offset.
    LowHighWatermark,
    /// A torn batch at the end of a log refuses the start.
    TornBatchRefused,
    /// A topic is deleted in memory only.
    DeletionNotWritten,
    /// A late SyncGroup is answered with the assignment of the leader.
    LeadersAssignment,
    /// The first of several records that a coordinator appends at once is not replayed.
    RecordNotReplayed,
    /// A second commit of an offset is ignored.
    FirstCommitKept,
    /// Readers of what is committed are not told which transactions were aborted.
    AbortedNotTold,
    /// A parked fetch has no deadline.
    FetchWithoutDeadline,
    /// A produce with acks=0 is answered.
    SilentAnswered,
}

#[cfg(feature = "sim-bugs")]
mod switch {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Bug;

    impl Bug {
        pub const ALL: [Bug; 14] = [
            Bug::AcknowledgedBeforeSync,
            Bug::OffsetLeftOut,
            Bug::LastOfSegmentSkipped,
            Bug::OnePartitionWatched,
            Bug::OneBatchKept,
            Bug::LowHighWatermark,
            Bug::TornBatchRefused,
            Bug::DeletionNotWritten,
            Bug::LeadersAssignment,
            Bug::RecordNotReplayed,
            Bug::FirstCommitKept,
            Bug::AbortedNotTold,
            Bug::FetchWithoutDeadline,
            Bug::SilentAnswered,
        ];
    }

    /// Number of the planted bug plus one; 0 for none.
    static PLANTED: AtomicUsize = AtomicUsize::new(0);

    /// Plants a bug in every engine of this process, in place of any other.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.store(bug.map_or(0, |bug| bug as usize + 1), Ordering::Relaxed);
    }

    pub(crate) fn planted(bug: Bug) -> bool {
        PLANTED.load(Ordering::Relaxed) == bug as usize + 1
    }
}

#[cfg(feature = "sim-bugs")]
pub use switch::plant;
#[cfg(feature = "sim-bugs")]
pub(crate) use switch::planted;

#[cfg(not(feature = "sim-bugs"))]
pub(crate) const fn planted(_: Bug) -> bool {
    false
}
