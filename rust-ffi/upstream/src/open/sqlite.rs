//! `sqlite://PATH` and `sqlite:///ABSOLUTE/PATH`: one file, one broker, and a separate thread, because upstream's
//! SQLite engine blocks its calling thread.

use std::{
    fs,
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use tansu_storage_sql::LiteEngineFactory;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;
use uuid::Uuid;

use super::{
    Opened, Traits, build, database,
    file_lock::{FileLock, LockError},
    options::options as url_options,
};
use crate::{
    Options,
    error::OpenError,
    redact::{Secrets, shown},
};

/// The first bytes of every non-empty SQLite database.
const HEADER: &[u8; 16] = b"SQLite format 3\0";
const KNOWN: &[&str] = &["busy_timeout", "compaction", "vacuum_into"];

/// Resources of the open storage.
#[derive(Debug, Default)]
pub(crate) struct Held {
    lock: Mutex<Option<FileLock>>,
    _link: Option<Link>,
    _thread: Option<DropGuard>,
}

impl Held {
    /// Releases the file for the next broker.
    pub(crate) fn release(&self) {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

pub(super) async fn open(options: &Options) -> Result<Opened, OpenError> {
    let found = url_options(&options.url, KNOWN)?;
    check_values(&options.url, &found)?;
    let path = file(&options.url)?;
    let lock = lock(&options.url, &path)?;
    check_file(&options.url, &path)?;
    let (mut url, link) = upstream_url(&options.url, &path)?;
    for (key, value) in &found {
        url.query_pairs_mut().append_pair(key, value);
    }
    let (runtime, thread) = engine_thread().await?;
    let opening = options.clone();
    let storage = runtime.spawn(async move { build(&opening, LiteEngineFactory, url).await }).await;
    let why = match storage {
        Ok(Ok(storage)) => {
            return Ok(Opened {
                storage,
                traits: Traits { shared: false, holes: false },
                runtime,
                held: Held { lock: Mutex::new(Some(lock)), _link: link, _thread: Some(thread) },
                secrets: Secrets::default(),
            });
        }
        Ok(Err(e)) => database::sqlite_reason(&e),
        Err(e) => e.to_string(),
    };
    let url = shown(&options.url);
    Err(OpenError::storage(format!("storage.url: {url} cannot be used: {why}. Name another file.")))
}

fn check_values(url: &str, found: &[(String, String)]) -> Result<(), OpenError> {
    for (key, value) in found {
        let wanted = match key.as_str() {
            "compaction" if !["single", "multi"].contains(&value.as_str()) => "single or multi",
            "busy_timeout" if !is_duration(value) => "a time such as 500ms or 5s",
            "vacuum_into" if value.is_empty() => "a path",
            _ => continue,
        };
        let shown = shown(url);
        return Err(OpenError::config(format!("storage.url: option '{key}' of {shown} is '{value}', not {wanted}")));
    }
    Ok(())
}

fn is_duration(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &value[digits.len()..];
    !digits.is_empty() && digits.parse::<u32>().is_ok() && ["ms", "s", "m"].contains(&unit)
}

/// Returns the file of the URL, with its folder resolved. The path is used as it is written.
fn file(url: &str) -> Result<PathBuf, OpenError> {
    let rest = url.strip_prefix("sqlite://").unwrap_or_default();
    let path = Path::new(rest.split('?').next().unwrap_or_default());
    let Some(name) = path.file_name() else {
        return Err(OpenError::config(format!(
            "storage.url: {} names no file. Use sqlite://PATH or sqlite:///ABSOLUTE/PATH.",
            shown(url)
        )));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match fs::canonicalize(folder) {
        Ok(folder) => Ok(folder.join(name)),
        Err(e) if e.kind() == ErrorKind::NotFound => Err(OpenError::config(format!(
            "storage.url: the folder {} of {} does not exist. Create it first.",
            folder.display(),
            shown(url)
        ))),
        Err(e) => Err(unusable(url, folder, &e)),
    }
}

fn unusable(url: &str, path: &Path, e: &io::Error) -> OpenError {
    let (path, url) = (path.display(), shown(url));
    OpenError::storage(format!("storage.url: {path} of {url} cannot be used: {e}. Check its owner and permissions."))
}

fn lock(url: &str, path: &Path) -> Result<FileLock, OpenError> {
    if path.is_dir() {
        return Err(OpenError::config(format!(
            "storage.url: {} is a folder. Name a file in it, for example {}/tansu.db.",
            shown(url),
            shown(url).trim_end_matches('/')
        )));
    }
    FileLock::take(path).map_err(|error| match error {
        LockError::Taken(lock) => OpenError::storage(format!(
            "storage.url: another broker has {} open (it holds {}). Stop it, or use another file.",
            shown(url),
            lock.display()
        )),
        LockError::Io(lock, e) => unusable(url, &lock, &e),
    })
}

/// Requires the lock: no code of this process has the file open, so that opening and closing it releases no lock of
/// SQLite.
fn check_file(url: &str, path: &Path) -> Result<(), OpenError> {
    let mut head = [0; HEADER.len()];
    let opened = fs::OpenOptions::new().read(true).write(true).open(path);
    let read = opened.and_then(|mut file| file.read(&mut head));
    match read {
        Ok(read) if read == 0 || head == *HEADER => Ok(()),
        Ok(_) => Err(OpenError::storage(format!(
            "storage.url: the file of {} is not a database of SQLite, and was left as it is. Name another file; one \
             that does not exist is made.",
            shown(url)
        ))),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(unusable(url, path, &e)),
    }
}

/// Upstream joins the path of its URL, still percent-encoded, to the working directory. With one slash more it is
/// absolute. A path that needs encoding is replaced by a symbolic link.
fn upstream_url(url: &str, path: &Path) -> Result<(Url, Option<Link>), OpenError> {
    if let Some(plain) = plain_url(path) {
        return Ok((plain, None));
    }
    let link = Link::to(path).map_err(|e| unusable(url, path, &e))?;
    match plain_url(&link.path()) {
        Some(plain) => Ok((plain, Some(link))),
        None => Err(OpenError::config(format!(
            "storage.url: the path of {} has characters that upstream cannot take (spaces, %, letters beyond ASCII). \
             Use another path, or a temporary folder (TMPDIR) without such characters.",
            shown(url)
        ))),
    }
}

fn plain_url(path: &Path) -> Option<Url> {
    let text = path.to_str()?;
    let url = Url::parse(&format!("sqlite:///{text}")).ok()?;
    (url.path() == format!("/{text}")).then_some(url)
}

/// A folder with one symbolic link, removed on drop.
#[derive(Debug)]
struct Link(PathBuf);

impl Link {
    #[cfg(unix)]
    fn to(path: &Path) -> io::Result<Link> {
        let folder = fs::canonicalize(std::env::temp_dir())?.join(format!("tansu-{}", Uuid::new_v4()));
        fs::create_dir(&folder)?;
        let link = Link(folder);
        std::os::unix::fs::symlink(path, link.path())?;
        Ok(link)
    }

    #[cfg(not(unix))]
    fn to(_: &Path) -> io::Result<Link> {
        Err(io::Error::new(ErrorKind::Unsupported, "the path has characters that upstream cannot take"))
    }

    fn path(&self) -> PathBuf {
        self.0.join("link.db")
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A thread with a runtime, until the guard is dropped.
async fn engine_thread() -> Result<(Handle, DropGuard), OpenError> {
    let end = CancellationToken::new();
    let guard = end.clone().drop_guard();
    let (ready, handle) = oneshot::channel();
    let spawned = thread::Builder::new().name("tansu-sqlite".into()).spawn(move || {
        // Decoding runs on blocking threads; one call at a time needs only one.
        match Builder::new_current_thread().enable_all().max_blocking_threads(2).build() {
            Ok(runtime) => {
                let _ = ready.send(Ok(runtime.handle().clone()));
                runtime.block_on(end.cancelled());
                runtime.shutdown_background();
            }
            Err(e) => drop(ready.send(Err(e))),
        }
    });
    let started = match spawned {
        Ok(_) => handle.await.unwrap_or_else(|_| Err(io::Error::other("the thread ended"))),
        Err(e) => Err(e),
    };
    match started {
        Ok(handle) => Ok((handle, guard)),
        Err(e) => Err(OpenError::storage(format!("storage.url: cannot start SQLite's thread: {e}"))),
    }
}
