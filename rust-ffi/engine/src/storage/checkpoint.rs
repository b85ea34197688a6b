//! Small files of a data folder, in Kafka's formats and names: `meta.properties`, the clean shutdown marker, the log
//! start offset checkpoint and `partition.metadata`.

use std::{collections::BTreeMap, io};

use wire::Uuid;

use crate::{
    settings::Settings,
    store::{self, Files},
};

const META: &str = "meta.properties";
/// Kafka's format version: 1 is that of KRaft.
const VERSION: &str = "1";
const CLEAN: &str = ".kafka_cleanshutdown";
const PARTITION: &str = "partition.metadata";
const LOG_STARTS: &str = "log-start-offset-checkpoint";
/// Files that an unused folder may hold.
const HARMLESS: &[&str] = &[".lock", "lost+found", "meta.properties.tmp"];

fn properties(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, value)| (key.trim(), value.trim())).collect()
}

/// Refuses a folder of another broker or cluster. Changes nothing.
pub(super) fn check(files: &dyn Files, settings: &Settings) -> Result<(), String> {
    let failed = |e: io::Error| format!("the data folder cannot be read: {e}");
    let Some(bytes) = store::read(files, "", META).map_err(failed)? else {
        let names = files.list("").map_err(failed)?;
        return match names.iter().find(|name| !HARMLESS.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(format!(
                "the data folder is not empty ('{name}' is in it) and has no {META}: it is no broker's. Use an empty \
                 folder."
            )),
        };
    };
    let text = String::from_utf8_lossy(&bytes);
    let found = properties(&text);
    let is = |key: &str, wanted: &str| match found.get(key) {
        Some(value) if *value == wanted => Ok(()),
        Some(value) => Err(format!(
            "{META} of the data folder says {key}={value}, this broker is {wanted}. Set {key} to what the folder says, \
             or use another folder."
        )),
        None => Err(format!("{META} of the data folder has no {key}")),
    };
    match found.get("version") {
        Some(&VERSION) => {}
        Some(version) => {
            return Err(format!(
                "{META} of the data folder says version={version}, which this build does not know; it knows {VERSION}. \
                 Use the version that wrote it, or another folder."
            ));
        }
        None => return Err(format!("{META} of the data folder has no version")),
    }
    is("cluster.id", &settings.cluster_id)?;
    is("node.id", &settings.node_id.to_string())
}

/// A new folder becomes ours before anything else is in it.
pub(super) fn claim(files: &dyn Files, settings: &Settings) -> io::Result<()> {
    if store::read(files, "", META)?.is_none() {
        let text = format!("version={VERSION}\ncluster.id={}\nnode.id={}\n", settings.cluster_id, settings.node_id);
        store::replace(files, "", META, text.as_bytes())?;
    }
    Ok(())
}

/// Returns whether the file system ignores the case of names, as those of macOS and Windows do.
pub(super) fn ignores_case(files: &dyn Files) -> io::Result<bool> {
    files.exists(&META.to_uppercase())
}

/// Removes the clean shutdown marker: a crash will be noticed from here on.
pub(super) fn mark_in_use(files: &dyn Files) -> io::Result<()> {
    if files.exists(CLEAN)? {
        files.remove(CLEAN)?;
        files.sync_folder("")?;
    }
    Ok(())
}

pub(super) fn was_clean(files: &dyn Files) -> io::Result<bool> {
    files.exists(CLEAN)
}

pub(super) fn mark_clean(files: &dyn Files) -> io::Result<()> {
    store::replace(files, "", CLEAN, b"{\"version\":0,\"brokerEpoch\":-1}")
}

/// Reads log start offsets by directory.
pub(super) fn log_starts(files: &dyn Files) -> io::Result<BTreeMap<String, i64>> {
    Ok(read_offsets(files, LOG_STARTS)?.unwrap_or_default())
}

pub(super) fn write_log_starts(files: &dyn Files, starts: &BTreeMap<String, i64>) -> io::Result<()> {
    write_offsets(files, LOG_STARTS, starts)
}

/// Version, number of lines, then topic, partition and offset each. By the name of the partition's folder; `None` if
/// there is no such file.
pub(super) fn read_offsets(files: &dyn Files, name: &str) -> io::Result<Option<BTreeMap<String, i64>>> {
    let Some(bytes) = store::read(files, "", name)? else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let (topic, index, offset) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
        Some((format!("{topic}-{index}"), offset))
    };
    Ok(Some(text.lines().skip(2).filter_map(entry).collect()))
}

/// What is written survives a power cut.
pub(super) fn write_offsets(files: &dyn Files, name: &str, offsets: &BTreeMap<String, i64>) -> io::Result<()> {
    let line = |(folder, offset): (&String, &i64)| {
        let (topic, index) = folder.rsplit_once('-')?;
        Some(format!("{topic} {index} {offset}\n"))
    };
    let lines: Vec<String> = offsets.iter().filter(|(_, offset)| **offset > 0).filter_map(line).collect();
    let text = format!("0\n{}\n{}", lines.len(), lines.concat());
    if store::read(files, "", name)?.is_some_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    store::replace(files, "", name, text.as_bytes())
}

/// Returns the topic id of a partition directory, as text.
pub(super) fn partition_id(files: &dyn Files, folder: &str) -> io::Result<Option<String>> {
    let Some(bytes) = store::read(files, folder, PARTITION)? else { return Ok(None) };
    Ok(String::from_utf8_lossy(&bytes).lines().find_map(|line| Some(line.strip_prefix("topic_id: ")?.to_owned())))
}

pub(super) fn write_partition_metadata(files: &dyn Files, folder: &str, id: Uuid) -> io::Result<()> {
    // Only Kafka's tools read it, so it need not survive a power cut.
    let file = files.open(&store::join(folder, PARTITION))?;
    file.truncate(0)?;
    file.append(&[format!("version: 0\ntopic_id: {id}").as_bytes()])
}
