"""A test that is not run says nothing, so each needs a reason in `tests/allowed-skips.toml`; others fail the run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from support import REPOSITORY
from support.toml import load


class SkipPolice:
    """A pytest plugin."""

    def __init__(self) -> None:
        self._allowed = load(REPOSITORY / "tests" / "allowed-skips.toml").get("skip", [])
        for row in self._allowed:
            if not row.get("test") or not row.get("reason"):
                raise pytest.UsageError(f"tests/allowed-skips.toml: a row without test or reason: {row}")
        self.offenders: list[str] = []

    def _look(self, report: Any) -> None:
        expected_to_fail = hasattr(report, "wasxfail")
        if not report.skipped and not expected_to_fail:
            return
        if any(fnmatchcase(report.nodeid, row["test"]) for row in self._allowed):
            return
        why = report.wasxfail if expected_to_fail else report.longrepr
        self.offenders.append(f"{report.nodeid}: {why[-1] if isinstance(why, tuple) else why}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._look(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._look(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.offenders and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.offenders:
            terminalreporter.section("skipped without being listed in tests/allowed-skips.toml", red=True)
            for offender in self.offenders:
                terminalreporter.line(offender)
