"""tansu_cffi.queue: arguments, results of fetch, and errors, as in docs/queue.md."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY

import tansu_cffi
from tansu_cffi import queue
from tansu_cffi.queue import Record, TansuBackend

DOCUMENT = (REPOSITORY / "docs" / "queue.md").read_text(encoding="utf-8")


@pytest.fixture
async def backend() -> AsyncIterator[TansuBackend]:
    async with TansuBackend(port=0) as running:
        await running.create_topic("t", partitions=2)
        yield running


@pytest.mark.parametrize("blocking", ["no", "", 0, 1, None])
def test_blocking_is_a_bool(blocking: Any) -> None:
    with pytest.raises(queue.QueueArgumentError, match=rf"^blocking must be True or False, not {blocking!r}$"):
        TansuBackend(blocking=blocking)


async def test_a_fetch_returns_all_that_is_there_from_an_offset_on(backend: TansuBackend) -> None:
    for number in range(5):
        at = await backend.produce("t", b"%d" % number, key=b"k", headers=[("h", b"v")], partition=1, timestamp=1000)
        assert at == number
    records = await backend.fetch("t", 2, partition=1)
    assert records == [Record(b"%d" % number, b"k", number, 1000, (("h", b"v"),)) for number in (2, 3, 4)]
    assert Record._fields == ("value", "key", "offset", "timestamp", "headers")


async def test_a_fetch_of_nothing_is_empty_when_its_time_is_over(backend: TansuBackend) -> None:
    assert await backend.fetch("t", timeout=0) == []
    assert await backend.fetch("t", timeout=0.05) == []
    assert await backend.fetch("t", 7, timeout=0.05) == []


async def test_a_fetch_at_the_end_returns_as_soon_as_something_comes(backend: TansuBackend) -> None:
    waiting = asyncio.ensure_future(backend.fetch("t", timeout=60))
    # More than enough for the fetch to be under way; it is right also where it is not.
    assert await backend.fetch("t", partition=1, timeout=0.05) == []
    await backend.produce("t", b"x", partition=0)
    assert [record.value for record in await asyncio.wait_for(waiting, 30)] == [b"x"]


async def test_each_error_comes_where_the_document_says(backend: TansuBackend) -> None:
    with pytest.raises(queue.QueueAlreadyStarted):
        await backend.start()
    with pytest.raises(queue.QueueTopicExists) as exists:
        await backend.create_topic("t")
    assert (exists.value.code, exists.value.name) == (36, "TOPIC_ALREADY_EXISTS")
    with pytest.raises(queue.QueueTopicNotFound, match="there is no topic 'nowhere'"):
        await backend.produce("nowhere", b"x")
    with pytest.raises(queue.QueueTopicNotFound, match="no partition 2: it has 2"):
        await backend.fetch("t", partition=2)
    with pytest.raises(queue.QueueArgumentError, match="value must be bytes or None, not str"):
        await backend.produce("t", "text")  # type: ignore[arg-type]
    waiting = asyncio.ensure_future(backend.fetch("t", timeout=60))
    assert await backend.fetch("t", partition=1, timeout=0.05) == []
    await backend.stop()
    with pytest.raises(queue.QueueNotStarted):
        await waiting
    with pytest.raises(queue.QueueNotStarted, match=r"fetch\(\) after stop\(\)"):
        await backend.fetch("t")


@pytest.mark.parametrize("verb", ["__init__", "create_topic", "produce", "fetch"])
def test_the_document_has_every_argument_with_its_default(verb: str) -> None:
    """As Python has it, without self and types."""
    parameters = list(inspect.signature(getattr(TansuBackend, verb)).parameters.values())[1:]
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    name = "TansuBackend" if verb == "__init__" else verb
    wanted = f"{name}{inspect.Signature(bare)}".replace("'", '"')
    assert wanted in DOCUMENT


def test_the_document_has_every_error_and_what_else_it_is() -> None:
    rows = dict(re.findall(r"^\| `(Queue\w+)` \|([^|]*)\|", DOCUMENT, re.MULTILINE))
    errors = {name for name in queue.__all__ if name.startswith("Queue")} - {"QueueError"}
    assert set(rows) == errors
    for name, others in rows.items():
        for other in re.findall(r"`(\w+)`", others):
            (known,) = [getattr(place, other) for place in (queue, tansu_cffi, builtins) if hasattr(place, other)]
            assert issubclass(getattr(queue, name), known), (name, other)


async def test_a_taken_port_is_named_as_the_queue_names_it(backend: TansuBackend) -> None:
    with pytest.raises(tansu_cffi.BrokerBindError, match=rf"port {backend.port} .* is taken. Use port=0 to get"):
        await TansuBackend(port=backend.port).start()
    with pytest.raises(tansu_cffi.BrokerConfigError, match="^port: "):
        TansuBackend(port=65_536)
    with pytest.raises(tansu_cffi.BrokerConfigError, match="^port: 'x' is a str"):
        TansuBackend(port="x")  # type: ignore[arg-type]


async def test_topic_configs_may_be_numbers_and_bools(backend: TansuBackend) -> None:
    await backend.create_topic("n", configs={"retention.ms": 60_000, "preallocate": True})
    with pytest.raises(queue.QueueArgumentError, match=r"configs\['retention.ms'\]: None is neither"):
        await backend.create_topic("m", configs={"retention.ms": None})  # type: ignore[dict-item]


_WORKER = """
import asyncio, multiprocessing, sys, warnings
from tansu_cffi.queue import TansuBackend

async def use():
    async with TansuBackend(port=0):
        pass

def work():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        asyncio.run(use())
    print([str(one.message) for one in seen if one.category is RuntimeWarning], flush=True)

if __name__ == "__main__":
    work()
    worker = multiprocessing.get_context("spawn").Process(target=work, name="SpawnProcess-1")
    worker.start()
    worker.join()
    sys.exit(worker.exitcode)
"""


def test_a_queue_in_memory_warns_in_a_worker_process(tmp_path: Path) -> None:
    """With `uvicorn --workers 2` each worker silently had a queue of its own."""
    script = tmp_path / "server.py"
    script.write_text(_WORKER, encoding="utf-8")
    ran = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True)
    parent, worker = ran.stdout.splitlines()
    assert parent == "[]"
    assert "this queue in memory belongs to the process 'SpawnProcess-1' alone" in worker
