"""Compiles C and C++ programs against the library under test, and runs them plain or under a checker."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support import REPOSITORY, needs

HEADERS = REPOSITORY / "include"
HELPERS = REPOSITORY / "tests" / "c"

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
STANDARD = {".c": ["cc", "-std=c99", "-D_DEFAULT_SOURCE"], ".cpp": ["c++", "-std=c++17"]}
#: Of a program with a bug in it; a failed check is 1.
FOUND = 99

SANITIZERS = {
    "plain": [],
    "asan": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"],
    "tsan": ["-fsanitize=thread"],
}
#: Not helgrind: it knows the locks of pthread, and the library's are futexes, so all that passes through it looks like
#: a race. The thread sanitizer excludes the library (tsan.supp) and finds races on the C side.
CHECKERS = {
    "memcheck": [
        *["valgrind", "--quiet", f"--error-exitcode={FOUND}", "--leak-check=full"],
        *["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"],
    ],
    # The memory of a sanitizer lies where a kernel with much randomness may have put something else.
    "tsan": ["setarch", "--addr-no-randomize"],
}


def run(
    command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end. Skips the test if it is a checker or a compiler that is missing."""
    needs.require_program(command[0])
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def must(command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Runs what has to succeed; gives its standard output."""
    ran = run(command, env, cwd)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def cases(source: Path) -> list[str]:
    """The cases that a program has, in the order of its table."""
    return re.findall(r"^    CASE\((\w+)\),$", source.read_text(encoding="utf-8"), re.MULTILINE)


@dataclass
class Builder:
    """Compiles each program once for each library and sanitizer."""

    folder: Path
    _built: dict[tuple[Path, Path, str], Path] = field(default_factory=dict)

    def program(self, source: Path, library: Path, sanitizer: str = "plain", hooks: bool = False) -> Path:
        key = (source, library, sanitizer)
        if key not in self._built:
            built = self.folder / f"{source.stem}-{sanitizer}-{len(self._built)}"
            must(
                [*STANDARD[source.suffix], *STRICT, "-O1", "-g", *SANITIZERS[sanitizer]]
                + (["-DTANSU_TEST_HOOKS"] if hooks else [])
                + [f"-I{HEADERS}", f"-I{HELPERS}", str(source), str(library)]
                + [f"-Wl,-rpath,{library.parent}", "-pthread", "-o", str(built)]
            )
            self._built[key] = built
        return self._built[key]


def check(program: Path, *args: str, under: str = "plain", timeout: float = 120) -> str:
    """Runs a program to a good end; gives its standard output."""
    env = {
        # A child made by fork has lost the stacks of the other threads, and with them what they point to.
        "ASAN_OPTIONS": f"exitcode={FOUND}:detect_leaks={int('forks' not in program.name)}",
        "UBSAN_OPTIONS": f"exitcode={FOUND}:print_stacktrace=1",
        "TSAN_OPTIONS": f"exitcode={FOUND}:suppressions={REPOSITORY / 'tests' / 'tsan.supp'}",
    }
    options = ["--leak-check=no"] if under == "memcheck" and "forks" in program.name else []
    ran = run([*CHECKERS.get(under, []), *options, str(program), *args], env, timeout=timeout)
    assert ran.returncode == 0, f"{program.name} {' '.join(args)}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    assert ran.stderr == "", ran.stderr
    return ran.stdout
