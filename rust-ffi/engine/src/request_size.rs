//! The size of a request before it is handled, for the rules that say whether it may block.

use crate::{Engine, context::RequestContext, store::Fsync};

/// A request before it is handled, for its rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) context: &'a RequestContext<'a>,
    /// Bytes of the request's body.
    pub(crate) bytes: usize,
}

/// An answer about more topics than this takes others' time.
pub(crate) const MANY_TOPICS: usize = 1_000;
/// More than an ordinary client's request that makes topics in memory.
const LARGE: usize = 4 << 10;

impl Size<'_> {
    pub(crate) fn is_on_disk(&self) -> bool {
        self.engine.data_dir.is_some()
    }

    /// Whether an acknowledgement waits for the disk (`fsync=always`).
    pub(crate) fn syncs_always(&self) -> bool {
        self.engine.data_dir.as_ref().is_some_and(|data_dir| data_dir.store.fsync == Fsync::Always)
    }

    pub(crate) fn has_many_topics(&self) -> bool {
        self.engine.topics.count() > MANY_TOPICS
    }

    /// Larger than an ordinary client's request that makes topics in memory.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes > LARGE
    }
}
