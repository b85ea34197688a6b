//! Valid topic names. Kafka: `org.apache.kafka.common.internals.Topic`.

/// Kafka: `Topic.MAX_NAME_LENGTH`.
const LENGTH_MAX: usize = 249;

/// Internal topics, which the broker writes itself.
pub const INTERNAL: &[&str] = &["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// Client id with which Kafka's tools may write to internal topics (`AdminUtils.ADMIN_CLIENT_ID`).
pub const ADMIN_CLIENT_ID: &str = "__admin_client";

/// The metadata topic of Kafka's controller. Here no topic may have this name.
pub const CLUSTER_METADATA: &str = "__cluster_metadata";

pub fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// Checks a topic name. The error is in Kafka's words.
pub fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Topic name is invalid: the empty string is not allowed".to_owned());
    }
    if name == "." || name == ".." {
        return Err(format!("Topic name is invalid: '{name}' is not allowed"));
    }
    if name.len() > LENGTH_MAX {
        return Err(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length {LENGTH_MAX}"
        ));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        return Err(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' \
             and '-'"
        ));
    }
    Ok(())
}

/// Returns the key under which names collide: Kafka's metrics do not distinguish `.` and `_`. `None` for names with
/// neither.
pub fn collision_key(name: &str) -> Option<String> {
    name.contains(['.', '_']).then(|| name.replace('.', "_"))
}
