"""Counts of repeated tests: `tests/counts.toml`."""

from __future__ import annotations

import os

from support import REPOSITORY
from support.toml import load

#: `full` asks for the numbers that a release is measured by; anything else for those that fit into a coffee.
VARIABLE = "TANSU_TEST_COUNTS"


def counts(key: str) -> int:
    """The number behind a key such as `exit.each`."""
    group, _, name = key.partition(".")
    table = load(REPOSITORY / "tests" / "counts.toml")
    try:
        row = table[group][name]
    except KeyError:
        raise KeyError(f"tests/counts.toml has no [{group}] {name}") from None
    return int(row["full" if os.environ.get(VARIABLE) == "full" else "short"])
