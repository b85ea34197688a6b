"""For the tests that build a program of another language against the installed package's own library and run it.

The programs of `examples/` take a port and print the same lines, so what they must print is said here, once.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest
from support import REPOSITORY, tools

RUN_TIMEOUT_S = 180


@dataclass(frozen=True)
class Wheel:
    """Where the package says that its files are."""

    libdir: Path
    includedir: Path

    @property
    def library(self) -> Path:
        return self.libdir / "libtansu.so.0"


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    def ask(option: str) -> Path:
        command = [sys.executable, "-I", "-m", "tansu_cffi", option]
        return Path(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip())

    return Wheel(ask("--libdir"), ask("--includedir"))


@pytest.fixture(scope="module")
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, to build in, of the example that has the name of the test's folder."""
    name = request.path.parent.name
    built = shutil.ignore_patterns("node_modules", "target")
    return shutil.copytree(REPOSITORY / "examples" / name, tmp_path_factory.mktemp(name) / "example", ignore=built)


@pytest.fixture(scope="session")
def build() -> Callable[..., str]:
    """build(folder, command, env): runs a build tool there, and gives what it printed."""
    return tools.build


@pytest.fixture
def succeeds(example: Path) -> Callable[[Sequence[str]], list[str]]:
    """succeeds(command): the program works and is quiet about it. Gives the lines that only this language prints."""

    def run(command: Sequence[str]) -> list[str]:
        ran = tools.run(example, command, RUN_TIMEOUT_S)
        assert (ran.returncode, ran.stderr) == (0, ""), f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        clients, records, callbacks, counts, *more = ran.stdout.splitlines()
        assert re.fullmatch(r"clients connect to localhost:[1-9]\d*", clients)
        assert records == "produced 1000, consumed 1000, all equal"
        assert callbacks == "callbacks: started, stopped, release"
        assert counts == "counts: started 1, error 0, fatal 0, stopped 1, release 1"
        return more

    return run


@pytest.fixture
def fails_on_a_taken_port(example: Path, taken_port: int) -> Callable[[Sequence[str]], list[str]]:
    """fails_on_a_taken_port(command): with a taken port, the program prints the reason and the remedy."""

    def run(command: Sequence[str]) -> list[str]:
        ran = tools.run(example, command, RUN_TIMEOUT_S)
        remedy = f"port {taken_port} on 127.0.0.1 is taken. Use listener.port=0 to get a free one.\n"
        assert (ran.returncode, ran.stderr) == (1, remedy), f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        callbacks, counts, *more = ran.stdout.splitlines()
        assert callbacks == "callbacks: fatal, stopped, release"
        assert counts == "counts: started 0, error 0, fatal 1, stopped 1, release 1"
        return more

    return run


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]
