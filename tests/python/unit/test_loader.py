"""Loading the library: the right file, or an error with the reason."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Union

from support import REPOSITORY, needs
from support.interpreters import Installed

WHICH = (
    "import tansu_cffi, sys\n"
    "maps = {line.split()[-1] for line in open('/proc/self/maps') if 'libtansu' in line}\n"
    "print(*maps)\n"
)
RUNS = WHICH + "with tansu_cffi.TansuBroker() as broker: print('runs', broker.is_running)\n"


def test_the_library_beside_the_module_is_loaded(interpreter: Installed) -> None:
    ran = interpreter.run(RUNS)
    assert ran.returncode == 0, ran.stderr
    path, *runs = ran.stdout.split()
    assert path.endswith("/tansu_cffi/lib/libtansu.so.0")
    assert runs == ["runs", "True"]


def test_the_variable_puts_another_library_in_its_place(interpreter: Installed, library: Path, tmp_path: Path) -> None:
    other = tmp_path / "libtansu-by-another-name.so"
    shutil.copyfile(library, other)
    ran = interpreter.run(RUNS, env={"TANSU_CFFI_LIBRARY": str(other)})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [str(other), "runs", "True"]


def _fails(interpreter: Installed, path: Union[Path, str], words: str) -> None:
    ran = interpreter.run("import tansu_cffi", env={"TANSU_CFFI_LIBRARY": str(path)})
    assert ran.returncode == 1
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: "), ran.stderr
    assert re.search(words, last), last


def test_the_variable_needs_a_full_path(this_interpreter: Installed) -> None:
    _fails(this_interpreter, "libtansu.so.0", "TANSU_CFFI_LIBRARY=libtansu.so.0: not a full path")


def test_the_file_must_be_there(this_interpreter: Installed, tmp_path: Path) -> None:
    _fails(this_interpreter, tmp_path / "none.so", "none.so: cannot be loaded")


def test_the_file_must_be_a_library(this_interpreter: Installed, tmp_path: Path) -> None:
    path = tmp_path / "text.so"
    path.write_text("no library")
    _fails(this_interpreter, path, "text.so: cannot be loaded")


def _functions() -> list[str]:
    header = (REPOSITORY / "include" / "tansu.h").read_text("utf-8")
    return sorted(set(re.findall(r"\b(tansu_\w+)\s*\(", header)))


def _fake_library(path: Path, soname: str, abi: int, leave_out: tuple[str, ...] = ()) -> Path:
    """A library with all functions of the header, without behaviour."""
    source = path.with_suffix(".c")
    bodies = [f"int {name}(void) {{ return {abi if name == 'tansu_abi_version' else 0}; }}" for name in _functions()]
    source.write_text("\n".join(body for body in bodies if not any(name in body for name in leave_out)))
    subprocess.run(["cc", "-shared", "-fPIC", f"-Wl,-soname,{soname}", "-o", str(path), str(source)], check=True)
    return path


def test_an_older_interface_is_refused(this_interpreter: Installed, tmp_path: Path) -> None:
    path = _fake_library(tmp_path / "old.so", "libtansu.so.0", 0)
    _fails(this_interpreter, path, "old.so has version 0 of the C ABI; this tansu_cffi needs 1 or later")


def test_a_library_that_lacks_a_function_is_refused(this_interpreter: Installed, tmp_path: Path) -> None:
    path = _fake_library(tmp_path / "less.so", "libtansu.so.0", 1, leave_out=("tansu_broker_command",))
    _fails(this_interpreter, path, "cannot load its library .*tansu_broker_command")


def test_a_library_with_another_soname_is_not_silently_ignored(this_interpreter: Installed, tmp_path: Path) -> None:
    path = _fake_library(tmp_path / "other.so", "libother.so.1", 1)
    _fails(this_interpreter, path, "other.so: its SONAME is not libtansu.so.0")


def test_the_source_folder_says_that_it_is_one(this_interpreter: Installed, tmp_path: Path) -> None:
    _copy_sources(tmp_path)
    program = f"import sys; sys.path[:] = [{str(tmp_path)!r}] + [p for p in sys.path if 'site-packages' not in p]\n"
    ran = this_interpreter.run(program + "import tansu_cffi")
    assert ran.returncode == 1
    assert "has no compiled module. If that is the source tree, install it" in ran.stderr


def test_in_the_source_folder_the_installed_package_runs(interpreter: Installed, tmp_path: Path) -> None:
    _copy_sources(tmp_path)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{RUNS}"
    program += "from tansu_cffi import _loader, queue; print(tansu_cffi.__file__, _loader.PACKAGE, queue.__file__)"
    ran = interpreter.run(program)
    assert ran.returncode == 0, ran.stderr
    library, _, _, sources, package, queue = ran.stdout.split()
    assert sources == str(tmp_path / "tansu_cffi" / "__init__.py")
    assert (library, queue) == (f"{package}/lib/libtansu.so.0", f"{package}/queue/__init__.py")
    assert not package.startswith(str(tmp_path))


def _copy_sources(folder: Path) -> None:
    shutil.copytree(REPOSITORY / "tansu_cffi", folder / "tansu_cffi", ignore=shutil.ignore_patterns("*.so*"))


def test_cpython_3_9_is_refused_in_a_sentence() -> None:
    """PyPy with Python 3.9 is accepted, so requires-python cannot express it."""
    needs.require("CPython 3.9")
    python = needs.cpython_3_9()
    assert python is not None
    said = "tansu-cffi needs CPython 3.10 or later, or PyPy; this is CPython 3.9."
    ran = subprocess.run([python, "setup.py", "--version"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith(said)
    assert len(ran.stderr.splitlines()) == 1
    ran = subprocess.run(
        [python, "-c", "import tansu_cffi._loader"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert said.replace("tansu-cffi", "tansu_cffi") in ran.stderr.splitlines()[-1]
