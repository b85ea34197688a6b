//! Server-side assignors: which member gets which partitions. Kafka: `UniformAssignor`, `RangeAssignor`.

mod range;
#[cfg(test)]
mod tests;
mod uniform;

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use super::consumer::Partitions;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assignor {
    Uniform,
    Range,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Topic {
    pub(super) partitions: i32,
}

/// A member as an assignor sees it.
#[derive(Clone, Debug)]
pub(super) struct Subscriber<'a> {
    /// Only topics that exist.
    pub(super) topics: BTreeSet<Uuid>,
    /// The target assignment before.
    pub(super) owned: &'a Partitions,
}

impl Assignor {
    pub(crate) fn named(name: &str) -> Option<Assignor> {
        match name {
            "uniform" => Some(Assignor::Uniform),
            "range" => Some(Assignor::Range),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Assignor::Uniform => "uniform",
            Assignor::Range => "range",
        }
    }

    /// Returns the partitions of each subscriber, in their order.
    pub(super) fn assign(self, topics: &BTreeMap<Uuid, Topic>, subscribers: &[Subscriber<'_>]) -> Vec<Partitions> {
        match self {
            Assignor::Uniform => uniform::assign(topics, subscribers),
            Assignor::Range => range::assign(topics, subscribers),
        }
    }
}
