//! The model of what must hold. It observes every request that reaches the engine and every response, and reads all
//! logs periodically. The first violation ends the run.

mod groups;
mod logs;
mod observe;
mod transactions;

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use crate::records::Sent;

pub(crate) use groups::{GroupModel, decode_assignment, encode_assignment};
pub(crate) use logs::{Kind, TopicModel};
use transactions::TransactionsModel;
pub(crate) use transactions::{Committed, TRANSACTIONS};

/// A property that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checker {
    /// Acknowledged records are readable.
    Acknowledged,
    /// Offsets have no gaps and are in order, and so are the records of one producer.
    Offsets,
    /// A reader gets every record, and only existing ones.
    Reader,
    /// No fetch stays parked although records are available.
    Wake,
    /// A retry is neither appended twice nor refused.
    Idempotence,
    /// The high watermark and the log start offset never decrease.
    Watermark,
    /// After a crash the broker starts, and records that were read are still there.
    Recovery,
    /// Topics exist from their creation to their deletion.
    Topics,
    /// Each partition has one owner in a generation; generations grow.
    Groups,
    /// A committed offset is the last commit.
    Commits,
    /// All of a transaction is seen, or nothing of it, and none holds back readers for ever.
    Transactions,
    /// The state of a coordinator equals a replay of its log.
    Replay,
    /// Parked requests are answered in time.
    Liveness,
    /// Responses come in the order of their requests, one for each.
    Order,
    /// The engine does not panic.
    Panic,
}

impl Checker {
    pub const ALL: [Checker; 15] = [
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
        Checker::Transactions,
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
    /// Unacknowledged records.
    Unacknowledged,
    /// The end of any log, and committed offsets.
    Ends,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) violation: Option<Violation>,
    /// All sent batches, by number.
    pub(crate) batches: Vec<Sent>,
    /// Existing topics, by name.
    pub(crate) topics: BTreeMap<String, TopicModel>,
    /// Names that an unanswered creation may have created.
    maybe_made: BTreeSet<String>,
    /// Deleted topics.
    gone: BTreeSet<Uuid>,
    pub(crate) groups: BTreeMap<String, GroupModel>,
    pub(crate) transactions: TransactionsModel,
    /// A disk has failed under a running broker.
    pub(crate) faulty: bool,
    /// A crash may have taken anything.
    pub(crate) is_lost: bool,
    /// Number of starts of the broker.
    pub(crate) starts: u64,
    pub(crate) acked: u64,
    pub(crate) read: u64,
    /// Counts of other successful operations.
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

    /// Records a crash, before any client notices it.
    pub(crate) fn crashed(&mut self, loss: Loss) {
        for topic in self.topics.values_mut() {
            topic.crashed(loss);
        }
        for group in self.groups.values_mut() {
            group.crashed(loss);
        }
        self.transactions.crashed(loss);
    }
}
