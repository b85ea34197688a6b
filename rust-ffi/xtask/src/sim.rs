//! `cargo xtask sim`: the crate `sim` does it all; it is built as what ships is, because runs are many.

use crate::{Outcome, check::cargo_command};

pub fn run(args: pico_args::Arguments) -> Outcome {
    let args = args.finish();
    let mut command = cargo_command(&["run", "--release", "--locked", "--quiet", "--package=tansu-sim", "--"]);
    let status = command.args(args).status()?;
    if status.success() { Ok(()) } else { Err("a seed has failed".into()) }
}

/// Other seeds are run by hand: these are to say the same today and tomorrow.
pub fn check() -> Outcome {
    run(pico_args::Arguments::from_vec(["--seeds", "1000"].map(Into::into).to_vec()))
}
