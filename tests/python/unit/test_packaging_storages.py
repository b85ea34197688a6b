"""The distribution tansu-cffi-storages: its wheel, its tie to tansu-cffi, and its setup.py's messages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support import REPOSITORY, toml

STORAGES = REPOSITORY / "storages"
LIBRARY = "libtansu_storages.so.0"


def _version() -> str:
    return str(toml.load(REPOSITORY / "rust-ffi" / "Cargo.toml")["workspace"]["package"]["version"])


@pytest.fixture(scope="module")
def ready(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ready library: packaging looks at its name, and any file serves."""
    folder = tmp_path_factory.mktemp("ready")
    (folder / LIBRARY).write_bytes(library.read_bytes())
    return folder


@pytest.fixture(scope="module")
def wheel(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    ran = _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(STORAGES), ready=ready)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (built,) = folder.glob("*.whl")
    return built


def _pip(*args: str, ready: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *args],
        cwd=REPOSITORY,
        env={**os.environ, "TANSU_STORAGES_LIB_DIR": str(ready)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _metadata(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return archive.read(name).decode()


def test_one_wheel_serves_every_python_of_a_platform(wheel: Path) -> None:
    assert re.fullmatch(r"tansu_cffi_storages-[\d.]+-py3-none-linux_\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/WHEEL")]
        assert "Root-Is-Purelib: false" in archive.read(name).decode()


def test_the_wheel_has_the_library_and_the_module_that_names_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    expected = {"__init__.py", "py.typed", f"lib/{LIBRARY}"}
    assert names == {f"tansu_cffi_storages/{name}" for name in expected}
    assert {"LICENSE", "NOTICE"} <= licences


def test_the_two_distributions_are_of_one_version(wheel: Path) -> None:
    version = _version()
    metadata = _metadata(wheel)
    assert f"\nVersion: {version}\n" in metadata
    assert re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE) == [f"tansu-cffi=={version}"]
    extras = toml.load(REPOSITORY / "pyproject.toml")["project"]["optional-dependencies"]
    assert extras["storages"] == [f"tansu-cffi-storages=={version}"]


def test_both_carry_the_same_licence() -> None:
    assert (STORAGES / "LICENSE").read_bytes() == (REPOSITORY / "LICENSE").read_bytes()


def test_one_command_installs_both_from_the_tree(ready: Path, library: Path, tmp_path: Path) -> None:
    """pip takes `tansu-cffi==VERSION` from the tree beside it, not from an index."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    os.environ["TANSU_LIB_DIR"] = str(library.parent)
    try:
        ran = _pip("install", "--quiet", ".", "./storages", ready=ready, python=python)
    finally:
        del os.environ["TANSU_LIB_DIR"]
    assert ran.returncode == 0, ran.stdout + ran.stderr
    program = "import tansu_cffi_storages as s; print(s.library()); print(s.__version__)"
    shown = subprocess.run([python, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    path, version = shown.stdout.splitlines()
    assert Path(path).name == LIBRARY
    assert Path(path).is_file()
    assert version == _version()


def test_a_folder_without_the_library_is_named(tmp_path: Path) -> None:
    ran = _pip("wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(STORAGES), ready=tmp_path)
    assert ran.returncode != 0
    assert f"TANSU_STORAGES_LIB_DIR={tmp_path}: no {LIBRARY} in it." in ran.stdout + ran.stderr
