//! One broker per file. The lock is a file beside the database: closing any descriptor of the database itself would
//! drop SQLite's own locks on it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

#[derive(Debug)]
pub(super) struct FileLock(File);

#[derive(Debug)]
pub(super) enum LockError {
    Taken(PathBuf),
    Io(PathBuf, io::Error),
}

impl FileLock {
    /// Locks `path` + `.lock`. The file stays when the lock goes: removing it would open a gap for two brokers.
    pub(super) fn take(path: &Path) -> Result<FileLock, LockError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let beside = PathBuf::from(name);
        let file = match OpenOptions::new().create(true).truncate(false).write(true).open(&beside) {
            Ok(file) => file,
            Err(e) => return Err(LockError::Io(beside, e)),
        };
        match file.try_lock() {
            Ok(()) => Ok(FileLock(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Taken(beside)),
            Err(TryLockError::Error(e)) => Err(LockError::Io(beside, e)),
        }
    }

    /// Unlocks for a forked child as well, which holds the same descriptor.
    pub(super) fn release(&self) {
        let _ = self.0.unlock();
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        self.release();
    }
}
