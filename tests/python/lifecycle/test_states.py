"""The states of a broker, and the effect of each call in each state."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from recorder import Recorder

from tansu_cffi import (
    BrokerBindError,
    BrokerConfig,
    BrokerError,
    BrokerErrorKind,
    BrokerState,
    BrokerStateError,
    BrokerTimeoutError,
    TansuBroker,
)


def _is_over(client: socket.socket) -> bool:
    """Returns whether the broker has closed the connection; with a reset if it was not accepted yet."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_client_can_connect_when_start_returns(make_broker: Any) -> None:
    for _ in range(20):
        broker = make_broker().start()
        socket.create_connection(("localhost", broker.port), 5).close()
        socket.create_connection(("127.0.0.1", broker.port), 5).close()


def test_the_port_is_closed_when_wait_returns(make_broker: Any) -> None:
    for _ in range(20):
        broker = make_broker().start()
        client = socket.create_connection(("127.0.0.1", broker.port), 5)
        broker.stop()
        broker.wait()
        assert broker.state is BrokerState.STOPPED
        assert _refused(broker.port)
        assert _is_over(client)
        client.close()


def test_the_states_in_order(make_broker: Any) -> None:
    broker = make_broker()
    assert (broker.state, broker.is_running) == (BrokerState.NEW, False)
    assert broker.start() is broker
    assert (broker.state, broker.is_running) == (BrokerState.RUNNING, True)
    broker.stop()
    assert broker.state in (BrokerState.STOPPING, BrokerState.STOPPED)
    broker.wait()
    assert (broker.state, broker.is_running) == (BrokerState.STOPPED, False)
    broker.close()
    assert broker.state is BrokerState.STOPPED


def test_start_twice(broker: TansuBroker) -> None:
    for start in (broker.start, broker.start_nowait):
        with pytest.raises(BrokerStateError, match="start"):
            start()
    assert broker.is_running


def test_start_after_the_end(broker: TansuBroker) -> None:
    broker.stop()
    broker.wait()
    with pytest.raises(BrokerStateError):
        broker.start()
    broker.close()
    with pytest.raises(BrokerStateError, match="closed. Make a new TansuBroker"):
        broker.start()


def test_stop_before_start_is_remembered(make_broker: Any) -> None:
    """Like a signal handler that runs too early: the broker must not run for ever."""
    recorder = Recorder()
    broker = make_broker(event_handler=recorder)
    broker.stop()
    assert broker.state is BrokerState.NEW
    with pytest.raises(BrokerStateError, match="stopped before it was ready"):
        broker.start()
    broker.wait(10)
    assert recorder.names == ["stopped"]


def test_stop_as_often_as_one_likes(make_broker: Any) -> None:
    recorder = Recorder()
    broker = make_broker(event_handler=recorder).start()
    for _ in range(5):
        broker.stop()
    broker.wait()
    for _ in range(5):
        broker.stop()
    broker.close()
    broker.stop()
    assert recorder.names == ["started", "stopped"]


def test_stop_while_it_starts(make_broker: Any) -> None:
    for _ in range(20):
        recorder = Recorder()
        broker = make_broker(event_handler=recorder)
        broker.start_nowait()
        broker.stop()
        broker.wait(20)
        assert recorder.names in (["stopped"], ["started", "stopped"])
        assert broker.state is BrokerState.STOPPED


def test_wait_before_start(make_broker: Any) -> None:
    with pytest.raises(BrokerStateError, match=r"wait\(\) before start\(\)"):
        make_broker().wait()


@pytest.mark.parametrize("timeout", [0, 0.01])
def test_wait_is_bounded_and_says_so(broker: TansuBroker, timeout: float) -> None:
    with pytest.raises(BrokerTimeoutError, match="RUNNING") as caught:
        broker.wait(timeout)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.retriable
    assert broker.is_running


def test_wait_after_the_end_returns_at_once(broker: TansuBroker) -> None:
    broker.stop()
    for timeout in (None, 20, 0):
        broker.wait(20)
        broker.wait(timeout)
    broker.close()
    broker.wait()


def test_many_threads_wait(make_broker: Any) -> None:
    broker = make_broker().start()
    outcomes: list[object] = []

    def wait() -> None:
        try:
            outcomes.append(broker.wait(30))
        except BaseException as error:
            outcomes.append(error)

    threads = [threading.Thread(target=wait) for _ in range(16)]
    for thread in threads:
        thread.start()
    broker.stop()
    for thread in threads:
        thread.join(30)
    assert outcomes == [None] * 16


@pytest.mark.parametrize("call", ["wait", "close", "start"])
def test_what_would_wait_for_itself_is_refused(make_broker: Any, call: str) -> None:
    seen: list[BaseException] = []

    def inside(*_: object) -> None:
        try:
            getattr(broker, call)()
        except BaseException as error:
            seen.append(error)

    broker = make_broker(event_handler=Recorder(started=inside, stopped=inside))
    broker.start()
    broker.stop()
    broker.wait()
    assert [type(error) for error in seen] == [BrokerStateError] * 2, seen
    if call != "start":
        refusal = f"{call}() was called inside a handler of this broker; it would wait for itself. Call stop()"
        assert refusal in str(seen)


def test_stop_in_a_handler(make_broker: Any) -> None:
    broker = make_broker(event_handler=Recorder(started=lambda port: broker.stop()))
    broker.start_nowait()
    broker.wait(20)
    assert broker.state is BrokerState.STOPPED


def test_queries_in_a_handler(make_broker: Any) -> None:
    seen: list[Any] = []

    def inside(port: int) -> None:
        same_port = broker.port == port
        seen.append((same_port, broker.bootstrap_servers, broker.is_running, broker.info()["port"], repr(broker)))

    broker = make_broker(event_handler=Recorder(started=inside))
    broker.start()
    broker.stop()
    broker.wait()
    assert not broker.handler_errors
    port = broker.port
    assert seen[0][:2] == (True, f"localhost:{port}")
    assert seen[0][3] == port


def test_a_handler_may_wait_for_another_broker(make_broker: Any) -> None:
    other = make_broker().start()

    def inside(port: int) -> None:
        other.stop()
        other.wait(20)

    broker = make_broker(event_handler=Recorder(started=inside))
    broker.start()
    broker.stop()
    broker.wait(20)
    assert other.state is BrokerState.STOPPED
    assert not broker.handler_errors


def test_a_port_that_is_taken(make_broker: Any, broker: TansuBroker) -> None:
    recorder = Recorder()
    second = make_broker(BrokerConfig(listener_port=broker.port), event_handler=recorder)
    with pytest.raises(BrokerBindError, match=rf"port {broker.port} on \S+ is taken\. Use listener_port=0") as caught:
        second.start()
    assert caught.value.kind is BrokerErrorKind.BIND
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == caught.value.os_code > 0
    assert caught.value.fatal
    # start() has waited for the end of what it had begun.
    assert recorder.names == ["fatal", "stopped"]
    assert second.state is BrokerState.FAILED
    for _ in range(2):
        with pytest.raises(BrokerBindError):
            second.wait()
    second.close()
    with pytest.raises(BrokerBindError):
        second.wait()
    assert broker.is_running


def test_a_failed_start_in_a_with_block_raises_the_reason(broker: TansuBroker) -> None:
    with pytest.raises(BrokerBindError):
        with TansuBroker(BrokerConfig(listener_port=broker.port)):
            raise AssertionError("not reached")


def test_an_address_of_another_machine(make_broker: Any) -> None:
    with pytest.raises(BrokerError) as caught:
        make_broker(BrokerConfig(listener_host="203.0.113.7")).start()
    assert "203.0.113.7" in caught.value.message
    assert caught.value.kind is BrokerErrorKind.BIND


def test_two_brokers_at_once_are_two(make_broker: Any) -> None:
    one, two = make_broker().start(), make_broker().start()
    assert one.port != two.port
    one.create_topic("only-here")
    assert [topic.name for topic in one.topics()] == ["only-here"]
    assert two.topics() == []
    one.close()
    assert two.is_running


def test_restart_from_the_same_config(make_broker: Any) -> None:
    with make_broker() as first:
        config = BrokerConfig(listener_port=first.port)
    for _ in range(10):
        with make_broker(config) as broker:
            assert broker.port == config.listener_port


def test_a_with_block_closes_whatever_happens(make_broker: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        with make_broker() as broker:
            raise ZeroDivisionError
    assert broker.state is BrokerState.STOPPED
    assert _refused(broker.port)


def test_stopped_inside_its_with_block(make_broker: Any) -> None:
    with make_broker() as broker:
        broker.stop()
        broker.wait()
    broker.close()


def test_a_blocking_start_returns_when_it_has_stopped(make_broker: Any) -> None:
    recorder = Recorder()
    broker = make_broker(event_handler=recorder, blocking=True)
    thread = threading.Thread(target=broker.start)
    thread.start()
    recorder.wait_for("started")
    assert broker.is_running
    assert thread.is_alive()
    broker.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert recorder.names == ["started", "stopped"]


def test_a_blocking_start_raises_what_went_wrong(make_broker: Any, broker: TansuBroker) -> None:
    with pytest.raises(BrokerBindError):
        make_broker(BrokerConfig(listener_port=broker.port), blocking=True).start()


def test_a_blocking_start_that_was_stopped_before_returns(make_broker: Any) -> None:
    broker = make_broker(blocking=True)
    broker.stop()
    assert broker.start() is broker
    assert broker.state is BrokerState.STOPPED


def test_commands(broker: TansuBroker) -> None:
    topic = broker.create_topic("orders", partitions=3)
    assert (topic.name, [p.id for p in topic.partitions]) == ("orders", [0, 1, 2])
    assert [(p.log_start, p.high_watermark) for p in topic.partitions] == [(0, 0)] * 3
    assert [t.name for t in broker.topics()] == ["orders"]
    info = broker.info()
    assert (info["port"], info["bootstrap"]) == (broker.port, broker.bootstrap_servers)
    metrics = broker.metrics()
    assert metrics
    assert all(isinstance(value, int) for value in metrics.values())


def test_commands_in_a_handler_are_refused_when_they_wait(make_broker: Any) -> None:
    seen: list[BaseException] = []

    def inside(port: int) -> None:
        for call in (broker.topics, lambda: broker.create_topic("t")):
            try:
                call()
            except BaseException as error:
                seen.append(error)

    broker = make_broker(event_handler=Recorder(started=inside))
    broker.start()
    broker.stop()
    broker.wait()
    assert [type(error) for error in seen] == [BrokerStateError] * 2
