"""Every command line of the documentation is listed here, and is run here or by another test."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from markdown import REPOSITORY, blocks
from support.ports import free_port

#: Commands that something else runs as they stand.
ELSEWHERE = {
    "pip install '.[test]' ./storages && pytest": ".ci/run",
    "pytest -m 'not slow'": "by hand: what it leaves out, the tests of tests/slow.toml, .ci/run runs too",
    "pip install '.[demo]' && python -m tansu_cffi demo": "its second half by tests of the command line",
    "pip install . ./storages": "without the extra, as .ci/run",
    "cargo xtask dist [--only NAME] [--lib] [--target TARGET] [--glibc VERSION]": "before a release",
    "pip wheel --no-deps --wheel-dir dist .": "tests of the packaging, with another folder",
    "pip install PATH/dist/tansu_cffi-0.1.0-cp310-abi3-linux_x86_64.whl": "tests of the packaging, with its real path",
    'export PKG_CONFIG_PATH="$(python -m tansu_cffi --libdir)/pkgconfig"': "tests of the C consumers",
    "cc app.c $(pkg-config --cflags --libs tansu) $(pkg-config --variable=rpath tansu) -o app": (
        "tests of the C consumers"
    ),
    'cc app.c -I"$(python -m tansu_cffi --includedir)" "$(python -m tansu_cffi --libdir)/libtansu.so.0" -o app': (
        "tests of the C consumers"
    ),
}
RUN = "python -m tansu_cffi run --port 9092 --storage memory://"


#: Its commands are one session, which tests/python/unit/test_client_commands.py runs.
SESSION = "docs/command-line.md"


def _commands() -> list[str]:
    lines = [line for block in blocks("console") if block.path != SESSION for line in block.text.splitlines()]
    return sorted({line[2:] for line in lines if line.startswith("$ ")})


def _here(command: str) -> list[str]:
    words = shlex.split(command)
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


@pytest.mark.parametrize("command", [c for c in _commands() if c not in ELSEWHERE and c != RUN])
def test_command_runs(command: str, tmp_path: Path) -> None:
    ran = subprocess.run(_here(command), cwd=tmp_path, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert ran.stdout.strip()


def test_the_printed_folders_hold_what_they_are_named_for(tmp_path: Path) -> None:
    for option, file in (
        ("--libdir", "libtansu.so.0"),
        ("--includedir", "tansu.h"),
        ("--cmakedir", "tansuConfig.cmake"),
    ):
        command = [sys.executable, "-m", "tansu_cffi", option]
        ran = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
        found = {path.name.lower() for path in Path(ran.stdout.strip()).iterdir()}
        assert file.lower() in found or file.lower().replace("config", "-config") in found


def test_run_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    assert RUN in _commands()
    port = free_port()
    # As documented, but for the port, which a broker of the machine's owner may have.
    command = [word.replace("9092", str(port)) for word in _here(RUN)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = ""
        while str(port) not in said:
            line = process.stdout.readline()
            assert line, f"ended early: {said}"
            said += line
        socket.create_connection(("127.0.0.1", port), 10).close()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def test_readme_and_ci_run_the_same_command() -> None:
    command = "pip install '.[test]' ./storages && pytest"
    assert command in (REPOSITORY / "README.md").read_text(encoding="utf-8")
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for half in command.split(" && "):
        assert half in script
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
