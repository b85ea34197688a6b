//! The lock of an SQLite file. It is a second file: closing a descriptor of the database would release SQLite's locks.

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
    /// Locks `path` + `.lock`. The file is never removed, because two brokers could then lock different files.
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

    /// Unlocks explicitly, because a forked child may hold the same descriptor.
    pub(super) fn release(&self) {
        let _ = self.0.unlock();
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        self.release();
    }
}
