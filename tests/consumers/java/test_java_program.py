"""The Java example: JNA opens the installed package's library, Kafka's own client talks to the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

#: JNA made one thread of Java out of the broker's, for all the callbacks.
ONE_THREAD = ["threads: [tansu-callbacks]"]


@pytest.fixture(scope="module")
def program(example: Path, build: Callable[..., str]) -> str:
    build(example, ["mvn", "--batch-mode", "--quiet", "--no-transfer-progress", "package"])
    return str(example / "target" / "embedded.jar")


def test_records_come_back_and_the_callbacks_come_in_order(
    program: str, wheel: Any, succeeds: Callable[..., list[str]]
) -> None:
    assert succeeds(["java", f"-Djna.library.path={wheel.libdir}", "-jar", program]) == ONE_THREAD


def test_a_taken_port_is_told_with_its_remedy(
    program: str, wheel: Any, taken_port: int, fails_on_a_taken_port: Callable[..., list[str]]
) -> None:
    """The library by its full path, too."""
    assert fails_on_a_taken_port(["java", "-jar", program, str(taken_port), str(wheel.library)]) == ONE_THREAD
