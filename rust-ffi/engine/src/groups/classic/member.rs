//! A member of a classic group. Kafka: `ClassicGroupMember`.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;

use super::{Joined, Synced};
use crate::groups::{promise::Promise, registry::Deadline, state_bytes::Charge};

/// An assignor's name and what the member has to tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::groups) struct Protocol {
    pub(in crate::groups) name: Arc<str>,
    pub(in crate::groups) metadata: Bytes,
}

impl Protocol {
    /// What it takes, roughly.
    pub(in crate::groups) fn bytes(name: &str, metadata: &[u8]) -> usize {
        const ENTRY: usize = 96;
        ENTRY + name.len() + metadata.len()
    }
}

#[derive(Debug)]
pub(in crate::groups) struct Member {
    pub(in crate::groups) instance_id: Option<Arc<str>>,
    pub(in crate::groups) client_id: String,
    pub(in crate::groups) client_host: String,
    pub(super) session_ms: i32,
    pub(super) rebalance_ms: i32,
    /// In the order of the member's preference; no name twice.
    pub(super) protocols: Vec<Protocol>,
    pub(in crate::groups) assignment: Bytes,
    /// Its first join has not been answered yet, so it cannot know its id.
    pub(super) is_new: bool,
    pub(super) joining: Option<Arc<Promise<Joined>>>,
    pub(super) syncing: Option<Arc<Promise<Synced>>>,
    /// When it is expired. `None` while it waits for an answer that sets it again.
    pub(super) session: Option<Deadline>,
    pub(super) charge: Charge,
}

impl Member {
    /// What one takes, roughly, besides what its client sends.
    pub(in crate::groups) const BYTES: usize = 1_024;

    /// What its record takes, roughly, in the state that the group has. Kafka: `GroupMetadataValue.MemberMetadata`.
    pub(super) fn record_bytes(&self, id: &str, protocol: &str, assignment: &[u8]) -> usize {
        const REST: usize = 32;
        let instance = self.instance_id.as_deref().map_or(0, str::len);
        let texts = id.len() + instance + self.client_id.len() + self.client_host.len();
        REST + texts + self.metadata(protocol).len() + assignment.len()
    }

    /// Takes an assignment in place of the one before; `false` if there is no room for it.
    pub(super) fn assign(&mut self, assignment: &[u8]) -> bool {
        let bytes = self.charge.bytes() - self.assignment.len() + assignment.len();
        let has_room = self.charge.set(bytes);
        if has_room {
            self.assignment = Bytes::copy_from_slice(assignment);
        }
        has_room
    }

    /// What it says about a protocol; empty if it does not have it.
    pub(in crate::groups) fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|own| &*own.name == protocol).map(|own| own.metadata.clone()).unwrap_or_default()
    }

    /// The one it likes best of those that everybody has.
    pub(super) fn vote(&self, candidates: &BTreeSet<&str>) -> Option<&str> {
        self.protocols.iter().map(|own| &*own.name).find(|name| candidates.contains(name))
    }
}
