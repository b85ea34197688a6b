"""Builds tansu-cffi-storages: the library libtansu_storages with cargo, in a package that says where it lies.

TANSU_STORAGES_LIB_DIR   a folder with a ready library (libtansu_storages.so.0): cargo is not needed then

build_rust.py names the variables of cargo that count.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The repository has build_rust.py one folder up; the source distribution carries it beside this file.
sys.path.insert(0, str(HERE if (HERE / "build_rust.py").is_file() else HERE.parent))
from build_notices import WithNotices
from build_rust import STORAGES, TANSU, VERSION, Build, ship
from build_sdist import WithRust

# isort: split
from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

BUILD = Build(STORAGES)


class PlatformDistribution(Distribution):
    """A distribution for one platform, though none of its modules is compiled for Python."""

    def has_ext_modules(self) -> bool:
        return True


class BuildWithLibrary(build_py):
    """Ships the library with the package's modules."""

    def run(self) -> None:
        super().run()
        base = HERE if self.editable_mode else Path(self.build_lib)
        ship(BUILD.folder / STORAGES.shipped, base / "tansu_cffi_storages" / "lib")


class AnyPythonWheel(WithNotices, bdist_wheel):
    """One wheel for every Python of a platform."""

    build = BUILD

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class SourceDistribution(WithRust, sdist):
    """With the Rust sources that the library is built from."""

    build = BUILD


setup(
    version=VERSION,
    install_requires=[f"{TANSU.distribution}=={VERSION}"],
    distclass=PlatformDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": AnyPythonWheel, "sdist": SourceDistribution},
    options=BUILD.options(),
)
