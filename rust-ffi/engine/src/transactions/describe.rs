//! DescribeTransactions and ListTransactions. Kafka: `TransactionCoordinator.handleDescribeTransactions`,
//! `TransactionStateManager.listTransactionStates`.

use std::sync::Arc;

use super::{
    metadata::TransactionMetadata,
    registry::{known_shards, shard_of},
};
use crate::Engine;

/// A transactional id and its state.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) transactional_id: Arc<str>,
    pub(crate) metadata: Arc<TransactionMetadata>,
}

/// Returns `None` if the id does not exist.
pub(crate) fn describe(engine: &Engine, transactional_id: &str) -> Option<Arc<TransactionMetadata>> {
    shard_of(engine, transactional_id).1.read(|state, _| state.get(transactional_id).cloned()).result
}

/// All ids, by name.
pub(crate) fn list(engine: &Engine) -> Vec<Described> {
    let mut listed = Vec::new();
    for shard in known_shards(engine) {
        let all = shard.read(|state, _| {
            let show = |(id, metadata): (&Arc<str>, &Arc<TransactionMetadata>)| Described {
                transactional_id: id.clone(),
                metadata: metadata.clone(),
            };
            state.iter().map(show).collect::<Vec<_>>()
        });
        listed.extend(all.result);
    }
    listed.sort_by(|a, b| a.transactional_id.cmp(&b.transactional_id));
    listed
}
