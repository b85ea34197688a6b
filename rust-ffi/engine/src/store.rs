//! Files, as the engine sees them. The shell has the operating system's, tests and the simulation have others: see
//! [`memory`] and [`faulty`]. Paths are relative to the data folder and use `/`.

pub mod faulty;
pub mod memory;

use std::{fmt::Debug, io, sync::Arc};

/// One open file.
pub trait File: Debug + Send + Sync {
    /// Writes all pieces at the end, one after the other. After an error the end is unknown: see [`File::truncate`].
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()>;
    /// Fills `buf` from `at` on, or fails.
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;
    fn size(&self) -> io::Result<u64>;
    fn truncate(&self, len: u64) -> io::Result<()>;
    /// What was written is there after a power cut.
    fn sync(&self) -> io::Result<()>;
}

/// A folder with everything in it.
pub trait Files: Debug + Send + Sync {
    /// The names in a folder, sorted. Empty for a folder that is not there.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
    /// Whether there is a file. There may be very many beside it.
    fn exists(&self, path: &str) -> io::Result<bool>;
    fn create_folder(&self, folder: &str) -> io::Result<()>;
    /// Opens a file for reading and appending, and creates it if it is not there.
    fn open(&self, path: &str) -> io::Result<Arc<dyn File>>;
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// A file, or a folder with all that is in it.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// The names in a folder are there after a power cut.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;
    /// Data is damaged or gone, for the operator. Each damage is told once.
    fn damaged(&self, _what: &str) {}
    /// For people who look where their data is.
    fn log_dir_info(&self) -> LogDirInfo {
        LogDirInfo::default()
    }
}

/// Where a folder is. Kafka: `LogDirDescription`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirInfo {
    pub path: String,
    /// Of the volume that it is on; -1 if nobody knows.
    pub total_bytes: i64,
    pub usable_bytes: i64,
}

impl Default for LogDirInfo {
    /// Memory is no volume.
    fn default() -> LogDirInfo {
        LogDirInfo { path: "/memory".to_owned(), total_bytes: -1, usable_bytes: -1 }
    }
}

/// When what was written is made to survive a power cut. A killed process loses nothing in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// Before the acknowledgement.
    Always,
    /// Once in a while; a power cut may take what came since.
    Interval,
    /// When the operating system likes.
    Never,
}

/// Where an engine keeps its data.
#[derive(Clone, Debug)]
pub struct Store {
    pub files: Arc<dyn Files>,
    pub fsync: Fsync,
}

/// The whole file; `None` if there is none. For small ones.
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

/// Also if there is none.
pub(crate) fn remove(files: &dyn Files, path: &str) -> io::Result<()> {
    match files.remove(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Writes a file anew that could be made again from others: a power cut may leave anything of it.
pub(crate) fn put(files: &dyn Files, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (temporary, path) = (join(folder, &format!("{name}.tmp")), join(folder, name));
    let file = files.open(&temporary)?;
    file.truncate(0)?;
    file.append(&[bytes])?;
    files.rename(&temporary, &path)
}

/// Replaces a file at once: after a crash there is the old one or the new one.
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
