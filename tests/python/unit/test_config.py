"""BrokerConfig: fields and settings; the constructor refuses invalid values by name."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tansu_cffi import BrokerConfig, BrokerConfigError, TansuBroker
from tansu_cffi._config import field_of, key_of, settings_of
from tansu_cffi._core import setting_docs, setting_keys

FIELDS = [field.name for field in dataclasses.fields(BrokerConfig) if field.name != "extra"]
EXTRA_KEYS = [key for key in setting_keys() if field_of(key) is None]


def _default(key: str) -> str:
    found = re.search(r"default ([^,]*?)(?:,|\. )", setting_docs()[key])
    assert found, setting_docs()[key]
    return found[1]


def test_each_field_is_one_setting() -> None:
    keys = [key_of(name) for name in FIELDS]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(setting_keys())
    assert [field_of(key) for key in keys] == FIELDS


def test_there_are_settings_without_a_field() -> None:
    assert "max.connections" in EXTRA_KEYS


@pytest.mark.parametrize("key", EXTRA_KEYS)
def test_every_other_setting_is_reached_by_extra(key: str) -> None:
    config = BrokerConfig(extra={key: _default(key)})
    assert settings_of(config)[key] == _default(key)


@pytest.mark.parametrize("name", FIELDS)
def test_the_defaults_are_the_library_s(name: str) -> None:
    value = getattr(BrokerConfig(), name)
    assert ({"advertised_port": "0", "node_id": "1"}[name] if value is None else str(value)) == _default(key_of(name))


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_cannot_be_set_by_extra_as_well(name: str) -> None:
    with pytest.raises(BrokerConfigError, match=rf"extra\['{re.escape(key_of(name))}'\].*{name}"):
        BrokerConfig(extra={key_of(name): "1"})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"listener_port": 65536}, "listener_port: 65536 .*0 to 65535"),
        ({"listener_port": -1}, "listener_port: -1"),
        ({"listener_port": "9092"}, "listener_port: '9092' is a str; it must be a whole number"),
        ({"listener_port": True}, "listener_port: True is a bool"),
        ({"listener_port": 1.5}, "listener_port: 1.5 is a float"),
        ({"listener_port": None}, "listener_port: None"),
        ({"advertised_port": 70000}, "advertised_port: 70000"),
        ({"node_id": -1}, "node_id: -1"),
        ({"node_id": 2**31}, "node_id"),
        ({"node_id": 10**30}, "node_id"),
        ({"num_network_threads": 0}, "num_network_threads: 0"),
        ({"shutdown_grace_ms": -1}, "shutdown_grace_ms: -1"),
        ({"storage_url": ""}, "storage_url: must not be empty"),
        ({"storage_url": b"memory://"}, "storage_url: b'memory://' is a bytes; it must be a string"),
        ({"storage_url": "mem\0ory://"}, "storage_url: must not contain NUL"),
        ({"storage_url": "memory://\udc80"}, "storage_url: cannot be written as UTF-8"),
        ({"storage_url": "memory://" + "x" * 5000}, "storage_url: .*too long"),
        ({"listener_host": "a\nb"}, r"listener_host: \"a\\nb\" is not a host: '\\n' is not allowed .* Use a host"),
        ({"advertised_host": ""}, "advertised_host: must not be empty. Use a host name or an address, such as"),
        ({"advertised_host": " "}, "advertised_host: \" \" is not a host: ' ' is not allowed .* Use a host name"),
        ({"advertised_host": "my host"}, "advertised_host: \"my host\" is not a host: ' '"),
        ({"advertised_host": "a\x7fb"}, r"advertised_host: .*\\u\{7f\}"),
        ({"advertised_host": "kafka.example/x"}, "advertised_host: .*'/'"),
        ({"advertised_host": "[::1]"}, r"advertised_host: .*'\[' is not allowed .*::1"),
        ({"advertised_host": "localhost:9092"}, "advertised_host: 'localhost:9092' is not an address.*the port has"),
        ({"advertised_host": "a" * 256}, "advertised_host: 256 bytes are too long"),
        ({"cluster_id": ""}, "cluster_id: must not be empty"),
        ({"extra": []}, "extra: a list; it must be a mapping"),
        ({"extra": {1: "1"}}, "extra: the key 1 is an int"),
        ({"extra": {"max.connections": None}}, r"extra\['max.connections'\]: the value is a NoneType"),
        ({"extra": {"max.connections": b"100"}}, r"extra\['max.connections'\]: the value is a bytes"),
        ({"extra": {"max.connections": 0.5}}, r"extra\['max.connections'\]: '0.5' is not a whole number"),
        ({"extra": {"max.connections": "0"}}, r"extra\['max.connections'\]: 0 is out of range"),
        ({"extra": {"max.connections": "1\0"}}, r"extra\['max.connections'\]: must not contain NUL"),
        ({"extra": {"max.conections": "1"}}, "unknown setting 'max.conections'.*'max.connections'"),
        ({"extra": {"": "1"}}, "unknown setting ''"),
        ({"extra": {"auto.create.topics.enable": "yes"}}, "'yes' is neither 'true' nor 'false'"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BrokerConfigError, match=words) as caught:
        BrokerConfig(**fields)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("host", ["localhost", "192.0.2.1", "::1", "fe80::1%eth0", "my-host_1.example", "a" * 255])
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    assert BrokerConfig(advertised_host=host, listener_host=host).advertised_host == host


@given(st.text())
def test_any_text_is_taken_or_refused_but_never_anything_else(text: str) -> None:
    try:
        config = BrokerConfig(cluster_id=text, extra={text: text})
    except BrokerConfigError as error:
        assert error.message
    else:
        assert config.cluster_id == text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mongodb://localhost", "storage_url: no storage has the scheme 'mongodb'. Known schemes: .*memory"),
        ("memory", "storage_url: 'memory' is not a URL"),
    ],
)
def test_an_unknown_storage_is_refused_before_the_start(url: str, words: str) -> None:
    with pytest.raises(BrokerConfigError, match=words):
        TansuBroker(BrokerConfig(storage_url=url))


SECRET = "s3cr3t-w0rd"


@pytest.mark.parametrize(
    "url",
    [
        f"postgres://user:{SECRET}@localhost/db",
        f"postgres://user@localhost/db?password={SECRET}",
        f"s3://bucket?secret_access_key={SECRET}",
        f"mongodb://user:{SECRET}@localhost",
        f"memory://user:{SECRET}@x",
        f"user:{SECRET}@x",
    ],
)
def test_a_password_shows_nowhere(url: str) -> None:
    config = BrokerConfig(storage_url=url)
    shown = repr(config) + str(config)
    try:
        broker = TansuBroker(config)
        shown += repr(broker) + str(broker.info())
        broker.close()
        shown += repr(broker)
    except BrokerConfigError as error:
        shown += repr(error) + str(error) + repr(error.args)
    assert SECRET not in shown
    assert config.storage_url == url


def test_repr_names_every_field() -> None:
    shown = repr(BrokerConfig(extra={"max.connections": "7"}))
    for name in FIELDS:
        assert f"{name}=" in shown
    assert "extra={'max.connections': '7'}" in shown


def test_it_is_immutable_comparable_and_a_key() -> None:
    one, two = (
        BrokerConfig(node_id=1, extra={"max.connections": "7"}),
        BrokerConfig(node_id=1, extra={"max.connections": "7"}),
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.node_id = 2  # type: ignore[misc]
    assert one == two
    assert hash(one) == hash(two)
    assert one != BrokerConfig(node_id=1)
    assert {one: 1}[two] == 1


def test_extra_is_a_copy() -> None:
    extra = {"max.connections": "7"}
    config = BrokerConfig(extra=extra)
    extra["max.connections"] = "8"
    assert config.extra == {"max.connections": "7"}


def test_it_travels() -> None:
    config = BrokerConfig(listener_port=1, extra={"max.connections": "7"})
    assert pickle.loads(pickle.dumps(config)) == config
    assert copy.deepcopy(config) == config
    assert BrokerConfig(**dataclasses.asdict(config)) == config


def test_replace() -> None:
    config = BrokerConfig(node_id=5)
    assert config.replace(listener_port=9) == BrokerConfig(node_id=5, listener_port=9)
    assert config.listener_port == 0
    with pytest.raises(BrokerConfigError, match="listener_port: 70000"):
        config.replace(listener_port=70000)
    with pytest.raises(BrokerConfigError, match="listenerport: no such field"):
        config.replace(listenerport=1)


def test_from_env_knows_every_setting() -> None:
    environ = {"TANSU_" + key.replace(".", "_").upper(): _default(key) for key in setting_keys()}
    config = BrokerConfig.from_env(environ=environ)
    assert settings_of(config) == {key: _default(key) for key in setting_keys()}


def test_from_env_takes_what_is_there() -> None:
    environ = {"TANSU_LISTENER_PORT": "1234", "TANSU_MAX_CONNECTIONS": "7", "TANSU_LIB_DIR": "/x", "OTHER_NODE_ID": "9"}
    assert BrokerConfig.from_env(environ=environ) == BrokerConfig(listener_port=1234, extra={"max.connections": "7"})
    assert BrokerConfig.from_env("OTHER_", environ) == BrokerConfig(node_id=9)
    assert BrokerConfig.from_env(environ={}) == BrokerConfig()


def test_from_env_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANSU_NODE_ID", "42")
    assert BrokerConfig.from_env().node_id == 42


def test_from_env_names_the_variable() -> None:
    with pytest.raises(BrokerConfigError, match="TANSU_LISTENER_PORT: 'ninety' is not a whole number"):
        BrokerConfig.from_env(environ={"TANSU_LISTENER_PORT": "ninety"})
    with pytest.raises(BrokerConfigError, match="TANSU_LISTENER_PORT: 70000 is out of range"):
        BrokerConfig.from_env(environ={"TANSU_LISTENER_PORT": "70000"})
    with pytest.raises(BrokerConfigError, match="TANSU_MAX_CONNECTIONS: 0 is out of range"):
        BrokerConfig.from_env(environ={"TANSU_MAX_CONNECTIONS": "0"})


def test_from_settings() -> None:
    settings = {"listener.port": "1", "max.connections": "7"}
    assert BrokerConfig.from_settings(settings) == BrokerConfig(listener_port=1, extra={"max.connections": "7"})
    with pytest.raises(BrokerConfigError, match="listener.port: 'x'"):
        BrokerConfig.from_settings({"listener.port": "x"})
    with pytest.raises(BrokerConfigError, match="listener.port: 70000 is out of range"):
        BrokerConfig.from_settings({"listener.port": "70000"})


def test_a_misspelt_variable_is_warned_of() -> None:
    environ = {"TANSU_LISTNER_PORT": "9", "TANSU_storage_url": "s3cr3t", "TANSU_LIB_DIR": "/x", "TANSU_ELSE": "1"}
    with pytest.warns(UserWarning) as warned:
        assert BrokerConfig.from_env(environ=environ) == BrokerConfig()
    said = [str(warning.message) for warning in warned]
    assert said == [
        "TANSU_LISTNER_PORT: no setting has this variable, and it is not read. Did you mean TANSU_LISTENER_PORT?",
        "TANSU_storage_url: no setting has this variable, and it is not read. Did you mean TANSU_STORAGE_URL?",
    ]
    assert {warning.filename for warning in warned} == {__file__}


def test_values_whose_meaning_is_plain_become_text(tmp_path: Path) -> None:
    class Limit(IntEnum):
        CONNECTIONS = 100

    extra = {
        "max.connections": Limit.CONNECTIONS,
        "auto.create.topics.enable": False,
        "log.cleaner.min.cleanable.ratio": 0.25,
        "storages.library": tmp_path / "lib.so",
    }
    config = BrokerConfig(storage_url=tmp_path / "a b", extra=extra)  # type: ignore[arg-type]
    assert config.storage_url == f"{tmp_path.as_uri()}/a%20b"
    assert config.extra == {
        "max.connections": "100",
        "auto.create.topics.enable": "false",
        "log.cleaner.min.cleanable.ratio": "0.25",
        "storages.library": str(tmp_path / "lib.so"),
    }
    assert config == pickle.loads(pickle.dumps(config)) == copy.deepcopy(config) == config.replace()
