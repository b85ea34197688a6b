"""find_package(tansu) against the installed package: the examples in C and C++, and what the version file says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from support import REPOSITORY, needs

pytestmark = pytest.mark.needs("CMake", "a C++ compiler")


@pytest.fixture(scope="module", params=["c", "cpp"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, to build in."""
    folder = tmp_path_factory.mktemp(f"cmake-{request.param}") / "example"
    return shutil.copytree(REPOSITORY / "examples" / request.param, folder)


@pytest.fixture(scope="module")
def cmakedir(wheel: Any) -> Path:
    return Path(wheel.libdir) / "cmake" / "tansu"


@pytest.fixture(scope="module")
def program(example: Path, cmakedir: Path, build: Callable[..., str]) -> str:
    needs.require("pkg-config", "librdkafka's headers")
    build(example, ["cmake", "-S", ".", "-B", "build", f"-Dtansu_DIR={cmakedir}"])
    build(example, ["cmake", "--build", "build"])
    return str(example / "build" / "app")


def test_records_come_back_and_the_callbacks_come_in_order(program: str, succeeds: Callable[..., list[str]]) -> None:
    assert succeeds([program]) == []


def test_a_taken_port_is_told_with_its_remedy(
    program: str, taken_port: int, fails_on_a_taken_port: Callable[..., list[str]]
) -> None:
    assert fails_on_a_taken_port([program, str(taken_port)]) == []


def _project(folder: Path, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["cmake_minimum_required(VERSION 3.20)", "project(consumer LANGUAGES C CXX)", *lines, ""])
    (folder / "CMakeLists.txt").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("", True),
        ("0.1", True),
        ("0.1.0", True),
        ("0.1.0 EXACT", True),
        ("0", True),
        ("0.0.9", False),
        ("0.1.99", False),
        ("0.2", False),
        ("1.0", False),
        ("0.1...0.2", True),
        ("0.1...<0.2", True),
        ("0.2...0.3", False),
        ("0.0...<0.1", False),
    ],
)
def test_while_the_version_begins_with_zero_the_minor_one_has_to_fit(
    asked: str, fits: bool, cmakedir: Path, tmp_path: Path
) -> None:
    _project(tmp_path, f"find_package(tansu {asked} CONFIG QUIET)", 'message(STATUS "fits: ${tansu_FOUND}")')
    command = ["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "build"), f"-Dtansu_DIR={cmakedir}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ("fits: 1" in said or "fits: TRUE" in said) == fits, said


def test_the_wheel_has_no_static_library(cmakedir: Path, tmp_path: Path, build: Callable[..., str]) -> None:
    _project(
        tmp_path,
        "find_package(tansu CONFIG REQUIRED)",
        "find_package(tansu CONFIG REQUIRED)",  # as when two of a project's parts ask for it
        "if(TARGET tansu::tansu_static)",
        '  message(FATAL_ERROR "static")',
        "endif()",
        "get_target_property(soname tansu::tansu IMPORTED_SONAME)",
        'message(STATUS "soname: ${soname}")',
    )
    assert "soname: libtansu.so.0" in build(tmp_path, ["cmake", "-B", "build", f"-Dtansu_DIR={cmakedir}"])


def test_a_package_that_was_taken_apart_is_not_found(cmakedir: Path, tmp_path: Path) -> None:
    """Only the CMake files, without library and header beside them."""
    lost = tmp_path / "lost" / "lib" / "cmake" / "tansu"
    shutil.copytree(cmakedir, lost)
    _project(tmp_path, "find_package(tansu CONFIG REQUIRED)")
    command = ["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "build"), f"-Dtansu_DIR={lost}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "libtansu.so.0 is missing" in ran.stderr
