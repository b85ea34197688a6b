//! The transactions of an earlier run. Kafka: `TransactionStateManager.loadTransactionMetadata`.
//!
//! What was decided and has not ended is ended. A power cut may have taken the record of a transaction, or a partition
//! of it, and left what was written: that is aborted, or it would hold back the last stable offset for ever. It may
//! have taken the record of an epoch and left batches with it: the next producer of the id gets a later one, or its
//! batches would be taken for those.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use super::{
    Claim, TransactionCoordinator,
    end::{End, Origin, end_as, resume, write_marker},
    metadata::{Partitions, TransactionMetadata, TransactionState},
    registry::{env, known_shards, shards},
    state_log::TRANSACTIONS_TOPIC,
};
use crate::{
    Engine,
    clock::Now,
    coordinator,
    log::{EndTxnMarker, LEADER_EPOCH},
    storage::in_folder,
};

/// Loads the transactions from `__transaction_state`. The groups were loaded before. `clean`: the last run has stopped
/// in order.
pub(crate) fn restore(engine: &Engine, now: Now, clean: bool) -> io::Result<()> {
    if let Some(topic) = engine.topics.get(TRANSACTIONS_TOPIC) {
        let shards = shards(engine);
        for (index, (shard, partition)) in shards.iter().zip(topic.partitions()).enumerate() {
            coordinator::for_each_entry::<TransactionCoordinator>(&partition, |entry, _| shard.load(entry))
                .map_err(|error| in_folder(TRANSACTIONS_TOPIC, error))?;
            let ran = shard.run(&env(engine, index), now, |live, step| {
                let all: Vec<_> = step.state().iter().map(|(id, metadata)| (id.clone(), metadata.clone())).collect();
                all.iter().for_each(|(id, metadata)| live.restore(step, id, metadata));
                let decided = all.into_iter().filter(|(_, metadata)| metadata.state.decision().is_some());
                decided.map(|(id, _)| id).collect::<Vec<Arc<str>>>()
            });
            ran.result.iter().for_each(|id| resume(engine, now, id));
        }
    }
    abort_strays(engine, now);
    if !clean {
        advance_epochs(engine, now);
    }
    Ok(())
}

/// Makes the epoch of each id at least that of the last batch or marker of its producer.
fn advance_epochs(engine: &Engine, now: Now) {
    if known_shards(engine).is_empty() {
        return;
    }
    let mut epochs = BTreeMap::<i64, i16>::new();
    for (_, partition) in engine.topics.partitions() {
        for (producer_id, state) in partition.producers() {
            let epoch = epochs.entry(producer_id).or_insert(state.epoch);
            *epoch = state.epoch.max(*epoch);
        }
    }
    for (index, shard) in known_shards(engine).iter().enumerate() {
        let ran = shard.run(&env(engine, index), now, |live, step| {
            let seen = |metadata: &TransactionMetadata| epochs.get(&metadata.producer_id).copied();
            let all = step.state().iter().map(|(id, metadata)| (id.clone(), metadata.clone()));
            let behind = all.filter(|(_, metadata)| seen(metadata) > Some(metadata.producer_epoch));
            let behind: Vec<_> = behind.filter_map(|(id, metadata)| Some((id, seen(&metadata)?, metadata))).collect();
            for (id, epoch, metadata) in behind.iter().filter(|(_, _, metadata)| metadata.state.is_idle()) {
                let next = metadata.initialized(*epoch, metadata.timeout_ms, metadata.update_ms);
                // A disk that refuses this leaves the epoch as it is.
                let _ = live.write(step, id, next);
            }
            behind
        });
        for (id, epoch, metadata) in ran.result {
            if metadata.state == TransactionState::Ongoing {
                let producer_epoch = epoch.saturating_add(1);
                let claim = Claim { transactional_id: &id, producer_id: metadata.producer_id, producer_epoch };
                let client_version = metadata.client_version;
                // Tried again when its time is over.
                let _ = end_as(engine, now, &End { claim, committed: false, client_version, origin: Origin::Fence });
            }
        }
    }
}

/// Aborts what no transaction knows.
fn abort_strays(engine: &Engine, now: Now) {
    let mut known = BTreeMap::<i64, Partitions>::new();
    for shard in known_shards(engine) {
        shard.read(|state, _| {
            for (_, metadata) in state.iter().filter(|(_, metadata)| metadata.state != TransactionState::Empty) {
                known.entry(metadata.producer_id).or_default().extend(metadata.partitions.iter().cloned());
            }
        });
    }
    let none = BTreeSet::new();
    for topic in engine.topics.list() {
        let name: Arc<str> = topic.name.as_str().into();
        for partition in topic.partitions() {
            for (producer_id, producer_epoch, _) in partition.open_transactions() {
                let of_producer = known.get(&producer_id).unwrap_or(&none);
                if of_producer.contains(&(name.clone(), partition.index)) {
                    continue;
                }
                let coordinator_epoch = LEADER_EPOCH;
                let marker = EndTxnMarker { producer_id, producer_epoch, coordinator_epoch, committed: false };
                // What cannot be written is tried again at the next start.
                let _ = write_marker(engine, now, &topic.name, partition.index, &marker);
            }
        }
    }
}

/// Compares each shard with a replay of its log. For tests and the simulation: nothing else may run.
pub(crate) fn check_replay(engine: &Engine) -> Result<(), String> {
    let Some(topic) = engine.topics.get(TRANSACTIONS_TOPIC) else { return Ok(()) };
    for (index, (shard, partition)) in known_shards(engine).iter().zip(topic.partitions()).enumerate() {
        // What is not synced yet is not read, and what cannot be read proves nothing.
        if shard.read(|_, _| ()).until.is_some() {
            continue;
        }
        let Ok(replayed) = coordinator::replay::<TransactionCoordinator>(&partition) else { continue };
        let live = shard.snapshot();
        if live != replayed {
            return Err(format!("{TRANSACTIONS_TOPIC}-{index}: {live:?}, and its log describes {replayed:?}"));
        }
    }
    Ok(())
}
