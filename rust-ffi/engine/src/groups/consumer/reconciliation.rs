//! The way of a member from its current to its target assignment: partitions are revoked by one member before another
//! gets them. Kafka: `CurrentAssignmentBuilder`.

use std::collections::BTreeSet;

use wire::Uuid;

use super::{ConsumerGroup, CurrentAssignment, LEAVE_STATIC, MemberState, Partitions};

/// Returns what a member has after its heartbeat. `owned` is what it says it has, if it does.
pub(super) fn next(group: &ConsumerGroup, member_id: &str, owned: Option<&Partitions>) -> CurrentAssignment {
    let current = group.current(member_id);
    match current.state {
        MemberState::Stable if current.epoch == group.assignment_epoch => current,
        MemberState::UnrevokedPartitions if owned.is_none_or(|owned| intersects(owned, &current.revoking)) => current,
        _ => towards_target(group, member_id, current, owned),
    }
}

fn towards_target(
    group: &ConsumerGroup,
    member_id: &str,
    current: CurrentAssignment,
    owned: Option<&Partitions>,
) -> CurrentAssignment {
    let none = Partitions::new();
    let target = group.target.get(member_id).map_or(&none, |target| target);
    let kept = common(&current.assigned, target);
    let revoking = difference(&current.assigned, target);
    if !revoking.is_empty() && owned.is_none_or(|owned| intersects(owned, &revoking)) {
        return CurrentAssignment { state: MemberState::UnrevokedPartitions, assigned: kept, revoking, ..current };
    }
    let mut new = difference(target, &kept);
    let is_unreleased = !new.is_empty() && withhold(&mut new, group, member_id);
    let mut assigned = kept;
    for (id, indexes) in new {
        assigned.entry(id).or_default().extend(indexes);
    }
    let (epoch, previous_epoch) = match current.epoch == group.assignment_epoch {
        true => (current.epoch, current.previous_epoch),
        false => (group.assignment_epoch, current.epoch),
    };
    let state = if is_unreleased { MemberState::UnreleasedPartitions } else { MemberState::Stable };
    CurrentAssignment { epoch, previous_epoch, state, assigned, revoking: Partitions::new() }
}

/// Takes out the partitions that other members have not released. Returns whether there are any.
fn withhold(new: &mut Partitions, group: &ConsumerGroup, member_id: &str) -> bool {
    let mut is_unreleased = false;
    for other in group.current.iter().filter(|(id, _)| &***id != member_id).map(|(_, other)| other) {
        for held in [&other.assigned, &other.revoking] {
            if intersects(new, held) {
                *new = difference(new, held);
                is_unreleased = true;
            }
        }
    }
    is_unreleased
}

fn intersects(one: &Partitions, other: &Partitions) -> bool {
    one.iter().any(|(id, indexes)| other.get(id).is_some_and(|others| !indexes.is_disjoint(others)))
}

fn common(one: &Partitions, other: &Partitions) -> Partitions {
    let of = |(id, indexes): (&Uuid, &BTreeSet<i32>)| Some((*id, indexes & other.get(id)?));
    one.iter().filter_map(of).filter(|(_, indexes)| !indexes.is_empty()).collect()
}

fn difference(one: &Partitions, other: &Partitions) -> Partitions {
    let of = |(id, indexes): (&Uuid, &BTreeSet<i32>)| match other.get(id) {
        Some(others) => (*id, indexes - others),
        None => (*id, indexes.clone()),
    };
    one.iter().map(of).filter(|(_, indexes)| !indexes.is_empty()).collect()
}

/// Returns whether all partitions of `one` are in `other`.
pub(super) fn is_subset(one: &Partitions, other: &Partitions) -> bool {
    one.iter().all(|(id, indexes)| indexes.is_empty() || other.get(id).is_some_and(|others| indexes.is_subset(others)))
}

/// A static member that has left for a while keeps its partitions for its successor.
pub(super) fn left_for_a_while(current: CurrentAssignment) -> CurrentAssignment {
    CurrentAssignment { previous_epoch: current.epoch, epoch: LEAVE_STATIC, revoking: Partitions::new(), ..current }
}
