"""pkg-config, and the compiler by hand, against the installed package: the examples in C and C++."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
from support import REPOSITORY, needs

import tansu_cffi

PACKAGE = Path(tansu_cffi.__file__).parent
COMPILE = {"c": ["cc", "-std=c99", "app.c"], "cpp": ["c++", "-std=c++17", "app.cpp"]}
CLIENT = {"c": "rdkafka", "cpp": "rdkafka++"}


@pytest.fixture(scope="module", params=["c", "cpp"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, to build in; in a folder that is called as its language."""
    needs.require("librdkafka's headers", *(["a C++ compiler"] if request.param == "cpp" else []))
    folder = tmp_path_factory.mktemp("pkgconfig") / request.param
    return shutil.copytree(REPOSITORY / "examples" / request.param, folder)


def _ask(wheel: Any, *options: str) -> list[str]:
    needs.require("pkg-config")
    env = {"PKG_CONFIG_PATH": f"{wheel.libdir}/pkgconfig", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    ran = subprocess.run(["pkg-config", *options], env=env, capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.split()


def test_the_example_with_pkg_config(
    example: Path, wheel: Any, build: Callable[..., str], succeeds: Callable[..., list[str]]
) -> None:
    flags = _ask(wheel, "--cflags", "--libs", "tansu", CLIENT[example.name])
    rpath = _ask(wheel, "--variable=rpath", "tansu")
    build(example, [*COMPILE[example.name], "-Wall", "-Wextra", "-Werror", *flags, *rpath, "-o", "app"])
    assert succeeds(["./app"]) == []


def test_the_example_by_hand(
    example: Path, wheel: Any, build: Callable[..., str], succeeds: Callable[..., list[str]]
) -> None:
    flags = [f"-I{wheel.includedir}", str(wheel.library), f"-Wl,-rpath,{wheel.libdir}", f"-l{CLIENT[example.name]}"]
    build(example, [*COMPILE[example.name], *flags, "-o", "by-hand"])
    assert succeeds(["./by-hand"]) == []


@pytest.mark.needs("pkg-config")
def test_the_commands_of_its_readme(example: Path, wheel: Any, build: Callable[..., str]) -> None:
    """As they stand, in a shell that finds this python."""
    text = (example / "README.md").read_text("utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for block in blocks:
        script = "\n".join(line[2:] for line in block.splitlines() if line.startswith("$ "))
        said = build(example, ["sh", "-euc", script], env)
        assert "produced 1000, consumed 1000, all equal" in said


@pytest.mark.parametrize(
    ("words", "env"),
    # By hand, the library is found at run time by LD_LIBRARY_PATH.
    [("pkg-config --cflags", {}), ("libtansu.so.0", {"LD_LIBRARY_PATH": str(PACKAGE / "lib")})],
)
def test_the_command_lines_of_the_documentation(
    words: str, env: dict[str, str], tmp_path: Path, build: Callable[..., str]
) -> None:
    """docs/embedding.md, with the program on the header's first page."""
    if "pkg-config" in words:
        needs.require("pkg-config")
    text = (REPOSITORY / "docs" / "embedding.md").read_text("utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    (block,) = [block for block in blocks if words in block and "cc app.c" in block]
    page = (REPOSITORY / "include" / "tansu.h").read_text("utf-8").split(r"\par Rules")[0]
    program = [text[len(" *     ") :] for text in page.splitlines() if text.startswith(" *     ")]
    (tmp_path / "app.c").write_text("\n".join(program) + "\n")
    script = "\n".join(line[2:] for line in block.splitlines())
    build(tmp_path, ["sh", "-euc", script], {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
    said = build(tmp_path, [str(tmp_path / "app")], env)
    assert re.fullmatch(r"clients connect to localhost:\d+\nstopped\n", said)


def test_what_pkg_config_says(wheel: Any) -> None:
    assert _ask(wheel, "--modversion", "tansu") == [tansu_cffi.__version__]
    # The wheel has no libtansu.so, so the file is named.
    assert "-l:libtansu.so.0" in _ask(wheel, "--libs", "tansu")
    native = (REPOSITORY / "rust-ffi/ffi/native-libs/x86_64-unknown-linux-gnu.txt").read_text("utf-8").split()
    static = _ask(wheel, "--static", "--libs", "tansu")
    assert set(native) <= set(static)
    assert not set(native) & set(_ask(wheel, "--libs", "tansu"))
