"""Builds the package: the library with cargo, then the cffi module against it.

TANSU_LIB_DIR         a folder with a ready library (libtansu.so.0): cargo is not needed then
TANSU_CFFI_FEATURES   cargo features, `tansu` if unset; empty builds without upstream's storages
CARGO_TARGET_DIR      as cargo has it; rust-ffi/target if unset
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Optional

if sys.implementation.name == "cpython" and sys.version_info < (3, 10):
    # Not by requires-python: that would keep PyPy out, which speaks 3.9 and is welcome.
    raise SystemExit(
        f"tansu-cffi needs CPython 3.10 or later, or PyPy; this is CPython {sys.version.split()[0]}."
    )

from setuptools import setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
RUST = ROOT / "rust-ffi"
MANIFEST = (RUST / "Cargo.toml").read_text(encoding="utf-8")
REMEDY = "or set TANSU_LIB_DIR to a folder with a ready library."

#: The name that cargo gives the library, and the one it ships and is found under.
BUILT, SHIPPED = {
    "darwin": ("libtansu.dylib", "libtansu.0.dylib"),
    "win32": ("tansu.dll", "tansu.dll"),
}.get(sys.platform, ("libtansu.so", "libtansu.so.0"))
#: What the linker is given on Windows in place of the library itself.
IMPORT_LIBRARY = "tansu.dll.lib"


def of_manifest(pattern: str) -> str:
    """A value of the workspace's Cargo.toml, the one place where versions are written."""
    found = re.search(pattern, MANIFEST, re.MULTILINE)
    if found is None:
        raise SystemExit(f"rust-ffi/Cargo.toml has no {pattern}")
    return found[1]


VERSION = of_manifest(r'^version = "([^"]+)"')
RUST_MIN = of_manifest(r'^rust-version = "([^"]+)"')


# --- the library ------------------------------------------------------------------------------------------------------


def library() -> Path:
    """The folder of a library to ship: the given one, or the one that cargo builds now."""
    given = os.environ.get("TANSU_LIB_DIR")
    if not given:
        return build_library()
    folder = Path(given)
    if not (folder / SHIPPED).is_file():
        raise SystemExit(f"TANSU_LIB_DIR={given}: no {SHIPPED} in it. `cargo xtask lib` in rust-ffi/ makes one.")
    return folder


def build_library() -> Path:
    """Builds the library with cargo; a second time it has nothing to do."""
    check_cargo()
    features = os.environ.get("TANSU_CFFI_FEATURES", "tansu")
    command = ["cargo", "build", "--release", "--locked", "--package", "tansu-ffi", "--lib", f"--features={features}"]
    if "tansu" in re.split(r"[,\s]+", features):
        # A dependency of upstream's crates asks for a newer rustc than it needs.
        command.append("--ignore-rust-version")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or RUST / "target").absolute()
    say(f"tansu-cffi: cargo builds the library into {target}; the first time that takes minutes.")
    run_cargo(command, target)
    built = target / "release" / BUILT
    folder = target / f"tansu-cffi-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    # Into a folder of our own: another build in the same target folder writes to the same place.
    shutil.copyfile(built, folder / SHIPPED)
    if sys.platform == "win32":
        shutil.copyfile(built.with_name(IMPORT_LIBRARY), folder / IMPORT_LIBRARY)
    if "test-hooks" not in features and b"tansu_test_panic" in (folder / SHIPPED).read_bytes():
        raise SystemExit(f"{built} was overwritten by a build with test hooks. Build again.")
    return folder


def check_cargo() -> None:
    """One clear sentence, before anything is compiled."""
    try:
        said = subprocess.run(["cargo", "--version"], cwd=RUST, stdout=subprocess.PIPE, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(
            f"tansu-cffi is built with Rust {RUST_MIN} or later, and cargo was not found. "
            f"Install Rust from https://rustup.rs, {REMEDY}"
        ) from None
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < tuple(map(int, RUST_MIN.split(".")[:2])):
        raise SystemExit(
            f"tansu-cffi is built with Rust {RUST_MIN} or later, and this is {said.strip()}. "
            f"Run `rustup update stable`, {REMEDY}"
        )


def run_cargo(command: list[str], target: Path) -> None:
    """Runs cargo with its progress where somebody can see it: pip keeps what a build prints to itself."""
    terminal = open_terminal()
    env = dict(os.environ, CARGO_TARGET_DIR=str(target))
    try:
        code = subprocess.run(command, cwd=RUST, env=env, stderr=terminal, check=False).returncode
    finally:
        if terminal is not None:
            os.close(terminal)
    if code != 0:
        where = "" if terminal is None else " Its messages are above, on the terminal."
        raise SystemExit(f"tansu-cffi: `{' '.join(command)}` failed.{where}")


def say(words: str) -> None:
    """A line for whoever waits."""
    print(words, file=sys.stderr, flush=True)
    terminal = open_terminal()
    if terminal is not None:
        os.write(terminal, f"\n{words}\n".encode())
        os.close(terminal)


def open_terminal() -> Optional[int]:
    """The terminal behind pip's back; None where there is none, or where stderr is one already."""
    if sys.stderr is not None and sys.stderr.isatty():
        return None
    try:
        return os.open("/dev/tty", os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return None


# --- the package ------------------------------------------------------------------------------------------------------


class BuildWithLibrary(build_ext):
    """Ships the library, the header and the files for other build systems, and links the cffi module against it."""

    def run(self) -> None:
        package = (ROOT if self.inplace else Path(self.build_lib)) / "tansu_cffi"
        folder = library()
        ship(folder / SHIPPED, package / "lib")
        for header in sorted((ROOT / "include").glob("*.h*")):
            ship(header, package / "include")
        ship_build_files(package / "lib")
        for extension in self.extensions:
            # By its path; the linker writes down its SONAME.
            extension.extra_objects = [str(folder / (IMPORT_LIBRARY if sys.platform == "win32" else SHIPPED))]
            extension.extra_link_args = {
                "darwin": ["-Wl,-rpath,@loader_path/lib"],
                "win32": [],
            }.get(sys.platform, ["-Wl,-rpath,$ORIGIN/lib", "-Wl,--enable-new-dtags"])
        super().run()
        if folder.name == f"tansu-cffi-{os.getpid()}":
            shutil.rmtree(folder)

    def build_extensions(self) -> None:
        # The interpreter's own library folder is in its link command and would end up in ours; so may another tansu.
        self.compiler.linker_so = without_rpath(getattr(self.compiler, "linker_so", []))
        super().build_extensions()


def without_rpath(command: list[str]) -> list[str]:
    """A link command without the folders that it would write into what it links."""
    kept: list[str] = []
    words = iter(command)
    for word in words:
        if word in ("-rpath", "-R", "-Xlinker"):
            next(words, None)
        elif not re.match(r"-Wl,(-rpath|-R)|-R", word):
            kept.append(word)
    return kept


def ship(file: Path, folder: Path) -> None:
    """Copies a file into the package. Beside and then renamed: a process may have the old one mapped."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{file.name}.{os.getpid()}"
    shutil.copyfile(file, fresh)
    os.replace(fresh, folder / file.name)


def ship_build_files(lib: Path) -> None:
    """What lies in cmake/: pkg-config files go where pkg-config looks, the others are the CMake package."""
    for template in sorted((ROOT / "cmake").glob("*")):
        if not template.is_file():
            continue
        text = fill(template.read_text(encoding="utf-8"))
        name = template.name.removesuffix(".in")
        folder = lib / "pkgconfig" if name.endswith(".pc") else lib / "cmake" / "tansu"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def fill(template: str) -> str:
    """Puts the version into a template."""
    major, minor, patch = re.split(r"[.+-]", VERSION)[:3]
    for name, value in (
        ("VERSION", VERSION),
        ("VERSION_MAJOR", major),
        ("VERSION_MINOR", minor),
        ("VERSION_PATCH", patch),
    ):
        template = re.sub(rf"@(?:TANSU|PROJECT)_{name}@", value, template)
    return template


def options() -> dict[str, Any]:
    """Builds apart from the tree: two builds at once do not meet, and a module that was removed does not come back."""
    scratch = tempfile.TemporaryDirectory(prefix="tansu-cffi-build-")
    # Kept for as long as this process builds.
    options.scratch = scratch  # type: ignore[attr-defined]
    found: dict[str, Any] = {"build": {"build_base": scratch.name}}
    sys.path.insert(0, str(ROOT))
    from build_ffi import is_limited_api

    if is_limited_api():
        found["bdist_wheel"] = {"py_limited_api": "cp310"}
    return found


def description() -> str:
    """README.md as it is shown far from this tree: its links lead into the tree, so they become the names of files."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\[([^]]+)\]\((?!https?:)([^)]+)\)", r"\1 (`\2`)", text)


setup(
    version=VERSION,
    long_description=description(),
    long_description_content_type="text/markdown",
    cffi_modules=["build_ffi.py:ffibuilder"],
    cmdclass={"build_ext": BuildWithLibrary},
    options=options(),
)
