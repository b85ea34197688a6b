//! Partitions that have records and whose topic is not in the metadata. Where the metadata is synced no crash leaves
//! any; a power cut without fsync does, and so does whoever copies a folder in. Apache Kafka gives them another name and
//! keeps them (`LogManager`, "stray" logs): under their own they would be taken for what a deletion has left.

use std::{collections::BTreeSet, io};

use crate::{
    names,
    store::{self, Store},
};

/// What a file system takes.
const NAME_MAX: usize = 255;

/// The topic and the index of a partition's folder.
pub(super) fn parse_folder(folder: &str) -> Option<(&str, i32)> {
    let (topic, index) = folder.rsplit_once('-')?;
    Some((topic, index.parse().ok()?))
}

/// Those of `folders`, except the ones of topics that are `known`: there, or deleted.
pub(super) fn find<'a>(
    store: &Store,
    folders: &'a [String],
    known: impl Fn(&str) -> bool,
) -> io::Result<Vec<&'a String>> {
    let mut strays = Vec::new();
    for folder in folders {
        if parse_folder(folder).is_some_and(|(topic, _)| names::check(topic).is_ok() && !known(topic))
            && has_records(store, folder)?
        {
            strays.push(folder);
        }
    }
    Ok(strays)
}

fn has_records(store: &Store, folder: &str) -> io::Result<bool> {
    for name in store.files.list(folder)?.iter().filter(|name| name.ends_with(".log")) {
        if store.files.open(&store::join(folder, name))?.size()? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives it a name that is no partition's, and says so.
pub(super) fn set_aside(store: &Store, folder: &str, taken: &BTreeSet<String>) -> io::Result<String> {
    let mut names = (0_u64..).map(|number| name(folder, number));
    let new = names.find(|name| !taken.contains(name)).ok_or(io::ErrorKind::AlreadyExists)?;
    store.files.rename(folder, &new)?;
    Ok(format!(
        "{folder} has records, and there is no topic of that name, as after a power cut without fsync: it is kept as \
         {new}"
    ))
}

fn name(folder: &str, number: u64) -> String {
    let (topic, index) = folder.rsplit_once('-').unwrap_or((folder, ""));
    let end = format!("-{index}.{number}-stray");
    format!("{}{end}", &topic[..topic.len().min(NAME_MAX - end.len())])
}
