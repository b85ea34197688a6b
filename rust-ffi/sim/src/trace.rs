//! Trace of a run, line by line: always hashed, so that two runs of one seed can be compared; kept on request.
#![expect(clippy::disallowed_macros, reason = "a trace that is followed as it grows")]

use std::fmt::{self, Write};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    #[default]
    Hash,
    /// Every line is in the report.
    Keep,
    /// Every line is printed when it happens.
    Print,
}

#[derive(Debug)]
pub(crate) struct Trace {
    tracing: Tracing,
    pub(crate) hash: u64,
    pub(crate) lines: u64,
    pub(crate) kept: String,
}

struct Hasher(u64);

impl Write for Hasher {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = hash(self.0, text.as_bytes());
        Ok(())
    }
}

/// FNV-1a.
pub(crate) fn hash(from: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(from, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

impl Trace {
    pub(crate) fn new(tracing: Tracing) -> Trace {
        Trace { tracing, hash: 0xCBF2_9CE4_8422_2325, lines: 0, kept: String::new() }
    }

    pub(crate) fn line(&mut self, now_us: u64, what: fmt::Arguments<'_>) {
        self.lines += 1;
        let mut hasher = Hasher(self.hash);
        // Neither a hash nor a string refuses text.
        let _ = writeln!(hasher, "{now_us} {what}");
        self.hash = hasher.0;
        match self.tracing {
            Tracing::Hash => {}
            Tracing::Keep => drop(writeln!(self.kept, "{now_us} {what}")),
            Tracing::Print => println!("{:>12.6} {what}", now_us as f64 / 1e6),
        }
    }
}
