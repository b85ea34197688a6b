//! Stray partitions: directories with records whose topic is not in the metadata. With a synced metadata log no crash
//! leaves any; a power cut without fsync does, and so does copying a directory in. Apache Kafka renames and keeps them
//! too (`LogManager`, "stray" logs): under their own name they would be taken for leftovers of a deletion.

use std::{collections::BTreeSet, io};

use crate::{
    log::parse_name,
    store::{self, Store},
    topic_names,
};

/// Longest file name.
pub(super) const NAME_MAX: usize = 255;

/// Parses the topic and the index from a directory name.
pub(super) fn parse_folder(folder: &str) -> Option<(&str, i32)> {
    let (topic, digits) = folder.rsplit_once('-')?;
    let index: i32 = digits.parse().ok()?;
    // Only the canonical form of the number.
    (index >= 0 && index.to_string() == digits).then_some((topic, index))
}

/// Returns the stray partitions among `folders`: those that are not `known` as partitions of existing or deleted
/// topics. An unreadable one is left alone, unless `something_is_lost`.
pub(super) fn find(
    store: &Store,
    folders: &[String],
    known: impl Fn(&str, i32) -> bool,
    something_is_lost: bool,
) -> io::Result<Vec<String>> {
    let mut strays = Vec::new();
    for folder in folders {
        let Some((topic, index)) = parse_folder(folder) else { continue };
        if topic_names::check(topic).is_err() || known(topic, index) {
            continue;
        }
        match has_records(store, folder) {
            Ok(true) => strays.push(folder.clone()),
            Err(e) if something_is_lost => return Err(e),
            Ok(false) | Err(_) => {}
        }
    }
    Ok(strays)
}

fn has_records(store: &Store, folder: &str) -> io::Result<bool> {
    // A file with such a name is no partition.
    let names = match store.files.list(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Ok(false),
        names => names?,
    };
    for name in names.iter().filter(|name| parse_name(name).is_some()) {
        if store.files.open(&store::join(folder, name))?.size()? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Renames the strays that [`find`] returned. Returns notices for the operator.
pub(super) fn set_aside(store: &Store, strays: &[String], folders: Vec<String>) -> io::Result<Vec<String>> {
    let mut taken: BTreeSet<String> = folders.into_iter().collect();
    let mut said = Vec::new();
    for (folder, (topic, index)) in strays.iter().filter_map(|folder| Some((folder, parse_folder(folder)?))) {
        let mut names = (0_u64..).map(|number| name(topic, index, number));
        let new = names.find(|name| !taken.contains(name)).ok_or(io::ErrorKind::AlreadyExists)?;
        store.files.rename(folder, &new)?;
        said.push(format!(
            "{folder} has records, and there is no topic of that name, as after a power cut without fsync: it is kept \
             as {new}"
        ));
        taken.insert(new);
    }
    Ok(said)
}

fn name(topic: &str, index: i32, number: u64) -> String {
    let end = format!("-{index}.{number}-stray");
    format!("{}{end}", &topic[..topic.len().min(NAME_MAX - end.len())])
}
