"""The node id and the address of a broker, as clients see them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from wire_client import Connection

from tansu_cffi import BrokerConfig, BrokerError, TansuBroker


def test_the_node_id_is_1_unless_the_folder_says_otherwise(tmp_path: Path) -> None:
    """It was 111, Tansu's, which clients' test suites do not expect. Existing folders keep it."""
    assert _node_id(BrokerConfig()) == 1
    old = f"file://{tmp_path / 'old'}"
    assert _node_id(BrokerConfig(storage_url=old, node_id=111)) == 111
    assert _node_id(BrokerConfig(storage_url=old)) == 111
    assert _node_id(BrokerConfig(storage_url=f"file://{tmp_path / 'new'}")) == 1
    with pytest.raises(BrokerError, match="node.id=111"):
        _node_id(BrokerConfig(storage_url=old, node_id=1))


def _node_id(config: BrokerConfig) -> int:
    """As clients see it; `info` says the same before the start and after it."""
    broker = TansuBroker(config)
    before = broker.info()["node_id"]
    with broker, Connection(("localhost", broker.port)) as client:
        seen = client.ask(3, 9, Topics=[])["Brokers"][0]["NodeId"]
        assert broker.info()["node_id"] == seen == before
    return int(seen)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no dual-stack sockets")
def test_the_address_of_all_takes_both_families() -> None:
    """As in Kafka. Earlier versions took only IPv6; 0.0.0.0 takes only IPv4."""
    with TansuBroker(BrokerConfig(listener_host="::")) as broker:
        for host in ("127.0.0.1", "::1"):
            with Connection((host, broker.port)) as client:
                assert client.served()
