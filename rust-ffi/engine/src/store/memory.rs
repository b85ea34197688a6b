//! Files in memory that also model what a power cut would leave.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{File, Files};

/// Files that stand in for a disk have locks of their own, behind all of the engine's.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// Synced length.
    synced: usize,
}

#[derive(Clone, Debug, Default)]
struct Node(Arc<Mutex<Content>>);

/// Folders and files. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(Arc<Mutex<Tree>>);

#[derive(Debug, Default)]
struct Tree {
    files: BTreeMap<String, Node>,
    folders: BTreeSet<String>,
    /// Files that the folders would hold after a power cut.
    kept: BTreeMap<String, Node>,
    kept_folders: BTreeSet<String>,
    /// Files created or removed since their folder was synced.
    changed: BTreeSet<String>,
    /// Reports of [`Files::damaged`].
    damages: Vec<String>,
}

impl MemoryFiles {
    /// Returns the files after a power cut: synced contents under synced names.
    pub fn after_power_cut(&self) -> MemoryFiles {
        self.after_power_cut_with(|_| 0)
    }

    /// As [`MemoryFiles::after_power_cut`], with some unsynced bytes kept: `kept` returns how many of a number of
    /// unsynced bytes. It is called in the order of the paths.
    pub fn after_power_cut_with(&self, mut kept: impl FnMut(usize) -> usize) -> MemoryFiles {
        let tree = lock(&self.0);
        let mut cut = |node: &Node| {
            let content = lock(&node.0);
            let more = content.bytes.len() - content.synced;
            let more = if more == 0 { 0 } else { kept(more).min(more) };
            let bytes = content.bytes[..content.synced + more].to_vec();
            Node(Arc::new(Mutex::new(Content { synced: bytes.len(), bytes })))
        };
        // A file whose folder is gone cannot be reached.
        let is_reached = |path: &str| parent(path).is_empty() || tree.kept_folders.contains(parent(path));
        let reached = tree.kept.iter().filter(|(path, _)| is_reached(path));
        let files: BTreeMap<String, Node> = reached.map(|(path, node)| (path.clone(), cut(node))).collect();
        MemoryFiles(Arc::new(Mutex::new(Tree {
            kept: files.clone(),
            files,
            folders: tree.kept_folders.clone(),
            kept_folders: tree.kept_folders.clone(),
            changed: BTreeSet::new(),
            damages: Vec::new(),
        })))
    }

    /// Changes a stored file; for tests.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let node = lock(&self.0).files.get(path).cloned().unwrap_or_default();
        let mut content = lock(&node.0);
        change(&mut content.bytes);
        content.synced = content.bytes.len();
    }

    /// Takes the reports of damage since the last call.
    pub fn damages(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.0).damages)
    }

    /// Returns all paths, sorted.
    pub fn paths(&self) -> Vec<String> {
        lock(&self.0).files.keys().cloned().collect()
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the common prefix of all paths in a folder.
fn prefix(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// Returns the files in a folder and below it.
fn below<'a>(files: &'a BTreeMap<String, Node>, folder: &str) -> impl Iterator<Item = &'a String> {
    let prefix = prefix(folder);
    files.range(prefix.clone()..).map(|(path, _)| path).take_while(move |path| path.starts_with(&prefix))
}

/// Returns the paths directly in a folder.
fn inside<'a>(paths: &'a BTreeSet<String>, folder: &'a str) -> impl Iterator<Item = &'a String> {
    let prefix = prefix(folder);
    let below = paths.range(prefix.clone()..).take_while(move |path| path.starts_with(&prefix));
    below.filter(move |path| parent(path) == folder && !path.is_empty())
}

impl Files for MemoryFiles {
    fn damaged(&self, what: &str) {
        lock(&self.0).damages.push(what.to_owned());
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let tree = lock(&self.0);
        if tree.files.contains_key(folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let files = below(&tree.files, folder).filter(|path| parent(path) == folder);
        let paths = files.chain(inside(&tree.folders, folder));
        let mut names: Vec<String> = paths.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        names.sort();
        Ok(names)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        Ok(lock(&self.0).files.contains_key(path))
    }

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        lock(&self.0).folders.insert(folder.to_owned());
        Ok(())
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        let mut tree = lock(&self.0);
        let folder = parent(path);
        if !folder.is_empty() && !tree.folders.contains(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if let Some(node) = tree.files.get(path) {
            return Ok(Arc::new(node.clone()));
        }
        tree.changed.insert(path.to_owned());
        Ok(Arc::new(tree.files.entry(path.to_owned()).or_default().clone()))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        if let Some(node) = tree.files.remove(from) {
            tree.files.insert(to.to_owned(), node);
            tree.changed.extend([from.to_owned(), to.to_owned()]);
            return Ok(());
        }
        if !tree.folders.remove(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        tree.folders.insert(to.to_owned());
        let within: Vec<String> = below(&tree.files, from).cloned().collect();
        for path in within {
            let node = tree.files.remove(&path).expect("listed above");
            let new = format!("{to}{}", &path[from.len()..]);
            tree.files.insert(new.clone(), node);
            tree.changed.extend([path, new]);
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        let found = tree.files.remove(path).is_some() | tree.folders.remove(path);
        let within: Vec<String> = below(&tree.files, path).cloned().collect();
        for file in within.into_iter().chain([path.to_owned()]) {
            tree.files.remove(&file);
            tree.changed.insert(file);
        }
        if found { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        let Tree { files, folders, kept, kept_folders, changed, .. } = &mut *tree;
        let new: Vec<String> = inside(changed, folder).cloned().collect();
        for path in new {
            changed.remove(&path);
            match files.get(&path) {
                Some(node) => drop(kept.insert(path, node.clone())),
                None => drop(kept.remove(&path)),
            }
        }
        // The contents of a removed folder are removed with it.
        let gone: Vec<String> = inside(kept_folders, folder).filter(|path| !folders.contains(*path)).cloned().collect();
        for gone in gone {
            let files: Vec<String> = below(kept, &gone).cloned().collect();
            files.iter().for_each(|path| drop(kept.remove(path)));
            kept_folders.remove(&gone);
        }
        kept_folders.extend(inside(folders, folder).cloned());
        Ok(())
    }
}

impl File for Node {
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()> {
        let mut content = lock(&self.0);
        pieces.iter().for_each(|piece| content.bytes.extend_from_slice(piece));
        Ok(())
    }

    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let content = lock(&self.0);
        let bytes = usize::try_from(at).ok().and_then(|at| content.bytes.get(at..at.checked_add(buf.len())?));
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.0).bytes.len() as u64)
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        let mut content = lock(&self.0);
        content.bytes.truncate(usize::try_from(len).map_err(io::Error::other)?);
        content.synced = content.synced.min(content.bytes.len());
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut content = lock(&self.0);
        content.synced = content.bytes.len();
        Ok(())
    }
}
