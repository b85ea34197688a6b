"""The servers under test: rows of servers.toml, each in a process of its own."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from .machine import BIN, CORES, SERVER_CORE, TICK
from .raw import Raw

HERE = Path(__file__).resolve().parent
Row = dict[str, Any]


def rows() -> dict[str, Row]:
    """By name, in the order of the file."""
    return {row["name"]: row for row in tomllib.loads((HERE / "servers.toml").read_text(encoding="utf-8"))["server"]}


def environment() -> dict[str, str]:
    """Ours, and where a child finds this package, whatever its working directory."""
    return os.environ | {"PYTHONPATH": str(HERE.parent)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port if port < 45000 else port - 20000  # Below the ephemeral range, so that no client takes it meanwhile.


def tree(pid: int) -> list[int]:
    pids = [pid]
    for children in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(children, encoding="ascii") as file:
            for child in file.read().split():
                pids += tree(int(child))
    return pids


class Server:
    """Runs from here on; ready when its port accepts and answers ApiVersions and Metadata."""

    def __init__(self, row: Row, pin: bool = True) -> None:
        self.row = row
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_TMP"))
        self.host, self.port = "127.0.0.1", free_port()
        fill = {"bin": BIN, "port": self.port, "dir": os.path.join(self.folder, "data"), "python": sys.executable}
        os.mkdir(str(fill["dir"]))
        argv = [word.format(**fill) for word in shlex.split(row["start"])]
        env = environment() | {key: value.format(**fill) for key, value in row.get("env", {}).items()}
        piped = row.get("bootstrap") == "stdout"
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, SERVER_CORE if pin else set(CORES))  # Inherited by the child.
        self.begun = time.monotonic()
        with open(os.path.join(self.folder, "log"), "wb") as log:
            stdout = subprocess.PIPE if piped else log
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stderr=log, stdout=stdout)
        os.sched_setaffinity(0, before)
        if piped:
            assert self.process.stdout is not None
            first = self.process.stdout.readline().decode().strip().split(",")[0]
            self.host, port = first.rsplit(":", 1)
            self.port = int(port)
        self.raw = self._ready(self.begun + row.get("ready_timeout_s", 20))
        self.ready_ms = (time.monotonic() - self.begun) * 1000
        self.address = f"{self.host}:{self.port}"

    def _ready(self, end: float) -> Raw:
        while True:
            raw = None
            try:
                raw = Raw(self.host, self.port)
                raw.api_versions()
                raw.metadata([])
                return raw
            except OSError:
                if raw:
                    raw.close()
                if self.process.poll() is not None or time.monotonic() > end:
                    log = Path(self.folder, "log").read_text(encoding="utf-8", errors="replace")
                    self.stop()
                    raise RuntimeError(f"{self.row['name']} did not start: {log[-600:]}") from None
                time.sleep(0.0005)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        for pid in tree(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_s(self) -> float:
        total = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
                fields = stat.rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICK

    def rss_mb(self) -> float:
        kib = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
                kib += sum(int(size) for size in re.findall(r"VmRSS:\s+(\d+)", status))
        return kib / 1024

    def topic(self, partitions: int = 1, tag: str = "t", **configs: str) -> str:
        """Of a config's name the dots are underscores."""
        name = f"{tag}-{uuid.uuid4().hex[:8]}"
        self.raw.create_topic(name, partitions, {key.replace("_", "."): value for key, value in configs.items()})
        return name
