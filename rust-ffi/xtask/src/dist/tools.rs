//! The pinned tools, and the environment for reproducible builds.

use crate::{Outcome, paths};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment in the target folder with the packages of `xtask/dist/tools.txt`.
pub struct Tools {
    bin: PathBuf,
    /// The time of the commit, for archives.
    epoch: String,
}

impl Tools {
    pub fn install() -> Result<Tools, Box<dyn std::error::Error>> {
        let venv = paths::target().join("dist-tools");
        let bin = venv.join("bin");
        if !bin.is_dir() {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        }
        let list = paths::workspace().join("xtask/dist/tools.txt");
        succeed(Command::new(bin.join("python")).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(list))?;
        write_zig(&bin)?;
        let epoch = output(Command::new("git").current_dir(paths::repository()).args(["log", "-1", "--format=%ct"]))?;
        Ok(Tools { bin, epoch: epoch.trim().to_owned() })
    }

    pub fn python(&self) -> Command {
        self.command("python")
    }

    /// Returns a command with the environment's tools on PATH.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        let mut path = self.bin.clone().into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(paths::repository());
        command.env("PATH", path).env("SOURCE_DATE_EPOCH", &self.epoch).env("PYTHONHASHSEED", "0");
        command.env("CARGO_ZIGBUILD_PYTHON_PATH", self.bin.join(ZIG));
        // Paths of this machine would end up in panic messages.
        let cargo = std::env::var("CARGO_HOME")
            .unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap_or_default()));
        let remapped = format!(
            "--remap-path-prefix={}=/tansu-cffi --remap-path-prefix={cargo}/registry/src=/crates",
            paths::repository().display()
        );
        command.env("RUSTFLAGS", remapped);
        command
    }

    /// Returns the C compiler for the cffi module: zig's, with the symbols of that glibc.
    pub fn c_compiler(&self, target: &str, glibc: &str) -> String {
        let architecture = target.split('-').next().unwrap_or_default();
        format!("{} -m ziglang cc -target {architecture}-linux-gnu.{glibc}", self.bin.join("python").display())
    }
}

/// The script that cargo-zigbuild runs as `python -m ziglang`.
const ZIG: &str = "python-for-zig";

/// Zig refuses the one argument of build.rs that other linkers take, `--exclude-libs`. `gates::symbols` checks that the
/// interface has no functions of other crates.
fn write_zig(bin: &Path) -> Outcome {
    let python = bin.join("python");
    let script = format!(
        "#!/bin/sh\nfor word do\n  shift\n  [ \"$word\" = -Wl,--exclude-libs,ALL ] || set -- \"$@\" \"$word\"\ndone\n\
         exec '{}' \"$@\"\n",
        python.display()
    );
    let path = bin.join(ZIG);
    std::fs::write(&path, script)?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

/// Returns rustc's name of this machine.
pub fn host() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

pub fn succeed(command: &mut Command) -> Outcome {
    if command.status().map_err(|error| format!("{command:?}: {error}"))?.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed").into())
}

pub fn output(command: &mut Command) -> Result<String, Box<dyn std::error::Error>> {
    let out =
        command.stderr(std::process::Stdio::inherit()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if !out.status.success() {
        return Err(format!("{command:?} failed\n{}", String::from_utf8_lossy(&out.stdout)).into());
    }
    Ok(String::from_utf8(out.stdout)?)
}
