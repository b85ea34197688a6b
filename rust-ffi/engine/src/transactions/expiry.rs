//! Expiry of transactional ids. Kafka: `TransactionStateManager.removeExpiredTransactionalIds`.

use std::sync::Arc;

use super::{
    metadata::TransactionMetadata,
    registry::{env, known_shards},
};
use crate::{Engine, clock::Now};

/// Removes the ids that have no transaction and were not used for `transactional.id.expiration.ms`.
pub(crate) fn expire(engine: &Engine, now: Now) {
    let kept_ms = engine.configs.int("transactional.id.expiration.ms");
    let is_expired = |metadata: &TransactionMetadata| {
        metadata.state.is_idle() && now.wall_ms.saturating_sub(metadata.update_ms) >= kept_ms
    };
    for (index, shard) in known_shards(engine).iter().enumerate() {
        shard.run(&env(engine, index), now, |live, step| {
            let expired = step.state().iter().filter(|(_, metadata)| is_expired(metadata));
            let expired: Vec<Arc<str>> = expired.map(|(id, _)| id.clone()).collect();
            for id in &expired {
                // What cannot be written is tried again next time.
                let _ = live.remove(step, id);
            }
        });
    }
}
