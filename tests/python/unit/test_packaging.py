"""The built wheel: its tag, files and links; and the sdist, which builds without a network."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from support import REPOSITORY, interpreters, needs, toml
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
    packages = [REPOSITORY / "tansu_cffi", REPOSITORY / "pytest_tansu"]
    modules = {path.relative_to(REPOSITORY).as_posix() for package in packages for path in package.rglob("*.py")}
    expected = modules | {
        "pytest_tansu/py.typed",
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
    assert {"LICENSE", "NOTICE"} <= licences


def test_the_wheel_states_its_licence(environments: Environments) -> None:
    with zipfile.ZipFile(_cpython(environments)) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = wheel.read(name).decode()
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "\nRequires-Python: >=3.9\n" in metadata


def test_the_long_description_names_files_that_the_sdist_has(environments: Environments, sdist: Path) -> None:
    """The index shows it, where README's relative links do not work."""
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


#: The crates that libtansu is not built from.
OTHER_CRATES = {"fuzz", "sim", "storages", "upstream", "xtask"}


@pytest.mark.needs("a clone made by git")
def test_the_sdist_has_all_that_a_build_needs(sdist: Path) -> None:
    names = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}
    tracked = subprocess.run(
        ["git", "ls-files", "rust-ffi/*/src", "include", "cmake", "tansu_cffi", "build_*.py", "setup.py", "LICENSE"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    needed = {
        name for name in tracked if Path(name).parts[:1] != ("rust-ffi",) or Path(name).parts[1] not in OTHER_CRATES
    }
    assert needed - names == set()
    assert {"rust-ffi/Cargo.lock", "rust-ffi/Cargo.toml", "rust-ffi/.cargo/config.toml", "include/tansu.h"} <= names
    assert not [name for name in names if "/target/" in name or name.endswith(".so")]
    assert {path.name for path in (sdist / "rust-ffi").iterdir()} & OTHER_CRATES == set()


def test_the_sdist_carries_every_crate_of_its_lock_file_and_none_of_tansu(sdist: Path) -> None:
    lock = toml.load(sdist / "rust-ffi" / "Cargo.lock")["package"]
    vendored = {path.name for path in (sdist / "rust-ffi" / "vendor").iterdir()}
    assert vendored == {f"{crate['name']}-{crate['version']}" for crate in lock if "source" in crate}
    whole = toml.load(REPOSITORY / "rust-ffi" / "Cargo.lock")["package"]
    versions = {(crate["name"], crate["version"]) for crate in whole}
    assert {(crate["name"], crate["version"]) for crate in lock} < versions
    assert not [name for name in vendored if name.startswith("nisshi-")]


def test_cargo_can_build_the_sdist_without_a_network(sdist: Path, tmp_path: Path) -> None:
    """With an empty home cargo knows no crate but those of the sdist. (`cargo xtask dist` builds it.)"""
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--offline"]
    env = {**os.environ, "CARGO_HOME": str(tmp_path)}
    ran = subprocess.run(command, cwd=sdist / "rust-ffi", env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    packages = {package["name"]: package for package in json.loads(ran.stdout)["packages"]}
    assert Path(packages["tokio"]["manifest_path"]).is_relative_to(sdist)


def test_a_wheel_builds_from_the_sdist(sdist: Path, library: Path, tmp_path: Path) -> None:
    env = {**os.environ, "TANSU_LIB_DIR": str(library.parent)}
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(sdist)]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(list(tmp_path.glob("*.whl"))) == 1


# --- what is linked into the library ----------------------------------------------------------------------------------


def _installed_metadata(name: str) -> str:
    """A file of the installed distribution's metadata, which cargo's build left there."""
    files = importlib.metadata.files("tansu-cffi") or []
    found = [file for file in files if file.as_posix().endswith(name)]
    assert found, f"the installed package has no {name}: it was built with TANSU_LIB_DIR"
    return found[0].read_text()


def test_the_installed_package_carries_the_licences_of_what_is_linked(library: Path) -> None:
    notices = _installed_metadata(".dist-info/licenses/THIRD_PARTY_NOTICES.txt")
    listed = re.findall(r"^([\w-]+) (\d\S*): (.+)$", notices.split("-" * 80)[0], re.MULTILINE)
    names = {name for name, _, _ in listed}
    assert {"tokio", "bytes", "crc32c"} <= names
    # Neither what only builds it nor what only other platforms need.
    assert names & {"syn", "quote", "proc-macro2", "windows-sys", "cbindgen"} == set()
    assert all(re.search(r"MIT|Apache|BSD|ISC|Zlib|Unicode|Unlicense|CC0|BSL", licence) for *_, licence in listed)
    metadata = importlib.metadata.metadata("tansu-cffi")
    assert "THIRD_PARTY_NOTICES.txt" in (metadata.get_all("License-File") or [])


def test_the_installed_package_carries_a_list_of_components(library: Path) -> None:
    document = json.loads(_installed_metadata(".dist-info/sboms/libtansu.cdx.json"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    own = document["metadata"]["component"]
    assert own["purl"] == f"pkg:pypi/tansu-cffi@{importlib.metadata.version('tansu-cffi')}"
    components = {component["bom-ref"]: component for component in document["components"]}
    lock = toml.load(REPOSITORY / "rust-ffi" / "Cargo.lock")["package"]
    checksums = {f"pkg:cargo/{crate['name']}@{crate['version']}": crate.get("checksum") for crate in lock}
    for reference, component in components.items():
        if "purl" in component:
            assert component["hashes"] == [{"alg": "SHA-256", "content": checksums[reference]}]
    notices = _installed_metadata(".dist-info/licenses/THIRD_PARTY_NOTICES.txt")
    assert all(f"\n{c['name']} {c['version']}: " in notices for c in components.values() if "purl" in c)
    # Each reference leads somewhere, and everything is reached from the library.
    graph = {row["ref"]: row["dependsOn"] for row in document["dependencies"]}
    reached, waiting = set(), [own["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += graph[reference]
    assert reached == {own["bom-ref"], *components} - {"rust-std"}


def test_found_is_at_least_this_python() -> None:
    """The matrix of the other tests is not empty by mistake."""
    assert isinstance(interpreters.find()[0], Found)
