//! Files with injected faults: the nth change fails, half done if possible, and so do the following ones until
//! [`Faults::mend`], as on a full disk.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use super::{File, Files, LogDirInfo};

/// Fails the next change, and only that one.
const ONCE: i64 = i64::MIN;
/// Values below this fail a single change.
const SINGLE: i64 = i64::MIN / 2;

/// Decides which change fails. Clones share the state.
#[derive(Clone, Debug)]
pub struct Faults(Arc<FaultState>);

#[derive(Debug)]
struct FaultState {
    changes: AtomicI64,
    /// Share of a failing write that is written, in thousandths.
    torn_at: AtomicU64,
    failures: AtomicU64,
}

impl Faults {
    /// Nothing fails.
    pub fn none() -> Faults {
        let (changes, torn_at) = (AtomicI64::new(i64::MAX), AtomicU64::new(500));
        Faults(Arc::new(FaultState { changes, torn_at, failures: AtomicU64::new(0) }))
    }

    /// Lets this many changes succeed; all later ones fail.
    pub fn after(&self, changes: i64) {
        self.0.changes.store(changes, Ordering::SeqCst);
    }

    /// The next change fails, and only that one.
    pub fn fail_once(&self) {
        self.fail_once_after(0);
    }

    /// Lets `changes` changes succeed, then fails one.
    pub fn fail_once_after(&self, changes: u32) {
        self.0.changes.store(ONCE + i64::from(changes), Ordering::SeqCst);
    }

    /// Sets the share of a failing write that is written, in thousandths; half by default.
    pub fn tear_at(&self, thousandths: u64) {
        self.0.torn_at.store(thousandths.min(1_000), Ordering::SeqCst);
    }

    /// Returns the number of failed calls.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::SeqCst)
    }

    /// Ends all faults.
    pub fn mend(&self) {
        self.after(i64::MAX);
    }

    fn change(&self) -> io::Result<()> {
        let next = |left: i64| if left == ONCE { i64::MAX } else { left - 1 };
        let before = self.0.changes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(next(left)));
        let left = before.unwrap_or_else(|left| left);
        if left != ONCE && !(SINGLE..=0).contains(&left) {
            return Ok(());
        }
        self.0.failures.fetch_add(1, Ordering::SeqCst);
        Err(io::ErrorKind::StorageFull.into())
    }

    fn torn(&self, len: usize) -> usize {
        len * self.0.torn_at.load(Ordering::SeqCst) as usize / 1_000
    }
}

#[derive(Debug)]
pub struct FaultyFiles {
    inner: Arc<dyn Files>,
    faults: Faults,
}

impl FaultyFiles {
    pub fn new(inner: Arc<dyn Files>, faults: Faults) -> FaultyFiles {
        FaultyFiles { inner, faults }
    }
}

impl Files for FaultyFiles {
    fn damaged(&self, what: &str) {
        self.inner.damaged(what);
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.inner.list(folder)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        self.inner.exists(path)
    }

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        self.faults.change()?;
        self.inner.create_folder(folder)
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(FaultyFile { inner: self.inner.open(path)?, faults: self.faults.clone() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.faults.change()?;
        self.inner.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.faults.change()?;
        self.inner.remove(path)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.faults.change()?;
        self.inner.sync_folder(folder)
    }

    fn log_dir_info(&self) -> LogDirInfo {
        self.inner.log_dir_info()
    }
}

#[derive(Debug)]
struct FaultyFile {
    inner: Arc<dyn File>,
    faults: Faults,
}

impl File for FaultyFile {
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()> {
        if let Err(e) = self.faults.change() {
            // A part of the data is written.
            let all = pieces.concat();
            self.inner.append(&[&all[..self.faults.torn(all.len())]])?;
            return Err(e);
        }
        self.inner.append(pieces)
    }

    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.inner.read(at, buf)
    }

    fn size(&self) -> io::Result<u64> {
        self.inner.size()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.faults.change()?;
        self.inner.truncate(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.faults.change()?;
        self.inner.sync()
    }
}
