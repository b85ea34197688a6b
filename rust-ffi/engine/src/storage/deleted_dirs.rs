//! Directories of deleted partitions. Each is renamed at once, so that a new topic may use its name, and removed in the
//! background, as some file systems take milliseconds for each. Kafka: `LogManager.asyncDelete`, which also waits
//! `file.delete.delay.ms`; here readers keep their files open.

use std::{collections::BTreeSet, io};

use wire::Uuid;

use super::{
    checkpoint::partition_id,
    strays::{NAME_MAX, parse_folder},
};
use crate::store::Store;

const SUFFIX: &str = "-delete";

/// Returns the new name of a deleted directory. Kafka: `UnifiedLog.logDeleteDirName`.
pub(super) fn name(topic: &str, index: i32, id: Uuid) -> String {
    let end = format!("-{index}.{:032x}{SUFFIX}", u128::from_be_bytes(id.0));
    format!("{}{end}", &topic[..topic.len().min(NAME_MAX - end.len())])
}

/// Returns the deleted directories among `folders`. Renames those that a crash has left under their old name, if the
/// topic id in them is that of a deleted topic: `deleted` returns the id of the last deleted topic of a name.
pub(super) fn find(
    store: &Store,
    folders: &[String],
    deleted: impl Fn(&str) -> Option<Uuid>,
) -> io::Result<BTreeSet<String>> {
    let mut found: BTreeSet<String> = folders.iter().filter(|folder| is_one(folder)).cloned().collect();
    for (folder, (topic, index)) in folders.iter().filter_map(|folder| Some((folder, parse_folder(folder)?))) {
        if let Some(id) = deleted(topic)
            && partition_id(&*store.files, folder)?.is_some_and(|said| said == id.to_string())
        {
            let new = name(topic, index, id);
            store.files.rename(folder, &new)?;
            found.insert(new);
        }
    }
    Ok(found)
}

/// Returns whether a directory has such a name.
fn is_one(folder: &str) -> bool {
    let parts = folder.strip_suffix(SUFFIX).and_then(|rest| rest.rsplit_once('.'));
    parts.is_some_and(|(partition, id)| {
        parse_folder(partition).is_some()
            && id.len() == 32
            && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_kafka() {
        let id = Uuid([0xab; 16]);
        let given = name("a.b-3", 7, id);
        assert_eq!(given, "a.b-3-7.abababababababababababababababab-delete");
        assert!(is_one(&given));
        let long = name(&"x".repeat(249), 7, id);
        assert_eq!((long.len(), is_one(&long)), (NAME_MAX, true));
        let others =
            ["t-0", "t-delete", "t-0.0-stray", "t.abababababababababababababababab-delete", "t-0.ab-delete", "-delete"];
        assert!(!others.iter().any(|other| is_one(other)));
    }
}
