"""Puts the Rust sources of one library into its source distribution: its own crates, and the crates that they need.

The workspace in the distribution has the members that the library is built from and no others, without their tests. Its
Cargo.lock is the repository's without the crates that nothing there needs. The crates of tansu-cffi are vendored: 12 MB
packed, and the build needs no network. Those of tansu-cffi-storages would be 118 MB packed, more than an index takes;
cargo fetches them when the distribution is built, by the checksums in Cargo.lock.

TANSU_SDIST_VENDOR=1   vendors the crates of tansu-cffi-storages as well
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from build_rust import ROOT, RUST, Build, Library, check_cargo, say

#: Tables of a manifest that name what is left out.
LEFT_OUT = ("dev-dependencies", "[example]", "[test]", "[bench]")
#: Folders of a crate that no library is built from.
UNUSED = ("tests", "benches", "examples", "fuzz", "target")
VENDORED = """
# The crates lie beside this folder: a build needs no network.
[source.crates-io]
replace-with = "vendored"

[source.vendored]
directory = "vendor"
"""


def add_rust(library: Library, base: Path) -> None:
    """Writes the trimmed workspace and its vendored crates into the folder that becomes the archive."""
    check_cargo(library)
    rust = base / "rust-ffi"
    shutil.rmtree(rust, ignore_errors=True)
    names = members(library)
    for name in names:
        copy_member(RUST / name, rust / name)
    (rust / "Cargo.toml").write_text(workspace(names), encoding="utf-8")
    shutil.copyfile(RUST / "Cargo.lock", rust / "Cargo.lock")
    if library.vendored or os.environ.get("TANSU_SDIST_VENDOR") == "1":
        run(library, rust, ["cargo", "vendor", "--quiet", "--versioned-dirs", "vendor"])
        (rust / ".cargo").mkdir()
        (rust / ".cargo" / "config.toml").write_text(VENDORED.lstrip(), encoding="utf-8")
    else:
        run(library, rust, ["cargo", "update", "--quiet", "--workspace"])
    check_lock(library, rust / "Cargo.lock")


def members(library: Library) -> list[str]:
    """Returns the folders of the crates that the library is built from, each after the first one that needs it."""
    packages = {}
    for manifest in sorted(RUST.glob("*/Cargo.toml")):
        text = without_tables(manifest.read_text(encoding="utf-8"))
        (name,) = re.findall(r'^name = "([^"]+)"', text.partition("[package]")[2], re.MULTILINE)[:1]
        packages[name] = (manifest.parent.name, re.findall(r'\bpath = "\.\./([^"/]+)"', text))
    folders = [packages[library.crate][0]]
    needs = dict(packages.values())
    for folder in folders:
        folders += [needed for needed in needs[folder] if needed not in folders]
    return folders


def copy_member(source: Path, copy: Path) -> None:
    """Copies a crate without its tests."""

    def unused(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name.startswith(".") or (Path(folder) == source and name in UNUSED)]

    shutil.copytree(source, copy, ignore=unused)
    manifest = copy / "Cargo.toml"
    manifest.write_text(without_tables(manifest.read_text(encoding="utf-8")), encoding="utf-8")


def without_tables(manifest: str) -> str:
    """Returns a manifest without the tables that name tests, examples and what only those need."""
    tables = re.split(r"(?m)^(?=\[)", manifest)
    return "".join(table for table in tables if not table[1:].startswith(LEFT_OUT))


def workspace(names: list[str]) -> str:
    """Returns the workspace's manifest with these members."""
    text = (RUST / "Cargo.toml").read_text(encoding="utf-8")
    listed = ", ".join(f'"{name}"' for name in names)
    text, count = re.subn(r"(?m)^members = \[[^]]*\]", f"members = [{listed}]", text)
    if count != 1:
        raise SystemExit("rust-ffi/Cargo.toml has no list of members")
    return re.sub(r"(?m)(^#.*\n)*^default-members = \[[^]]*\]\n", "", text)


def run(library: Library, rust: Path, command: list[str]) -> None:
    """Runs cargo in the trimmed workspace; it drops from Cargo.lock what is not needed there."""
    say(f"{library.distribution}: `{' '.join(command)}` prepares the source distribution.")
    ran = subprocess.run(command, cwd=rust, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode != 0:
        raise SystemExit(f"{library.distribution}: `{' '.join(command)}` failed: {ran.stderr.strip()}")


def check_lock(library: Library, lock: Path) -> None:
    """The distribution is built from the versions that the repository was tested with."""
    news = locked(lock) - locked(RUST / "Cargo.lock")
    if news:
        raise SystemExit(f"{library.distribution}: rust-ffi/Cargo.lock does not have {', '.join(sorted(news))}.")


def locked(lock: Path) -> set[str]:
    """Returns "name version" of each crate in a lock file."""
    rows = re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"', lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {f"{name} {version}" for name, version in rows}


class WithRust:
    """For sdist: adds the Rust sources and the modules that setup.py shares, after setuptools has written its own."""

    build: Build

    def make_release_tree(self, base_dir: str, files: Any) -> None:
        """Fills the folder that becomes the archive."""
        super().make_release_tree(base_dir, files)  # type: ignore[misc]
        for module in sorted(ROOT.glob("build_*.py")):
            copy = Path(base_dir, module.name)
            # setuptools may have made a link to the file in the tree.
            copy.unlink(missing_ok=True)
            if module.name != "build_ffi.py" or (Path(base_dir) / "include").is_dir():
                shutil.copyfile(module, copy)
        add_rust(self.build.library, Path(base_dir))

    def make_archive(self, base_name: str, kind: str, **options: Any) -> str:
        """Packs the folder; with SOURCE_DATE_EPOCH, two builds of one commit give the same bytes."""
        time = os.environ.get("SOURCE_DATE_EPOCH")
        if kind != "gztar" or time is None:
            return str(super().make_archive(base_name, kind, **options))  # type: ignore[misc]
        archive = Path(f"{base_name}.tar.gz")
        top = Path(options["base_dir"])
        with (
            archive.open("wb") as raw,
            gzip.GzipFile(fileobj=raw, filename="", mode="wb", mtime=int(time)) as packed,
            tarfile.open(fileobj=packed, mode="w") as tar,
        ):
            for path in sorted(top.rglob("*")):
                entry = tar.gettarinfo(path, arcname=path.as_posix())
                entry.mtime, entry.mode = int(time), 0o755 if entry.isdir() else 0o644
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = ""
                with contextlib.ExitStack() as opened:
                    tar.addfile(entry, opened.enter_context(path.open("rb")) if entry.isreg() else None)
        return str(archive)
