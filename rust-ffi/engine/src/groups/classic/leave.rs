//! LeaveGroup. Kafka: `GroupMetadataManager.classicGroupLeaveToClassicGroup`.

use wire::error_code::ErrorCode;

use super::{Classic, State};
use crate::groups::registry::Turn;

/// Who leaves, or is taken out by an administrator.
#[derive(Clone, Copy, Debug)]
pub(in crate::groups) struct Leaving<'a> {
    /// Empty where an instance is taken out, whoever stands for it.
    pub(in crate::groups) member_id: &'a str,
    pub(in crate::groups) instance_id: Option<&'a str>,
}

impl Classic {
    /// A result for each, in their order.
    pub(in crate::groups) fn leave(&mut self, turn: &mut Turn<'_>, leaving: &[Leaving<'_>]) -> Vec<ErrorCode> {
        let results: Vec<ErrorCode> = leaving.iter().map(|one| self.leave_one(turn, one)).collect();
        if results.contains(&ErrorCode::None) {
            match self.state {
                State::Stable | State::CompletingRebalance => self.rebalance_or_complete(turn),
                State::PreparingRebalance => self.complete_if_all_joined(turn),
                State::Empty => {}
            }
        }
        results
    }

    fn leave_one(&mut self, turn: &mut Turn<'_>, one: &Leaving<'_>) -> ErrorCode {
        if one.member_id.is_empty() {
            let member_id = one.instance_id.and_then(|instance_id| self.static_members.get(instance_id)).cloned();
            let Some(member_id) = member_id else { return ErrorCode::UnknownMemberId };
            self.remove(turn, &member_id);
        } else if self.pending_join.contains_key(one.member_id) {
            self.remove(turn, one.member_id);
        } else {
            if let Err(error) = self.check_member(one.member_id, one.instance_id) {
                return error;
            }
            self.remove(turn, one.member_id);
        }
        ErrorCode::None
    }
}
