"""Builds one of the two shared libraries with cargo, for the setup.py that ships it.

The module lies in the root of the tree and in both source distributions. `TANSU` and `STORAGES` describe the libraries;
`Build` gives the folder of the one to ship: a ready one that the environment names, or the one that cargo builds now,
with the notices of what is linked into it (build_notices.py).

As a program it writes the library and its notices into a folder, for `cargo xtask dist`:

    python build_rust.py tansu FOLDER --target=x86_64-unknown-linux-gnu --glibc=2.17

CARGO_TARGET_DIR     as cargo has it; rust-ffi/target if unset, or a folder of the user's cache if that is read-only
CARGO_BUILD_TARGET   as cargo has it; the host if unset
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import shlex
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
    #: Whether the source distribution carries the crates of the registry.
    vendored: bool = False

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
    vendored=True,
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


@dataclass(frozen=True)
class Platform:
    """What cargo builds for."""

    #: A target of rustc; None is the host.
    target: Optional[str] = None
    #: The oldest glibc that the library works with; zig links against its symbols. None takes the host's.
    glibc: Optional[str] = None

    @property
    def command(self) -> list[str]:
        """The beginning of the command."""
        verb = "zigbuild" if self.glibc else "build"
        target = f"{self.target}.{self.glibc}" if self.glibc else self.target
        return ["cargo", verb, *([f"--target={target}"] if target else [])]

    @property
    def folder(self) -> str:
        """Where cargo puts the result, below its target folder."""
        return f"{self.target}/release" if self.target else "release"


class Build:
    """One library, and a folder of this process for everything that is not shipped.

    Nothing is written into the tree, so two builds of one tree at once do not meet, and the tree may be read-only.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        # Removed when the process ends.
        self._scratch = tempfile.TemporaryDirectory(prefix=f"{library.distribution}-build-")
        self.scratch = Path(self._scratch.name)

    def options(self) -> dict[str, dict[str, Any]]:
        """Returns options for setup()."""
        found: dict[str, dict[str, Any]] = {"build": {"build_base": str(self.scratch)}}
        # An sdist's list of files names what lies in the tree.
        if "sdist" not in sys.argv:
            found["egg_info"] = {"egg_base": str(self.scratch)}
        return found

    @property
    def is_ready(self) -> bool:
        """Whether the environment names a ready library."""
        return bool(os.environ.get(self.library.ready))

    @functools.cached_property
    def folder(self) -> Path:
        """The folder of the library to ship: the one that the environment names, or one that is built now."""
        given = os.environ.get(self.library.ready)
        if not given:
            return build(self.library, Platform(os.environ.get("CARGO_BUILD_TARGET")), self.scratch / "library")
        if not (Path(given) / self.library.shipped).is_file():
            raise SystemExit(
                f"{self.library.ready}={given}: no {self.library.shipped} in it. Name the folder that has it, or unset "
                f"{self.library.ready} to build it with cargo."
            )
        return Path(given)


# --- the library ------------------------------------------------------------------------------------------------------


def build(library: Library, platform: Platform, folder: Path) -> Path:
    """Builds the library with cargo, and copies it with its notices into a folder, which is returned."""
    import build_notices

    check_cargo(library)
    if platform.glibc is None:
        check_compiler(library, os.environ.get("CC") or "cc")
    target = target_folder()
    say(f"{library.distribution}: cargo builds {library.built} into {target}; {library.duration}.")
    manifests = run_cargo(library, platform, target)
    built = target / platform.folder / library.built
    folder.mkdir(parents=True, exist_ok=True)
    # A copy: another build in the same target folder writes to the same place.
    ship(built, folder, library.shipped)
    if b"tansu_test_panic" in (folder / library.shipped).read_bytes():
        raise SystemExit(f"{built} was overwritten by a build with test hooks. Build again.")
    import_library = built.with_name(library.import_library)
    if import_library.is_file():
        ship(import_library, folder)
    build_notices.write(library, platform.target or host(library), manifests, folder)
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


def check_compiler(library: Library, command: str) -> None:
    """Ends with one sentence if the C compiler, which also links what cargo builds, is missing."""
    # Windows' compiler is found through the registry, by the tools that need it.
    if sys.platform != "win32" and shutil.which(shlex.split(command)[0]) is None:
        raise SystemExit(
            f"{library.distribution} is built with a C compiler, and `{command}` was not found. Install one (Debian: "
            "build-essential, Fedora: gcc, macOS: xcode-select --install), or set CC to the one to use."
        )


def run_cargo(library: Library, platform: Platform, target: Path) -> dict[str, str]:
    """Builds, with cargo's progress on the terminal: pip hides what a build prints. Returns the compiled manifests."""
    package = ["--release", "--locked", "--package", library.crate, "--lib", *library.cargo_options]
    command = [*platform.command, *package]
    terminal = open_terminal()
    # The names of what is compiled go to stdout, everything for a reader to stderr.
    ran = subprocess.Popen(
        [*command, "--message-format=json-render-diagnostics"],
        cwd=RUST,
        env=dict(os.environ, CARGO_TARGET_DIR=str(target)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal,
        encoding="utf-8",
    )
    try:
        shown, _ = ran.communicate()
    except KeyboardInterrupt:
        ran.wait()
        raise SystemExit(
            f"{library.distribution}: interrupted. The same command goes on where cargo stopped."
        ) from None
    finally:
        if terminal is not None:
            os.close(terminal)
    if ran.returncode != 0:
        where = "" if terminal is None else " Its messages are above, on the terminal."
        raise SystemExit(
            f"{library.distribution}: `{' '.join(command)}` failed.{where}{why_it_failed(library, package)}"
        )
    return compiled_manifests(shown)


def why_it_failed(library: Library, package: list[str]) -> str:
    """Returns a remedy if the crates could not be fetched."""
    names = [word for word in package if word not in ("--release", "--lib", *library.cargo_options)]
    fetched = subprocess.run(["cargo", "tree", "--offline", *names], cwd=RUST, capture_output=True, check=False)
    if fetched.returncode == 0:
        return ""
    return (
        " Crates could not be fetched: cargo needs the network, or a source distribution that carries them, "
        f"{remedy(library)}"
    )


def compiled_manifests(messages: str) -> dict[str, str]:
    """Returns the path of Cargo.toml for "name version" of each crate in cargo's messages."""
    found = {}
    for line in messages.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") == "compiler-artifact":
            # "registry+https://...#name@version", "registry+https://...#version" or "path+file:///.../name#version"
            manifest = message["manifest_path"]
            source, _, fragment = message["package_id"].partition("#")
            name, _, version = fragment.rpartition("@")
            found[f"{name or source.rpartition('/')[2]} {version}"] = manifest
    return found


def host(library: Library) -> str:
    """Returns rustc's name of this machine."""
    found = re.search(r"^host: (\S+)", cargo_output(library, ["rustc", "-vV"]), re.MULTILINE)
    if found is None:
        raise SystemExit(f"{library.distribution}: `rustc -vV` names no host.")
    return found[1]


def cargo_output(library: Library, command: list[str]) -> str:
    """Returns what a command of the toolchain prints."""
    ran = subprocess.run(command, cwd=RUST, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode != 0:
        raise SystemExit(f"{library.distribution}: `{' '.join(command)}` failed: {ran.stderr.strip()}")
    return ran.stdout


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


def ship(file: Path, folder: Path, name: str = "") -> None:
    """Copies a file. Beside and then renamed: a process may have the old one mapped."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{name or file.name}.{os.getpid()}"
    shutil.copyfile(file, fresh)
    os.replace(fresh, folder / (name or file.name))


def main() -> None:
    """Writes a library and its notices into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("library", choices=[TANSU.stem, STORAGES.stem])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", help="a target of rustc; the host if not given")
    parser.add_argument("--glibc", help="the oldest glibc that the library must work with, with --target")
    args = parser.parse_args()
    library = TANSU if args.library == TANSU.stem else STORAGES
    build(library, Platform(args.target, args.glibc), args.folder)


if __name__ == "__main__":
    # build_notices imports this module by its name.
    sys.modules["build_rust"] = sys.modules["__main__"]
    main()
