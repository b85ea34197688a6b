//! The schemas, out of Maven's client jar: its ordinary client asks whatever registry this machine uses.

use super::{Fallible, KAFKA};
use crate::paths;
use std::path::PathBuf;

/// The folder with the schemas, fetched if this target folder does not have them yet.
pub fn schemas() -> Fallible<PathBuf> {
    let out = paths::target().join(format!("kafka-schemas-{KAFKA}"));
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
        .arg(format!("-Dartifact=org.apache.kafka:kafka-clients:{KAFKA}"))
        .arg(format!("-DoutputDirectory={}", out.display()))
        .status()
        .map_err(|error| format!("Maven (`mvn`) fetches Kafka's schemas and could not be started: {error}"))?;
    if !status.success() || !schemas.join("FetchRequest.json").exists() {
        return Err(format!("mvn could not unpack the schemas of kafka-clients {KAFKA}").into());
    }
    std::fs::write(complete, "")?;
    Ok(schemas)
}
