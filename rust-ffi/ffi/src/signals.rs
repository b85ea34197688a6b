//! Signals belong to the host: the library's threads block all of them.

/// Runs `body` with signals blocked, so that threads started in it, directly or indirectly, never run the host's
/// handlers. Signals for a thread's own faults (SIGSEGV and similar) are not blocked: if blocked, they would end the
/// process without the host's crash handler.
#[cfg(unix)]
pub(crate) fn blocked<T>(body: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the set was filled by pthread_sigmask below.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
        }
    }
    // SAFETY: both sets are plain data, filled by the calls before they are read.
    let _restore = unsafe {
        let mut all = std::mem::zeroed();
        let mut before = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGABRT] {
            libc::sigdelset(&raw mut all, fault);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        Restore(before)
    };
    body()
}

#[cfg(not(unix))]
pub(crate) fn blocked<T>(body: impl FnOnce() -> T) -> T {
    body()
}
