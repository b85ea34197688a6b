"""What is built: the wheel's tag, what lies in it, what it links to; the sdist; and setup.py's sentences."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from support import REPOSITORY, interpreters, needs
from support.interpreters import Environments, Found


def _wheel(environments: Environments, implementation: str) -> Path:
    if implementation == "pypy":
        needs.require("PyPy")
    found = [one for one in interpreters.find() if one.implementation == implementation]
    return environments.wheel(found[0])


def _cpython(environments: Environments) -> Path:
    return _wheel(environments, "cpython")


def test_one_wheel_serves_every_cpython(environments: Environments) -> None:
    assert re.fullmatch(r"tansu_cffi-[\d.]+-cp310-abi3-linux_\w+\.whl", _cpython(environments).name)


def test_pypy_has_a_wheel_of_its_own(environments: Environments) -> None:
    assert re.fullmatch(r"tansu_cffi-[\d.]+-pp\d+-pypy\d+_pp\d+-linux_\w+\.whl", _wheel(environments, "pypy").name)


def test_the_wheel_has_all_that_it_needs_and_nothing_else(environments: Environments) -> None:
    with zipfile.ZipFile(_cpython(environments)) as wheel:
        names = set(wheel.namelist())
    modules = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "tansu_cffi").rglob("*.py")}
    expected = modules | {
        "tansu_cffi/_native.abi3.so",
        "tansu_cffi/_native.pyi",
        "tansu_cffi/py.typed",
        "tansu_cffi/lib/libtansu.so.0",
    }
    expected |= {f"tansu_cffi/include/{path.name}" for path in (REPOSITORY / "include").iterdir()}
    assert expected <= names
    others = {name for name in names - expected if ".dist-info/" not in name}
    assert all(re.match(r"tansu_cffi/lib/(cmake/tansu|pkgconfig)/", name) for name in others), others
    licences = {Path(name).name for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE", "THIRD_PARTY_NOTICES.txt"}


def test_the_wheel_states_its_licence(environments: Environments) -> None:
    with zipfile.ZipFile(_cpython(environments)) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = wheel.read(name).decode()
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "\nRequires-Python: >=3.9\n" in metadata


def test_the_long_description_names_files_that_the_sdist_has(environments: Environments, sdist: Path) -> None:
    """It is shown where README's links lead nowhere."""
    with zipfile.ZipFile(_cpython(environments)) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        head, _, shown = wheel.read(name).decode().partition("\n\n")
    assert "\nDescription-Content-Type: text/markdown" in head
    assert [link for link in re.findall(r"\]\(([^)]+)\)", shown) if not link.startswith("https://")] == []
    named = re.findall(r"\(`([\w./-]+\.(?:md|txt|h))`\)", shown)
    assert {"docs/queue.md", "docs/embedding.md", "include/tansu.h"} <= set(named)
    for path in {*named, "README.md", "examples/c/app.c"}:
        assert (sdist / path.partition("#")[0]).is_file(), path


@pytest.mark.parametrize("implementation", ["cpython", "pypy"])
def test_the_module_finds_the_library_beside_itself_and_nowhere_else(
    environments: Environments, implementation: str, tmp_path: Path
) -> None:
    """The interpreter's own library folder is in its link command and must not stay in ours."""
    with zipfile.ZipFile(_wheel(environments, implementation)) as wheel:
        (module,) = [name for name in wheel.namelist() if re.match(r"tansu_cffi/_native\..*so$", name)]
        wheel.extract(module, tmp_path)
        wheel.extract("tansu_cffi/lib/libtansu.so.0", tmp_path)
    assert _dynamic(tmp_path / module, "RUNPATH") == ["$ORIGIN/lib"]
    assert _dynamic(tmp_path / module, "RPATH") == []
    assert "libtansu.so.0" in _dynamic(tmp_path / module, "NEEDED")
    library = tmp_path / "tansu_cffi/lib/libtansu.so.0"
    assert _dynamic(library, "SONAME") == ["libtansu.so.0"]
    assert _dynamic(library, "RUNPATH") + _dynamic(library, "RPATH") == []


def _dynamic(path: Path, tag: str) -> list[str]:
    said = subprocess.run(["readelf", "-dW", str(path)], capture_output=True, text=True, check=True).stdout
    return re.findall(rf"\({tag}\).*\[(.*)\]", said)


def test_the_wheel_has_no_test_hooks(environments: Environments) -> None:
    with zipfile.ZipFile(_cpython(environments)) as wheel:
        assert b"tansu_test_" not in wheel.read("tansu_cffi/lib/libtansu.so.0")
        assert b"tansu_test_" not in wheel.read("tansu_cffi/_native.abi3.so")


@pytest.mark.needs("abi3audit")
def test_the_module_keeps_to_the_stable_abi(environments: Environments) -> None:
    command = [sys.executable, "-m", "abi3audit", "--strict", "--assume-minimum-abi3", "3.10"]
    ran = subprocess.run([*command, str(_cpython(environments))], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(folder), str(REPOSITORY)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        # Debian 12's Python 3.11.2 has no filters yet; this archive is ours.
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (tree,) = [path for path in folder.iterdir() if path.is_dir()]
    return tree


@pytest.mark.needs("a clone made by git")
def test_the_sdist_has_all_that_a_build_needs(sdist: Path) -> None:
    names = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}
    tracked = subprocess.run(
        ["git", "ls-files", "rust-ffi", "include", "cmake", "tansu_cffi", "build_ffi.py", "setup.py", "LICENSE"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    # Tests of the crates may stay at home; what cargo and cffi read may not.
    needed = {name for name in tracked if not re.match(r"rust-ffi/(.*/tests/|fuzz/|wire/fuzz/)", name)}
    assert needed - names == set()
    assert {"rust-ffi/Cargo.lock", "rust-ffi/Cargo.toml", "include/tansu.h", "THIRD_PARTY_NOTICES.txt"} <= names
    assert not [name for name in names if "/target/" in name or name.endswith(".so")]


def test_a_wheel_builds_from_the_sdist(sdist: Path, library: Path, tmp_path: Path) -> None:
    env = {**os.environ, "TANSU_LIB_DIR": str(library.parent)}
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(sdist)]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(list(tmp_path.glob("*.whl"))) == 1


# --- sentences of setup.py --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has what setup.py imports."""
    folder = tmp_path_factory.mktemp("builder")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    requires = ["setuptools>=77", "cffi>=2.0; platform_python_implementation != 'PyPy'"]
    subprocess.run([python, "-m", "pip", "install", "-q", *requires], check=True)
    return python


def _refused(builder: str, **env: str) -> str:
    """The one line that setup.py ends with."""
    kept = {key: value for key, value in os.environ.items() if key not in ("TANSU_LIB_DIR", "CARGO_TARGET_DIR")}
    ran = subprocess.run(
        [builder, "setup.py", "-q", "build"],
        cwd=REPOSITORY,
        env={**kept, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,  # without a terminal, so that all of it can be read here
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stderr.strip().splitlines()[-1]


def test_a_missing_cargo_is_named_with_the_remedy(builder: str, tmp_path: Path) -> None:
    said = _refused(builder, PATH=str(tmp_path))
    wanted = r"tansu-cffi is built with Rust [\d.]+ or later, and cargo was not found\. .*TANSU_LIB_DIR.*"
    assert re.fullmatch(wanted, said)


def test_an_old_cargo_is_named_with_the_remedy(builder: str, tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\necho 'cargo 1.80.0 (376290515 2024-07-16)'\n")
    cargo.chmod(cargo.stat().st_mode | stat.S_IXUSR)
    said = _refused(builder, PATH=f"{tmp_path}:/bin:/usr/bin")
    assert "this is cargo 1.80.0" in said
    assert "rustup update stable" in said


def test_a_build_that_fails_says_which_command(builder: str, tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text('#!/bin/sh\n[ "$1" = --version ] && echo \'cargo 1.95.0\' && exit\necho "$@" >&2\nexit 101\n')
    cargo.chmod(cargo.stat().st_mode | stat.S_IXUSR)
    said = _refused(builder, PATH=f"{tmp_path}:/bin:/usr/bin", CARGO_TARGET_DIR=str(tmp_path / "target"))
    assert re.search(r"`cargo build --release --locked --package tansu-ffi --lib` failed", said)


def test_a_folder_without_the_library_is_named(builder: str, tmp_path: Path) -> None:
    said = _refused(builder, TANSU_LIB_DIR=str(tmp_path))
    assert said.startswith(f"TANSU_LIB_DIR={tmp_path}: no libtansu.so.0 in it.")


def test_found_is_at_least_this_python() -> None:
    """The matrix of the other tests is not empty by mistake."""
    assert isinstance(interpreters.find()[0], Found)
