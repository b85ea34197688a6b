//! What must hold: the model sees every request that reaches the engine and every answer that leaves it, and reads
//! the whole log now and then. The first thing that is wrong ends the run.

mod groups;
mod logs;
mod observe;

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use crate::records::Sent;

pub(crate) use groups::{GroupModel, decode_assignment, encode_assignment};
pub(crate) use logs::{Kind, TopicModel};

/// Who has found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checker {
    /// What was acknowledged is there.
    Acknowledged,
    /// Offsets have no gaps and are in order, and so are the records of one producer.
    Offsets,
    /// A reader is given everything, and what is there.
    Reader,
    /// A fetch does not sleep while there is what it waits for.
    Wake,
    /// A retry is not appended twice, and is not refused.
    Idempotence,
    /// The high watermark and the start of a log do not go back.
    Watermark,
    /// After a crash the broker starts, and what was read is still there.
    Recovery,
    /// Topics are there from their creation to their deletion.
    Topics,
    /// Of a generation each partition has one owner; generations grow.
    Groups,
    /// A committed offset is what was committed last.
    Commits,
    /// The state of a coordinator equals a replay of its log.
    Replay,
    /// What is parked is answered in time.
    Liveness,
    /// Answers come in the order of their requests, one for each.
    Order,
    /// The engine does not panic.
    Panic,
}

impl Checker {
    pub const ALL: [Checker; 14] = [
        Checker::Acknowledged,
        Checker::Offsets,
        Checker::Reader,
        Checker::Wake,
        Checker::Idempotence,
        Checker::Watermark,
        Checker::Recovery,
        Checker::Topics,
        Checker::Groups,
        Checker::Commits,
        Checker::Replay,
        Checker::Liveness,
        Checker::Order,
        Checker::Panic,
    ];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub checker: Checker,
    pub what: String,
}

/// What a crash may have taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Nothing,
    /// Whatever was not acknowledged.
    Unacknowledged,
    /// The end of any log, and the offsets that groups have committed.
    Ends,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) violation: Option<Violation>,
    /// By number.
    pub(crate) batches: Vec<Sent>,
    /// Those that are there, by name.
    pub(crate) topics: BTreeMap<String, TopicModel>,
    /// Names that a creation without an answer may have made.
    maybe_made: BTreeSet<String>,
    /// Topics that are no more.
    gone: BTreeSet<Uuid>,
    pub(crate) groups: BTreeMap<String, GroupModel>,
    /// A disk has failed under a running broker.
    pub(crate) faulty: bool,
    /// A crash may have taken anything.
    pub(crate) is_lost: bool,
    /// How often the broker was started.
    pub(crate) starts: u64,
    pub(crate) acked: u64,
    pub(crate) read: u64,
    /// What else has gone well, and how often.
    pub(crate) done: BTreeMap<&'static str, u64>,
}

impl Model {
    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    pub(crate) fn fail(&mut self, checker: Checker, what: String) {
        self.violation.get_or_insert(Violation { checker, what });
    }

    pub(crate) fn new_batch(&mut self, sent: Sent) -> usize {
        self.batches.push(sent);
        self.batches.len() - 1
    }

    pub(crate) fn topic_id(&self, name: &str) -> Option<Uuid> {
        self.topics.get(name).map(|topic| topic.id)
    }

    /// The broker has died; nobody knows it yet.
    pub(crate) fn crashed(&mut self, loss: Loss) {
        for topic in self.topics.values_mut() {
            topic.crashed(loss);
        }
        for group in self.groups.values_mut() {
            group.crashed(loss);
        }
    }
}
