"""The version is that of rust-ffi/Cargo.toml; all other places have the same."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path

from support import REPOSITORY
from support.toml import load

import tansu_cffi
from tansu_cffi import _core
from tansu_cffi._loader import PACKAGE, lib, text

VERSION = load(REPOSITORY / "rust-ffi" / "Cargo.toml")["workspace"]["package"]["version"]


def test_package_library_and_metadata_agree() -> None:
    assert tansu_cffi.__version__ == VERSION
    assert text(lib.tansu_version()) == VERSION
    assert importlib.metadata.version("tansu-cffi") == VERSION
    assert json.loads(_core.build_info())["version"] == VERSION


def test_the_header_agrees() -> None:
    numbers = [getattr(lib, f"TANSU_VERSION_{part}") for part in ("MAJOR", "MINOR", "PATCH")]
    assert ".".join(map(str, numbers)) == VERSION
    assert lib.tansu_abi_version() == lib.TANSU_ABI_VERSION == json.loads(_core.build_info())["abi"]


def test_the_shipped_files_agree() -> None:
    assert (PACKAGE / "include" / "tansu.h").read_bytes() == (REPOSITORY / "include" / "tansu.h").read_bytes()
    (pc,) = (PACKAGE / "lib" / "pkgconfig").glob("*.pc")
    assert re.search(r"^Version: (\S+)", pc.read_text("utf-8"), re.MULTILINE)[1] == VERSION  # type: ignore[index]
    cmake = PACKAGE / "lib" / "cmake" / "tansu"
    assert any(f'"{VERSION}"' in file.read_text("utf-8") for file in cmake.glob("*ersion.cmake"))
    left = [file for file in (PACKAGE / "lib").rglob("*.*") if file.suffix in (".pc", ".cmake") and _unfilled(file)]
    assert left == []


def _unfilled(file: Path) -> bool:
    return re.search(r"@[A-Z_]+@", file.read_text("utf-8").replace("@PACKAGE_INIT@", "")) is not None


def test_the_changelog_has_it() -> None:
    assert f"## [{VERSION}]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
