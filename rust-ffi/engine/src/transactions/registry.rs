//! The shards of the coordinator, their state, and the way into an id.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use wire::ErrorCode;

use super::{
    Step, TransactionCoordinator, TransactionTimer,
    end::{abort_timed_out, complete},
    metadata::{NO_PRODUCER_EPOCH, TransactionMetadata, TransactionState},
    records::TransactionRecord,
    state_log::{TRANSACTIONS_TOPIC, partition_count, record_max},
};
use crate::{
    Engine, Topic,
    budget::{Budget, Charge},
    clock::Now,
    coordinator::{self, Coordinator, EngineEnv, Ran},
    groups,
    maintenance::Job,
    sync::{Lock, lock, rank},
    waiters::WaitList,
};

/// Of all transactional ids together. Kafka has no limit but the expiry of the ids.
const BYTES_MAX: usize = if cfg!(test) { 4 << 20 } else { 256 << 20 };

pub(super) type Shard = coordinator::Shard<TransactionCoordinator, { rank::TRANSACTION_SHARD }>;

#[derive(Debug)]
pub(crate) struct Transactions {
    /// One for each partition that `__transaction_state` had when the first id was looked up.
    shards: OnceLock<Vec<Shard>>,
    budget: Budget,
    /// Ids whose transaction is to be aborted or ended on a blocking thread.
    due: Lock<{ rank::LISTS }, BTreeSet<Arc<str>>>,
    /// Woken by each change of a transaction.
    pub(crate) changed: Arc<WaitList>,
}

impl Default for Transactions {
    fn default() -> Transactions {
        Transactions {
            shards: OnceLock::new(),
            budget: Budget::new(BYTES_MAX),
            due: Lock::default(),
            changed: Arc::default(),
        }
    }
}

/// The durable state of a shard: what a replay of its log gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TransactionsState(BTreeMap<Arc<str>, Arc<TransactionMetadata>>);

impl TransactionsState {
    pub(super) fn get(&self, transactional_id: &str) -> Option<&Arc<TransactionMetadata>> {
        self.0.get(transactional_id)
    }

    /// By id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<TransactionMetadata>)> {
        self.0.iter()
    }

    pub(super) fn replay(&mut self, TransactionRecord { transactional_id, value }: TransactionRecord) {
        match value {
            Some(metadata) => self.0.insert(transactional_id, metadata),
            None => self.0.remove(&transactional_id),
        };
    }
}

/// The soft state of a shard.
#[derive(Debug)]
pub(crate) struct LiveTransactions {
    ids: BTreeMap<Arc<str>, LiveTransaction>,
    budget: Budget,
    record_max: usize,
}

/// What Kafka does not write to the log, either.
#[derive(Debug)]
struct LiveTransaction {
    charge: Charge,
    /// The epoch that the producer had before, if it may still repeat its InitProducerId.
    last_epoch: i16,
}

impl LiveTransactions {
    pub(super) fn last_epoch(&self, transactional_id: &str) -> i16 {
        self.ids.get(transactional_id).map_or(NO_PRODUCER_EPOCH, |live| live.last_epoch)
    }

    pub(super) fn set_last_epoch(&mut self, transactional_id: &str, last_epoch: i16) {
        if let Some(live) = self.ids.get_mut(transactional_id) {
            live.last_epoch = last_epoch;
        }
    }

    /// Writes the new state of an id, sets its deadline, and charges its bytes. Nothing has changed after an error.
    pub(super) fn write(
        &mut self,
        step: &mut Step<'_>,
        transactional_id: &Arc<str>,
        metadata: TransactionMetadata,
    ) -> Result<(), ErrorCode> {
        let record = TransactionRecord { transactional_id: transactional_id.clone(), value: Some(Arc::new(metadata)) };
        let metadata = record.value.clone().expect("it was set");
        let encoded = TransactionCoordinator::encode(&record).map_err(|_| ErrorCode::UnknownServerError)?;
        if !coordinator::fits(&[encoded], self.record_max) {
            return Err(ErrorCode::RecordListTooLarge);
        }
        let bytes = metadata.bytes(transactional_id);
        let before = match self.ids.get_mut(transactional_id) {
            Some(live) => {
                let before = live.charge.bytes();
                let has_room = live.charge.set(bytes);
                has_room.then_some(before).ok_or(ErrorCode::CoordinatorNotAvailable)?
            }
            None => {
                let charge = self.budget.charge(bytes).ok_or(ErrorCode::CoordinatorNotAvailable)?;
                let live = LiveTransaction { charge, last_epoch: NO_PRODUCER_EPOCH };
                self.ids.insert(transactional_id.clone(), live);
                0
            }
        };
        if let Err(error) = step.write(vec![record]) {
            match (before, self.ids.get_mut(transactional_id)) {
                (0, _) => drop(self.ids.remove(transactional_id)),
                // It was charged so much a moment ago.
                (before, Some(live)) => drop(live.charge.set(before)),
                (_, None) => {}
            }
            return Err(error);
        }
        set_deadline(step, transactional_id, &metadata);
        Ok(())
    }

    /// Writes that an id does not exist any more.
    pub(super) fn remove(&mut self, step: &mut Step<'_>, transactional_id: &Arc<str>) -> Result<(), ErrorCode> {
        step.write(vec![TransactionRecord { transactional_id: transactional_id.clone(), value: None }])?;
        self.ids.remove(transactional_id);
        Ok(())
    }

    /// An id of an earlier run, whatever the budget is.
    pub(super) fn restore(&mut self, step: &mut Step<'_>, transactional_id: &Arc<str>, metadata: &TransactionMetadata) {
        let charge = self.budget.charge_anyway(metadata.bytes(transactional_id));
        let live = LiveTransaction { charge, last_epoch: NO_PRODUCER_EPOCH };
        self.ids.insert(transactional_id.clone(), live);
        set_deadline(step, transactional_id, metadata);
    }
}

/// An open transaction is aborted once its time is over.
fn set_deadline(step: &mut Step<'_>, transactional_id: &Arc<str>, metadata: &TransactionMetadata) {
    let timer = TransactionTimer { transactional_id: transactional_id.clone() };
    if metadata.state == TransactionState::Ongoing {
        let end_ms = metadata.start_ms.saturating_add(metadata.timeout_ms.into());
        // The clock may have gone back since the start.
        let left_ms = end_ms.saturating_sub(step.now.wall_ms).min(metadata.timeout_ms.into());
        step.set_timer(timer, left_ms);
    } else {
        step.cancel_timer(timer);
    }
}

pub(super) fn shards(engine: &Engine) -> &[Shard] {
    engine.transactions.shards.get_or_init(|| {
        let count =
            engine.topics.get(TRANSACTIONS_TOPIC).map_or_else(|| partition_count(engine), |t| t.partition_count());
        let budget = &engine.transactions.budget;
        let record_max = record_max(engine).max(1 << 20);
        let live = || LiveTransactions { ids: BTreeMap::new(), budget: budget.clone(), record_max };
        (0..count).map(|_| Shard::new(live())).collect()
    })
}

/// The shards, unless no id was looked up yet.
pub(super) fn known_shards(engine: &Engine) -> &[Shard] {
    engine.transactions.shards.get().map_or(&[], Vec::as_slice)
}

pub(super) fn env(engine: &Engine, partition: usize) -> EngineEnv<'_> {
    EngineEnv { engine, topic: TRANSACTIONS_TOPIC, partition: i32::try_from(partition).unwrap_or(i32::MAX) }
}

/// The shard of an id, and its index.
pub(super) fn shard_of<'a>(engine: &'a Engine, transactional_id: &str) -> (usize, &'a Shard) {
    let shards = shards(engine);
    let index = groups::partition_for(transactional_id, shards.len());
    (index, &shards[index])
}

/// Runs an event of the shard of an id.
pub(super) fn on_shard_of<R>(
    engine: &Engine,
    now: Now,
    transactional_id: &str,
    event: impl FnOnce(&mut LiveTransactions, &mut Step<'_>) -> R,
) -> Ran<R> {
    let (index, shard) = shard_of(engine, transactional_id);
    shard.run(&env(engine, index), now, event)
}

/// Handles a deadline: the rest is work for a blocking thread.
pub(crate) fn fire(engine: &Engine, now: Now, timer: &TransactionTimer) {
    let (index, shard) = shard_of(engine, &timer.transactional_id);
    shard.fire(&env(engine, index), now, timer, |_, _| make_due(engine, &timer.transactional_id));
}

pub(super) fn make_due(engine: &Engine, transactional_id: &Arc<str>) {
    lock(&engine.transactions.due).insert(transactional_id.clone());
    engine.make_due(Job::Transactions);
}

/// Aborts the transactions whose time is over, and ends those whose markers could not be written.
pub(crate) fn run_due(engine: &Engine, now: Now) {
    let due = std::mem::take(&mut *lock(&engine.transactions.due));
    for transactional_id in due {
        let state = shard_of(engine, &transactional_id).1.read(|state, _| Some(state.get(&transactional_id)?.state));
        match state.result {
            Some(TransactionState::Ongoing) => abort_timed_out(engine, now, &transactional_id),
            Some(TransactionState::PrepareCommit | TransactionState::PrepareAbort) => {
                complete(engine, now, &transactional_id);
            }
            _ => {}
        }
    }
}

/// Forgets all transactions if their log was deleted. Kafka: `TransactionCoordinator.onResignation`.
pub(crate) fn topic_deleted(engine: &Engine, now: Now, topic: &Topic) {
    if topic.name != TRANSACTIONS_TOPIC {
        return;
    }
    for (index, shard) in known_shards(engine).iter().enumerate() {
        shard.unload(&env(engine, index), now, |transactions, step| {
            for transactional_id in std::mem::take(&mut transactions.ids).into_keys() {
                step.cancel_timer(TransactionTimer { transactional_id });
            }
        });
    }
}
