//! docs/internals/api-support.md: what can be read and written, API by API.

use super::model::{Api, Range};
use super::{Fallible, KAFKA};
use std::fmt::Write;
use wire::api::TABLE;

pub const FILE: &str = "docs/internals/api-support.md";

const INTRODUCTION: &str = "\
# Kafka APIs

<!-- Written by `cargo xtask codec`. Do not edit. -->

Every request that a client may send to Apache Kafka KAFKA, from the same table that the broker reads
(`rust-ffi/wire/src/api.rs`).

- **Advertised** is what Apache Kafka KAFKA itself says on a client listener. A broker of ours says the part of it that
  its storage really serves, nothing more: ask it, with any client's ApiVersions call.
- **Readable** is what the codec reads and writes, byte for byte as Kafka's own classes do. An unstable version is
  readable but never advertised.
- **Flexible from** is the first version with compact lengths and tagged fields (KIP-482).

| Key | API | Advertised | Readable | Flexible from |
|---|---|---|---|---|
";

const NOTES: &str = "
Produce 0 to 2 are advertised but readable by nobody: old clients look for them in the list, and new ones never send
them. Kafka does the same. The two telemetry requests (71, 72) Kafka answers, but names only where a metrics reporter
takes them in.
";

pub fn document(apis: &[Api]) -> Fallible<String> {
    let mut text = INTRODUCTION.replace("KAFKA", KAFKA);
    for (row, api) in TABLE.iter().zip(apis) {
        let advertised = Range { min: row.min, max: row.max };
        let flexible = row.flexible_from.map_or("never".to_owned(), |version| format!("v{version}"));
        let unstable = match api.request.latest_unstable {
            true => format!(", v{} unstable", api.request.versions.max),
            false => String::new(),
        };
        let readable = api.request.versions;
        writeln!(text, "| {} | {} | {advertised} | {readable}{unstable} | {flexible} |", row.key, row.name)?;
    }
    text.push_str(NOTES);
    Ok(text)
}
