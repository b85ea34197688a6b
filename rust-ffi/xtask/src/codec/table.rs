//! Compares the API table with the schemas. The table has the advertised versions, the schemas the readable ones.

use super::Fallible;
use super::model::Api;
use wire::api::TABLE;

/// Versions that Kafka 4.x advertises for librdkafka and does not read. Key, lowest advertised version.
const FOR_SHOW: &[(i16, i16)] = &[(0, 0)];

pub fn compare(apis: &[Api]) -> Fallible<()> {
    let mut wrong = Vec::new();
    for (row, api) in TABLE.iter().zip(apis) {
        let name = row.name;
        if api.name != name {
            wrong.push(format!("{name}: the schema's name is {}", api.name));
        }
        let stable_max = api.request.versions.max - i16::from(api.request.latest_unstable);
        let min = if FOR_SHOW.contains(&(row.key, row.min)) { api.request.versions.min } else { row.min };
        if min < api.request.versions.min || row.max > stable_max {
            wrong.push(format!("{name}: advertised {}-{}, readable {}", row.min, row.max, api.request.versions));
        }
        if min < api.response.versions.min || row.max > api.response.versions.max {
            wrong.push(format!("{name}: the response has versions {} only", api.response.versions));
        }
        let flexible = api.request.flexible;
        let from = (!flexible.is_empty() && flexible.min <= api.request.versions.max).then_some(flexible.min);
        if row.flexible_from != from {
            wrong.push(format!("{name}: flexible from {from:?}, the table says {:?}", row.flexible_from));
        }
        if api.request.flexible != api.response.flexible {
            wrong.push(format!("{name}: request and response are not flexible from the same version on"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
