//! Mistakes for the simulation to find, one for each of its checkers: a checker that has never found anything may be
//! blind. They are there with the feature `sim-bugs` only, which nothing that ships is built with; without it [`planted`]
//! is false when it is compiled, and nothing is left of what depends on it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// With `fsync=always` an answer does not wait for the sync.
    AcknowledgedBeforeSync,
    /// A batch of several records takes one offset too many.
    OffsetLeftOut,
    /// Whoever asks for the last offset of a segment is given the next segment.
    LastOfSegmentSkipped,
    /// A fetch waits for the first of its partitions only.
    OnePartitionWatched,
    /// Of a producer only the last batch is known, and not the last five.
    OneBatchKept,
    /// A fetch is told that the log ends where it reads from.
    LowHighWatermark,
    /// A torn batch at the end of a log is taken for a broken disk.
    TornBatchRefused,
    /// A topic is deleted in memory only.
    DeletionNotWritten,
    /// Who asks for its assignment late is given the leader's.
    LeadersAssignment,
    /// Of several records that a coordinator appends at once the first is not applied to its state.
    RecordNotReplayed,
    /// A second commit of an offset is ignored.
    FirstCommitKept,
    /// A fetch waits until there is enough for it, however long that takes.
    FetchWithoutDeadline,
    /// A produce with acks=0 is answered.
    SilentAnswered,
}

#[cfg(feature = "sim-bugs")]
mod switch {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Bug;

    impl Bug {
        pub const ALL: [Bug; 13] = [
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
            Bug::FetchWithoutDeadline,
            Bug::SilentAnswered,
        ];
    }

    /// Its number and one; 0 is none.
    static PLANTED: AtomicUsize = AtomicUsize::new(0);

    /// From now on every engine of this process has this bug, and no other.
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
