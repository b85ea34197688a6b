"""A broker in a separate process, and its figures in /proc."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Optional


class BrokerProcess:
    """The other end of broker_process.py."""

    def __init__(self, settings: dict[str, str], descriptors: Optional[int] = None) -> None:
        """`descriptors`: how many the process may have, if not as many as ours."""

        def limit() -> None:
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        program = Path(__file__).with_name("broker_process.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
        )
        self._closed = False
        self.address = ("127.0.0.1", int(self._line()))

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"the broker's process died, {self.process.wait()}: {self.process.stderr.read()}")
        return line

    def tell(self, command: str) -> float:
        """A command of broker_process.py and its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return float(self._line())

    def status(self, field: str) -> int:
        """A number of /proc/PID/status: VmRSS and VmHWM in bytes, Threads."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name == field:
                number, *unit = rest.split()
                return int(number) * (1024 if unit == ["kB"] else 1)
        raise KeyError(field)

    def forget_peak(self) -> None:
        """From now on VmHWM counts again."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """Ends it, unless that was done before; a process that had died by itself is a failure."""
        if self._closed:
            return
        self._closed = True
        died = self.process.poll()
        self.process.kill() if died is None else None
        _, said = self.process.communicate()
        assert died is None, f"the broker's process died, {died}: {said}"
