//! Every checker finds its planted bug within a hundred seeds.
#![expect(clippy::disallowed_macros, reason = "prints which checker found which bug")]

use engine::bugs::{self, Bug};
use sim::{Checker, Tracing, run};

const SEEDS: u64 = 100;

struct Planted {
    bug: Bug,
    by: Checker,
    /// Others that may be faster on some seeds, and why.
    or: &'static [(Checker, &'static str)],
}

const fn planted(bug: Bug, by: Checker) -> Planted {
    Planted { bug, by, or: &[] }
}

const PLANTED: &[Planted] = &[
    Planted {
        bug: Bug::AcknowledgedBeforeSync,
        by: Checker::Acknowledged,
        or: &[(Checker::Commits, "a committed offset is a record that is acknowledged")],
    },
    Planted {
        bug: Bug::OffsetLeftOut,
        by: Checker::Offsets,
        or: &[(Checker::Reader, "a consumer that has come to the offset is given what is behind it")],
    },
    Planted {
        bug: Bug::LastOfSegmentSkipped,
        by: Checker::Reader,
        or: &[
            (Checker::Offsets, "an audit reads as a consumer does, and sees a gap"),
            (Checker::Acknowledged, "where compaction leaves gaps, an audit sees that a record is not there"),
        ],
    },
    planted(Bug::OnePartitionWatched, Checker::Wake),
    planted(Bug::OneBatchKept, Checker::Idempotence),
    planted(Bug::LowHighWatermark, Checker::Watermark),
    planted(Bug::TornBatchRefused, Checker::Recovery),
    planted(Bug::DeletionNotWritten, Checker::Topics),
    planted(Bug::LeadersAssignment, Checker::Groups),
    Planted {
        bug: Bug::RecordNotReplayed,
        by: Checker::Replay,
        or: &[(Checker::Commits, "a commit that was not applied is not answered")],
    },
    planted(Bug::FirstCommitKept, Checker::Commits),
    planted(Bug::AbortedNotTold, Checker::Transactions),
    planted(Bug::FetchWithoutDeadline, Checker::Liveness),
    planted(Bug::SilentAnswered, Checker::Order),
];

/// The seed that shows it.
fn found(planted: &Planted) -> Option<u64> {
    let Planted { bug, by, or } = planted;
    bugs::plant(Some(*bug));
    let found = (0..SEEDS).find(|seed| {
        let Some(violation) = run(*seed, Tracing::Hash).violation else { return false };
        let expected = violation.checker == *by || or.iter().any(|(other, _)| *other == violation.checker);
        assert!(expected, "{bug:?}, seed {seed}: {:?} has found it: {}", violation.checker, violation.what);
        violation.checker == *by
    });
    bugs::plant(None);
    found
}

#[test]
fn every_bug_is_found_by_its_checker() {
    for planted in PLANTED {
        let Planted { bug, by, .. } = planted;
        let seed = found(planted);
        assert!(seed.is_some(), "{bug:?} is not found by {by:?}: cargo xtask sim --bug {bug:?}");
        println!("{bug:?}: {by:?}, seed {}", seed.unwrap_or_default());
    }
}

#[test]
fn every_bug_has_a_checker_and_every_checker_a_bug() {
    assert!(Bug::ALL.iter().all(|bug| PLANTED.iter().any(|planted| planted.bug == *bug)));
    let checkers = Checker::ALL.iter().filter(|checker| **checker != Checker::Panic);
    for checker in checkers {
        assert!(PLANTED.iter().any(|planted| planted.by == *checker), "{checker:?} has never found anything");
    }
}
