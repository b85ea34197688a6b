"""Handlers: order, one thread, one at a time, and exceptions in them."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from recorder import Recorder

from tansu_cffi import BrokerConfig, BrokerEventHandler, BrokerState, TansuBroker


def test_one_thread_that_is_not_the_caller_s(make_broker: Any) -> None:
    recorder = Recorder()
    with make_broker(event_handler=recorder):
        pass
    assert recorder.names == ["started", "stopped"]
    assert len(recorder.threads) == 1
    assert threading.get_ident() not in recorder.threads


def test_on_stopped_has_returned_when_wait_returns(make_broker: Any) -> None:
    entered, go = threading.Event(), threading.Event()
    left: list[bool] = []

    def slow() -> None:
        entered.set()
        go.wait(20)
        left.append(True)

    broker = make_broker(event_handler=Recorder(stopped=slow))
    broker.start()
    broker.stop()
    assert entered.wait(20)
    waiter = threading.Thread(target=broker.wait)
    waiter.start()
    assert waiter.is_alive()
    assert not left
    go.set()
    waiter.join(20)
    assert left == [True]


def test_a_slow_handler_delays_nothing_but_later_events(make_broker: Any) -> None:
    go = threading.Event()
    recorder = Recorder(started=lambda port: go.wait(20))
    broker = make_broker(event_handler=recorder).start()
    broker.create_topic("t")
    assert [topic.name for topic in broker.topics()] == ["t"]
    broker.stop()
    recorder.wait_for("started")
    assert recorder.names == ["started"]
    go.set()
    broker.wait()
    assert recorder.names == ["started", "stopped"]


class Awkward(BaseException):
    """Not an Exception."""


@pytest.mark.parametrize("raised", [ValueError("v"), SystemExit(3), KeyboardInterrupt(), Awkward(), GeneratorExit()])
@pytest.mark.parametrize("event", ["started", "stopped"])
def test_an_exception_in_a_handler(
    make_broker: Any, monkeypatch: pytest.MonkeyPatch, raised: BaseException, event: str
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)

    def fail(*_: object) -> None:
        raise raised

    recorder = Recorder(**{event: fail})
    broker = make_broker(event_handler=recorder).start()
    broker.stop()
    broker.wait()
    assert recorder.names == ["started", "stopped"]
    assert broker.handler_errors == [raised]
    assert [(args.exc_type, args.exc_value) for args in reported] == [(type(raised), raised)]
    assert reported[0].exc_traceback is raised.__traceback__
    assert event in repr(reported[0].object)


def test_close_raises_the_first_if_asked(make_broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda args: None)

    def fail(*_: object) -> None:
        raise ValueError(len(broker.handler_errors))

    broker = make_broker(event_handler=Recorder(started=fail, stopped=fail))
    broker.start()
    broker.stop()
    broker.wait()
    broker.close()
    with pytest.raises(ValueError, match="0"):
        broker.close(strict=True)
    assert [error.args for error in broker.handler_errors] == [(0,), (1,)]


def test_without_a_hook_of_the_program_it_is_printed(this_interpreter: Any) -> None:
    program = (
        "from tansu_cffi import *\n"
        "class Handler(BrokerEventHandler):\n"
        "    def on_started(self, port): raise ValueError('in the handler')\n"
        "with TansuBroker(event_handler=Handler()): pass\n"
    )
    ran = this_interpreter.run(program)
    assert ran.returncode == 0
    assert ran.stderr.startswith("Exception ignored in a handler of a TansuBroker: <bound method Handler.on_started")
    assert ran.stderr.splitlines()[-1] == "ValueError: in the handler"


def test_a_hook_that_fails_itself_is_printed(make_broker: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def hook(args: object) -> None:
        raise RuntimeError("the hook itself")

    def fail(*_: object) -> None:
        raise ValueError("in the handler")

    monkeypatch.setattr(sys, "unraisablehook", hook)
    broker = make_broker(event_handler=Recorder(started=fail))
    broker.start()
    broker.stop()
    broker.wait()
    assert "the hook itself" in capsys.readouterr().err


def test_not_too_many_exceptions_are_kept() -> None:
    from tansu_cffi._events import ERRORS_MAX, Listener

    class Bad(BrokerEventHandler):
        def on_error(self, error: object) -> None:
            raise ValueError

    listener = Listener(Bad())
    import tansu_cffi._lifetime as lifetime

    reported: list[BaseException] = []
    original, lifetime.report_unraisable = lifetime.report_unraisable, lambda error, culprit: reported.append(error)
    try:
        for _ in range(ERRORS_MAX + 5):
            listener.tell("on_error", None)
    finally:
        lifetime.report_unraisable = original
    assert len(reported) == ERRORS_MAX + 5
    assert len(listener.errors) == ERRORS_MAX


def test_a_failed_start_tells_fatal_and_stopped(make_broker: Any, broker: TansuBroker) -> None:
    recorder = Recorder()
    second = make_broker(BrokerConfig(listener_port=broker.port), event_handler=recorder)
    second.start_nowait()
    recorder.wait_for("stopped")
    assert recorder.names == ["fatal", "stopped"]
    assert recorder.errors[0].fatal
    assert second.state is BrokerState.FAILED


def test_a_handler_that_lost_its_method_meanwhile(make_broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda args: None)
    recorder = Recorder()
    broker = make_broker(event_handler=recorder)
    recorder.on_started = None  # type: ignore[assignment, method-assign]
    broker.start()
    broker.stop()
    broker.wait()
    assert [type(error) for error in broker.handler_errors] == [TypeError]
