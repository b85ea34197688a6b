"""`python -m tansu_cffi`: run, info, and the options that print folders."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.interpreters import Installed

from tansu_cffi import TansuBroker, __version__
from tansu_cffi._core import setting_keys


#: What `info --json` says of a setting.
SETTING: dict[str, Any] = {
    "key": str,
    "field": (str, type(None)),
    "type": str,
    "default": str,
    "min": (int, float, type(None)),
    "max": (int, float, type(None)),
    "values": list,
    "dynamic": bool,
    "secret": bool,
    "doc": str,
}


def _command(this: Installed, *args: str) -> list[str]:
    return [this.python, "-I", "-m", "tansu_cffi", *args]


def _run(this: Installed, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(this, *args),
        cwd=this.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **variables},
    )


class Running:
    """Starts `run` and waits for its first line."""

    def __init__(self, this: Installed, *args: str, **variables: str) -> None:
        command = _command(this, "run", "--port", "0", *args)
        self.process = subprocess.Popen(
            command,
            cwd=this.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables},
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


def test_run_reads_the_environment(this_interpreter: Installed, tmp_path: Path) -> None:
    """A password need not be in the process list. Options override variables."""
    variables = {"TANSU_STORAGE_URL": f"file://{tmp_path / 'data'}", "TANSU_LISTENER_PORT": "1", "TANSU_NODE_ID": "7"}
    with Running(this_interpreter, TANSU_LISTNER_HOST="x", **variables) as running:
        assert f"storage file://{tmp_path / 'data'}" in running.line
        assert running.port != 1
        running.process.send_signal(signal.SIGTERM)
        stderr = running.process.communicate(timeout=30)[1]
    meant = (
        "run: TANSU_LISTNER_HOST: no setting has this variable, and it is not read. Did you mean TANSU_LISTENER_HOST?"
    )
    assert stderr == meant + "\n"
    assert "node.id=7" in (tmp_path / "data" / "meta.properties").read_text()
    with Running(this_interpreter, "--storage", "memory://", **variables) as running:
        assert "storage memory://" in running.line
    refused = _run(this_interpreter, "run", TANSU_NODE_ID="x")
    assert (refused.returncode, refused.stderr) == (2, "run: TANSU_NODE_ID: 'x' is not a whole number\n")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--port", "ninety"), "run: --port: 'ninety' is not a whole number"),
        (("--listener-port", "ninety"), "run: --port: 'ninety' is not a whole number"),
        (("--storage-url", "memory"), "run: --storage: 'memory' is not a URL"),
        (("--port", "70000"), "run: --port: 70000 is out of range"),
        (("--advertised-port", "70000"), "run: --advertised-port: 70000 is out of range"),
        (("--advertised-host", "a b"), 'run: --advertised-host: "a b" is not a host'),
        (("--host", ""), "run: --host: must not be empty"),
        (("--set", "listener.port=70000"), "run: --set listener.port: 70000 is out of range"),
        (("--set", "node.id=-1"), "run: --set node.id: -1 is out of range"),
        (("--set", "max.connections=0"), "run: --set max.connections: 0 is out of range"),
        (("--set", "max.connections"), "--set max.connections: write KEY=VALUE"),
        (("--set", "storage.url:postgres://u:s3cr3t@h"), "--set storage.url: write KEY=VALUE"),
        (("--set", "storage.url:postgres://u:s3cr3t@h/?a=b"), "unknown setting 'storage.url:postgres://u:***@h/?a'"),
        (("--storage", "host=h user=me password=s3cr3t"), "'host=h user=me password=***' is not a URL"),
        (("--storage", "mongodb://me:s3cr3t"), "no storage has the scheme 'mongodb'"),
        (("--set", "max.conections=1"), "unknown setting 'max.conections'. Did you mean 'max.connections'"),
        (("--storage", "mongodb://u:s3cr3t@x"), "no storage has the scheme 'mongodb'"),
        (("--storage", ""), "run: --storage: must not be empty"),
        (("--storage", "memory"), "run: --storage: 'memory' is not a URL"),
    ],
)
def test_run_refuses_in_a_line(this_interpreter: Installed, args: Any, words: str) -> None:
    ran = _run(this_interpreter, "run", *args)
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "s3cr3t" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_run_says_that_the_port_is_taken(this_interpreter: Installed, broker: TansuBroker) -> None:
    """Printed once: the log's copy is filtered."""
    ran = _run(this_interpreter, "run", "--port", str(broker.port))
    assert ran.returncode == 1
    said = rf"run: port {broker.port} on \S+ is taken\. Use --port=0 to get a free one\.\n"
    assert re.fullmatch(said, ran.stderr), ran.stderr


def test_a_storage_that_does_not_open_is_named_by_its_option(this_interpreter: Installed) -> None:
    ran = _run(this_interpreter, "run", "--port", "0", "--storage", "file:///no/such/folder")
    assert ran.returncode == 1
    assert re.fullmatch(r"run: --storage: file:///no/such/folder: .*Create it first.*\n", ran.stderr), ran.stderr


def test_run_advertises_another_port(this_interpreter: Installed) -> None:
    with Running(this_interpreter, "--advertised-host", "broker.example", "--advertised-port", "19092") as running:
        found = re.match(r"Broker on broker\.example:19092 \(port (\d+) here\), storage memory://\.", running.line)
        assert found, running.line
        with socket.create_connection(("localhost", int(found[1])), 10) as client:
            # Metadata, version 1, of no topic.
            client.sendall(struct.pack(">ihhihi", 14, 3, 1, 7, -1, 0))
            answer = client.recv(4096)
    assert b"broker.example" + struct.pack(">i", 19092) in answer


def test_run_logs_to_stderr(this_interpreter: Installed) -> None:
    with Running(this_interpreter, "--log-level", "debug") as running:
        socket.create_connection(("localhost", running.port), 10).close()
        assert running.process.stderr is not None
        assert " tansu" in running.process.stderr.readline()


@pytest.mark.parametrize("args", [("info", "--json"), ("info",), ("--help",), ("--libdir",), ("run", "--port", "0")])
def test_a_reader_that_goes_is_no_error(this_interpreter: Installed, args: tuple[str, ...]) -> None:
    """As in `info --json | head -1`. The status is that of a program ended by SIGPIPE, in a shell."""
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        _command(this_interpreter, *args), cwd=this_interpreter.folder, stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert (process.communicate(timeout=60)[1], process.returncode) == ("", 141)


def test_run_goes_on_without_a_reader_of_its_last_line(this_interpreter: Installed) -> None:
    with Running(this_interpreter) as running:
        assert running.process.stdout is not None
        port = running.port
        running.process.stdout.close()
        socket.create_connection(("localhost", port), 10).close()
        running.process.send_signal(signal.SIGTERM)
        assert running.process.stderr is not None
        assert running.process.stderr.read() == ""
        assert running.process.wait(30) == 141


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
    settings = {setting["key"]: setting for setting in found["settings"]}
    for setting in found["settings"]:
        assert set(setting) == set(SETTING)
        for name, kinds in SETTING.items():
            assert isinstance(setting[name], kinds), setting
        assert setting["doc"]
        assert (setting["min"] is not None) == (setting["max"] is not None) == (setting["type"] in ("int", "double"))
    port = settings["listener.port"]
    assert {key: port[key] for key in port if key != "doc"} == {
        "key": "listener.port",
        "field": "listener_port",
        "type": "int",
        "default": "0",
        "min": 0,
        "max": 65535,
        "values": [],
        "dynamic": False,
        "secret": False,
    }
    assert settings["log.cleanup.policy"]["values"] == ["compact", "delete"]
    assert (settings["log.cleaner.min.cleanable.ratio"]["min"], settings["log.cleaner.min.cleanable.ratio"]["max"]) == (
        0,
        1,
    )
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
