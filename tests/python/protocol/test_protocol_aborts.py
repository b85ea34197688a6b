"""Clients that disconnect while their request is carried out."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import kafka_bytes as kafka
from wire_client import Connection, fetch_values, produce_values

from tansu_cffi import TansuBroker

STORAGES = ("memory", "file")
CLIENTS = 200


def _settings(storage_url: str) -> dict[str, str]:
    # Each acknowledgement waits for a sync: there is a middle of the call to be gone in.
    return {"storage.url": storage_url + ("?fsync=always" if storage_url.startswith("file") else "")}


def _stored(client: Connection) -> list[tuple[int, bytes]]:
    """Returns offsets and records of all batches, each of which is complete."""
    raw = client.fetch("t", 0)["Records"] or b""
    found = [(base, batch) for base, last, batch in kafka.batches(raw)]
    assert sum(len(batch) for _, batch in found) == len(raw)
    assert all(kafka.crc32c(batch[21:]) == int.from_bytes(batch[17:21], "big") for _, batch in found)
    return found


def test_a_storage_survives_clients_that_hang_up_in_the_middle_of_a_call(
    start: Callable[..., TansuBroker], storage_url: str
) -> None:
    broker = start(_settings(storage_url))
    address = ("127.0.0.1", broker.port)
    with Connection(address) as witness:
        witness.create_topic("t")
        for number in range(CLIENTS):
            topic = {"Name": f"made-{number}", "NumPartitions": 3, "ReplicationFactor": 1}
            gone = Connection(address)
            gone.send(
                kafka.request(kafka.CREATE_TOPICS, 5, 1, Topics=[topic], timeoutMs=10_000)
                if number % 10 == 0
                else kafka.request(kafka.PRODUCE, 9, 1, **produce_values("t", kafka.batch(b"%d" % number * 500)))
            )
            gone.drop()
            if number % 20 == 0:
                assert witness.produce("t", kafka.batch(b"witness"))["ErrorCode"] == 0
        last = witness.produce("t", kafka.batch(b"last"))["BaseOffset"]
        stored = _stored(witness)
        assert len(stored) > last, "something was acknowledged and is not there"
        assert [base for base, _ in stored] == list(range(len(stored))), "a gap"
        assert sum(b"witness" in batch for _, batch in stored) == CLIENTS // 20
        for found in witness.ask(kafka.METADATA, 9, Topics=None)["Topics"]:
            assert (found["ErrorCode"], len(found["Partitions"])) == (0, 1 if found["Name"] == "t" else 3)


def test_a_waiting_fetch_whose_client_is_gone_leaves_nothing(
    start: Callable[..., TansuBroker], storage_url: str
) -> None:
    address = ("127.0.0.1", start(_settings(storage_url)).port)
    with Connection(address) as witness:
        witness.create_topic("t")
        for number in range(CLIENTS):
            gone = Connection(address)
            gone.send(kafka.request(kafka.FETCH, 11, 1, **fetch_values("t", number // 2, max_wait=600_000)))
            gone.drop()
            if number % 2:
                assert witness.produce("t", kafka.batch(b"%d" % number))["BaseOffset"] == number // 2
        assert len(_stored(witness)) == CLIENTS // 2


def test_what_was_stored_is_there_after_a_restart(start: Callable[..., TansuBroker], tmp_path: Path) -> None:
    settings = _settings(f"file://{tmp_path}/broker")
    broker = start(settings)
    address = ("127.0.0.1", broker.port)
    with Connection(address) as witness:
        witness.create_topic("t")
    for number in range(CLIENTS):
        gone = Connection(address)
        gone.send(kafka.request(kafka.PRODUCE, 9, 1, **produce_values("t", kafka.batch(b"%d" % number))))
        gone.drop()
    with Connection(address) as witness:
        acknowledged = witness.produce("t", kafka.batch(b"acknowledged"))["BaseOffset"]
    broker.stop()
    broker.wait(20)
    with Connection(("127.0.0.1", start(settings).port)) as witness:
        stored = _stored(witness)
        assert [base for base, _ in stored] == list(range(len(stored)))
        assert b"acknowledged" in stored[acknowledged][1]
