"""The Go example: cgo compiles and links against the installed package, franz-go talks to the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest


@pytest.fixture(scope="module")
def tools(example: Path, wheel: Any, build: Callable[..., str]) -> Callable[..., str]:
    """tools("go", "build", ...) in the example's folder."""
    env = {
        "CGO_ENABLED": "1",
        "CGO_CFLAGS": f"-I{wheel.includedir}",
        "CGO_LDFLAGS": f"-L{wheel.libdir} -Wl,-rpath,{wheel.libdir}",
    }
    return lambda *command: build(example, command, env)


@pytest.fixture(scope="module")
def program(example: Path, tools: Callable[..., str]) -> str:
    tools("go", "build", "-o", "embedded", ".")
    return str(example / "embedded")


def test_records_come_back_and_the_callbacks_come_in_order(program: str, succeeds: Callable[..., list[str]]) -> None:
    assert succeeds([program]) == []


def test_a_taken_port_is_told_with_its_remedy(
    program: str, taken_port: int, fails_on_a_taken_port: Callable[..., list[str]]
) -> None:
    assert fails_on_a_taken_port([program, str(taken_port)]) == []


def test_vet_finds_nothing(tools: Callable[..., str]) -> None:
    tools("go", "vet", "./...")
