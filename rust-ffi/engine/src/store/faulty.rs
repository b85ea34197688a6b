//! Files that fail on purpose: the nth call that changes something fails, half done where that is possible, and, as a
//! disk that is gone or full, so do the ones after it until it is mended.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use super::{File, Files};

/// Stands for "the next one, and only that".
const ONCE: i64 = i64::MIN;

/// Decides which call fails. Clones share it.
#[derive(Clone, Debug)]
pub struct Faults(Arc<AtomicI64>);

impl Faults {
    /// Nothing fails.
    pub fn none() -> Faults {
        Faults(Arc::new(AtomicI64::new(i64::MAX)))
    }

    /// This many changes go well from now on.
    pub fn after(&self, changes: i64) {
        self.0.store(changes, Ordering::SeqCst);
    }

    /// The next change fails, and only that one.
    pub fn fail_once(&self) {
        self.0.store(ONCE, Ordering::SeqCst);
    }

    /// Everything works again.
    pub fn mend(&self) {
        self.after(i64::MAX);
    }

    fn change(&self) -> io::Result<()> {
        if self.0.compare_exchange(ONCE, i64::MAX, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if self.0.fetch_sub(1, Ordering::SeqCst) > 0 { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
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
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.inner.list(folder)
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
}

#[derive(Debug)]
struct FaultyFile {
    inner: Arc<dyn File>,
    faults: Faults,
}

impl File for FaultyFile {
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()> {
        if let Err(e) = self.faults.change() {
            // Half of it gets there.
            let all = pieces.concat();
            self.inner.append(&[&all[..all.len() / 2]])?;
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
