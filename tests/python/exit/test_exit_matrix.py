"""Programs exit cleanly: each case of `cases/`, several times, on every available Python.

A case says what it expects beside `end` on its stdout: `# expect code: N` (0 without it), `# expect stderr: WORDS`.
"""

from __future__ import annotations

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Union

import pytest
from support.interpreters import Installed
from support.tansu_storages import on_tansus_storage

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
SECONDS = 10.0
#: What an interpreter, a Rust runtime or a C library says when it falls over.
DEATH = re.compile(r"fatal|panicked|abort|segmentation|deadlock|not rethrown|not called in the current", re.IGNORECASE)


def _expected(case: Path) -> tuple[int, str]:
    text = case.read_text(encoding="utf-8")
    code = re.search(r"^# expect code: (\d+)$", text, re.MULTILINE)
    words = re.search(r"^# expect stderr:(.*)$", text, re.MULTILINE)
    return int(code[1]) if code else 0, words[1].strip() if words else ""


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_program_ends(case: Path, interpreter: Installed, counts: Callable[[str], int]) -> None:
    _check(case, case, interpreter, counts("exit.each"))


#: Cases that are about when the package is imported, which the storage's default does at once.
LATE_IMPORTS = ("imported_in_atexit", "started_after_last_hook")


@pytest.mark.parametrize("case", [c for c in CASES if c.stem not in LATE_IMPORTS], ids=lambda path: path.stem)
def test_program_on_tansus_storage_ends(case: Path, this_interpreter: Installed, counts: Callable[[str], int]) -> None:
    """The library of the storages has its own threads and exit handlers."""
    program = on_tansus_storage(case.read_text(encoding="utf-8"))
    _check(case, program, this_interpreter, counts("exit.each"))


def _check(case: Path, program: Union[Path, str], interpreter: Installed, times: int) -> None:
    code, words = _expected(case)

    def once(_: int) -> tuple[subprocess.CompletedProcess[str], float]:
        begun = time.monotonic()
        # Well beyond the limit, to distinguish a slow program from one that hangs.
        return interpreter.run(program, timeout=60), time.monotonic() - begun

    with ThreadPoolExecutor(2) as pool:
        for ran, seconds in pool.map(once, range(times)):
            report = f"{case.stem} on {interpreter.name}: code {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
            assert ran.returncode == code, report
            assert seconds < SECONDS, f"{report}\n{seconds:.1f} s"
            assert "end" in ran.stdout.split(), report
            assert not DEATH.search(ran.stderr), report
            assert words in ran.stderr if words else ran.stderr == "", report
