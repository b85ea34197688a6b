"""The Node example: koffi opens the installed package's library, KafkaJS talks to the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest


@pytest.fixture(scope="module")
def program(example: Path, wheel: Any, build: Callable[..., str]) -> list[str]:
    build(example, ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"])
    # KafkaJS sets timers of less than no time, and newer versions of Node warn of that.
    return ["node", "--no-warnings", "main.mjs", str(wheel.library)]


def test_records_come_back_and_the_callbacks_come_in_order(
    program: list[str], succeeds: Callable[..., list[str]]
) -> None:
    assert succeeds(program) == []


def test_a_taken_port_is_told_with_its_remedy(
    program: list[str], taken_port: int, fails_on_a_taken_port: Callable[..., list[str]]
) -> None:
    assert fails_on_a_taken_port([*program, str(taken_port)]) == []
