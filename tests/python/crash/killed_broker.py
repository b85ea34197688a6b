"""A broker that dies by SIGKILL and is started again."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from support.ports import free_port

PATIENCE_S = 60
#: Chooses each round's moments; `TANSU_KILL_SEED=N pytest tests/python/crash` runs the rounds of a run that failed.
SEED = "TANSU_KILL_SEED"


class Broker:
    """A broker in a separate process, always on the same folder and port."""

    def __init__(self, folder: Path, fsync: str) -> None:
        self.servers = f"localhost:{free_port()}"
        self._command = [sys.executable, "-I", "-m", "tansu_cffi", "run", "--port", self.servers.split(":")[1]]
        self._command += ["--storage", f"file://{folder / 'broker'}?fsync={fsync}"]
        self._errors = folder / "broker.stderr"
        self._process: subprocess.Popen[str] | None = None

    def spawn(self) -> None:
        """Begins a life, without waiting until it serves."""
        with self._errors.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def start(self) -> None:
        self.spawn()
        assert self._process and self._process.stdout
        said = self._process.stdout.readline()
        assert said.startswith(f"Broker on {self.servers}, "), said + self.errors()

    def kill_after(self, seconds: float) -> None:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            raise AssertionError(f"the broker ended by itself: {self.errors()}")
        self.end()

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")[-4000:]
