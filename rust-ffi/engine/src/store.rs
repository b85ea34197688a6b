//! Files as the engine sees them: the traits that the broker crate implements with the operating system, and tests and
//! the simulation with [`memory`] and [`faulty`]. Paths are relative to the data folder and use `/`.

pub mod faulty;
pub mod memory;

use std::{fmt::Debug, io, sync::Arc};

/// One open file.
pub trait File: Debug + Send + Sync {
    /// Appends all pieces in order. After an error the end is unknown: see [`File::truncate`].
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()>;
    /// Fills `buf` from position `at`, or fails.
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;
    fn size(&self) -> io::Result<u64>;
    fn truncate(&self, len: u64) -> io::Result<()>;
    /// Makes the contents survive a power cut.
    fn sync(&self) -> io::Result<()>;
}

/// A folder with its files and subfolders.
pub trait Files: Debug + Send + Sync {
    /// Returns the names in a folder, sorted. Empty if the folder does not exist.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
    /// Returns whether a file exists. The folder may hold very many others.
    fn exists(&self, path: &str) -> io::Result<bool>;
    fn create_folder(&self, folder: &str) -> io::Result<()>;
    /// Opens a file for reading and appending; creates it if necessary.
    fn open(&self, path: &str) -> io::Result<Arc<dyn File>>;
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file, or a folder with its contents.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a folder survive a power cut.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;
    /// Reports damaged or lost data to the operator. Called once for each damage.
    fn damaged(&self, _what: &str) {}
    /// Returns the folder and its volume, for DescribeLogDirs.
    fn log_dir_info(&self) -> LogDirInfo {
        LogDirInfo::default()
    }
}

/// Path and volume of a folder. Kafka: `LogDirDescription`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirInfo {
    pub path: String,
    /// Size of the volume; -1 if unknown.
    pub total_bytes: i64,
    pub usable_bytes: i64,
}

impl Default for LogDirInfo {
    /// Memory is no volume.
    fn default() -> LogDirInfo {
        LogDirInfo { path: "/memory".to_owned(), total_bytes: -1, usable_bytes: -1 }
    }
}

/// When writes are synced. A killed process loses nothing in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// Before the acknowledgement.
    Always,
    /// Periodically; a power cut may take what came since.
    Interval,
    /// Left to the operating system.
    Never,
}

/// Where an engine keeps its data.
#[derive(Clone, Debug)]
pub struct Store {
    pub files: Arc<dyn Files>,
    pub fsync: Fsync,
}

/// Reads a whole small file; `None` if it does not exist.
pub(crate) fn read(files: &dyn Files, folder: &str, name: &str) -> io::Result<Option<Vec<u8>>> {
    let path = join(folder, name);
    if !files.exists(&path)? {
        return Ok(None);
    }
    let file = files.open(&path)?;
    let len = usize::try_from(file.size()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    file.read(0, &mut bytes)?;
    Ok(Some(bytes))
}

/// Removes a file. Succeeds if it does not exist.
pub(crate) fn remove(files: &dyn Files, path: &str) -> io::Result<()> {
    match files.remove(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Writes a file that could be rebuilt from others: after a power cut it may hold anything.
pub(crate) fn put(files: &dyn Files, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (temporary, path) = (join(folder, &format!("{name}.tmp")), join(folder, name));
    let file = files.open(&temporary)?;
    file.truncate(0)?;
    file.append(&[bytes])?;
    files.rename(&temporary, &path)
}

/// Replaces a file atomically: after a crash it is the old one or the new one.
pub(crate) fn replace(files: &dyn Files, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (temporary, path) = (join(folder, &format!("{name}.tmp")), join(folder, name));
    let file = files.open(&temporary)?;
    file.truncate(0)?;
    file.append(&[bytes])?;
    file.sync()?;
    files.rename(&temporary, &path)?;
    files.sync_folder(folder)
}

pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
