//! A member of a classic group. Kafka: `ClassicGroupMember`.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;

use super::{JoinResult, SyncResult};
use crate::{
    coordinator::PendingReply,
    groups::{
        records::GroupMetadataMember,
        state_bytes::{Charge, StateBytes},
    },
};

/// The name of an assignor, and the member's metadata for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::groups) struct Protocol {
    pub(in crate::groups) name: Arc<str>,
    pub(in crate::groups) metadata: Bytes,
}

impl Protocol {
    /// Bytes in memory, roughly.
    pub(in crate::groups) fn bytes(name: &str, metadata: &[u8]) -> usize {
        const ENTRY: usize = 96;
        ENTRY + name.len() + metadata.len()
    }
}

#[derive(Debug)]
pub(in crate::groups) struct Member {
    pub(in crate::groups) instance_id: Option<Arc<str>>,
    pub(in crate::groups) client_id: Arc<str>,
    pub(in crate::groups) client_host: Arc<str>,
    pub(super) session_ms: i32,
    pub(super) rebalance_ms: i32,
    /// In the order of the member's preference; no name twice.
    pub(super) protocols: Vec<Protocol>,
    pub(in crate::groups) assignment: Bytes,
    /// The first JoinGroup has not been answered yet, so that the member does not know its id.
    pub(super) is_new: bool,
    pub(super) joining: Option<Arc<PendingReply<JoinResult>>>,
    pub(super) syncing: Option<Arc<PendingReply<SyncResult>>>,
    pub(super) charge: Charge,
}

impl Member {
    /// Bytes in memory, roughly, without what the client sends.
    pub(in crate::groups) const BYTES: usize = 1_024;

    /// A member of an earlier run. Its other protocols are not known until it joins again.
    pub(super) fn restored(durable: &GroupMetadataMember, protocol: Option<&Arc<str>>, all: &StateBytes) -> Member {
        let with_metadata = |name: &Arc<str>| Protocol { name: name.clone(), metadata: durable.subscription.clone() };
        let mut member = Member {
            instance_id: durable.instance_id.clone(),
            client_id: durable.client_id.clone(),
            client_host: durable.client_host.clone(),
            session_ms: durable.session_ms,
            rebalance_ms: durable.rebalance_ms,
            protocols: protocol.map(with_metadata).into_iter().collect(),
            assignment: durable.assignment.clone(),
            is_new: false,
            joining: None,
            syncing: None,
            charge: Charge::of(all),
        };
        let bytes = Member::BYTES + member.record_bytes(&durable.member_id, "", &[]) + durable.subscription.len();
        member.charge.force(bytes + durable.assignment.len());
        member
    }

    /// Bytes of the member in the group's record, roughly. Kafka: `GroupMetadataValue.MemberMetadata`.
    pub(super) fn record_bytes(&self, id: &str, protocol: &str, assignment: &[u8]) -> usize {
        const REST: usize = 32;
        let instance = self.instance_id.as_deref().map_or(0, str::len);
        let texts = id.len() + instance + self.client_id.len() + self.client_host.len();
        REST + texts + self.metadata(protocol).len() + assignment.len()
    }

    /// Sets the assignment. Returns `false` if the budget has no room for it.
    pub(super) fn assign(&mut self, assignment: &[u8]) -> bool {
        let bytes = self.charge.bytes() - self.assignment.len() + assignment.len();
        let has_room = self.charge.set(bytes);
        if has_room {
            self.assignment = Bytes::copy_from_slice(assignment);
        }
        has_room
    }

    /// The member's metadata for a protocol; empty if it does not support it.
    pub(in crate::groups) fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|one| &*one.name == protocol).map(|one| one.metadata.clone()).unwrap_or_default()
    }

    /// The first protocol of the member that is among the candidates.
    pub(super) fn vote(&self, candidates: &BTreeSet<&str>) -> Option<&str> {
        self.protocols.iter().map(|protocol| &*protocol.name).find(|name| candidates.contains(name))
    }
}
