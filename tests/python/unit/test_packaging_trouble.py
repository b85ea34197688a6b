"""setup.py with a missing or unsuitable tool: one sentence that names the remedy, and no partial result."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, needs

#: Variables of the run that would decide for the tests.
DECIDING = ("TANSU_LIB_DIR", "TANSU_STORAGES_LIB_DIR", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "CC", "XDG_CACHE_HOME")
SYSTEM = "/bin:/usr/bin"


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with the modules that setup.py imports."""
    folder = tmp_path_factory.mktemp("builder")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    requires = ["setuptools>=77", "cffi>=2.0; platform_python_implementation != 'PyPy'"]
    subprocess.run([python, "-m", "pip", "install", "-q", *requires], check=True)
    return python


def _cargo(folder: Path, script: str) -> str:
    """Creates a fake cargo; returns a PATH with it."""
    cargo = folder / "bin" / "cargo"
    cargo.parent.mkdir(exist_ok=True)
    cargo.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'cargo 1.95.0' && exit\n{script}\n")
    cargo.chmod(cargo.stat().st_mode | stat.S_IXUSR)
    return f"{cargo.parent}:{SYSTEM}"


def _build(builder: str, tree: Path = REPOSITORY, **env: str) -> subprocess.Popen[str]:
    kept = {key: value for key, value in os.environ.items() if key not in DECIDING}
    return subprocess.Popen(
        [builder, "setup.py", "-q", "build"],
        cwd=tree,
        env={**kept, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # without a terminal, so that all of it can be read here
    )


def _refused(builder: str, tree: Path = REPOSITORY, **env: str) -> str:
    """The one line that setup.py ends with."""
    process = _build(builder, tree, **env)
    shown, errors = process.communicate()
    assert process.returncode == 1, shown + errors
    assert "Traceback" not in errors
    return errors.strip().splitlines()[-1]


def test_a_missing_cargo_is_named_with_the_remedy(builder: str, tmp_path: Path) -> None:
    shown = _refused(builder, PATH=str(tmp_path))
    expected = r"tansu-cffi is built with Rust [\d.]+ or later, and cargo was not found\. .*TANSU_LIB_DIR.*"
    assert re.fullmatch(expected, shown)


def test_the_storages_name_their_own_remedy(builder: str, tmp_path: Path) -> None:
    shown = _refused(builder, REPOSITORY / "storages", PATH=str(tmp_path))
    expected = r"tansu-cffi-storages is built with Rust .* cargo was not found\. .*TANSU_STORAGES_LIB_DIR.*"
    assert re.fullmatch(expected, shown)


def test_an_old_cargo_is_named_with_the_remedy(builder: str, tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\necho 'cargo 1.80.0 (376290515 2024-07-16)'\n")
    cargo.chmod(cargo.stat().st_mode | stat.S_IXUSR)
    shown = _refused(builder, PATH=f"{tmp_path}:{SYSTEM}")
    assert "this is cargo 1.80.0" in shown
    assert "rustup update stable" in shown


@pytest.mark.parametrize("tree", [REPOSITORY, REPOSITORY / "storages"], ids=["tansu-cffi", "storages"])
def test_a_missing_compiler_is_named_before_cargo_works(builder: str, tmp_path: Path, tree: Path) -> None:
    path = _cargo(tmp_path, f"touch {tmp_path}/worked; exit 101")
    shown = _refused(builder, tree, PATH=path, CC="absent-cc -O2")
    assert re.fullmatch(
        r"tansu-cffi(-storages)? is built with a C compiler, and `absent-cc -O2` was not found\. .*", shown
    )
    assert not (tmp_path / "worked").exists()


def test_a_compiler_that_fails_gives_no_traceback(builder: str, library: Path, tmp_path: Path) -> None:
    compiler = tmp_path / "broken-cc"
    compiler.write_text("#!/bin/sh\necho 'fatal error: no such luck' >&2\nexit 1\n")
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)
    shown = _refused(builder, CC=str(compiler), TANSU_LIB_DIR=str(library.parent))
    assert shown.startswith("tansu-cffi: the module tansu_cffi._native was not compiled (")


def test_a_build_that_fails_names_the_command(builder: str, tmp_path: Path) -> None:
    path = _cargo(tmp_path, '[ "$1" = tree ] && exit 0; echo "$@" >&2; exit 101')
    shown = _refused(builder, PATH=path, CARGO_TARGET_DIR=str(tmp_path / "target"))
    assert shown == "tansu-cffi: `cargo build --release --locked --package tansu-ffi --lib` failed."
    shown = _refused(builder, REPOSITORY / "storages", PATH=path, CARGO_TARGET_DIR=str(tmp_path / "target"))
    assert "--package tansu-storages --lib --ignore-rust-version` failed" in shown


def test_a_missing_network_is_named_with_the_remedy(builder: str, tmp_path: Path) -> None:
    """The real cargo, with no crate in its home."""
    home = {"CARGO_HOME": str(tmp_path / "home"), "CARGO_NET_OFFLINE": "true"}
    home["RUSTUP_HOME"] = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
    shown = _refused(builder, CARGO_TARGET_DIR=str(tmp_path / "target"), **home)
    assert "` failed. Crates could not be fetched: cargo needs the network, or " in shown
    assert "TANSU_LIB_DIR" in shown


def test_a_folder_without_the_library_is_named(builder: str, tmp_path: Path) -> None:
    shown = _refused(builder, TANSU_LIB_DIR=str(tmp_path))
    assert shown.startswith(f"TANSU_LIB_DIR={tmp_path}: no libtansu.so.0 in it.")


def test_an_interrupted_build_says_that_it_can_go_on(builder: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "working")
    path = _cargo(tmp_path, f"echo now > {tmp_path}/working; exec sleep 60")
    process = _build(builder, PATH=path, CARGO_TARGET_DIR=str(tmp_path / "target"), TMPDIR=str(tmp_path))
    (tmp_path / "working").read_text()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert errors.strip().splitlines()[-1] == ("tansu-cffi: interrupted. The same command goes on where cargo stopped.")
    assert not list(tmp_path.glob("tansu-cffi-*"))


# --- trees that are read-only, in odd places, or built twice at once --------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tracked files under a name with blanks and non-ASCII letters."""
    needs.require("a clone made by git")
    copy = tmp_path / "ein Baum für ツリー"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, copy / name)
    return copy


def _files(tree: Path) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if "__pycache__" not in path.parts}


def _wheel(builder: str, tree: Path, folder: Path, library: Path, **options: Any) -> subprocess.Popen[str]:
    command = [builder, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-build-isolation"]
    return subprocess.Popen(
        [*command, "--no-deps", "--wheel-dir", str(folder), str(tree)],
        env={**os.environ, "TANSU_LIB_DIR": str(library.parent), "SOURCE_DATE_EPOCH": "1700000000"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def test_a_build_writes_nothing_into_the_tree(builder: str, tree: Path, library: Path, tmp_path: Path) -> None:
    before = _files(tree)
    process = _wheel(builder, tree, tmp_path / "wheels", library)
    shown, _ = process.communicate()
    assert process.returncode == 0, shown
    assert _files(tree) == before


def test_two_builds_of_one_tree_at_once_give_the_same_wheel(
    builder: str, tree: Path, library: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    processes = [_wheel(builder, tree, folder, library) for folder in folders]
    for process in processes:
        shown, _ = process.communicate()
        assert process.returncode == 0, shown
    contents = []
    for folder in folders:
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            contents.append({name: archive.read(name) for name in archive.namelist() if not name.endswith(".so")})
    assert {name for name in contents[0] if not name.endswith("RECORD")} <= set(contents[1])
    assert contents[0]["tansu_cffi/lib/libtansu.so.0"] == contents[1]["tansu_cffi/lib/libtansu.so.0"]


def test_a_read_only_tree_is_built_in_the_users_cache(builder: str, tree: Path, tmp_path: Path) -> None:
    """A file where cargo's folder would be stands for a file system that takes no writes: root may write anywhere."""
    (tree / "rust-ffi" / "target").write_text("")
    path = _cargo(tmp_path, f'[ "$1" = tree ] && exit 0; echo "$CARGO_TARGET_DIR" > {tmp_path}/target; exit 101')
    cache = tmp_path / "cache"
    _refused(builder, tree, PATH=path, XDG_CACHE_HOME=str(cache))
    assert (tmp_path / "target").read_text().strip() == str(cache / "tansu-cffi" / "target")
    (tmp_path / "full").write_text("")
    _refused(builder, tree, PATH=path, XDG_CACHE_HOME=str(tmp_path / "full"), TMPDIR=str(tmp_path))
    assert (tmp_path / "target").read_text().strip().startswith(f"{tmp_path}/tansu-cffi-target-")
