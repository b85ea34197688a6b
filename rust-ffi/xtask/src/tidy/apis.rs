//! The API table is in order, and `docs/internals/api-support.md` names each of its rows, with the versions of the
//! table.

use super::File;
use wire::api::TABLE;

const DOC: &str = "docs/internals/api-support.md";

pub fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for pair in TABLE.windows(2) {
        if pair[0].key >= pair[1].key {
            complaints.push(format!("wire/src/api.rs: {} comes before {}", pair[0].name, pair[1].name));
        }
    }
    for api in TABLE {
        if api.min > api.max || api.flexible_from.is_some_and(|v| v > api.max) {
            complaints.push(format!(
                "wire/src/api.rs: {}: {} to {}, flexible from {:?}",
                api.name, api.min, api.max, api.flexible_from
            ));
        }
    }
    let Some(doc) = files.iter().find(|f| f.path == DOC) else {
        return complaints;
    };
    for api in TABLE {
        let row = doc.text.lines().find(|line| line.starts_with(&format!("| {} | {} |", api.key, api.name)));
        let range = if api.min == api.max { api.min.to_string() } else { format!("{}-{}", api.min, api.max) };
        match row {
            None => complaints.push(format!("{DOC}: no row of {} ({})", api.name, api.key)),
            Some(row) if !row.split('|').any(|cell| cell.trim() == range) => {
                complaints.push(format!("{DOC}: {}: the table says {range}", api.name));
            }
            Some(_) => {}
        }
    }
    complaints
}
