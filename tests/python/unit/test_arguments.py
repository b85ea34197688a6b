"""Arguments of TansuBroker and its methods: the error names an invalid one, and nothing else happens."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tansu_cffi import BrokerArgumentError, BrokerConfig, BrokerEventHandler, BrokerState, BrokerStateError, TansuBroker


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"config": {"listener_port": 1}}, "config: dict is not a BrokerConfig"),
        ({"config": "memory://"}, "config: str is not a BrokerConfig"),
        ({"event_handler": BrokerEventHandler}, r"is a class; give an object: BrokerEventHandler\(\)"),
        ({"event_handler": object()}, r"event_handler: object has no method on_started\(\)"),
        ({"logger": 7}, "logger: 7"),
        ({"blocking": "no"}, "blocking: 'no' is not a bool; use True or False"),
        ({"blocking": 1}, "blocking: 1 is not a bool"),
        ({"blocking": None}, "blocking: None is not a bool"),
    ],
)
def test_what_a_broker_is_made_of(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BrokerArgumentError, match=words):
        TansuBroker(**options)


def test_any_object_with_the_four_methods_is_a_handler(make_broker: Any) -> None:
    class Mine:
        def __init__(self) -> None:
            self.seen: list[str] = []

        def on_started(self, port: int) -> None:
            self.seen.append("started")

        def on_stopped(self) -> None:
            self.seen.append("stopped")

        def on_error(self, error: object) -> None: ...
        def on_fatal(self, error: object) -> None: ...

    handler = Mine()
    with make_broker(event_handler=handler):
        pass
    assert handler.seen == ["started", "stopped"]


@pytest.mark.parametrize("value", ["1", -1, -0.001, float("nan"), True, b"", []])
def test_times(make_broker: Any, value: Any) -> None:
    broker = make_broker()
    with pytest.raises(BrokerArgumentError, match="timeout"):
        broker.start(timeout=value)
    assert broker.state is BrokerState.NEW
    broker.start()
    with pytest.raises(BrokerArgumentError, match="grace"):
        broker.stop(grace=value)
    with pytest.raises(BrokerArgumentError, match="timeout"):
        broker.wait(timeout=value)
    assert broker.is_running


@pytest.mark.parametrize("value", [0, 0.0, 1e-9, 5, 10**30, 1e300, float("inf")])
def test_times_that_are_fine(make_broker: Any, value: Any) -> None:
    broker = make_broker().start()
    broker.stop(grace=value)
    broker.wait()
    assert broker.state is BrokerState.STOPPED


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((None,), "name: None is not a string"),
        ((7,), "name: 7 is not a string"),
        (("t", "3"), "partitions: '3' is not a whole number"),
        (("t", True), "partitions: True"),
        (("t", 0), "partitions"),
        (("t", -1), "partitions"),
        (("t", 10**20), "partitions"),
        (("t", 1, ["a"]), "configs"),
        (("t", 1, {"retention.ms": 5}), r"configs\['retention.ms'\]: 5"),
    ],
)
def test_create_topic(broker: TansuBroker, args: Any, words: str) -> None:
    with pytest.raises(BrokerArgumentError, match=words):
        broker.create_topic(*args)
    assert broker.topics() == []


def test_commands_without_a_running_broker_say_so(make_broker: Any) -> None:
    broker = make_broker()
    with pytest.raises(BrokerStateError):
        broker.topics()
    with pytest.raises(BrokerStateError):
        broker.create_topic("t")
    broker.close()
    with pytest.raises(BrokerStateError, match="closed"):
        broker.info()


def test_a_port_is_known_when_there_is_one(make_broker: Any) -> None:
    broker = make_broker()
    with pytest.raises(BrokerStateError, match=r"port: .*start\(\)"):
        _ = broker.port
    with pytest.raises(BrokerStateError, match=r"bootstrap_servers: .*start\(\)"):
        _ = broker.bootstrap_servers
    broker.start()
    port = broker.port
    assert broker.bootstrap_servers == f"localhost:{port}"
    broker.close()
    assert (broker.port, broker.bootstrap_servers) == (port, f"localhost:{port}")


def test_an_address_of_six_stands_in_brackets(make_broker: Any) -> None:
    broker = make_broker(BrokerConfig(advertised_host="::1")).start()
    assert broker.bootstrap_servers == f"[::1]:{broker.port}"


def test_the_config_is_there_to_be_read(make_broker: Any) -> None:
    config = BrokerConfig(node_id=3)
    assert make_broker(config).config is config
    assert make_broker().config == BrokerConfig()


def test_a_logger_by_name(make_broker: Any) -> None:
    from tansu_cffi import _logs

    before = _logs._root.logger
    make_broker(logger="mine.tansu")
    assert _logs._root.logger is logging.getLogger("mine.tansu")
    make_broker(logger=before)
    assert _logs._root.logger is before
