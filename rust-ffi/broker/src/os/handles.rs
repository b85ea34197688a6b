//! Open files of a data folder. A folder may have more files than the process may open, so the least recently used ones
//! are closed and opened again at their next use.
#![expect(clippy::disallowed_methods, reason = "the broker's files")]

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    fs::{self, File, OpenOptions},
    io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

/// A file, open or closed.
#[derive(Debug)]
pub(super) struct Handle {
    handles: Arc<Handles>,
    me: Weak<Handle>,
    file: Mutex<Option<Arc<File>>>,
    /// Whether it was used since `make_room` last saw it.
    used: AtomicBool,
    /// `None` after the file was removed or replaced: it then stays open until the handle is dropped. Changed with the
    /// table locked.
    path: Mutex<Option<PathBuf>>,
}

#[derive(Debug)]
pub(super) struct Handles {
    max: usize,
    open: AtomicUsize,
    table: Mutex<Table>,
}

/// Lock order: the table before a file.
#[derive(Debug, Default)]
struct Table {
    /// One handle for each path, so that a rename or removal finds the handles in use. Sorted, so that the files of a
    /// folder are a range.
    by_path: BTreeMap<PathBuf, Weak<Handle>>,
    /// Opened handles, the oldest first.
    opened: VecDeque<Weak<Handle>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Handle {
    pub(super) fn get(&self) -> io::Result<Arc<File>> {
        self.used.store(true, Relaxed);
        if let Some(file) = &*lock(&self.file) {
            return Ok(file.clone());
        }
        let mut table = lock(&self.handles.table);
        let path = lock(&self.path).clone().ok_or(io::ErrorKind::NotFound)?;
        self.handles.open(&mut table, self, OpenOptions::new().read(true).append(true), &path)
    }

    fn is_open(&self) -> bool {
        lock(&self.file).is_some()
    }

    fn has_name(&self) -> bool {
        lock(&self.path).is_some()
    }

    fn close(&self) -> bool {
        lock(&self.file).take().is_some()
    }
}

impl Drop for Handle {
    /// Does not lock the table: its holder may drop the last reference to a handle.
    fn drop(&mut self) {
        if self.has_name() && self.is_open() {
            self.handles.open.fetch_sub(1, Relaxed);
        }
    }
}

impl Table {
    fn inside(&self, folder: &Path) -> Vec<PathBuf> {
        let from = self.by_path.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
        from.map(|(path, _)| path).take_while(|path| path.starts_with(folder)).cloned().collect()
    }

    fn live(&self, path: &Path) -> Option<Arc<Handle>> {
        self.by_path.get(path).and_then(Weak::upgrade)
    }
}

impl Handles {
    pub(super) fn new(max: usize) -> Arc<Handles> {
        Arc::new(Handles { max, open: AtomicUsize::new(0), table: Mutex::default() })
    }

    /// Opens a file for reading and appending, and creates it if it does not exist.
    pub(super) fn create(self: &Arc<Handles>, path: &Path) -> io::Result<Arc<Handle>> {
        let mut table = lock(&self.table);
        if let Some(handle) = table.live(path) {
            return Ok(handle);
        }
        if table.by_path.len() >= 2 * self.max.max(table.opened.len()) {
            table.by_path.retain(|_, handle| handle.strong_count() > 0);
        }
        let handle = Arc::new_cyclic(|me| Handle {
            handles: self.clone(),
            me: me.clone(),
            file: Mutex::default(),
            used: AtomicBool::new(true),
            path: Mutex::new(Some(path.to_owned())),
        });
        self.open(&mut table, &handle, OpenOptions::new().create(true).read(true).append(true), path)?;
        table.by_path.insert(path.to_owned(), handle.me.clone());
        Ok(handle)
    }

    fn open(&self, table: &mut Table, handle: &Handle, how: &OpenOptions, path: &Path) -> io::Result<Arc<File>> {
        if let Some(file) = &*lock(&handle.file) {
            // Another thread has opened it.
            return Ok(file.clone());
        }
        self.make_room(table);
        let file = Arc::new(how.open(path)?);
        *lock(&handle.file) = Some(file.clone());
        self.open.fetch_add(1, Relaxed);
        table.opened.push_back(handle.me.clone());
        Ok(file)
    }

    /// Closes files until one more may be opened, by the clock algorithm: a file used since the last round is skipped
    /// once.
    fn make_room(&self, table: &mut Table) {
        let mut attempts = 2 * table.opened.len();
        while self.open.load(Relaxed) >= self.max && attempts > 0 {
            attempts -= 1;
            let Some(next) = table.opened.pop_front() else { return };
            let Some(handle) = next.upgrade().filter(|handle| handle.has_name()) else { continue };
            if handle.used.swap(false, Relaxed) {
                table.opened.push_back(next);
            } else if handle.close() {
                self.open.fetch_sub(1, Relaxed);
            }
        }
        // Drops dead entries and duplicates of files that were opened again.
        if table.opened.len() > 2 * self.max {
            let mut seen = HashSet::new();
            table.opened.retain(|handle| handle.strong_count() > 0 && seen.insert(handle.as_ptr()));
        }
    }

    /// Detaches the handle of `path` from its path; users of the handle keep the file.
    fn detach(&self, table: &mut Table, path: &Path) {
        if let Some(handle) = table.live(path) {
            // A file that cannot be opened here could not be read later either.
            let _ = self.open(table, &handle, OpenOptions::new().read(true).append(true), path);
            self.forget(&handle);
        }
        table.by_path.remove(path);
    }

    fn forget(&self, handle: &Handle) {
        if lock(&handle.path).take().is_some() && handle.is_open() {
            self.open.fetch_sub(1, Relaxed);
        }
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut table = lock(&self.table);
        let is_folder = from.is_dir();
        if to.is_file() {
            self.detach(&mut table, to);
        }
        fs::rename(from, to)?;
        let moved = if is_folder { table.inside(from) } else { vec![from.to_owned()] };
        for old in moved {
            let Some(handle) = table.by_path.remove(&old) else { continue };
            let new = match old.strip_prefix(from) {
                Ok(rest) if is_folder => to.join(rest),
                _ => to.to_owned(),
            };
            if let Some(handle) = handle.upgrade() {
                *lock(&handle.path) = Some(new.clone());
            }
            table.by_path.insert(new, handle);
        }
        Ok(())
    }

    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let mut table = lock(&self.table);
        if !path.is_dir() {
            self.detach(&mut table, path);
            return fs::remove_file(path);
        }
        // There may be more files than can be open; closed ones stay closed.
        for file in table.inside(path) {
            if let Some(handle) = table.by_path.remove(&file).and_then(|handle| handle.upgrade()) {
                self.forget(&handle);
            }
        }
        // Without the lock: this takes milliseconds on some file systems.
        drop(table);
        fs::remove_dir_all(path)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    /// An empty folder, removed on drop.
    struct TempDir(PathBuf);

    impl TempDir {
        fn new(name: &str) -> TempDir {
            let path = std::env::temp_dir().join(format!("tansu-handles-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).expect("a folder can be made");
            TempDir(path)
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for TempDir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn write(handle: &Handle, bytes: &[u8]) {
        io::Write::write_all(&mut &*handle.get().expect("it opens"), bytes).expect("it writes");
    }

    fn read(handle: &Handle) -> Vec<u8> {
        let file = handle.get().expect("it opens");
        let mut bytes = vec![0; file.metadata().expect("it is there").len() as usize];
        file.read_exact_at(&mut bytes, 0).expect("it reads");
        bytes
    }

    fn open(handles: &[Arc<Handle>]) -> usize {
        handles.iter().filter(|handle| handle.is_open()).count()
    }

    #[test]
    fn more_files_than_may_be_open() {
        let dir = TempDir::new("many");
        let handles = Handles::new(4);
        let files: Vec<_> = (0..40).map(|i| handles.create(&dir.file(&i.to_string())).expect("it opens")).collect();
        for round in 0..3_u8 {
            for (i, file) in files.iter().enumerate() {
                write(file, &[i as u8 + round]);
                assert!(open(&files) <= 4);
            }
        }
        for (i, file) in files.iter().enumerate() {
            assert_eq!(read(file), [i as u8, i as u8 + 1, i as u8 + 2]);
        }
        assert!(lock(&handles.table).opened.len() <= 9);
        drop(files);
        assert_eq!(handles.open.load(Relaxed), 0);
    }

    #[test]
    fn a_removed_file_stays_readable_through_its_handle() {
        let dir = TempDir::new("nameless");
        let handles = Handles::new(1);
        let (old, new) = (dir.file("0.log"), dir.file("0.log.tmp"));
        let reader = handles.create(&old).expect("it opens");
        write(&reader, b"before");
        let compacted = handles.create(&new).expect("it opens");
        write(&compacted, b"after");
        assert!(!reader.is_open());
        handles.rename(&new, &old).expect("it is renamed");
        assert_eq!((read(&reader), read(&compacted)), (b"before".to_vec(), b"after".to_vec()));
        handles.remove(&old).expect("it is removed");
        assert_eq!(read(&compacted), b"after");
        let again = handles.create(&old).expect("a new one");
        assert_eq!(read(&again), b"");
        assert!(Arc::ptr_eq(&again, &handles.create(&old).expect("the same")));
        drop(again);
        drop((reader, compacted));
        assert_eq!(handles.open.load(Relaxed), 0);
    }

    #[test]
    fn renaming_a_folder_renames_its_open_files() {
        let dir = TempDir::new("folder");
        let handles = Handles::new(1);
        fs::create_dir(dir.file("a")).expect("a folder can be made");
        let files: Vec<_> = ["a/0", "a/1"].map(|name| handles.create(&dir.file(name)).expect("it opens")).into();
        files.iter().zip([b"0", b"1"]).for_each(|(file, bytes)| write(file, bytes));
        handles.rename(&dir.file("a"), &dir.file("b")).expect("it is renamed");
        assert_eq!((read(&files[0]), read(&files[1])), (b"0".to_vec(), b"1".to_vec()));
        handles.remove(&dir.file("b")).expect("it is removed");
        assert_eq!(read(&files[1]), b"1", "it was open");
        assert_eq!(files[0].get().expect_err("it is gone").kind(), io::ErrorKind::NotFound);
    }
}
