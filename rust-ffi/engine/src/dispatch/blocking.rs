//! Which requests may block: they may create, delete, persist, read or inflate so much that other requests would wait.
//! A rule decides by sizes that are known before the work. The rules of Produce, Metadata and ListOffsets are in their
//! own files.

use crate::{groups::OFFSETS_TOPIC, request_size::Size, transactions::TRANSACTIONS_TOPIC};

/// Larger than any request of an ordinary client that carries no records.
pub(super) const LARGE_BODY: usize = 64 << 10;

/// The rule of an API that has no other.
pub(super) fn large_body<R>(size: Size<'_>, _: &R) -> bool {
    size.bytes > LARGE_BODY
}

pub(super) fn never<R>(_: Size<'_>, _: &R) -> bool {
    false
}

pub(super) fn large<R>(size: Size<'_>, _: &R) -> bool {
    size.is_large()
}

/// For requests that create or delete files.
pub(super) fn on_disk_or_large<R>(size: Size<'_>, _: &R) -> bool {
    size.is_on_disk() || size.is_large()
}

/// For requests whose answer is about all topics.
pub(super) fn many_topics<R>(size: Size<'_>, _: &R) -> bool {
    size.has_many_topics()
}

/// The first request for a group makes `__consumer_offsets`.
pub(super) fn first_of_groups<R>(size: Size<'_>, request: &R) -> bool {
    creates_offsets(size) || large_body(size, request)
}

/// An offset costs more than its bytes.
pub(super) fn commits<R>(size: Size<'_>, _: &R) -> bool {
    creates_offsets(size) || size.is_large()
}

fn creates_offsets(size: Size<'_>) -> bool {
    size.is_on_disk() && size.engine.topics.get(OFFSETS_TOPIC).is_none()
}

/// The first request for a coordinator makes its topic.
pub(super) fn first_of_coordinators<R>(size: Size<'_>, request: &R) -> bool {
    let is_missing = size.engine.topics.get(TRANSACTIONS_TOPIC).is_none();
    size.is_on_disk() && is_missing || first_of_groups(size, request)
}
