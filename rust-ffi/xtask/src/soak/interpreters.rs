//! The interpreters of sid, with the wheel built on this machine, which serves every CPython. PyPy's wheel is built in
//! the chroot.

use crate::chroot::Chroot;
use crate::paths;
use std::error::Error;
use std::path::Path;
use std::process::Command;

/// A run of pytest, and its label.
pub struct Run {
    pub what: String,
    pub command: Command,
}

/// The Pythons that run the tests. The first one also takes every test that runs once for each interpreter.
const PYTHONS: &[&str] = &["python3.14", "python3.15", "pypy3"];
const EVERY: &[&str] = &["tests/python/exit", "tests/python/lifecycle"];
const OWN: &[&str] = &["tests/python/lifecycle", "-k", "not cpython and not pypy"];

/// The test that needs a storage of Tansu: a long start.
const WITHOUT_TANSU: &[&str] = &["-k", "not start-interrupted"];
const HAS_TANSU: &str =
    "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).tansu_has_feature(b'storage.postgres') & 1)";

const ASK: &str = "import sys; i = sys.implementation; v = i.version; print(i.name, '.'.join(map(str, v[:3])), end='')";

/// `$1` is the repository, `$2` the folder of wheels, `$3` the Python; pytest's arguments follow. PyPy's wheel is built
/// from the tree.
const TEST: &str = r#"
cd "$1"
wheels=$2
python=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" -m venv "$scratch/venv"
case $python in
    pypy*) package=. ;;
    *) package=$(ls "$wheels"/tansu_cffi-*-abi3-*.whl) ;;
esac
"$scratch/venv/bin/python" -m pip install --quiet pytest pytest-asyncio "$package"
cd "$scratch"
"$scratch/venv/bin/python" -m pytest -q -ra -p no:cacheprovider --rootdir "$OLDPWD" -c "$OLDPWD/pyproject.toml" "$@"
"#;

pub fn runs(seed: u64) -> Result<Vec<Run>, Box<dyn Error>> {
    let repository = paths::repository();
    let library = library()?;
    let tansu = said(Command::new("python3").args(["-c", HAS_TANSU, &format!("{library}/libtansu.so.0")]))? == "1";
    let wheels = paths::target().join("interpreters");
    build_wheel(&repository, &library, &wheels)?;
    let sid = Chroot::open("sid")?;
    let binds = [repository.clone(), wheels.clone(), Path::new(&library).to_owned()];
    // As the caller wants it, for a machine that has other work.
    let counts = std::env::var("TANSU_TEST_COUNTS").unwrap_or_else(|_| "full".into());
    let mut runs = Vec::new();
    for (index, python) in PYTHONS.iter().enumerate() {
        let version = said(&mut sid.command(&binds, &[python, "-c", ASK])?)?;
        let mut tests = if index == 0 { EVERY.to_vec() } else { OWN.to_vec() };
        if index == 0 && !tansu {
            tests.extend(WITHOUT_TANSU);
        }
        let mut words: Vec<String> = vec![
            "env".into(),
            format!("TANSU_LIB_DIR={library}"),
            format!("TANSU_TEST_WHEELS={}", wheels.display()),
            format!("TANSU_TEST_COUNTS={counts}"),
            format!("TANSU_TEST_SEED={seed}"),
        ];
        words.extend(["sh", "-ec", TEST, "sh"].map(str::to_owned));
        words.extend([repository.display().to_string(), wheels.display().to_string(), (*python).to_owned()]);
        words.extend(tests.iter().map(|word| match word.strip_prefix("tests/") {
            Some(_) => repository.join(word).display().to_string(),
            None => (*word).to_owned(),
        }));
        let tests = if index == 0 { "exit and lifecycle of all, by " } else { "" };
        let without = if tansu { "" } else { ", engine alone" };
        let what = format!("{tests}{version}, {counts} counts{without}");
        runs.push(Run { what, command: sid.command(&binds, &words)? });
    }
    Ok(runs)
}

/// The folder of the library to test: the given one, or the installed package's.
fn library() -> Result<String, Box<dyn Error>> {
    match std::env::var("TANSU_LIB_DIR") {
        Ok(given) if !given.is_empty() => Ok(given),
        _ => said(Command::new("python3").args(["-m", "tansu_cffi", "--libdir"])),
    }
}

fn build_wheel(repository: &Path, library: &str, wheels: &Path) -> Result<(), Box<dyn Error>> {
    if wheels.exists() {
        std::fs::remove_dir_all(wheels)?;
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]).arg(wheels).arg(repository);
    said(pip.env("TANSU_LIB_DIR", library)).map(drop)
}

fn said(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
