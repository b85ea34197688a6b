//! A data folder of the operating system, for the engine.
#![expect(clippy::disallowed_methods, reason = "the broker's files")]

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, IoSlice, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::store::{self, Files, LogDirInfo};

use super::{
    descriptors,
    handles::{Handle, Handles},
    storage_errors::StorageErrors,
};

/// Kafka's name of the lock file.
const LOCK: &str = ".lock";

/// A data folder, locked against other brokers.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// `.lock`, which Kafka's tools check, and the folder itself, because a cleaner of temporary folders may remove
    /// `.lock`.
    locks: Vec<File>,
    handles: Arc<Handles>,
    storage_errors: Arc<StorageErrors>,
}

impl Folder {
    /// Creates the folder if only the last part of its path is missing, and locks it.
    pub(crate) fn open(root: &Path) -> Result<Folder, String> {
        let shown = root.display();
        match create_private(root) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && root.is_dir() => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(format!("{shown} is not a folder. Name a folder, or a path where one can be created."));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let parent = root.parent().unwrap_or(root).display();
                return Err(format!(
                    "the folder {parent} does not exist. Create it first; only the last part of the path is created."
                ));
            }
            Err(e) => {
                return Err(format!("the folder {shown} cannot be created: {e}. Create it, or use another path."));
            }
        }
        let file = open_lock(&root.join(LOCK)).map_err(|e| match fs::symlink_metadata(root.join(LOCK)) {
            Ok(found) if found.is_symlink() => {
                format!("{LOCK} in the folder {shown} is a symbolic link, which is not followed. Remove it.")
            }
            _ => format!("the folder {shown} cannot be written to: {e}. Check its owner and permissions."),
        })?;
        let taken =
            || format!("another broker has the folder {shown} open. Stop it first, or use a folder for each broker.");
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken()),
            Err(TryLockError::Error(e)) => return Err(format!("the folder {shown} cannot be locked: {e}")),
        }
        let mut locks = vec![file];
        // Windows cannot open a folder and does not remove open files. Some network file systems cannot lock a folder.
        if let Ok(folder) = File::open(root) {
            match folder.try_lock() {
                Ok(()) => locks.push(folder),
                Err(TryLockError::WouldBlock) => return Err(taken()),
                Err(TryLockError::Error(_)) => {}
            }
        }
        let handles = Handles::new(descriptors::for_files());
        Ok(Folder { root: root.to_owned(), locks, handles, storage_errors: Arc::default() })
    }

    /// Returns the node id stored in a data folder.
    pub(crate) fn node_id(root: &Path) -> Option<i32> {
        let text = fs::read_to_string(root.join("meta.properties")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("node.id=")?.trim().parse().ok())
    }

    pub(crate) fn storage_errors(&self) -> Arc<StorageErrors> {
        self.storage_errors.clone()
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

impl Drop for Folder {
    /// Unlocks explicitly, because a forked child may hold the same descriptor.
    fn drop(&mut self) {
        self.locks.iter().for_each(|lock| drop(lock.unlock()));
    }
}

impl Files for Folder {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path(folder)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        match fs::metadata(self.path(path)) {
            Ok(found) => Ok(found.is_file()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        match fs::create_dir(self.path(folder)) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn store::File>> {
        let path = self.path(path);
        let handle = self.handles.create(&path).inspect_err(|e| self.storage_errors.note(&path, e))?;
        Ok(Arc::new(OsFile { handle, path, storage_errors: self.storage_errors.clone() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.handles.rename(&self.path(from), &self.path(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.handles.remove(&self.path(path))
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        // Windows cannot sync a folder; its file systems journal them.
        if cfg!(windows) {
            return Ok(());
        }
        File::open(self.path(folder))?.sync_all()
    }

    fn damaged(&self, what: &str) {
        self.storage_errors.damaged(what);
    }

    fn log_dir_info(&self) -> LogDirInfo {
        let path = fs::canonicalize(&self.root).unwrap_or_else(|_| self.root.clone()).display().to_string();
        let (total_bytes, usable_bytes) = volume(&self.root).unwrap_or((-1, -1));
        LogDirInfo { path, total_bytes, usable_bytes }
    }
}

/// Creates a folder that only its owner can read, whatever the umask. An existing folder keeps its permissions.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens `.lock` without following a symbolic link, which another user of a shared folder could have created.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nix::fcntl::OFlag::O_NOFOLLOW.bits());
    options.open(path)
}

/// Returns the total and the usable bytes of a folder's volume.
#[cfg(unix)]
fn volume(folder: &Path) -> Option<(i64, i64)> {
    let found = nix::sys::statvfs::statvfs(folder).ok()?;
    // The widths differ from system to system.
    let bytes = |blocks: u128| i64::try_from(blocks * u128::from(found.fragment_size())).unwrap_or(i64::MAX);
    Some((bytes(found.blocks().into()), bytes(found.blocks_available().into())))
}

#[cfg(not(unix))]
fn volume(_: &Path) -> Option<(i64, i64)> {
    None
}

#[derive(Debug)]
struct OsFile {
    handle: Arc<Handle>,
    /// The path at opening, for messages.
    path: PathBuf,
    storage_errors: Arc<StorageErrors>,
}

impl OsFile {
    fn noted<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|e| self.storage_errors.note(&self.path, e))
    }

    fn write_all(&self, pieces: &[&[u8]]) -> io::Result<()> {
        let file = self.handle.get()?;
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut left: &mut [IoSlice<'_>] = &mut slices;
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match (&*file).write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

impl store::File for OsFile {
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()> {
        self.noted(self.write_all(pieces))
    }

    #[cfg(unix)]
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&*self.handle.get()?, buf, at)
    }

    #[cfg(windows)]
    fn read(&self, mut at: u64, mut buf: &mut [u8]) -> io::Result<()> {
        let file = self.handle.get()?;
        while !buf.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&*file, buf, at)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => (at, buf) = (at + read as u64, &mut buf[read..]),
            }
        }
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.handle.get()?.metadata()?.len())
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.noted(self.handle.get().and_then(|file| file.set_len(len)))
    }

    fn sync(&self) -> io::Result<()> {
        self.noted(self.handle.get().and_then(|file| file.sync_data()))
    }
}
