"""The marker `slow`, put on tests by `tests/slow.toml`; `pytest -m "not slow"` runs the others."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import pytest

from support import REPOSITORY
from support.toml import load

_NO_PARAMETERS = SimpleNamespace(params={})


def mark(items: Sequence[pytest.Item]) -> None:
    table = rows()
    for item in items:
        if any(applies(row, item) for row in table):
            item.add_marker(pytest.mark.slow)


def rows() -> list[dict[str, Any]]:
    return list(load(REPOSITORY / "tests" / "slow.toml")["slow"])


def applies(row: dict[str, Any], item: pytest.Item) -> bool:
    """A row names files, by their path under `tests/`, or a fixture, or a storage that is a parameter."""
    if "fixture" in row:
        return row["fixture"] in getattr(item, "fixturenames", ())
    if "storage" in row:
        return row["storage"] in getattr(item, "callspec", _NO_PARAMETERS).params.values()
    return item.path.is_relative_to(REPOSITORY) and fnmatchcase(
        item.path.relative_to(REPOSITORY / "tests").as_posix(), row["files"]
    )
