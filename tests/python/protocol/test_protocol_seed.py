"""The setting `broker.seed`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from wire_client import Connection

from tansu_cffi import TansuBroker


def _ids(address: tuple[str, int]) -> list[Any]:
    """A topic id and an assigned member id."""
    with Connection(address) as client:
        client.create_topic("t")
        topics = client.ask(kafka.KEYS["Metadata"], 12, Topics=[{"Name": "t"}])["Topics"]
        values = {"GroupId": "g", "SessionTimeoutMs": 10_000, "RebalanceTimeoutMs": 10_000, "ProtocolType": "consumer"}
        protocols = [{"Name": "range", "Metadata": b""}]
        joined = client.ask(kafka.KEYS["JoinGroup"], 4, MemberId="", Protocols=protocols, **values)
        return [topics[0]["TopicId"], joined["MemberId"]]


@pytest.mark.parametrize("storage", ["memory", "file"])
def test_a_new_broker_with_the_same_seed_gives_the_same_ids(
    start: Callable[..., TansuBroker], storage: str, tmp_path: Path
) -> None:
    def ids(number: int, seed: str) -> list[Any]:
        url = "memory://" if storage == "memory" else f"file://{tmp_path}/{number}"
        return _ids(("127.0.0.1", start({"storage.url": url, "broker.seed": seed}).port))

    first = ids(1, "42")
    assert ids(2, "42") == first
    assert ids(3, "43") != first
    assert ids(4, "0") != ids(5, "0"), "drawn by the operating system"
