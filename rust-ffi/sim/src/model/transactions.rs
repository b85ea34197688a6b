//! Transactions: all of one is seen, or nothing of it, and none holds back readers for ever.

use std::collections::BTreeMap;

use super::{Checker, Loss, Model};

/// The topic that transactional producers write to; no other client does.
pub(crate) const TRANSACTIONS: &str = "tx";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Not asked for: it is aborted some time.
    Open,
    /// Asked for and not answered; whether it was to commit.
    Asked(bool),
    Done(bool),
}

#[derive(Clone, Debug)]
struct Transaction {
    end: End,
    /// Acknowledged batches by partition.
    written: BTreeMap<i32, usize>,
}

#[derive(Debug, Default)]
pub(crate) struct TransactionsModel {
    begun: u64,
    /// Those about which something is promised, by number.
    known: BTreeMap<u64, Transaction>,
}

impl TransactionsModel {
    pub(crate) fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.known.insert(self.begun, Transaction { end: End::Open, written: BTreeMap::new() });
        self.begun
    }

    pub(crate) fn written(&mut self, number: u64, partition: i32) {
        if let Some(transaction) = self.known.get_mut(&number) {
            *transaction.written.entry(partition).or_default() += 1;
        }
    }

    pub(crate) fn ending(&mut self, number: u64, committed: bool) {
        self.set(number, End::Asked(committed));
    }

    pub(crate) fn ended(&mut self, number: u64, committed: bool) {
        self.set(number, End::Done(committed));
    }

    fn set(&mut self, number: u64, end: End) {
        if let Some(transaction) = self.known.get_mut(&number) {
            transaction.end = end;
        }
    }

    pub(super) fn crashed(&mut self, loss: Loss) {
        if loss == Loss::Ends {
            // A power cut may have taken the end of each log, the decision of one and the markers of another.
            self.known.clear();
        }
    }
}

/// What a reader of what is committed sees of a partition.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) partition: i32,
    pub(crate) last_stable: i64,
    pub(crate) high_watermark: i64,
    /// The number of the transaction of each batch.
    pub(crate) batches: Vec<u64>,
}

impl Model {
    /// Checks what readers of all partitions see at one time. `is_over`: no transaction can be open any more.
    pub(crate) fn check_transactions(&mut self, seen: &[Committed], is_over: bool) {
        let count = |number: u64, partition: &Committed| partition.batches.iter().filter(|one| **one == number).count();
        // A log that a failed disk has left half written takes no marker before the next start.
        let is_over = is_over && !self.faulty;
        let mut wrong = None;
        for (number, transaction) in &self.transactions.known {
            let found: BTreeMap<i32, usize> = seen.iter().map(|one| (one.partition, count(*number, one))).collect();
            let is_whole = transaction.written.iter().all(|(partition, written)| found.get(partition) == Some(written));
            let is_hidden = found.values().all(|count| *count == 0);
            let is_right = match transaction.end {
                End::Open | End::Done(false) | End::Asked(false) => is_hidden,
                // Another transaction that is open may hide it, or a part of it, and a marker that the disk refuses is
                // written later.
                End::Done(true) => is_whole || !is_over && at_least(&transaction.written, &found),
                End::Asked(true) => !is_over || is_hidden || at_least(&found, &transaction.written),
            };
            if !is_right {
                let ends: Vec<_> = seen.iter().map(|one| (one.last_stable, one.high_watermark)).collect();
                wrong.get_or_insert(format!(
                    "transaction {number}: {transaction:?}, and readers see {found:?}; last stable offsets and high \
                     watermarks: {ends:?}"
                ));
            }
        }
        let pinned = seen.iter().find(|one| is_over && one.last_stable != one.high_watermark);
        if let Some(one) = pinned {
            wrong.get_or_insert(format!("nothing is open, and readers are held back: {one:?}"));
        }
        if let Some(what) = wrong {
            self.fail(Checker::Transactions, what);
        }
        self.count("transactions checked");
    }
}

/// Whether there are at least so many batches in each partition.
fn at_least(batches: &BTreeMap<i32, usize>, least: &BTreeMap<i32, usize>) -> bool {
    least.iter().all(|(partition, least)| batches.get(partition).copied().unwrap_or(0) >= *least)
}
