//! Limits on file descriptors: the broker leaves some to the host process.

/// Returns the process's limit of descriptors; `None` if there is none or it is unknown.
fn limit() -> Option<u64> {
    #[cfg(unix)]
    {
        use nix::{
            libc::RLIM_INFINITY,
            sys::resource::{Resource, getrlimit},
        };

        let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
        (limit != RLIM_INFINITY).then_some(limit)
    }
    #[cfg(not(unix))]
    None
}

/// Returns whether less than an eighth of the descriptors is free. The system assigns the lowest free number, so the
/// number of a new connection shows how many are in use.
#[cfg(unix)]
pub(crate) fn nearly_exhausted(stream: &impl std::os::fd::AsFd) -> bool {
    use std::os::fd::{AsFd, AsRawFd};

    let Some(limit) = limit() else { return false };
    let is_last = |fd: &dyn AsFd| u64::try_from(fd.as_fd().as_raw_fd()).is_ok_and(|number| number >= limit - limit / 8);
    // A lower number may have become free since.
    is_last(stream) && stream.as_fd().try_clone_to_owned().map_or(true, |lowest| is_last(&lowest))
}

#[cfg(not(unix))]
pub(crate) fn nearly_exhausted<T>(_: &T) -> bool {
    false
}

/// Returns how many files of a data folder may be open at the same time.
pub(crate) fn for_files() -> usize {
    limit().map_or(FILES_MAX, |limit| usize::try_from(limit / 4).unwrap_or(FILES_MAX)).clamp(FILES_MIN, FILES_MAX)
}

const FILES_MIN: usize = 16;
const FILES_MAX: usize = 4_096;
