"""franz-go's tests of its client pass, except those in `kgo/left-out.toml`; that list may only shrink."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Any, Callable

import pytest
from kgo import LeftOut, Suite, left_out
from servers import storages

from tansu_cffi import BrokerConfig


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(tmp_path_factory.mktemp("kgo"))


@pytest.mark.parametrize("storage", ["memory", "file"])
def test_the_suite_passes_but_for_what_is_left_out(
    storage: str,
    suite: Suite,
    tmp_path: Path,
    make_broker: Callable[..., Any],
    counts: Callable[[str], int],
    request: pytest.FixtureRequest,
) -> None:
    url = storages.make(storage, request.getfixturevalue, tmp_path).url
    broker = make_broker(BrokerConfig(storage_url=url)).start()
    rows = {row.test: row for row in left_out()}
    ran = suite.run(
        broker.bootstrap_servers,
        counts("conformance.kgo_records"),
        without=[row.test for row in rows.values() if not row.skips_itself],
    )
    failed = sorted(test for test, result in ran.results.items() if result != "PASS" and test not in rows)
    assert not failed, f"{failed}\n{_excerpts(ran.output, failed)}"
    # A test that does not end leaves no result of its own.
    assert ran.code == 0, ran.output[-8000:]
    passed = sorted(test for test, result in ran.results.items() if result == "PASS" and test in rows)
    assert not passed, f"{passed} pass: take them off the list"
    assert suite.names() <= ran.results.keys() | {row.test for row in rows.values() if not row.skips_itself}


def test_what_is_left_out_is_a_test(suite: Suite) -> None:
    names = suite.names()
    assert [row.test for row in left_out() if row.test.partition("/")[0] not in names] == []


def test_what_is_left_out_lacks_a_request(broker: Any) -> None:
    served = _served(broker.port)
    ready: list[LeftOut] = [row for row in left_out() if row.needs and row.needs <= served]
    assert not ready, f"all that these need is served, take them off the list: {ready}"


def _served(port: int) -> set[int]:
    """The keys that ApiVersions lists, asked in its version 0."""
    with socket.create_connection(("localhost", port), 10) as connection, connection.makefile("rb") as replies:
        connection.sendall(struct.pack(">ihhih", 10, 18, 0, 1, -1))
        (size,) = struct.unpack(">i", replies.read(4))
        reply = replies.read(size)
    correlation, error, count = struct.unpack_from(">ihi", reply)
    assert (correlation, error) == (1, 0)
    return {key for key, _, _ in struct.iter_unpack(">hhh", reply[10 : 10 + 6 * count])}


def _excerpts(output: str, tests: list[str]) -> str:
    """What was said before the result of each test, which is where Go puts it."""
    places = (output.find(f"--- FAIL: {test} ") for test in tests)
    return "\n...\n".join(output[max(0, place - 1500) : place + 1500] for place in places)
