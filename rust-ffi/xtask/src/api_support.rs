//! `cargo xtask api-support`: docs/internals/api-support.md, from the tables that ApiVersions and `info` report.

use crate::{Outcome, no_more, paths};
use std::fmt::Write;
use wire::api::{API_VERSIONS, Api, ApiRange, PRODUCE, TABLE};

/// The table of the crate `upstream`: the same source file, so that xtask compiles none of Tansu's crates.
#[path = "../../upstream/src/served.rs"]
mod upstream_served;

pub const FILE: &str = "docs/internals/api-support.md";

const INTRODUCTION: &str = "\
# Kafka APIs

<!-- Written by `cargo xtask api-support`. Do not edit. -->

Each row is a request of Apache Kafka 4.3.1 with the versions that each storage serves. The broker advertises these
versions in ApiVersions, and `python -m tansu_cffi info` lists them for its storage. A request that a storage does not
serve closes its connection.

- **Engine** is this project's own engine: `memory://` and `file:///`.
- **Tansu** is Tansu's storages: `sqlite://`, `postgres://`, `s3://` and `tansu+memory://`.
- **Kafka** is what Apache Kafka 4.3.1 advertises on a client listener.
- **Flexible from** is the first version with compact lengths and tagged fields (KIP-482).

## Served

";

const NOT_SERVED: &str = "
## Not served by any storage

";

const NOTES: &str = "
Kafka advertises Produce from version 0 and refuses versions 0 to 2, because librdkafka expects version 0 in the list
and does not compress otherwise. This broker does the same. Kafka serves the telemetry requests (71, 72) and advertises
them only with a metrics reporter.
";

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let check = args.contains("--check");
    no_more(args)?;
    let (path, fresh) = (paths::repository().join(FILE), document());
    if !check {
        std::fs::write(&path, fresh)?;
        println!("{}", path.display());
    } else if std::fs::read_to_string(&path).unwrap_or_default() != fresh {
        return Err(format!("{FILE} is not what the tables say: run `cargo xtask api-support` and commit it").into());
    }
    Ok(())
}

/// The whole document.
pub fn document() -> String {
    let (served, unserved): (Vec<Row>, Vec<Row>) = rows().into_iter().partition(Row::is_served);
    let mut text = INTRODUCTION.to_owned();
    text.push_str("| Key | API | Engine | Tansu | Kafka | Flexible from |\n|---|---|---|---|---|---|\n");
    for Row { api, engine, tansu } in served {
        let (engine, tansu) = (cell(engine.as_ref()), cell(tansu.as_ref()));
        let (kafka, flexible) = (versions(api.min, api.max), flexible(api));
        writeln!(text, "| {} | {} | {engine} | {tansu} | {kafka} | {flexible} |", api.key, api.name).expect("a String");
    }
    text.push_str(NOT_SERVED);
    text.push_str("| Key | API | Kafka | Flexible from |\n|---|---|---|---|\n");
    for Row { api, .. } in unserved {
        let (kafka, flexible) = (versions(api.min, api.max), flexible(api));
        writeln!(text, "| {} | {} | {kafka} | {flexible} |", api.key, api.name).expect("a String");
    }
    text.push_str(NOTES);
    text
}

/// One API, and the versions that each kind of storage serves; `None` if it serves none.
struct Row {
    api: &'static Api,
    engine: Option<Support>,
    tansu: Option<Support>,
}

/// The versions that a storage serves, and what it advertises.
struct Support {
    min: i16,
    max: i16,
    advertised: Option<ApiRange>,
}

impl Row {
    fn is_served(&self) -> bool {
        self.engine.is_some() || self.tansu.is_some()
    }
}

fn rows() -> Vec<Row> {
    let engine_advertises = engine::advertised();
    let tansu_serves = |key, version| {
        upstream_served::serves(key, version) && (key != PRODUCE || version >= upstream_served::PRODUCE_MIN)
    };
    TABLE
        .iter()
        .map(|api| Row {
            api,
            // The connection answers ApiVersions itself.
            engine: support(api, &engine_advertises, |key, v| key == API_VERSIONS || engine::serves(key, v)),
            tansu: support(api, upstream_served::RANGES, tansu_serves),
        })
        .collect()
}

fn support(api: &Api, advertised: &[ApiRange], serves: impl Fn(i16, i16) -> bool) -> Option<Support> {
    let served = || (api.min..=api.max).filter(|version| serves(api.key, *version));
    let advertised = advertised.iter().find(|range| range.key == api.key).copied();
    Some(Support { min: served().next()?, max: served().last()?, advertised })
}

fn cell(support: Option<&Support>) -> String {
    let Some(Support { min, max, advertised }) = support else { return "-".to_owned() };
    let served = versions(*min, *max);
    match advertised {
        None => format!("{served}, not advertised"),
        Some(range) if (range.min, range.max) == (*min, *max) => served,
        Some(range) => format!("{served}, advertised as {}", versions(range.min, range.max)),
    }
}

fn versions(min: i16, max: i16) -> String {
    if min == max { min.to_string() } else { format!("{min}-{max}") }
}

fn flexible(api: &Api) -> String {
    api.flexible_from.map_or("never".to_owned(), |version| format!("v{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: i16) -> (String, String) {
        let rows = rows();
        let row = rows.iter().find(|row| row.api.key == key).expect("a key of the table");
        (cell(row.engine.as_ref()), cell(row.tansu.as_ref()))
    }

    #[test]
    fn a_row_shows_what_is_served_and_what_is_advertised() {
        assert_eq!(row(PRODUCE), ("3-13, advertised as 0-13".into(), "3-11, advertised as 0-11".into()));
        assert_eq!(row(API_VERSIONS), ("0-4".into(), "0-4".into()));
        assert_eq!(row(71), ("0, not advertised".into(), "-".into()));
    }

    #[test]
    fn every_key_of_kafka_has_one_row() {
        let text = document();
        for api in TABLE {
            assert_eq!(text.matches(&format!("\n| {} | {} |", api.key, api.name)).count(), 1, "{}", api.name);
        }
    }
}
