"""The compiler as a fixture."""

from __future__ import annotations

import pytest
from c.building import Builder


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder(tmp_path_factory.mktemp("c"))
