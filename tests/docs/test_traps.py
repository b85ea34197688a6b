"""`tests/traps.toml` names tests that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support import REPOSITORY
from support.toml import load

TRAPS: list[dict[str, Any]] = load(REPOSITORY / "tests" / "traps.toml")["trap"]
IDS = sorted({test for trap in TRAPS for tests in trap["clauses"].values() for test in tests})


def _pattern(suffix: str, scenario: bool, names: list[str]) -> str:
    """What a test of that name looks like in its file."""
    *outer, name = (re.escape(part) for part in names)
    if suffix == ".rs":
        return rf"#\[test\]\n\s*fn {name}\(\)"
    if suffix == ".c":
        return rf"\nstatic void {name}\(void\) {{"
    if scenario:
        return rf"\n@scenario\ndef {name}\("
    if outer:
        return rf"\nclass {outer[0]}:\n(?:(?:    .*)?\n)*?    (?:async )?def {name}\("
    return rf"\n(?:async )?def {name}\("


@pytest.mark.parametrize("test", IDS)
def test_a_test_that_pins_a_trap_is_there(test: str) -> None:
    path, *names = test.split("::")
    file = REPOSITORY / ("rust-ffi" if path.endswith(".rs") else "tests") / path
    scenario = "golden/script" in path
    assert scenario or file.suffix != ".py" or names[-1].startswith("test_")
    assert re.search(_pattern(file.suffix, scenario, names), file.read_text(encoding="utf-8")), test


def test_every_trap_has_clauses_and_every_clause_has_tests() -> None:
    for trap in TRAPS:
        assert trap.keys() - {"open"} == {"section", "flaw", "clauses"}, trap
        assert trap["clauses"] and all(trap["clauses"].values()), trap["flaw"]
        assert all(len(tests) == len(set(tests)) for tests in trap["clauses"].values()), trap["flaw"]
    assert len({trap["flaw"] for trap in TRAPS}) == len(TRAPS)
