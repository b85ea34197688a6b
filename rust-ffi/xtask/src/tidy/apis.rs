//! The API table is sorted, and `docs/internals/api-support.md` is generated from the tables as they are.

use super::File;
use crate::api_support;
use wire::api::TABLE;

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
    if files.iter().any(|file| file.path == api_support::FILE && file.text != api_support::document()) {
        complaints.push(format!("{}: run `cargo xtask api-support`", api_support::FILE));
    }
    complaints
}
