//! `cargo xtask chroot`: other Debian releases, for their interpreters and C libraries.
//!
//! debootstrap creates each one once, from the mirror of this machine's apt, in the user's cache. A command runs in its
//! own mount namespace, so that its mounts disappear when it ends.

use crate::Outcome;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Debian suite and its additional packages.
struct Recipe {
    suite: &'static str,
    packages: &'static [&'static str],
}

/// Packages for trying a wheel: the suite's Python, and a C compiler for packages without wheels.
const PYTHON: &[&str] = &["python3", "python3-venv", "python3-dev", "gcc", "libc6-dev"];

const RECIPES: &[Recipe] = &[
    Recipe { suite: "bookworm", packages: PYTHON },
    Recipe { suite: "trixie", packages: PYTHON },
    Recipe {
        suite: "sid",
        packages: &[
            "python3.14",
            "python3.14-venv",
            "python3.14-dev",
            "python3.15",
            "python3.15-venv",
            "python3.15-dev",
            "pypy3",
            "pypy3-dev",
            "pypy3-venv",
            "gcc",
            "libc6-dev",
        ],
    },
];

/// A file in a complete chroot with its recipe; a changed recipe creates a new chroot.
const STAMP: &str = "etc/tansu-chroot";

/// Files for resolving localhost and reaching the package index.
const COPIED: &[&str] = &["/etc/hosts", "/etc/resolv.conf", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt"];

/// Variables that are passed on: pip's settings, certificates, proxies and settings of the tests.
const PASSED: &[&str] =
    &["PIP_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "TANSU_TEST_"];
const PASSED_ANY_CASE: &[&str] = &["http_proxy", "https_proxy", "no_proxy"];
/// A variable with a folder that the chroot does not have.
const NOT_PASSED: &str = "PIP_FIND_LINKS";

/// Runs in the new mount namespace: `$1` is the chroot, then folders to bind, `--`, and the command.
const ENTER: &str = r#"
set -e
root=$1
shift
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    shift
done
shift
exec chroot "$root" "$@"
"#;

pub fn run(args: pico_args::Arguments) -> Outcome {
    let mut words = args.finish();
    let inside = match words.iter().position(|word| word == "--") {
        Some(at) => words.split_off(at).split_off(1),
        None => Vec::new(),
    };
    let mut args = pico_args::Arguments::from_vec(words);
    let fresh = args.contains("--fresh");
    let binds: Vec<PathBuf> = args.values_from_str("--bind")?;
    let suite: String = args.free_from_str().map_err(|_| format!("which one? There are {}", names()))?;
    crate::no_more(args)?;
    let chroot = if fresh { Chroot::remake(&suite)? } else { Chroot::open(&suite)? };
    if inside.is_empty() {
        println!("{}", chroot.folder.display());
        return Ok(());
    }
    succeed(&mut chroot.command(&binds, &inside)?)
}

/// A Debian release in a folder.
pub struct Chroot {
    folder: PathBuf,
}

impl Chroot {
    /// Returns the chroot of a suite; creates it the first time and after a change of its recipe.
    pub fn open(suite: &str) -> Result<Chroot, Box<dyn Error>> {
        Chroot::prepare(suite, false)
    }

    /// Replaces a chroot, to get sid's present packages.
    pub fn remake(suite: &str) -> Result<Chroot, Box<dyn Error>> {
        Chroot::prepare(suite, true)
    }

    fn prepare(suite: &str, fresh: bool) -> Result<Chroot, Box<dyn Error>> {
        let recipe = RECIPES.iter().find(|recipe| recipe.suite == suite);
        let recipe = recipe.ok_or_else(|| format!("no chroot is called {suite}; there are {}", names()))?;
        if output(Command::new("id").arg("-u"))? != "0" {
            return Err("a chroot is made and entered by root only".into());
        }
        let cache = cache()?;
        fs::create_dir_all(&cache)?;
        // Held until the end of this function: a second xtask waits and finds the chroot made.
        let lock = File::create(cache.join(format!("{suite}.lock")))?;
        lock.lock()?;
        let chroot = Chroot { folder: cache.join(suite) };
        let kept = fs::read_to_string(chroot.folder.join(STAMP)).unwrap_or_default();
        if fresh || kept != recipe.stamp() {
            recipe.make(&cache)?;
        }
        chroot.copy_settings()?;
        Ok(chroot)
    }

    /// Returns the command line that runs `inside` in the chroot, with these folders of the machine at the same paths.
    /// It starts in the root folder with a clean environment.
    pub fn command(&self, binds: &[PathBuf], inside: &[impl AsRef<OsStr>]) -> Result<Command, Box<dyn Error>> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "--", "sh", "-c", ENTER, "sh"]).arg(&self.folder);
        for bind in binds {
            command.arg(fs::canonicalize(bind).map_err(|error| format!("--bind {}: {error}", bind.display()))?);
        }
        command.args(["--", "env", "-i"]).args(environment()).args(inside);
        Ok(command)
    }

    fn copy_settings(&self) -> Outcome {
        for file in COPIED.iter().map(Path::new).filter(|file| file.exists()) {
            let inside = self.folder.join(file.strip_prefix("/")?);
            fs::create_dir_all(inside.parent().ok_or("a file has a folder")?)?;
            // A link would lead out of the chroot, or nowhere.
            if inside.is_symlink() {
                fs::remove_file(&inside)?;
            }
            fs::copy(file, &inside)?;
        }
        Ok(())
    }
}

impl Recipe {
    fn stamp(&self) -> String {
        format!("{} {}\n", self.suite, self.packages.join(","))
    }

    /// Creates the chroot in a temporary folder, which is renamed when it is complete.
    fn make(&self, cache: &Path) -> Outcome {
        install_debootstrap()?;
        let (new, kept) = (cache.join(format!("{}.new", self.suite)), cache.join(self.suite));
        let log = cache.join(format!("{}.log", self.suite));
        remove(&new)?;
        eprintln!("debootstrap {} into {} (450 MB at most); log: {}", self.suite, kept.display(), log.display());
        let mut debootstrap = Command::new("debootstrap");
        debootstrap.args(["--variant=minbase", &format!("--include={}", self.packages.join(","))]);
        debootstrap.arg(self.suite).arg(&new).arg(mirror()?);
        let file = File::create(&log)?;
        debootstrap.stdout(file.try_clone()?).stderr(file);
        succeed(&mut debootstrap).map_err(|error| format!("{error}\n{}", tail(&log)))?;
        for archive in fs::read_dir(new.join("var/cache/apt/archives"))? {
            let path = archive?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                fs::remove_file(path)?;
            }
        }
        fs::write(new.join(STAMP), self.stamp())?;
        remove(&kept)?;
        Ok(fs::rename(&new, &kept)?)
    }
}

fn names() -> String {
    RECIPES.iter().map(|recipe| recipe.suite).collect::<Vec<_>>().join(", ")
}

fn cache() -> Result<PathBuf, Box<dyn Error>> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => PathBuf::from(std::env::var_os("HOME").ok_or("neither XDG_CACHE_HOME nor HOME is set")?).join(".cache"),
    };
    Ok(cache.join("tansu-cffi").join("chroots"))
}

/// Returns the mirror of this machine's apt.
fn mirror() -> Result<String, Box<dyn Error>> {
    let targets = ["indextargets", "--format", "$(SITE) $(CODENAME)", "Created-By: Packages"];
    let targets = output(Command::new("apt-get").args(targets))?;
    let release = fs::read_to_string("/etc/os-release")?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME=")).unwrap_or("stable");
    site_of(&targets, codename).ok_or_else(|| format!("apt has no source of {codename}; see /etc/apt").into())
}

fn site_of(targets: &str, codename: &str) -> Option<String> {
    let of_release =
        |line: &str| line.split_once(' ').filter(|(_, name)| *name == codename).map(|(site, _)| site.into());
    targets.lines().find_map(of_release)
}

fn install_debootstrap() -> Outcome {
    if Command::new("debootstrap").arg("--version").output().is_ok() {
        return Ok(());
    }
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o", "DPkg::Lock::Timeout=300"]);
        apt
    };
    succeed(apt().arg("update"))?;
    succeed(apt().args(["-y", "--no-install-recommends", "install", "debootstrap"]))
}

/// Removes a chroot; a debootstrap that was killed may have left /proc mounted in it.
fn remove(folder: &Path) -> Outcome {
    if !folder.exists() {
        return Ok(());
    }
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let mut inside: Vec<&str> = mounts.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    inside.retain(|mount| Path::new(mount).starts_with(folder));
    for mount in inside.iter().rev() {
        succeed(Command::new("umount").arg(mount))?;
    }
    Ok(fs::remove_dir_all(folder)?)
}

fn environment() -> Vec<OsString> {
    let mut environment: Vec<OsString> =
        ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"].iter().map(OsString::from).collect();
    for (name, value) in std::env::vars_os() {
        if name.to_str().is_some_and(is_passed) {
            let mut pair = name;
            pair.push("=");
            pair.push(value);
            environment.push(pair);
        }
    }
    environment
}

fn is_passed(name: &str) -> bool {
    let lower = name.to_lowercase();
    name != NOT_PASSED
        && (PASSED.iter().any(|start| name.starts_with(start)) || PASSED_ANY_CASE.contains(&lower.as_str()))
}

fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

fn succeed(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    let program = command.get_program().to_string_lossy();
    if status.success() { Ok(()) } else { Err(format!("{program}: {status}").into()) }
}

/// Returns the last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_mirror_is_the_one_of_this_machines_release() {
        let targets = "http://a/security bookworm-security\nhttp://a/debian bookworm\nhttp://b/debian bookworm";
        assert_eq!(super::site_of(targets, "bookworm").as_deref(), Some("http://a/debian"));
        assert_eq!(super::site_of(targets, "trixie"), None);
    }

    #[test]
    fn settings_of_pip_are_passed_and_folders_of_the_machine_are_not() {
        assert!(
            super::is_passed("PIP_CERT") && super::is_passed("HTTPS_PROXY") && super::is_passed("TANSU_TEST_COUNTS")
        );
        assert!(!super::is_passed("PIP_FIND_LINKS") && !super::is_passed("PYTHONPATH") && !super::is_passed("CI"));
    }
}
