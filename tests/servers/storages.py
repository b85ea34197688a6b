"""The storages that the clients' tests run on, each empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from support import needs


@dataclass(frozen=True)
class Storage:
    """One storage URL, and what is to be known of it."""

    name: str
    url: str
    #: Whether the records are there again after a restart.
    keeps: bool


def _memory(scheme: str) -> Callable[..., Storage]:
    return lambda fixture, folder: Storage(scheme, f"{scheme}://", keeps=False)


def _file(fixture: Callable[[str], Any], folder: Path) -> Storage:
    return Storage("file", f"file://{folder}/broker", keeps=True)


def _sqlite(fixture: Callable[[str], Any], folder: Path) -> Storage:
    return Storage("sqlite", f"sqlite://{folder}/broker.db", keeps=True)


def _postgres(fixture: Callable[[str], Any], folder: Path) -> Storage:
    return Storage("postgres", fixture("postgres_server").new_url(), keeps=True)


def _s3(fixture: Callable[[str], Any], folder: Path) -> Storage:
    return Storage("s3", fixture("s3_server").new_url(), keeps=True)


_MAKERS = {
    "memory": _memory("memory"),
    "file": _file,
    "tansu+memory": _memory("tansu+memory"),
    "sqlite": _sqlite,
    "postgres": _postgres,
    "s3": _s3,
}
NAMES = tuple(_MAKERS)
#: Those of the engine itself; the others are Tansu's.
OWN = ("memory", "file")
#: Those whose records are there again after a restart.
KEEPING = ("file", "sqlite", "postgres", "s3")


def make(name: str, fixture: Callable[[str], Any], folder: Path) -> Storage:
    """An empty storage. Skips the test if Tansu's storages are missing and this is one of them.

    `fixture` gives a fixture by name, so that a server is started only if its storage is asked for.
    """
    if name not in OWN:
        needs.require("Tansu's storages")
    return _MAKERS[name](fixture, folder)
