//! File descriptors are the host's as well: the broker leaves it some, whatever clients and data folders ask for.

/// How many this process may have; `None` where there is no such limit, or nobody tells.
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

/// The system gives out the lowest free number, so the number of a new connection tells how full the table is. The last
/// eighth is not the broker's.
#[cfg(unix)]
pub(crate) fn nearly_exhausted(stream: &impl std::os::fd::AsFd) -> bool {
    use std::os::fd::{AsFd, AsRawFd};

    let Some(limit) = limit() else { return false };
    let is_last = |fd: &dyn AsFd| u64::try_from(fd.as_fd().as_raw_fd()).is_ok_and(|number| number >= limit - limit / 8);
    // Lower ones may have become free since.
    is_last(stream) && stream.as_fd().try_clone_to_owned().map_or(true, |lowest| is_last(&lowest))
}

#[cfg(not(unix))]
pub(crate) fn nearly_exhausted<T>(_: &T) -> bool {
    false
}

/// How many files of a data folder may be open at once.
pub(crate) fn for_files() -> usize {
    limit().map_or(FILES_MAX, |limit| usize::try_from(limit / 4).unwrap_or(FILES_MAX)).clamp(FILES_MIN, FILES_MAX)
}

const FILES_MIN: usize = 16;
const FILES_MAX: usize = 4_096;
