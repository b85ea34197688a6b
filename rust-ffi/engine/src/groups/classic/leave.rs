//! LeaveGroup. Kafka: `GroupMetadataManager.classicGroupLeaveToClassicGroup`.

use wire::error_code::ErrorCode;

use super::{Classic, State};
use crate::{events::LeaveReason, groups::Step};

/// A member that leaves, or is removed by an administrator.
#[derive(Clone, Copy, Debug)]
pub(in crate::groups) struct LeavingMember<'a> {
    /// Empty if the instance is removed, whatever its member id is.
    pub(in crate::groups) member_id: &'a str,
    pub(in crate::groups) instance_id: Option<&'a str>,
}

impl Classic {
    /// Returns a result for each member, in their order.
    pub(in crate::groups) fn leave(&mut self, step: &mut Step<'_>, leaving: &[LeavingMember<'_>]) -> Vec<ErrorCode> {
        let results: Vec<ErrorCode> = leaving.iter().map(|one| self.leave_one(step, one)).collect();
        if results.contains(&ErrorCode::None) {
            match self.state {
                State::Stable | State::CompletingRebalance => self.rebalance_or_complete(step),
                State::PreparingRebalance => self.complete_if_all_joined(step),
                State::Empty => {}
            }
        }
        results
    }

    fn leave_one(&mut self, step: &mut Step<'_>, one: &LeavingMember<'_>) -> ErrorCode {
        if one.member_id.is_empty() {
            let member_id = one.instance_id.and_then(|instance_id| self.static_members.get(instance_id)).cloned();
            let Some(member_id) = member_id else { return ErrorCode::UnknownMemberId };
            self.remove(step, &member_id, LeaveReason::Request);
        } else if self.pending_join.contains_key(one.member_id) {
            self.remove(step, one.member_id, LeaveReason::Request);
        } else {
            if let Err(error) = self.check_member(one.member_id, one.instance_id) {
                return error;
            }
            self.remove(step, one.member_id, LeaveReason::Request);
        }
        ErrorCode::None
    }
}
