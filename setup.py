"""Builds tansu-cffi: the library libtansu with cargo, then the cffi module against it.

TANSU_LIB_DIR   a folder with a ready library (libtansu.so.0): cargo is not needed then

build_rust.py names the variables of cargo that count.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

# A build front end runs this file without its folder in the path. build_rust comes first: it refuses an old Python.
sys.path.insert(0, str(Path(__file__).resolve().parent))
from build_notices import WithNotices
from build_rust import ROOT, TANSU, VERSION, Build, check_cargo, check_compiler, ship
from build_sdist import WithRust

# isort: split
from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist
from setuptools.errors import CompileError, LinkError, PlatformError

BUILD = Build(TANSU)


class BuildWithLibrary(build_ext):
    """Ships the library, the header and the files for other build systems, and links the cffi module against it."""

    def run(self) -> None:
        check_tools()
        package = (ROOT if self.inplace else Path(self.build_lib)) / "tansu_cffi"
        folder = BUILD.folder
        ship(folder / TANSU.shipped, package / "lib")
        for header in sorted((ROOT / "include").glob("*.h*")):
            ship(header, package / "include")
        ship_build_files(package / "lib")
        for extension in self.extensions:
            # By its path; the linker writes down its SONAME.
            linked = TANSU.import_library if sys.platform == "win32" else TANSU.shipped
            extension.extra_objects = [str(folder / linked)]
            extension.extra_link_args = {
                "darwin": ["-Wl,-rpath,@loader_path/lib"],
                "win32": [],
            }.get(sys.platform, ["-Wl,-rpath,$ORIGIN/lib", "-Wl,--enable-new-dtags"])
        super().run()

    def build_extensions(self) -> None:
        # The interpreter's own library folder is in its link command and would end up in ours; so may another tansu.
        self.compiler.linker_so = without_rpath(getattr(self.compiler, "linker_so", []))
        try:
            super().build_extensions()
        except (CompileError, LinkError, PlatformError) as error:
            raise SystemExit(
                f"tansu-cffi: the module tansu_cffi._native was not compiled ({error}). "
                "The compiler's messages are above."
            ) from None


def check_tools() -> None:
    """Ends with one sentence if a tool is missing, before cargo works for minutes."""
    if not BUILD.is_ready:
        check_cargo(TANSU)
    check_compiler(TANSU, os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not header.is_file():
        raise SystemExit(
            f"tansu-cffi is built with the headers of Python, and {header} is missing. "
            "Install them (Debian: python3-dev, pypy3-dev; Fedora: python3-devel)."
        )


def without_rpath(command: list[str]) -> list[str]:
    """A link command without the folders that it would write into what it links."""
    kept: list[str] = []
    words = iter(command)
    for word in words:
        if word in ("-rpath", "-R", "-Xlinker"):
            next(words, None)
        elif not re.match(r"-Wl,(-rpath|-R)|-R", word):
            kept.append(word)
    return kept


def ship_build_files(lib: Path) -> None:
    """What lies in cmake/: pkg-config files go where pkg-config looks, the others are the CMake package."""
    for template in sorted((ROOT / "cmake").glob("*")):
        if not template.is_file():
            continue
        text = fill(template.read_text(encoding="utf-8"))
        name = template.name.removesuffix(".in")
        folder = lib / "pkgconfig" if name.endswith(".pc") else lib / "cmake" / "tansu"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def fill(template: str) -> str:
    """Puts the version into a template."""
    major, minor, patch = re.split(r"[.+-]", VERSION)[:3]
    for name, value in (
        ("VERSION", VERSION),
        ("VERSION_MAJOR", major),
        ("VERSION_MINOR", minor),
        ("VERSION_PATCH", patch),
    ):
        template = re.sub(rf"@(?:TANSU|PROJECT)_{name}@", value, template)
    return template


class Wheel(WithNotices, bdist_wheel):
    """One wheel for every CPython with the limited API."""

    build = BUILD


class SourceDistribution(WithRust, sdist):
    """With the Rust sources that the library is built from."""

    build = BUILD


def options() -> dict[str, Any]:
    """Returns options of setuptools' commands."""
    found = BUILD.options()
    from build_ffi import is_limited_api

    if is_limited_api():
        found["bdist_wheel"] = {"py_limited_api": "cp310"}
    return found


def description() -> str:
    """README.md as it is shown far from this tree: its links lead into the tree, so they become the names of files."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\[([^]]+)\]\((?!https?:)([^)]+)\)", r"\1 (`\2`)", text)


setup(
    version=VERSION,
    long_description=description(),
    long_description_content_type="text/markdown",
    cffi_modules=["build_ffi.py:ffibuilder"],
    cmdclass={"build_ext": BuildWithLibrary, "bdist_wheel": Wheel, "sdist": SourceDistribution},
    options=options(),
)
