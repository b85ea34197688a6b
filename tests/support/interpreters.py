"""Every available Python, each with the package's wheel in its own virtual environment.

The wheels are built from the working tree against the library of the installed package, so no cargo runs. One wheel
serves every CPython with a GIL; PyPy and free-threaded builds have their own. TANSU_TEST_WHEELS names a folder of ready
ones, which are taken where they fit.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from support import REPOSITORY

_ASK = (
    "import sys, sysconfig, json; print(json.dumps([sys.implementation.name, sys.version_info[:2], "
    "bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)


@dataclass(frozen=True)
class Found:
    """An interpreter of this machine."""

    name: str
    implementation: str
    executable: str

    @property
    def is_cpython(self) -> bool:
        return self.implementation == "cpython"

    @property
    def is_free_threaded(self) -> bool:
        return self.name.endswith("t")


def find() -> list[Found]:
    """CPython 3.10 and later, from 3.14 on without a GIL too, and PyPy; one of each version."""
    candidates = [sys.executable]
    minors = [f"python3.{minor}{kind}" for minor in range(10, 16) for kind in ("", "t")]
    for name in [*minors, "python3", "pypy3"]:
        candidates += filter(None, [shutil.which(name)])
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates += sorted(glob.glob(f"{pyenv}/versions/*/bin/python"))
    found: dict[str, Found] = {}
    for candidate in candidates:
        interpreter = _ask(candidate)
        if interpreter is not None:
            found.setdefault(interpreter.name, interpreter)
    return sorted(found.values(), key=lambda one: (one.implementation, len(one.name), one.name))


def _ask(executable: str) -> Optional[Found]:
    try:
        ran = subprocess.run([executable, "-I", "-c", _ASK], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return None
    if ran.returncode != 0:
        return None  # a shim of a version that is not switched on
    implementation, (major, minor), free_threaded = json.loads(ran.stdout)
    supported = (implementation == "cpython" and (major, minor) >= (3, 10)) or (
        implementation == "pypy" and (major, minor) >= (3, 9)
    )
    # cffi has no free-threaded build for 3.13.
    if not supported or (free_threaded and (major, minor) < (3, 14)):
        return None
    return Found(name_of(implementation, (major, minor), free_threaded), implementation, executable)


def name_of(implementation: str, version: tuple[int, int], free_threaded: bool) -> str:
    """What the matrix calls an interpreter: `cpython3.12`, `cpython3.14t`, `pypy3.11`."""
    return f"{implementation}{version[0]}.{version[1]}{'t' if free_threaded else ''}"


def name_of_this() -> str:
    """The name of the interpreter that runs the tests."""
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return name_of(sys.implementation.name, sys.version_info[:2], free_threaded)


@dataclass(frozen=True)
class Installed:
    """A Python that has the package; programs run isolated, in an empty folder."""

    name: str
    python: str
    folder: Path

    @property
    def is_pypy(self) -> bool:
        return self.name.startswith("pypy")

    def command(self, program: Union[str, Path], *args: str, options: tuple[str, ...] = ()) -> list[str]:
        """The command line for a file, or for source text."""
        what = [str(program)] if isinstance(program, Path) else ["-c", program]
        return [self.python, "-I", *options, *what, *args]

    def run(
        self,
        program: Union[str, Path],
        *args: str,
        options: tuple[str, ...] = (),
        timeout: float = 60,
        env: Optional[dict[str, str]] = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end."""
        return subprocess.run(
            self.command(program, *args, options=options),
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, program: Union[str, Path], *args: str, **options: Any) -> subprocess.Popen[str]:
        """Starts a program whose output is read by the caller."""
        return subprocess.Popen(
            self.command(program, *args),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )


class Environments:
    """Builds wheels and environments when they are first asked for."""

    def __init__(self, folder: Path, library: Path) -> None:
        self._folder = folder
        self._library = library
        self._wheels: dict[str, Path] = {}
        self._pythons: dict[str, str] = {}

    def python(self, found: Found) -> str:
        """The python of an environment that has the package."""
        if found.name not in self._pythons:
            self._pythons[found.name] = self._make(found)
        return self._pythons[found.name]

    def wheel(self, found: Found) -> Path:
        """The wheel for that interpreter."""
        kind = "cpython" if found.is_cpython and not found.is_free_threaded else found.name
        if kind not in self._wheels:
            self._wheels[kind] = _ready_wheel(found) or self._build(found, self._folder / f"wheel-{kind}")
        return self._wheels[kind]

    def install(self, found: Found, *requirements: str) -> None:
        """Puts packages of others beside ours."""
        self.python(found)
        _call([*self._pip(found), "install", "--quiet", "--disable-pip-version-check", *requirements])

    def _pip(self, found: Found) -> list[str]:
        python = str(self._folder / found.name / "bin" / "python")
        return [sys.executable, "-m", "pip", "--python", python] if _lent_pip(found) else [python, "-m", "pip"]

    def _make(self, found: Found) -> str:
        folder = self._folder / found.name
        _call([found.executable, "-m", "venv", *(["--without-pip"] if _lent_pip(found) else []), str(folder)])
        _call([*self._pip(found), "install", "--quiet", "--disable-pip-version-check", str(self.wheel(found))])
        return str(folder / "bin" / "python")

    def _build(self, found: Found, folder: Path) -> Path:
        builder = self._folder / f"{folder.name}-builder"
        _call([found.executable, "-m", "venv", str(builder)])
        _call(
            [str(builder / "bin" / "python"), "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
            + ["--no-deps", "--wheel-dir", str(folder), str(REPOSITORY)],
            env={**os.environ, "TANSU_LIB_DIR": str(self._library.parent)},
        )
        (wheel,) = folder.glob("*.whl")
        return wheel


def _lent_pip(found: Found) -> bool:
    """Another Python's pip installs into an environment as well, and quicker; but it may be too new for PyPy."""
    return found.is_cpython and sys.implementation.name == "cpython"


def _ready_wheel(found: Found) -> Optional[Path]:
    folder = os.environ.get("TANSU_TEST_WHEELS")
    if not folder:
        return None
    digits = "".join(re.findall(r"\d+", found.name))
    if found.is_free_threaded:
        tags = f"cp{digits}-cp{digits}t"
    else:
        tags = "cp310-abi3" if found.is_cpython else f"pp{digits}-*"
    return next(iter(sorted(Path(folder).glob(f"tansu_cffi-*-{tags}-*.whl"))), None)


def _call(command: list[str], env: Optional[dict[str, str]] = None) -> None:
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed\n{ran.stdout[-4000:]}{ran.stderr[-4000:]}")
