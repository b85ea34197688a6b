"""Lists tests that were not run at the end of the run.

A test whose need is missing (`support/needs.py`) is listed under it, with the package that brings it. That fails the
run only under `CI=true` or `--all`. Any other skip needs a reason in `tests/allowed-skips.toml`; others fail the run.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import Any, Union

import pytest

from support import REPOSITORY, needs
from support.needs import Need
from support.toml import load

Report = Union[pytest.TestReport, pytest.CollectReport]


def add_option(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="fail if a test is skipped for something that is missing here")


class SkipPolice:
    """A pytest plugin."""

    def __init__(self, config: pytest.Config) -> None:
        self._strict = config.getoption("--all") or os.environ.get("CI") == "true"
        self._allowed = load(REPOSITORY / "tests" / "allowed-skips.toml").get("skip", [])
        for row in self._allowed:
            if not row.get("test") or not row.get("reason"):
                raise pytest.UsageError(f"tests/allowed-skips.toml: a row without test or reason: {row}")
        self.not_run: dict[Need, list[str]] = {}
        self.offenders: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        # Before the fixtures: none of them is made for a test that is skipped.
        for marker in item.iter_markers("needs"):
            needs.require(*marker.args)

    def _look(self, report: Report) -> None:
        expected_to_fail = hasattr(report, "wasxfail")
        if not report.skipped and not expected_to_fail:
            return
        why = _reason(report)
        need = next((need for need in needs.NEEDS if why == need.reason and not expected_to_fail), None)
        if need is not None:
            self.not_run.setdefault(need, []).append(report.nodeid)
        if any(fnmatchcase(report.nodeid, row["test"]) for row in self._allowed):
            return
        if need is None or self._strict:
            self.offenders.append(f"{report.nodeid}: {why}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._look(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._look(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.offenders and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.not_run:
            terminalreporter.section("not run, because something is missing here", yellow=True)
            for need, tests in sorted(self.not_run.items(), key=lambda row: -len(row[1])):
                terminalreporter.line(f"{len(tests):5}  {need.name}: {need.remedy}")
        if self.offenders:
            terminalreporter.section("skipped without being listed in tests/allowed-skips.toml", red=True)
            for offender in self.offenders:
                terminalreporter.line(offender)


def _reason(report: Report) -> str:
    """What `pytest.skip` or the marker was given."""
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return why.removeprefix("Skipped: ")
