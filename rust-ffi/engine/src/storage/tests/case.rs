//! File systems that take names which differ in upper and lower case for the same.

use std::{io, sync::Arc};

use super::*;
use crate::store::File;

#[derive(Debug, Default)]
struct IgnoresCase(MemoryFiles);

impl Files for IgnoresCase {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(&folder.to_lowercase())
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        self.0.exists(&path.to_lowercase())
    }

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        self.0.create_folder(&folder.to_lowercase())
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        self.0.open(&path.to_lowercase())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(&from.to_lowercase(), &to.to_lowercase())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(&path.to_lowercase())
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(&folder.to_lowercase())
    }
}

#[test]
fn topics_that_would_share_a_folder_are_refused() {
    let files = Arc::new(IgnoresCase::default());
    let (engine, _) = open_with(files.clone(), Fsync::Interval).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    assert_eq!(put(&engine, b"kept"), (ErrorCode::None, 0));
    let again = open_with(files, Fsync::Interval).unwrap().0;
    for (engine, name) in
        [(&engine, "T"), (&again, "T"), (&engine, "__Cluster_metadata"), (&engine, "__Consumer_Offsets")]
    {
        let refused = engine.create_topic(name, Some(1), small()).unwrap_err();
        assert_eq!(ErrorCode::from(&refused), ErrorCode::InvalidTopicException);
        let said = refused.to_string();
        assert!(said.contains(&format!("'{name}' differs from another only in upper and lower case")), "{said}");
    }
    engine.create_topic("__consumer_offsets", Some(1), small()).unwrap();
    assert_eq!(put(&engine, b"and more"), (ErrorCode::None, 1));
    // Once the one is gone, the other may come.
    engine.topics.remove(engine.topics.get("t").unwrap().id).unwrap();
    engine.create_topic("T", Some(1), small()).unwrap();
}

#[test]
fn most_file_systems_tell_them_apart() {
    let (engine, _) = open(&MemoryFiles::default(), Fsync::Interval);
    for name in ["t", "T"] {
        engine.create_topic(name, Some(1), small()).unwrap();
    }
}
