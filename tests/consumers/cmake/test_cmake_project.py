"""The project's own CMakeLists.txt with a ready library: install, add_subdirectory, ctest. No cargo runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from support import REPOSITORY, needs

pytestmark = pytest.mark.needs("CMake", "a C++ compiler")

USER = """
cmake_minimum_required(VERSION 3.20)
project(user LANGUAGES C)
{how}
add_executable(app app.c)
target_link_libraries(app PRIVATE tansu::tansu)
"""
APP = '#include <stdio.h>\n#include "tansu.h"\nint main(void) { puts(tansu_version()); return 0; }\n'


def _version() -> str:
    found = re.search(r'^version = "(.+)"', (REPOSITORY / "rust-ffi/Cargo.toml").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def _say(command: list[str], **env: str) -> str:
    ran = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def configured(library: Path, tmp_path_factory: pytest.TempPathFactory, build: Callable[..., str]) -> Path:
    folder = tmp_path_factory.mktemp("project")
    options = [f"-DTANSU_LIB_DIR={library.parent}", "-DBUILD_TESTING=OFF"]
    build(folder, ["cmake", "-S", str(REPOSITORY), "-B", "build", *options])
    build(folder, ["cmake", "--build", "build"])
    return folder / "build"


@pytest.mark.parametrize("lib", ["lib", "lib64", "lib/x86_64-linux-gnu"])
def test_an_installed_tree_can_be_moved_and_used(
    lib: str, library: Path, configured: Path, tmp_path: Path, build: Callable[..., str]
) -> None:
    build(configured, ["cmake", f"-DCMAKE_INSTALL_LIBDIR={lib}", "."])
    build(configured, ["cmake", "--install", ".", "--prefix", str(tmp_path / "first")])
    shutil.move(tmp_path / "first", tmp_path / "moved")
    folder = tmp_path / "moved" / lib
    files = {path.relative_to(tmp_path / "moved").as_posix() for path in (tmp_path / "moved").rglob("*")}
    assert {path for path in files if "." in Path(path).name} == {
        "include/tansu.h",
        "include/tansu.hpp",
        f"{lib}/libtansu.so",
        f"{lib}/libtansu.so.0",
        f"{lib}/cmake/tansu/tansuConfig.cmake",
        f"{lib}/cmake/tansu/tansuConfigVersion.cmake",
        f"{lib}/pkgconfig/tansu.pc",
    }
    assert os.readlink(folder / "libtansu.so") == "libtansu.so.0"
    assert (folder / "libtansu.so.0").read_bytes() == library.read_bytes()

    (tmp_path / "app.c").write_text(APP)
    (tmp_path / "CMakeLists.txt").write_text(USER.format(how="find_package(tansu 0.1 CONFIG REQUIRED)"))
    build(tmp_path, ["cmake", "-B", "build", f"-Dtansu_DIR={folder / 'cmake' / 'tansu'}"])
    build(tmp_path, ["cmake", "--build", "build"])
    assert _say([str(tmp_path / "build" / "app")]) == _version()

    needs.require("pkg-config")
    pc = {"PKG_CONFIG_PATH": str(folder / "pkgconfig")}
    assert _say(["pkg-config", "--modversion", "tansu"], **pc) == _version()
    flags = _say(["pkg-config", "--cflags", "--libs", "tansu"], **pc).split()
    build(tmp_path, ["cc", "app.c", *flags, "-o", "by-pkg-config"])
    said = _say([str(tmp_path / "by-pkg-config")], LD_LIBRARY_PATH=str(folder))
    assert said == _version()
    # And by the name that every linker knows.
    build(tmp_path, ["cc", "app.c", f"-I{tmp_path / 'moved/include'}", f"-L{folder}", "-ltansu", "-o", "by-name"])
    assert _say([str(tmp_path / "by-name")], LD_LIBRARY_PATH=str(folder)) == _version()


def test_the_storages_are_a_component(library: Path, tmp_path: Path, build: Callable[..., str]) -> None:
    """CMake only passes the file on, so any file will do."""
    ready = tmp_path / "ready"
    ready.mkdir()
    (ready / "libtansu_storages.so.0").write_text("storages")
    options = [f"-DTANSU_LIB_DIR={library.parent}", f"-DTANSU_STORAGES_LIB_DIR={ready}", "-DBUILD_TESTING=OFF"]
    build(tmp_path, ["cmake", "-S", str(REPOSITORY), "-B", "made", "-DCMAKE_INSTALL_LIBDIR=lib", *options])
    build(tmp_path, ["cmake", "--build", "made"])
    build(tmp_path, ["cmake", "--install", "made", "--prefix", str(tmp_path / "installed")])
    folder = tmp_path / "installed" / "lib"
    how = (
        "find_package(tansu CONFIG REQUIRED COMPONENTS storages)\nget_target_property(file tansu::storages LOCATION)\n"
    )
    (tmp_path / "CMakeLists.txt").write_text(USER.format(how=f'{how}message(STATUS "storages: ${{file}}")'))
    (tmp_path / "app.c").write_text(APP)
    said = build(tmp_path, ["cmake", "-B", "build", f"-Dtansu_DIR={folder / 'cmake' / 'tansu'}"])
    assert f"storages: {folder / 'libtansu_storages.so.0'}" in said

    (folder / "libtansu_storages.so.0").unlink()
    command = ["cmake", "-B", "other", f"-Dtansu_DIR={folder / 'cmake' / 'tansu'}"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "Set tansu_STORAGES_LIBRARY" in " ".join(ran.stderr.split())
    elsewhere = build(tmp_path, [*command, f"-Dtansu_STORAGES_LIBRARY={ready / 'libtansu_storages.so.0'}"])
    assert f"storages: {ready / 'libtansu_storages.so.0'}" in elsewhere


def test_both_builds_ship_the_same_files(configured: Path) -> None:
    """The templates are filled by setup.py for the wheel, and here."""
    from tansu_cffi._loader import PACKAGE

    build = configured / "install"
    for name in ("tansuConfig.cmake", "tansuConfigVersion.cmake"):
        assert (build / name).read_text("utf-8") == (PACKAGE / "lib/cmake/tansu" / name).read_text("utf-8")


def test_a_subdirectory_gives_the_target_and_installs_nothing(
    library: Path, tmp_path: Path, build: Callable[..., str]
) -> None:
    (tmp_path / "app.c").write_text(APP)
    how = f'set(TANSU_LIB_DIR "{library.parent}")\nadd_subdirectory("{REPOSITORY}" tansu)\nenable_testing()'
    (tmp_path / "CMakeLists.txt").write_text(USER.format(how=how))
    build(tmp_path, ["cmake", "-B", "build"])
    build(tmp_path, ["cmake", "--build", "build"])
    assert _say([str(tmp_path / "build" / "app")]) == _version()
    build(tmp_path, ["cmake", "--install", "build", "--prefix", str(tmp_path / "installed")])
    assert not list((tmp_path / "installed").rglob("*tansu*"))
    assert "Total Tests: 0" in build(tmp_path / "build", ["ctest", "--show-only"])


def test_a_folder_without_the_library_is_named(tmp_path: Path) -> None:
    command = ["cmake", "-S", str(REPOSITORY), "-B", str(tmp_path / "build"), f"-DTANSU_LIB_DIR={tmp_path}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "no libtansu.so.0 in it" in ran.stderr


def test_cargo_is_run_as_setup_py_runs_it(tmp_path: Path, build: Callable[..., str]) -> None:
    """With a cargo that only writes down what it was asked for."""
    cargo = tmp_path / "bin" / "cargo"
    cargo.parent.mkdir()
    cargo.write_text(
        f'#!/bin/sh\necho "$CARGO_TARGET_DIR: $*" >> {tmp_path}/asked\n'
        "for folder in release mytriple/release; do\n"
        '  mkdir -p "$CARGO_TARGET_DIR/$folder" && cd "$CARGO_TARGET_DIR/$folder" || exit\n'
        "  echo built > libtansu.so && echo storages > libtansu_storages.so\ndone\n"
    )
    cargo.chmod(0o755)
    for options, target, arguments in (
        ([], tmp_path / "one" / "cargo", ""),
        (["-DTANSU_STORAGES=ON"], tmp_path / "two" / "cargo", ""),
        (
            [f"-DCARGO_TARGET_DIR={tmp_path}/mine", "-DCARGO_BUILD_TARGET=mytriple"],
            tmp_path / "mine",
            " --target=mytriple",
        ),
    ):
        folder = tmp_path / ("three" if "mine" in str(target) else target.parent.name)
        (tmp_path / "asked").unlink(missing_ok=True)
        bare = {"TANSU_LIB_DIR": "", "CARGO_TARGET_DIR": "", "CARGO_BUILD_TARGET": ""}
        build(
            tmp_path,
            ["cmake", "-S", str(REPOSITORY), "-B", str(folder), f"-DCARGO={cargo}", "-DBUILD_TESTING=OFF", *options],
            bare,
        )
        build(tmp_path, ["cmake", "--build", str(folder)], bare)
        asked = (tmp_path / "asked").read_text().splitlines()
        command = f"--release --locked --lib{arguments}"
        expected = [f"{target}: build --package tansu-ffi {command}"]
        if "-DTANSU_STORAGES=ON" in options:
            expected.append(f"{target}: build --package tansu-storages {command} --ignore-rust-version")
            assert (folder / "libtansu_storages.so.0").read_text() == "storages\n"
        assert asked == expected
        assert (folder / "libtansu.so.0").read_text() == "built\n"


def test_ctest_has_the_programs_with_their_labels(
    library: Path, hooks_library: Path, tmp_path: Path, build: Callable[..., str]
) -> None:
    options = [f"-DTANSU_LIB_DIR={library.parent}", f"-DTANSU_HOOKS_LIBRARY={hooks_library}", "-DBUILD_TESTING=ON"]
    build(tmp_path, ["cmake", "-S", str(REPOSITORY), "-B", "build", *options])
    listed = json.loads(build(tmp_path / "build", ["ctest", "--show-only=json-v1"]))["tests"]
    labels = {}
    for test in listed:
        (labels[test["name"]],) = [p["value"] for p in test["properties"] if p["name"] == "LABELS"]
    sources = {f"c_{path.stem}" for path in (REPOSITORY / "tests/c").glob("*.c")}
    sources |= {f"cpp_{path.stem}" for path in (REPOSITORY / "tests/cpp").glob("*.cpp")}
    assert {name for name, label in labels.items() if label in (["unit"], ["slow"])} == sources
    assert {name for name, label in labels.items() if label == ["slow"]} == {"c_cycles"}
    assert {name for name, label in labels.items() if label == ["asan"]} == {
        f"{name}_asan" for name in sources - {"c_cycles"}
    }
    # Built and run: one of each kind, for the whole of them runs in tests/c and tests/cpp.
    some = ["c_library", "c_panic", "cpp_ownership", "c_settings_asan"]
    build(tmp_path, ["cmake", "--build", "build", "--parallel", "2", "--target", *some])
    said = build(tmp_path / "build", ["ctest", "--output-on-failure", "-R", f"^({'|'.join(some)})$"])
    # CMake 4 leaves out the failed ones if there are none.
    assert re.search(r"100% tests passed.* out of 4\b", said), said
