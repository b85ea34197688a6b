"""What is measured: samples by name, and the CPU time of a run."""

from __future__ import annotations

import json
import os
import re
import resource
import time
from collections.abc import Iterator, Sequence
from typing import Any, Optional

from .machine import CORES, busy_s, is_ahead
from .servers import Row, Server


class Options:
    def __init__(self, reps: Optional[int], scale: float) -> None:
        self.reps, self.scale = reps, scale

    def repeat(self, count: int, least: int = 5, cap_s: float = 75) -> Iterator[int]:
        """`count` times (or --reps), fewer for a slow server: none after cap_s once `least` are done."""
        begun = time.monotonic()
        for repetition in range(self.reps or count):
            if repetition >= least and time.monotonic() - begun > cap_s:
                return
            yield repetition


class Record:
    def __init__(self, row: Row) -> None:
        self.row = row
        self.samples: dict[str, list[float]] = {}
        self.notes: list[str] = []

    def add(self, name: str, value: float) -> None:
        self.samples.setdefault(name, []).append(round(value, 4))

    def note(self, text: object) -> None:
        line = " ".join(str(text).split())[:300]
        if line not in self.notes:
            self.notes.append(line)
            print("  note:", line, flush=True)

    def skips(self, step: str) -> bool:
        why = self.row.get("skip", {}).get(step)
        if why:
            self.note(f"{step} skipped: {why}")
        return bool(why)

    def save(self, path: str, suite: str) -> None:
        """Adds to what the file holds; a suite that was run before is replaced."""
        old: dict[str, Any] = {"samples": {}, "notes": [], "runs": []}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                old = json.load(file)
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            model = re.search(r"model name\s*: (.*)", cpuinfo.read())
        run = {
            "suites": suite,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "cpu": model and model[1],
            "cores": len(CORES),
            "kernel": os.uname().release,
            "nice": os.getpriority(os.PRIO_PROCESS, 0),
            "load": os.getloadavg(),
        }
        data = {
            "server": self.row["name"],
            "what": self.row.get("what", ""),
            "runs": [*old["runs"], run],
            "notes": [*old["notes"], *(note for note in self.notes if note not in old["notes"])],
            "samples": {**old["samples"], **self.samples},
        }
        text = json.dumps(data, indent=1)
        text = re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: "[" + ", ".join(m[1].replace(",", " ").split()) + "]", text)
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(path + ".tmp", path)


class Meter:
    """CPU time of the server and of the clients over one run, and what the rest of the machine used meanwhile."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def __enter__(self) -> Meter:
        self.begun, self.server_cpu_s, self.busy_s = time.monotonic(), self.server.cpu_s(), busy_s()
        self.client_cpu_s = _children_cpu_s()
        return self

    def __exit__(self, *_: object) -> None:
        self.client_cpu_s = _children_cpu_s() - self.client_cpu_s
        self.server_cpu_s = self.server.cpu_s() - self.server_cpu_s
        self.wall_s = time.monotonic() - self.begun
        others_s = busy_s() - self.busy_s - self.server_cpu_s - self.client_cpu_s
        self.others_cores = max(0, others_s) / self.wall_s
        # A higher priority reduces the influence of other processes.
        self.others_key = "background_cores" if is_ahead() else "other_cores"


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
