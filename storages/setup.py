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
from build_rust import STORAGES, TANSU, VERSION, Scratch, provide, ship

# isort: split
from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

SCRATCH = Scratch(STORAGES.distribution)


class PlatformDistribution(Distribution):
    """A distribution for one platform, though none of its modules is compiled for Python."""

    def has_ext_modules(self) -> bool:
        return True


class BuildWithLibrary(build_py):
    """Ships the library with the package's modules."""

    def run(self) -> None:
        super().run()
        base = HERE if self.editable_mode else Path(self.build_lib)
        ship(provide(STORAGES, SCRATCH.path) / STORAGES.shipped, base / "tansu_cffi_storages" / "lib")


class AnyPythonWheel(bdist_wheel):
    """One wheel for every Python of a platform."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(
    version=VERSION,
    install_requires=[f"{TANSU.distribution}=={VERSION}"],
    distclass=PlatformDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": AnyPythonWheel},
    options=SCRATCH.options(in_tree="sdist" in sys.argv),
)
