"""Build tools of other languages, and the programs that they build."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from support import needs

#: A first build fetches its packages and compiles them, on a machine that may have other work.
BUILD_TIMEOUT_S = 1200


def run(
    folder: Path, command: Sequence[str], timeout: float, env: Optional[dict[str, str]] = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder to its end."""
    return subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def build(folder: Path, command: Sequence[str], env: Optional[dict[str, str]] = None) -> str:
    """Runs a build tool in a folder, and gives what it printed. Skips the test if the tool is missing."""
    needs.require_program(command[0])
    ran = run(folder, command, BUILD_TIMEOUT_S, env)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout[-8000:]}\n{ran.stderr[-8000:]}"
    return ran.stdout
