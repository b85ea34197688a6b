"""Builds one of the two shared libraries with cargo, for the setup.py that ships it.

The module lies in the root of the tree and in both source distributions. `TANSU` and `STORAGES` describe the libraries;
`Build` gives the folder of the one to ship: a ready one that the environment names, or the one that cargo builds now.

CARGO_TARGET_DIR     as cargo has it; rust-ffi/target if unset, or a folder of the user's cache if that is read-only
CARGO_BUILD_TARGET   as cargo has it; the host if unset
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

if sys.implementation.name == "cpython" and sys.version_info < (3, 10):
    # Not by requires-python: that would keep PyPy 3.9 out, which is supported.
    raise SystemExit(f"tansu-cffi needs CPython 3.10 or later, or PyPy; this is CPython {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent
RUST = ROOT / "rust-ffi"
MANIFEST = (RUST / "Cargo.toml").read_text(encoding="utf-8")


def of_manifest(pattern: str) -> str:
    """Returns a value of the workspace's Cargo.toml, the one place where versions are written."""
    found = re.search(pattern, MANIFEST, re.MULTILINE)
    if found is None:
        raise SystemExit(f"rust-ffi/Cargo.toml has no {pattern}")
    return found[1]


VERSION = of_manifest(r'^version = "([^"]+)"')
RUST_MIN = of_manifest(r'^rust-version = "([^"]+)"')


@dataclass(frozen=True)
class Library:
    """A shared library, the crate that it is built from and the distribution that ships it."""

    distribution: str
    crate: str
    #: The name without prefix and suffix.
    stem: str
    #: The environment variable that names a folder with a ready library.
    ready: str
    #: Printed before cargo starts.
    duration: str
    cargo_options: tuple[str, ...] = ()

    @property
    def built(self) -> str:
        """The file name that cargo writes."""
        return {"darwin": f"lib{self.stem}.dylib", "win32": f"{self.stem}.dll"}.get(sys.platform, f"lib{self.stem}.so")

    @property
    def shipped(self) -> str:
        """The file name in the package, which carries the version of the ABI."""
        return {"darwin": f"lib{self.stem}.0.dylib", "win32": f"{self.stem}.dll"}.get(
            sys.platform, f"lib{self.stem}.so.0"
        )

    @property
    def import_library(self) -> str:
        """The file that the linker of Windows takes in place of the library."""
        return f"{self.stem}.dll.lib"


TANSU = Library(
    distribution="tansu-cffi",
    crate="tansu-ffi",
    stem="tansu",
    ready="TANSU_LIB_DIR",
    duration="about a minute the first time",
)
STORAGES = Library(
    distribution="tansu-cffi-storages",
    crate="tansu-storages",
    stem="tansu_storages",
    ready="TANSU_STORAGES_LIB_DIR",
    duration="10 to 25 minutes the first time: Tansu is 437 crates",
    # A dependency of Tansu's crates asks for a newer rustc than it needs.
    cargo_options=("--ignore-rust-version",),
)


class Scratch:
    """A folder of this process for everything that is not shipped: two builds of one tree at once do not meet."""

    def __init__(self, name: str) -> None:
        # Removed when the process ends.
        self._folder = tempfile.TemporaryDirectory(prefix=f"{name}-build-")
        self.path = Path(self._folder.name)

    def options(self, *, in_tree: bool) -> dict[str, dict[str, Any]]:
        """Returns options for setup(): nothing is written into the tree, except the list of files of an sdist."""
        found: dict[str, dict[str, Any]] = {"build": {"build_base": str(self.path)}}
        if not in_tree:
            found["egg_info"] = {"egg_base": str(self.path)}
        return found


# --- the library ------------------------------------------------------------------------------------------------------


def provide(library: Library, scratch: Path) -> Path:
    """Returns a folder with the library to ship: the one that the environment names, or one in `scratch`."""
    given = os.environ.get(library.ready)
    if not given:
        return build(library, scratch)
    folder = Path(given)
    if not (folder / library.shipped).is_file():
        raise SystemExit(
            f"{library.ready}={given}: no {library.shipped} in it. Build it with cargo (unset {library.ready}), "
            f"or name the folder that has it."
        )
    return folder


def build(library: Library, scratch: Path) -> Path:
    """Builds the library with cargo and returns the folder of a copy."""
    check_cargo(library)
    target = target_folder()
    say(f"{library.distribution}: cargo builds {library.built} into {target}; {library.duration}.")
    run_cargo(library, target)
    built = target.joinpath(os.environ.get("CARGO_BUILD_TARGET") or "", "release", library.built)
    folder = scratch / "library"
    folder.mkdir(exist_ok=True)
    # A copy: another build in the same target folder writes to the same place.
    shutil.copyfile(built, folder / library.shipped)
    if b"tansu_test_panic" in (folder / library.shipped).read_bytes():
        raise SystemExit(f"{built} was overwritten by a build with test hooks. Build again.")
    import_library = built.with_name(library.import_library)
    if import_library.is_file():
        shutil.copyfile(import_library, folder / library.import_library)
    return folder


def target_folder() -> Path:
    """Returns cargo's target folder: the given one, the tree's, or the user's if the tree is read-only."""
    given = os.environ.get("CARGO_TARGET_DIR")
    if given:
        return Path(given).absolute()
    in_tree = RUST / "target"
    if is_writable(in_tree):
        return in_tree
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "tansu-cffi" / "target"
    if is_writable(cache):
        return cache
    return Path(tempfile.gettempdir()) / f"tansu-cffi-target-{VERSION}"


def is_writable(folder: Path) -> bool:
    """Returns whether a file can be made in the folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


# --- cargo ------------------------------------------------------------------------------------------------------------


def remedy(library: Library) -> str:
    """What helps without a toolchain."""
    return f"or set {library.ready} to a folder with a ready {library.shipped}."


def check_cargo(library: Library) -> None:
    """Ends with one sentence if cargo is missing or old, before anything is compiled."""
    needs = f"{library.distribution} is built with Rust {RUST_MIN} or later"
    try:
        shown = subprocess.run(["cargo", "--version"], cwd=RUST, stdout=subprocess.PIPE, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(
            f"{needs}, and cargo was not found. Install Rust from https://rustup.rs, {remedy(library)}"
        ) from None
    found = re.search(r"(\d+)\.(\d+)", shown)
    if found is None or (int(found[1]), int(found[2])) < tuple(map(int, RUST_MIN.split(".")[:2])):
        raise SystemExit(f"{needs}, and this is {shown.strip()}. Run `rustup update stable`, {remedy(library)}")


def run_cargo(library: Library, target: Path) -> None:
    """Builds with cargo's progress on the terminal: pip hides what a build prints."""
    command = ["cargo", "build", "--release", "--locked", "--package", library.crate, "--lib", *library.cargo_options]
    terminal = open_terminal()
    env = dict(os.environ, CARGO_TARGET_DIR=str(target))
    try:
        code = subprocess.run(command, cwd=RUST, env=env, stderr=terminal, check=False).returncode
    except KeyboardInterrupt:
        raise SystemExit(
            f"{library.distribution}: interrupted. The same command goes on where cargo stopped."
        ) from None
    finally:
        if terminal is not None:
            os.close(terminal)
    if code == 0:
        return
    where = "" if terminal is None else " Its messages are above, on the terminal."
    raise SystemExit(f"{library.distribution}: `{' '.join(command)}` failed.{where}")


def say(words: str) -> None:
    """Prints a line to stderr and to the terminal."""
    print(words, file=sys.stderr, flush=True)
    terminal = open_terminal()
    if terminal is not None:
        os.write(terminal, f"\n{words}\n".encode())
        os.close(terminal)


def open_terminal() -> Optional[int]:
    """Opens the terminal if stderr is not the terminal already; None if there is none."""
    if sys.stderr is not None and sys.stderr.isatty():
        return None
    try:
        return os.open("/dev/tty", os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return None


# --- files ------------------------------------------------------------------------------------------------------------


def ship(file: Path, folder: Path) -> None:
    """Copies a file into the package. Beside and then renamed: a process may have the old one mapped."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{file.name}.{os.getpid()}"
    shutil.copyfile(file, fresh)
    os.replace(fresh, folder / file.name)
