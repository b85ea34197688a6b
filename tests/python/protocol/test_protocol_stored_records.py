"""Records of large responses stay in their files until the client reads them."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

import kafka_bytes as kafka
from measured_broker import BrokerProcess
from wire_client import Connection, fetch_values

BATCH = 500_000
BATCHES = 24
CLIENTS = 20


def test_clients_that_do_not_read_hold_a_buffer_each(
    start_process: Callable[..., BrokerProcess], tmp_path: Path
) -> None:
    broker = start_process({"storage.url": f"file://{tmp_path}/data"})
    with ExitStack() as stack:
        reader = stack.enter_context(Connection(broker.address))
        reader.create_topic("t")
        for seed in range(BATCHES):
            batch = kafka.batch(random.Random(seed).randbytes(BATCH))
            assert reader.produce("t", batch)["ErrorCode"] == 0
        whole = reader.fetch("t", 0)["Records"]
        assert len(whole) > BATCHES * BATCH
        before = broker.status("VmRSS")
        slow = [stack.enter_context(Connection(broker.address, receive_buffer=4_096)) for _ in range(CLIENTS)]
        for client in slow:
            client.send(kafka.request(kafka.FETCH, 11, 7, **fetch_values("t", 0)))
        for client in slow:
            assert client.socket.recv(1, socket.MSG_PEEK)
        assert broker.status("VmRSS") - before < CLIENTS * 1_000_000
        for client in slow[::2]:
            client.drop()
        assert reader.fetch("t", 0)["Records"] == whole
        # Connections reuse buffers, and none receives another one's records.
        for i, client in enumerate(slow[1::2]):
            assert reader.fetch("t", i)["Records"] == whole[-len(whole) // BATCHES * (BATCHES - i) :]
            answer = client.answer(kafka.FETCH, 11, 7)
            assert answer["Responses"][0]["Partitions"][0]["Records"] == whole
