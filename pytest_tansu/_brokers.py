"""The brokers of a run: how fixtures make them, which of them a test uses, and their folders."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import quote
from uuid import uuid4

import pytest

from pytest_tansu._options import FOLDER_OF_ITS_OWN, Options
from pytest_tansu._report import LogLines, describe
from tansu_cffi import BrokerConfig, BrokerError, BrokerState, TansuBroker
from tansu_cffi._config import config_of, in_names

ENVIRONMENT = "KAFKA_BOOTSTRAP_SERVERS"
#: Characters of a test's name in its topic's name. Kafka's limit is 249 for the whole.
_NAME_MAX = 100


@dataclass(eq=False)
class _Running:
    """A broker that a fixture has made."""

    broker: TansuBroker
    #: Whether it is that of one test, and of no wider scope.
    is_of_test: bool
    #: Of a URL that asks for a folder of the broker's own.
    folder: Optional[Path]
    #: Whether a test that uses it has failed, and an option asks to keep the folder then.
    keeps_folder: bool = False

    def shown(self) -> str:
        kept = f"\n  the folder is kept: {self.folder}" if self.keeps_folder and self.folder is not None else ""
        return describe(self.broker) + kept


class Brokers:
    """All brokers that the plugin's fixtures have made in this process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._running: list[_Running] = []
        self._log = LogLines()

    @contextmanager
    def running(self, request: pytest.FixtureRequest, **changes: Any) -> Iterator[TansuBroker]:
        """Runs a broker until the end of the block, for a fixture. A failure to start has no traceback.

        changes: fields of BrokerConfig, and `event_handler`.
        """
        refusal = None
        with ExitStack() as stack:
            try:
                broker = self._start(stack, request, changes)
            except BrokerError as error:
                refusal = error
            if refusal is not None:  # outside of `except`, whose error pytest would show a second time
                pytest.fail(f"tansu: the broker did not start: {type(refusal).__name__}: {refusal}", pytrace=False)
            yield broker

    @contextmanager
    def factory(self, request: pytest.FixtureRequest) -> Iterator[Callable[..., TansuBroker]]:
        """Gives a function that starts brokers, and stops them at the end of the block. It raises BrokerError."""
        with ExitStack() as stack:

            def make(**changes: Any) -> TansuBroker:
                __tracebackhide__ = True
                return self._start(stack, request, changes)

            yield make

    def _start(self, stack: ExitStack, request: pytest.FixtureRequest, changes: dict[str, Any]) -> TansuBroker:
        """Starts a broker, which stops at the end of the stack."""
        __tracebackhide__ = True
        handler = changes.pop("event_handler", None)
        try:
            config = self._config(changes)
            folder = _new_folder(config, request)
            if folder is not None:
                config = config.replace(storage_url=f"file://{quote(str(folder))}")
            broker = TansuBroker(config, handler)
            running = _Running(broker, is_of_test=request.scope == "function", folder=folder)
            stack.callback(self._end, running)
            broker.start(self._options.start_timeout)
        except BrokerError as error:
            raise in_names(error, self._options.names) from None
        self._running.append(running)
        return broker

    def _end(self, running: _Running) -> None:
        if running in self._running:
            self._running.remove(running)
        if running.broker.state is not BrokerState.NEW:
            running.broker.stop(0)
        running.broker.close()
        if running.folder is not None and not running.keeps_folder:
            shutil.rmtree(running.folder, ignore_errors=True)

    @contextmanager
    def in_environment(self, broker: TansuBroker) -> Iterator[None]:
        """Sets KAFKA_BOOTSTRAP_SERVERS in the block if an option asks for it."""
        with pytest.MonkeyPatch.context() as patch:
            if self._options.sets_environment:
                patch.setenv(ENVIRONMENT, broker.bootstrap_servers)
            yield

    def begin_test(self) -> None:
        """Forgets the log lines of earlier tests."""
        self._log.clear()

    def add_to_report(self, report: pytest.TestReport, item: pytest.Item) -> None:
        """Adds the section "tansu" to a failure of a test that uses one of the brokers."""
        used = self._used_by(item)
        for running in used:
            running.keeps_folder |= self._options.keeps_folders
        if used:
            parts = [*(running.shown() for running in used), self._log.shown()]
            report.sections.append(("tansu", "\n".join(parts)))

    def _used_by(self, item: pytest.Item) -> list[_Running]:
        values = getattr(item, "funcargs", {}).values()
        shared = [value for value in values if isinstance(value, TansuBroker)]
        return [one for one in self._running if one.is_of_test or any(one.broker is value for value in shared)]

    def close(self) -> None:
        """Ends the collection of log lines."""
        self._log.close()

    def _config(self, changes: Mapping[str, Any]) -> BrokerConfig:
        """Returns the settings of the run with these changes; `extra` is added to that of the run."""
        config = BrokerConfig.from_settings(self._options.settings)
        extra = changes.get("extra")
        if isinstance(extra, Mapping):
            changes = {**changes, "extra": {**config.extra, **extra}}
        return config_of(config, changes)


def topic_name(test: str) -> str:
    """Returns a new name for a topic of a test: the test's name, as far as Kafka takes it, and a random part."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', test)[:_NAME_MAX]}-{uuid4().hex[:12]}"


def _new_folder(config: BrokerConfig, request: pytest.FixtureRequest) -> Optional[Path]:
    """Returns a new folder if the URL asks for one. It is removed after the broker, and else by pytest's rules."""
    if config.storage_url != FOLDER_OF_ITS_OWN:
        return None
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return factory.mktemp("tansu")
