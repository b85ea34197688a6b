"""The C++ programs of this folder: each case alone, and each whole program under the checkers."""

from __future__ import annotations

from pathlib import Path

import pytest
from c.building import HEADERS, STRICT, Builder, cases, check, must
from support import REPOSITORY

HERE = REPOSITORY / "tests" / "cpp"
PROGRAMS = sorted(source.stem for source in HERE.glob("*.cpp"))
HOOKS = {"handlers"}
CASES = [(name, case) for name in PROGRAMS for case in cases(HERE / f"{name}.cpp")]


def _build(build: Builder, request: pytest.FixtureRequest, name: str, sanitizer: str = "plain") -> Path:
    hooks = name in HOOKS
    library: Path = request.getfixturevalue("hooks_library" if hooks else "library")
    return build.program(HERE / f"{name}.cpp", library, sanitizer, hooks)


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda value: str(value))
def test_case(build: Builder, request: pytest.FixtureRequest, name: str, case: str) -> None:
    assert check(_build(build, request, name), case) == f"{case}: passed\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_memcheck(build: Builder, request: pytest.FixtureRequest, name: str) -> None:
    check(_build(build, request, name), under="memcheck")


@pytest.mark.parametrize("name", PROGRAMS)
def test_address_and_undefined_behaviour_sanitizers(build: Builder, request: pytest.FixtureRequest, name: str) -> None:
    check(_build(build, request, name, "asan"), under="asan")


def test_the_program_of_the_first_page(library: Path, tmp_path: Path) -> None:
    """That of tansu.hpp, as it stands but for the client."""
    lines = (HEADERS / "tansu.hpp").read_text(encoding="utf-8").splitlines()
    program = [line[len(" *     ") :] for line in lines if line.startswith(" *     ")]
    assert program[0] == '#include "tansu.hpp"'
    source = tmp_path / "app.cpp"
    source.write_text(
        "\n".join(
            ["#include <cstdio>", "#include <string>", "static void use(const std::string &where);"]
            + program
            + ["static void use(const std::string &where) { std::puts(where.c_str()); }", ""]
        )
    )
    command = ["c++", "-std=c++17", *STRICT, f"-I{HEADERS}", str(source), str(library), "-o", str(tmp_path / "app")]
    must(command)
    assert must([str(tmp_path / "app")], {"LD_LIBRARY_PATH": str(library.parent)}).startswith("localhost:")
