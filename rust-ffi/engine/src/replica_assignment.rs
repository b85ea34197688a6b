//! Manual replica assignments. The only valid replica list is this broker alone. Kafka:
//! `ReplicationControlManager.validateManualPartitionAssignment`.

use wire::ErrorCode;

use crate::api_error::ApiError;

/// Checks the replicas of one partition.
pub(crate) fn check(node_id: i32, broker_ids: &[i32]) -> Result<(), ApiError> {
    let refuse = |why: String| {
        Err(ApiError::new(
            ErrorCode::InvalidReplicaAssignment,
            format!("The manual partition assignment includes {why}"),
        ))
    };
    if broker_ids.is_empty() {
        return refuse("an empty replica list.".to_owned());
    }
    // Kafka checks them in sorted order, so a negative or small id is named before a duplicate.
    match broker_ids.iter().filter(|id| **id != node_id).min() {
        Some(id) if *id < node_id || broker_ids.iter().filter(|id| **id == node_id).count() < 2 => {
            refuse(format!("broker {id}, but no such broker is registered."))
        }
        _ if broker_ids.len() > 1 => refuse(format!("the broker {node_id} more than once.")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_broker_once_will_do() {
        let words = |ids: &[i32]| check(1, ids).unwrap_err().message.unwrap();
        assert_eq!(check(1, &[1]), Ok(()));
        assert!(words(&[]).ends_with("an empty replica list."));
        assert!(words(&[2]).ends_with("broker 2, but no such broker is registered."));
        assert!(words(&[1, 2]).ends_with("broker 2, but no such broker is registered."));
        assert!(words(&[2, 2]).ends_with("broker 2, but no such broker is registered."));
        assert!(words(&[-1, 1, 1]).ends_with("broker -1, but no such broker is registered."));
        assert!(words(&[1, 1]).ends_with("the broker 1 more than once."));
        assert!(words(&[1, 2, 1]).ends_with("the broker 1 more than once."));
    }
}
