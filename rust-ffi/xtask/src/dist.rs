//! `cargo xtask dist`: the sdist and the wheel of this machine, in `dist/`, looked into before anyone else does.

use crate::{Outcome, no_more, paths};
use std::process::Command;

/// What a wheel must carry beside the package's own modules.
const IN_WHEEL: &[&str] =
    &["lib/libtansu.so.0", "include/tansu.h", "THIRD_PARTY_NOTICES.txt", "NOTICE", "LICENSE", "py.typed"];

pub fn run(args: pico_args::Arguments) -> Outcome {
    no_more(args)?;
    let folder = paths::repository().join("dist");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    succeed(Command::new("python3").current_dir(paths::repository()).args(["-m", "build", "--outdir", "dist"]))?;
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        println!("{} {} bytes", path.display(), path.metadata()?.len());
        if path.extension().is_some_and(|e| e == "whl") {
            look_into(&path)?;
        }
    }
    Ok(())
}

fn look_into(wheel: &std::path::Path) -> Outcome {
    let names = Command::new("python3").args(["-m", "zipfile", "--list"]).arg(wheel).output()?;
    let names = String::from_utf8_lossy(&names.stdout).into_owned();
    let missing: Vec<_> = IN_WHEEL.iter().filter(|name| !names.contains(*name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("{}: {missing:?} missing", wheel.display()).into()) }
}

fn succeed(command: &mut Command) -> Outcome {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
