"""The C programs of this folder: each case alone, and each whole program under the checkers."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest
from c.building import HELPERS, Builder, cases, check

PROGRAMS = sorted(source.stem for source in HELPERS.glob("*.c") if source.stem != "cycles")
#: Those that raise errors and panics.
HOOKS = {"callbacks", "logs", "panic", "reentry"}
CASES = [(name, case) for name in PROGRAMS for case in cases(HELPERS / f"{name}.c")]


def _build(build: Builder, request: pytest.FixtureRequest, name: str, sanitizer: str = "plain") -> Path:
    hooks = name in HOOKS
    library: Path = request.getfixturevalue("hooks_library" if hooks else "library")
    return build.program(HELPERS / f"{name}.c", library, sanitizer, hooks)


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda value: str(value))
def test_case(build: Builder, request: pytest.FixtureRequest, name: str, case: str) -> None:
    assert check(_build(build, request, name), case) == f"{case}: passed\n"


def test_every_case_is_in_its_table() -> None:
    for name in PROGRAMS:
        text = (HELPERS / f"{name}.c").read_text(encoding="utf-8")
        for case in cases(HELPERS / f"{name}.c"):
            assert text.count(f"static void {case}(void) {{") == 1, case
        assert text.count("\nMAIN(cases)\n") == 1, name


@pytest.mark.parametrize("name", PROGRAMS)
def test_memcheck(build: Builder, request: pytest.FixtureRequest, name: str) -> None:
    check(_build(build, request, name), under="memcheck")


@pytest.mark.parametrize("name", PROGRAMS)
def test_address_and_undefined_behaviour_sanitizers(build: Builder, request: pytest.FixtureRequest, name: str) -> None:
    check(_build(build, request, name, "asan"), under="asan")


# It does not follow a child that starts threads.
@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "forks"])
def test_thread_sanitizer(build: Builder, request: pytest.FixtureRequest, name: str) -> None:
    check(_build(build, request, name, "tsan"), under="tsan")


def test_cycles_come_back_to_the_baseline(build: Builder, library: Path, counts: Callable[[str], int]) -> None:
    check(build.program(HELPERS / "cycles.c", library), str(counts("c.cycles")))


def test_a_failed_check_fails(build: Builder, library: Path, tmp_path: Path) -> None:
    """The helper itself: a wrong figure, a leak, a case that is not there."""
    source = tmp_path / "wrong.c"
    source.write_text(
        '#include "check.h"\n'
        "static void wrong(void) { CHECK_INT(1 + 1, 3); }\n"
        "static void leaking(void) { tansu_config *config = memory_config(); config = NULL; (void)config; }\n"
        "static const check_case cases[] = {\n    CASE(wrong),\n    CASE(leaking),\n};\nMAIN(cases)\n"
    )
    with pytest.raises(AssertionError, match=r"wrong.c:2: 1 \+ 1 is 2, not 3"):
        check(build.program(source, library), "wrong")
    with pytest.raises(AssertionError, match="no case is called absent"):
        check(build.program(source, library), "absent")
    with pytest.raises(AssertionError, match=r": 99\n[^$]*definitely lost"):
        check(build.program(source, library), "leaking", under="memcheck")
    with pytest.raises(AssertionError, match=r": 99\n[^$]*LeakSanitizer"):
        check(build.program(source, library, "asan"), "leaking", under="asan")
