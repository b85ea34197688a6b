"""What the tests with killed brokers share."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from killed_broker import SEED


@pytest.fixture
def seed() -> int:
    return int(os.environ.get(SEED) or random.SystemRandom().randrange(1_000_000_000))


@pytest.fixture
def started() -> Iterator[list[Any]]:
    """Brokers and producers that must not outlive the test."""
    started: list[Any] = []
    yield started
    for one in started:
        one.end()
