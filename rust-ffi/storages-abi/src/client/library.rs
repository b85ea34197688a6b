//! Loading the library from a path.

use std::ffi::{CStr, OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use super::log;
use crate::entry::{self, Entry, EntryFn, LogFn, VERSION, VersionFn};

/// The name that the library ships with.
pub const FILE_NAME: &str = if cfg!(target_os = "macos") {
    "libtansu_storages.0.dylib"
} else if cfg!(windows) {
    "tansu_storages.dll"
} else {
    "libtansu_storages.so.0"
};

/// A loaded library of the same release. It is never unloaded: its threads may outlive every storage.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    entry: &'static Entry,
}

/// Why a library cannot be used. The text names the file.
#[derive(Clone, Debug)]
pub enum LoadError {
    /// There is no such file, or the dynamic linker cannot load it.
    NotLoaded { file: OsString, why: String },
    /// It is a library, but not one of Tansu's storages.
    Foreign { file: OsString },
    /// It is of another release.
    OtherVersion { file: OsString, version: String },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotLoaded { file, why } => write!(f, "{} cannot be loaded: {why}", file.display()),
            LoadError::Foreign { file } => write!(f, "{} is not a library of Tansu's storages", file.display()),
            LoadError::OtherVersion { file, version } => {
                write!(f, "{} is of version {version}, and this is libtansu {VERSION}", file.display())
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl PartialEq for Library {
    fn eq(&self, other: &Library) -> bool {
        std::ptr::eq(self.entry, other.entry)
    }
}

impl Library {
    /// Loads the library in `file`: a path, or a name that the dynamic linker looks for. Later calls only look the
    /// library up.
    pub fn load(file: &OsStr) -> Result<Library, LoadError> {
        let file = file.to_owned();
        let library =
            open(&file).map_err(|error| LoadError::NotLoaded { file: file.clone(), why: reason(&error, &file) })?;
        let foreign = || LoadError::Foreign { file: file.clone() };
        // SAFETY: the type of this symbol never changes.
        let version = unsafe { library.get::<VersionFn>(entry::VERSION_SYMBOL) }.map_err(|_| foreign())?;
        // SAFETY: it returns a static NUL-terminated string.
        let version = unsafe { CStr::from_ptr(version()) }.to_string_lossy();
        if version != VERSION {
            return Err(LoadError::OtherVersion { file: file.clone(), version: shortened(&version) });
        }
        // SAFETY: libraries of one release have the same type here.
        let entry = unsafe { library.get::<EntryFn>(entry::ENTRY_SYMBOL) }.map_err(|_| foreign())?;
        // SAFETY: it returns a static table, or NULL.
        let entry = unsafe { entry().as_ref() }.ok_or_else(foreign)?;
        if entry.size != size_of::<Entry>() {
            let version = format!("{version} of another build");
            return Err(LoadError::OtherVersion { file: file.clone(), version });
        }
        std::mem::forget(library);
        let library = Library { entry };
        log::follow(library);
        Ok(library)
    }

    pub(crate) fn entry(self) -> &'static Entry {
        self.entry
    }

    /// Sends the log records of the library up to `level` to `sink`.
    pub(super) fn log(self, level: u32, sink: LogFn) {
        // SAFETY: the contract of `Entry`.
        unsafe { (self.entry.log)(level, sink) }
    }
}

#[cfg(unix)]
fn open(file: &OsStr) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // RTLD_NOW: a library with a missing symbol is refused here and not in the middle of a request.
    let flags = RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE;
    // SAFETY: the initializers of the library are Rust's own; a file that is something else is the embedder's choice.
    unsafe { Library::open(Some(file), flags) }.map(Into::into)
}

#[cfg(not(unix))]
fn open(file: &OsStr) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: as above.
    unsafe { libloading::Library::new(file) }
}

/// Returns the dynamic linker's message without the file's name.
fn reason(error: &libloading::Error, file: &OsStr) -> String {
    let said = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let name = format!("{}: ", file.display());
    shortened(said.strip_prefix(&name).unwrap_or(&said))
}

/// Shortens a text from another library.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Returns the path of the library in the folder of `libtansu` or of a program that links it statically.
#[cfg(unix)]
pub fn beside() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    let address = (beside as fn() -> Option<PathBuf>) as *const std::ffi::c_void;
    // SAFETY: `info` is writable; the address may be any.
    if unsafe { libc::dladdr(address, info.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: dladdr has filled it.
    let name = unsafe { info.assume_init() }.dli_fname;
    if name.is_null() {
        return None;
    }
    // SAFETY: dladdr gives a NUL-terminated string that lives as long as the library is loaded.
    let name = unsafe { CStr::from_ptr(name) };
    let file = std::path::Path::new(OsStr::from_bytes(name.to_bytes()));
    // The name of a program may have no folder.
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).map(|folder| folder.join(FILE_NAME))
}

/// The dynamic linker of this system searches the program's folder.
#[cfg(not(unix))]
pub fn beside() -> Option<PathBuf> {
    None
}
