"""What upstream's storages on real servers get wrong, each named in `docs/storages.md`. A test here fails when upstream
mends its flaw: then the line in the document goes too. Flaws that need no server are pinned in
`rust-ffi/upstream/tests/it/upstream_flaws.rs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Callable

from servers.postgres import PostgresServer
from servers.storages import Storage

from tansu_cffi import TansuBroker

# No client sends such a batch, so it is written by hand.
sys.path.append(str(Path(__file__).resolve().parents[1] / "protocol"))

import kafka_bytes as kafka
from wire_client import Connection

UNKNOWN_SERVER_ERROR = -1


def test_a_batch_without_a_timestamp_is_refused(
    postgres_server: PostgresServer, start_on: Callable[[Storage], TansuBroker]
) -> None:
    broker = start_on(Storage("postgres", postgres_server.new_url(), keeps=True))
    with Connection(("127.0.0.1", broker.port)) as client:
        client.create_topic("t")
        assert client.produce("t", kafka.batch(b"a", timestamp=-1))["ErrorCode"] == UNKNOWN_SERVER_ERROR
        assert client.produce("t", kafka.batch(b"b"))["BaseOffset"] == 0
