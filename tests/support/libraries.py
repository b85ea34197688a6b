"""The shared library under test: the one that the installed package ships, and the one with test hooks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support import REPOSITORY, needs


def installed_library() -> Path:
    """The file that the wheel ships."""
    from tansu_cffi._loader import LIBRARY_NAME, PACKAGE

    return PACKAGE / "lib" / LIBRARY_NAME


def hooks_library() -> Path:
    """Built by `cargo xtask lib --test-hooks` (nothing to do the second time)."""
    needs.require("cargo")
    command = ["cargo", "xtask", "lib", "--test-hooks", "--quiet"]
    # pytest's environment has cargo's target folder, or cargo takes rust-ffi/target, as setup.py does.
    ran = subprocess.run(
        command, cwd=REPOSITORY / "rust-ffi", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed\n{ran.stderr[-4000:]}")
    path = Path(ran.stdout.strip().splitlines()[-1])
    if not path.is_file():
        raise RuntimeError(f"{' '.join(command)} named {path}, which is not there (in {os.getcwd()})")
    return path
