//! Version, build and features of the library.

use crate::{guard, strings};
use std::ffi::{CString, c_char};
use std::sync::LazyLock;

/// The version of this interface. It counts additions: a library with a higher number serves programs that were
/// compiled against a lower one. Incompatible changes change the SONAME instead.
pub const TANSU_ABI_VERSION: u32 = 1;

/// The major version of the library that this header belongs to.
pub const TANSU_VERSION_MAJOR: u32 = 0;
/// The minor version.
pub const TANSU_VERSION_MINOR: u32 = 1;
/// The patch version.
pub const TANSU_VERSION_PATCH: u32 = 0;

// The version is in Cargo.toml; cbindgen needs literals.
const _: () = {
    assert!(TANSU_VERSION_MAJOR == number(env!("CARGO_PKG_VERSION_MAJOR")), "TANSU_VERSION_MAJOR");
    assert!(TANSU_VERSION_MINOR == number(env!("CARGO_PKG_VERSION_MINOR")), "TANSU_VERSION_MINOR");
    assert!(TANSU_VERSION_PATCH == number(env!("CARGO_PKG_VERSION_PATCH")), "TANSU_VERSION_PATCH");
};

const fn number(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("the version has a part that is no number"),
    }
}

/// Returns the interface version of the loaded library. `TANSU_ABI_VERSION` is that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_abi_version() -> u32 {
    TANSU_ABI_VERSION
}

/// Returns the version of the loaded library, such as `"0.1.0"`. The string is static.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Returns how the library was built, as a JSON object with the members `version`, `abi`, `rustc`, `git`, `target`,
/// `features` and `storages`. The string is static.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_build_info() -> *const c_char {
    static INFO: LazyLock<CString> = LazyLock::new(|| strings::c_string(build_info().to_string()));
    guard::value(c"{}".as_ptr(), || INFO.as_ptr())
}

pub(crate) fn build_info() -> serde_json::Value {
    // Computed once: it looks for the library of Tansu's storages.
    let storages = storages();
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "abi": TANSU_ABI_VERSION,
        "rustc": env!("TANSU_RUSTC"),
        "git": option_env!("TANSU_GIT_REVISION").unwrap_or("unknown"),
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "features": features(&storages),
        "storages": storages,
    })
}

/// Returns whether the library has a feature: `"test-hooks"`, or `"storage."` and the scheme of a storage URL, such as
/// `"storage.memory"` or `"storage.sqlite"`. Tansu's storages (`sqlite`, `postgres`, `s3`, `tansu+memory`) count if
/// their library, `libtansu_storages`, is in the folder of this library or where the dynamic linker looks; the setting
/// `storages.library` names another file for one broker. False for NULL and for an unknown name.
///
/// # Safety
/// `name` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_has_feature(name: *const c_char) -> bool {
    guard::value(false, || {
        // SAFETY: the caller's promise.
        unsafe { strings::text("name", name) }.is_ok_and(|name| features(&storages()).iter().any(|f| f == name))
    })
}

fn features(storages: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    if cfg!(feature = "test-hooks") {
        all.push("test-hooks".to_owned());
    }
    all.extend(storages.iter().map(|scheme| format!("storage.{scheme}")));
    all
}

/// Schemes that need no setting: Tansu's are included if their library is in the folder of this library or where the
/// dynamic linker looks.
fn storages() -> Vec<&'static str> {
    broker::storages("").iter().filter(|s| s.available).map(|s| s.scheme).collect()
}
