"""Everything at once, from many threads; and the two meetings of threads that chance alone would hardly bring about."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from pathlib import Path
from typing import Any, Callable

import pytest
from support.interpreters import Installed

from tansu_cffi import BrokerState, _core, _logs

PROGRAM = Path(__file__).with_name("hammer.py")
#: The seed to run again; a fresh one without it.
SEED = "TANSU_TEST_SEED"


def test_hammer(interpreter: Installed, counts: Callable[[str], int]) -> None:
    seed = os.environ.get(SEED) or str(secrets.randbelow(1_000_000_000))
    ran = interpreter.run(PROGRAM, str(counts("lifecycle.hammer")), seed, timeout=300)
    assert (ran.returncode, ran.stderr) == (0, ""), f"rerun: {SEED}={seed}"


def test_a_state_that_was_read_earlier_does_not_hide_a_later_one(
    make_broker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = make_broker().start()
    library = _core.lib
    first = threading.Event()

    class Slow:
        """The library, whose first answer arrives after the broker has stopped."""

        def __getattr__(self, name: str) -> Any:
            return getattr(library, name)

        def tansu_broker_state(self, handle: Any) -> int:
            state: int = library.tansu_broker_state(handle)
            if not first.is_set():
                first.set()
                broker.stop()
                broker.wait()
                assert broker.state is BrokerState.STOPPED
            return state

    monkeypatch.setattr(_core, "lib", Slow())
    assert broker.state is BrokerState.STOPPED
    broker.close()
    assert broker.state is BrokerState.STOPPED


def test_a_level_that_changes_while_another_thread_tells_it_is_told(
    make_broker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_broker()
    logger = _logs._root.logger
    before, wanted = logger.level, _logs._wanted
    levels: list[int] = []

    def slow() -> int:
        """What is wanted; the first time it changes before that has been used."""
        level = wanted()
        levels.append(level)
        if len(levels) == 1:
            other = threading.Thread(target=logger.setLevel, args=(logging.DEBUG,))
            other.start()
            other.join(20)
            assert not other.is_alive()
        return level

    logger.setLevel(logging.ERROR)
    monkeypatch.setattr(_logs, "_wanted", slow)
    try:
        _logs.push_level()
        assert _logs._pushed == wanted() == _logs.lib.TANSU_LOG_DEBUG
    finally:
        monkeypatch.undo()
        logger.setLevel(before)
