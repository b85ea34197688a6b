//! A library of another release, for the tests of the boundary.

/// Returns the release of this library. There is no other symbol: the client must not look for one.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_storages_version() -> *const std::ffi::c_char {
    c"0.0.1-old".as_ptr()
}
