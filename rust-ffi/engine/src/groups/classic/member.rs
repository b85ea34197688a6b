//! A member of a classic group. Kafka: `ClassicGroupMember`.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;

use super::{Joined, Synced};
use crate::groups::{promise::Promise, registry::Deadline};

/// An assignor's name and what the member has to tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::groups) struct Protocol {
    pub(in crate::groups) name: Arc<str>,
    pub(in crate::groups) metadata: Bytes,
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
}

impl Member {
    /// What it says about a protocol; empty if it does not have it.
    pub(in crate::groups) fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|own| &*own.name == protocol).map(|own| own.metadata.clone()).unwrap_or_default()
    }

    /// The one it likes best of those that everybody has.
    pub(super) fn vote(&self, candidates: &BTreeSet<&str>) -> Option<&str> {
        self.protocols.iter().map(|own| &*own.name).find(|name| candidates.contains(name))
    }
}
