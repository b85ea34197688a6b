"""Tests that are not run: skipped for a missing need, listed at the end, a failure in CI; any other skip fails."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from servers import storages
from support import REPOSITORY, needs, slow
from support.toml import load

pytest_plugins = ["pytester"]

TESTS = REPOSITORY / "tests"
NEEDS = (
    needs.Need("a unicorn", lambda: False, wheel="unicorn", debian=("libunicorn-dev",)),
    needs.Need("a horse", lambda: True, wheel="horse"),
)
CONFTEST = """
import pytest
from support import needs, skips, slow

def pytest_addoption(parser):
    skips.add_option(parser)

def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*names)")
    config.addinivalue_line("markers", "slow")
    config.pluginmanager.register(skips.SkipPolice(config))

@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    slow.mark(items)

@pytest.fixture(scope="session")
def unicorn():
    needs.require("a unicorn")
    raise AssertionError("made without what it needs")
"""
MARKED = """
import pytest

@pytest.mark.needs("a horse", "a unicorn")
def test_marked(): raise AssertionError("run without what it needs")

@pytest.mark.needs("a horse")
def test_with_what_it_needs(): pass
"""
IN_FIXTURE = """
def test_one(unicorn): pass
def test_two(unicorn): pass
"""


Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test file outside CI, with its own needs."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(needs, "NEEDS", NEEDS)
    pytester.makeconftest(CONFTEST)

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        # In this process: a new one imports all plugins again.
        return pytester.runpytest_inprocess(*options)

    return run


def test_a_missing_need_skips_and_the_run_ends_with_its_package(run: Run) -> None:
    ran = run(MARKED + IN_FIXTURE)
    assert ran.ret == pytest.ExitCode.OK
    ran.assert_outcomes(passed=1, skipped=3)
    ran.stdout.re_match_lines(
        [r"=+ not run, because .* =+", r" +3  a unicorn: pip install unicorn or apt-get install libunicorn-dev$"]
    )
    assert ran.stdout.str().count("unicorn:") == 1


def test_the_reason_of_the_skip_names_the_package(run: Run) -> None:
    ran = run(MARKED, "-rs")
    ran.stdout.re_match_lines([r"SKIPPED .* needs a unicorn, which is missing: pip install unicorn or apt-get .*"])


@pytest.mark.parametrize("how", ["CI", "--all"])
@pytest.mark.parametrize("source", [MARKED, IN_FIXTURE], ids=["marker", "fixture"])
def test_in_ci_a_missing_need_is_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch, how: str, source: str) -> None:
    if how == "CI":
        monkeypatch.setenv("CI", "true")
    ran = run(source, *([how] if how == "--all" else []))
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.re_match_lines([r"=+ not run, because .* =+", r"=+ skipped without being listed .* =+"])
    ran.stdout.re_match_lines([r"test_.*\.py::test_\w+: needs a unicorn, which is missing: pip install unicorn .*"])


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\ndef test_it(): pytest.skip('no time')",
        "import pytest\npytest.importorskip('no_time')\ndef test_it(): pass",
        "import pytest\n@pytest.mark.skip(reason='no time')\ndef test_it(): pass",
        "import pytest\n@pytest.mark.xfail(reason='no time')\ndef test_it(): raise ValueError",
        "import pytest\n@pytest.mark.xfail(reason='needs a unicorn')\ndef test_it(): raise ValueError",
    ],
    ids=["call", "module", "marker", "xfail", "xfail that names a need"],
)
def test_any_other_skip_fails_the_run(run: Run, source: str) -> None:
    ran = run(source + "\ndef test_other(): pass")
    assert ran.ret != pytest.ExitCode.OK
    ran.stdout.re_match_lines([r"=+ skipped without being listed in tests/allowed-skips.toml =+", r"test_.*\.py.*: .+"])


def test_a_need_that_is_not_in_the_table_is_an_error(run: Run) -> None:
    ran = run(MARKED.replace("a unicorn", "a dragon"))
    ran.assert_outcomes(passed=1, errors=1)
    ran.stdout.fnmatch_lines(["*no need is called 'a dragon'; tests/support/needs.py has *a horse*"])


def test_every_need_has_a_remedy_and_the_extra_brings_the_wheels() -> None:
    extra = load(REPOSITORY / "pyproject.toml")["project"]["optional-dependencies"]["test"]
    names = {re.split(r"[<>=; ]", requirement)[0] for requirement in extra}
    for need in needs.NEEDS:
        assert need.remedy, need.name
        assert set(need.wheel.replace("'", "").split()) <= names, need.name
    assert {name for name in needs.PROGRAMS.values()} <= {need.name for need in needs.NEEDS}


def test_the_debian_packages_are_printed_by_a_python_that_has_nothing_else(tmp_path: Path) -> None:
    """`.ci/run` asks before anything is installed."""
    command = [sys.executable, "-I", "-S", str(TESTS / "support" / "needs.py")]
    ran = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert {"valgrind", "librdkafka-dev", "pypy3-venv", "maven"} <= set(ran.stdout.split())
    assert "postgresql" not in ran.stdout, "a wheel brings it"


def test_the_short_form_leaves_out_what_is_called_slow(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "rows", lambda: [{"fixture": "unicorn"}, {"storage": "s3"}])
    stored = """
@pytest.mark.parametrize("storage", ["s3", "memory"])
def test_stored(storage): pass
"""
    ran = run(MARKED + IN_FIXTURE + stored, "-m", "not slow")
    # Of the rest, one needs what is missing.
    ran.assert_outcomes(passed=2, skipped=1, deselected=3)


def test_what_is_called_slow_is_there_and_has_a_reason() -> None:
    fixtures = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("*.py"))
    for row in slow.rows():
        assert row["why"], row
        if "files" in row:
            assert any(TESTS.glob(row["files"])), row
        elif "storage" in row:
            assert row["storage"] in storages.NAMES, row
        else:
            assert re.search(rf"@pytest\.fixture.*\ndef {row['fixture']}\(", fixtures), row
