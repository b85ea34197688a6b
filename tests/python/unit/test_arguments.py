"""Arguments of TansuBroker and its methods: the error names an invalid one, and nothing else happens."""

from __future__ import annotations

import logging
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from tansu_cffi import (
    BrokerArgumentError,
    BrokerBindError,
    BrokerConfig,
    BrokerConfigError,
    BrokerEventHandler,
    BrokerRequestError,
    BrokerState,
    BrokerStateError,
    BrokerTopicExistsError,
    TansuBroker,
)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"config": {"listener_port": 1}}, "config: dict is neither a BrokerConfig nor a storage URL"),
        ({"config": 9092}, "config: int is neither"),
        ({"config": "memory://", "storage_url": "memory://"}, "storage_url: storage_url is given twice"),
        ({"port": 0, "listener_port": 0}, "listener_port: listener_port is given twice"),
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


def test_a_broker_is_made_of_a_url_a_folder_or_fields(make_broker: Any, tmp_path: Path) -> None:
    config = BrokerConfig(cluster_id="c", extra={"num.partitions": "2"})
    assert make_broker("memory://").config == BrokerConfig()
    assert make_broker(tmp_path / "a b").config == BrokerConfig(storage_url=f"file://{tmp_path}/a%20b")
    assert make_broker(config, port=0, node_id=2).config == config.replace(node_id=2)
    assert make_broker(host="127.0.0.1", storage=tmp_path).config == BrokerConfig(
        listener_host="127.0.0.1", storage_url=tmp_path.as_uri()
    )
    assert make_broker(config).config is config
    assert make_broker(tmp_path / "a b").start().create_topic("t").name == "t"
    assert (tmp_path / "a b" / "t-0").is_dir()


@pytest.mark.parametrize("make", [BrokerConfig, TansuBroker, BrokerConfig().replace])
@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("listenerport", "Did you mean listener_port?"),
        ("clusterid", "Did you mean cluster_id?"),
        ("max_connections", "Settings without a field go into extra."),
    ],
)
def test_an_unknown_field_is_refused_with_the_remedy(make: Any, field: str, hint: str) -> None:
    with pytest.raises(BrokerConfigError, match=re.escape(f"{field}: no such field. {hint}")):
        make(**{field: 1})


def test_a_config_names_the_field_of_another_name() -> None:
    """`port` is a name of the command line, and of TansuBroker."""
    with pytest.raises(BrokerConfigError, match=r"port: no such field. Did you mean listener_port\?"):
        BrokerConfig(port=9092)  # type: ignore[call-arg]


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
        (("t", 1, {"retention.ms": None}), r"configs\['retention.ms'\]: None"),
        (("t", 1, {"retention.ms": [5]}), r"configs\['retention.ms'\]: \[5\]"),
        (("t", 1, {5: "5"}), r"configs\[5\]: '5'"),
    ],
)
def test_create_topic(broker: TansuBroker, args: Any, words: str) -> None:
    with pytest.raises(BrokerArgumentError, match=words):
        broker.create_topic(*args)
    assert broker.topics() == []


def test_topic_configs_may_be_numbers_and_bools(broker: TansuBroker) -> None:
    broker.create_topic(
        "t",
        configs={
            "retention.ms": 5,
            "preallocate": True,
            "min.cleanable.dirty.ratio": 0.25,
            "cleanup.policy": "compact",
        },
    )
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    text = str(admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, "t")]))
    admin.close()
    for key, value in (
        ("retention.ms", "5"),
        ("preallocate", "true"),
        ("min.cleanable.dirty.ratio", "0.25"),
        ("cleanup.policy", "compact"),
    ):
        assert re.search(rf"{re.escape(key)}.{{1,30}}['\"]{re.escape(value)}['\"]", text), (key, text)


@pytest.mark.parametrize(
    ("options", "cls", "code", "name"),
    [
        ({"name": "there"}, BrokerTopicExistsError, 36, "TOPIC_ALREADY_EXISTS"),
        ({"name": "a/b"}, BrokerRequestError, 17, "INVALID_TOPIC_EXCEPTION"),
        ({"name": "t", "configs": {"no.such": 1}}, BrokerRequestError, 40, "INVALID_CONFIG"),
    ],
)
def test_a_refusal_of_kafka_has_its_code(
    broker: TansuBroker, options: dict[str, Any], cls: type[BrokerRequestError], code: int, name: str
) -> None:
    broker.create_topic("there")
    with pytest.raises(BrokerRequestError) as raised:
        broker.create_topic(**options)
    for error in (raised.value, pickle.loads(pickle.dumps(raised.value)), raised.value.saying("other")):
        assert type(error) is cls
        assert (error.code, error.name, error.status) == (code, name, -18)


def test_after_a_failed_start_an_address_is_missing_for_that_reason(broker: TansuBroker, make_broker: Any) -> None:
    other = make_broker(port=broker.port)
    with pytest.raises(BrokerBindError):
        other.start()
    for what in ("port", "bootstrap_servers"):
        with pytest.raises(BrokerStateError, match=f"{what}: none, because the start failed: port .* is taken"):
            getattr(other, what)
    with pytest.raises(BrokerStateError, match="is FAILED. A broker runs once; make a new TansuBroker"):
        other.start()


def test_a_second_start_of_a_running_broker_does_not_advise_a_new_one(broker: TansuBroker) -> None:
    for start in (broker.start, broker.start_nowait, broker.__enter__):
        with pytest.raises(BrokerStateError, match="is RUNNING. Entering it with `with` starts it too") as raised:
            start()
        assert "new" not in raised.value.message
    assert broker.state in (BrokerState.RUNNING, BrokerState.STOPPING, BrokerState.STOPPED)


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
