//! The schemas, from Kafka's jars. Maven fetches them from the registry that this machine is configured for.

use super::{Fallible, KAFKA};
use crate::paths;
use std::path::PathBuf;

/// A jar with schemas, and one of its files, which tells that it was unpacked.
pub struct Jar {
    artifact: &'static str,
    has: &'static str,
}

/// Requests and responses.
pub const CLIENTS: Jar = Jar { artifact: "kafka-clients", has: "FetchRequest.json" };
/// Records of `__consumer_offsets`.
pub const GROUP_COORDINATOR: Jar = Jar { artifact: "kafka-group-coordinator", has: "GroupMetadataKey.json" };
/// Records of `__transaction_state`.
pub const TRANSACTION_COORDINATOR: Jar =
    Jar { artifact: "kafka-transaction-coordinator", has: "TransactionLogKey.json" };

/// Returns the folder with the schemas of a jar, fetched if this target folder does not have them yet.
pub fn schemas(jar: &Jar) -> Fallible<PathBuf> {
    let Jar { artifact, has } = jar;
    let out = paths::target().join(format!("{artifact}-schemas-{KAFKA}"));
    let schemas = out.join("common").join("message");
    // Maven writes files one by one: what it did not finish is not taken for the whole.
    let complete = out.join("complete");
    if complete.exists() {
        return Ok(schemas);
    }
    std::fs::create_dir_all(&out)?;
    let status = std::process::Command::new("mvn")
        .current_dir(&out)
        .args(["-q", "-B", "dependency:unpack", "-Dmdep.unpack.includes=common/message/*.json"])
        .arg(format!("-Dartifact=org.apache.kafka:{artifact}:{KAFKA}"))
        .arg(format!("-DoutputDirectory={}", out.display()))
        .status()
        .map_err(|error| format!("Maven (`mvn`) fetches Kafka's schemas and could not be started: {error}"))?;
    if !status.success() || !schemas.join(has).exists() {
        return Err(format!("mvn could not unpack the schemas of {artifact} {KAFKA}").into());
    }
    std::fs::write(complete, "")?;
    Ok(schemas)
}
