//! Files in memory that know what a power cut would leave of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
};

use super::{File, Files};
use crate::waiters::lock;

#[derive(Clone, Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// This much of it survives a power cut.
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
    /// What the folders would hold after a power cut.
    kept: BTreeMap<String, Node>,
    kept_folders: BTreeSet<String>,
}

impl MemoryFiles {
    /// What is left after a power cut: what was synced, under the names that were.
    pub fn after_power_cut(&self) -> MemoryFiles {
        let tree = lock(&self.0);
        let cut = |node: &Node| {
            let content = lock(&node.0);
            let bytes = content.bytes[..content.synced].to_vec();
            Node(Arc::new(Mutex::new(Content { synced: bytes.len(), bytes })))
        };
        let files: BTreeMap<String, Node> = tree.kept.iter().map(|(path, node)| (path.clone(), cut(node))).collect();
        MemoryFiles(Arc::new(Mutex::new(Tree {
            kept: files.clone(),
            files,
            folders: tree.kept_folders.clone(),
            kept_folders: tree.kept_folders.clone(),
        })))
    }

    /// For tests that bend what is stored.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let node = lock(&self.0).files.get(path).cloned().unwrap_or_default();
        let mut content = lock(&node.0);
        change(&mut content.bytes);
        content.synced = content.bytes.len();
    }

    /// All paths, sorted.
    pub fn paths(&self) -> Vec<String> {
        lock(&self.0).files.keys().cloned().collect()
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl Files for MemoryFiles {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let tree = lock(&self.0);
        let paths = tree.files.keys().chain(&tree.folders).filter(|path| parent(path) == folder && !path.is_empty());
        let mut names: Vec<String> = paths.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        names.sort();
        Ok(names)
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
        Ok(Arc::new(tree.files.entry(path.to_owned()).or_default().clone()))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        if let Some(node) = tree.files.remove(from) {
            tree.files.insert(to.to_owned(), node);
            return Ok(());
        }
        if !tree.folders.remove(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        tree.folders.insert(to.to_owned());
        let inside: Vec<String> = tree.files.keys().filter(|path| within(path, from)).cloned().collect();
        for path in inside {
            let node = tree.files.remove(&path).expect("listed above");
            tree.files.insert(format!("{to}{}", &path[from.len()..]), node);
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        let found = tree.files.remove(path).is_some() | tree.folders.remove(path);
        tree.files.retain(|inside, _| !within(inside, path));
        if found { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut tree = lock(&self.0);
        let Tree { files, folders, kept, kept_folders } = &mut *tree;
        let inside = |path: &str| parent(path) == folder;
        // What is inside a folder that is gone goes with it.
        kept.retain(|path, _| !inside(path) && (parent(path).is_empty() || folders.contains(parent(path))));
        kept.extend(files.iter().filter(|(path, _)| inside(path)).map(|(path, node)| (path.clone(), node.clone())));
        kept_folders.retain(|path| !inside(path));
        kept_folders.extend(folders.iter().filter(|path| inside(path)).cloned());
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
