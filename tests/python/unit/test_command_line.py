"""`python -m tansu_cffi`: run, info, and where things lie."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.interpreters import Installed

from tansu_cffi import TansuBroker, __version__
from tansu_cffi._core import setting_keys


def _command(this: Installed, *args: str) -> list[str]:
    return [this.python, "-I", "-m", "tansu_cffi", *args]


def _run(this: Installed, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(this, *args), cwd=this.folder, capture_output=True, text=True, timeout=60, check=False
    )


class Running:
    """`run`, from its first line on."""

    def __init__(self, this: Installed, *args: str) -> None:
        command = _command(this, "run", "--port", "0", *args)
        self.process = subprocess.Popen(
            command, cwd=this.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()

    @property
    def port(self) -> int:
        found = re.search(r"Broker on \S+:(\d+)", self.line)
        assert found, (self.line, self.process.communicate())
        return int(found[1])

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_drains_and_exits_with_0(this_interpreter: Installed, number: signal.Signals) -> None:
    with Running(this_interpreter) as running:
        socket.create_connection(("localhost", running.port), 10).close()
        running.process.send_signal(number)
        stdout, stderr = running.process.communicate(timeout=30)
    assert (running.process.returncode, stdout, stderr) == (0, "Broker stopped.\n", "")


def test_run_listens_where_it_says(this_interpreter: Installed) -> None:
    args = ("--host", "127.0.0.1", "--advertised-host", "127.0.0.1", "--set", "node.id=7", "--storage", "memory://")
    with Running(this_interpreter, *args) as running:
        assert running.line.startswith("Broker on 127.0.0.1:")
        assert "storage memory://" in running.line
        socket.create_connection(("127.0.0.1", running.port), 10).close()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--port", "ninety"), "listener.port: 'ninety' is not a whole number"),
        (("--port", "70000"), "listener_port: 70000 is out of range"),
        (("--set", "max.connections"), "--set max.connections: write KEY=VALUE"),
        (("--set", "max.conections=1"), "unknown setting 'max.conections'. Did you mean 'max.connections'"),
        (("--storage", "mongodb://u:s3cr3t@x"), "no storage answers to 'mongodb'"),
        (("--storage", ""), "storage_url: must not be empty"),
    ],
)
def test_run_refuses_in_a_line(this_interpreter: Installed, args: Any, words: str) -> None:
    ran = _run(this_interpreter, "run", *args)
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "s3cr3t" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_run_says_that_the_port_is_taken(this_interpreter: Installed, broker: TansuBroker) -> None:
    ran = _run(this_interpreter, "run", "--port", str(broker.port), "--log-level", "off")
    assert ran.returncode == 1
    assert re.fullmatch(rf"run: port {broker.port} on \S+ is taken\. Use .*\n", ran.stderr), ran.stderr


def test_run_logs_to_stderr(this_interpreter: Installed) -> None:
    with Running(this_interpreter, "--log-level", "debug") as running:
        socket.create_connection(("localhost", running.port), 10).close()
        assert running.process.stderr is not None
        assert " tansu" in running.process.stderr.readline()


def test_info_for_people(this_interpreter: Installed) -> None:
    ran = _run(this_interpreter, "info")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"tansu-cffi {__version__}" in ran.stdout
    for key in setting_keys():
        assert f"  {key}\n" in ran.stdout
    assert "memory://" in ran.stdout


def test_info_for_programs(interpreter: Installed) -> None:
    ran = _run(interpreter, "info", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert found["version"] == found["build"]["version"] == __version__
    assert [setting["key"] for setting in found["settings"]] == setting_keys()
    assert all(setting["doc"] for setting in found["settings"])
    assert {setting["key"]: setting["field"] for setting in found["settings"]}["listener.port"] == "listener_port"
    assert "memory" in {storage["scheme"] for storage in found["storages"]}
    assert Path(found["library"]).is_file()


@pytest.mark.parametrize(
    ("option", "file"),
    [("--libdir", "libtansu.so.0"), ("--includedir", "tansu.h"), ("--cmakedir", "tansuConfig.cmake")],
)
def test_folders(interpreter: Installed, option: str, file: str) -> None:
    ran = _run(interpreter, option)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = {path.name for path in Path(ran.stdout.strip()).iterdir()}
    assert file in found or "tansu-config.cmake" in found


def test_several_folders(this_interpreter: Installed) -> None:
    ran = _run(this_interpreter, "--libdir", "--includedir", "--cmakedir")
    assert [Path(line).is_dir() for line in ran.stdout.splitlines()] == [True, True, True]


def test_version(this_interpreter: Installed) -> None:
    assert _run(this_interpreter, "--version").stdout == f"tansu-cffi {__version__}\n"


def test_without_a_command_it_explains_itself(this_interpreter: Installed) -> None:
    ran = _run(this_interpreter)
    assert ran.returncode == 2
    for command in ("demo", "run", "info", "--libdir"):
        assert command in ran.stderr


@pytest.mark.parametrize("command", ["demo", "run", "info"])
def test_each_command_has_help(this_interpreter: Installed, command: str) -> None:
    assert "usage:" in _run(this_interpreter, command, "--help").stdout
