"""Reads a partition from any offset up to its high watermark.

A consumer costs a connection and some milliseconds. One that ended at offset N is kept for a fetch that begins at N,
because most programs read in order. Consumers belong to no group: nothing is committed, and two fetches do not affect
each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from typing import Any

from tansu_cffi.queue._client import load_aiokafka
from tansu_cffi.queue._errors import QueueTimeout
from tansu_cffi.queue._record import Record

#: Kept consumers. Each holds a connection and one waiting request, so a few are enough.
KEPT_MAX = 4
#: Seconds for existing records to arrive before it is an error.
PATIENCE_S = 30.0
#: Bytes of one request. Larger than aiokafka's 1 MiB, because a fetch reads everything.
PARTITION_FETCH_BYTES = 8 * 1024 * 1024


class Readers:
    """The consumers of one session."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._kept: OrderedDict[tuple[Any, int], Any] = OrderedDict()
        # It never fetches, so no waiting fetch blocks its connection when it lists offsets.
        self._asker: Any = None

    async def start(self) -> None:
        self._asker = await self._new_consumer()

    async def read(self, topic: str, partition: int, offset: int, timeout: float) -> list[Record]:
        """Returns records from `offset` to the high watermark; without any, those that arrive within `timeout`."""
        aiokafka = load_aiokafka()
        place = aiokafka.TopicPartition(topic, partition)
        end = (await self._asker.end_offsets([place]))[place]
        if offset >= end and timeout <= 0:
            return []
        # A fetch beyond the end is an error: wait at the end and skip the records before `offset`.
        begin = min(offset, end)
        try:
            return await self._read_from(place, begin, end, offset, timeout)
        except aiokafka.errors.OffsetOutOfRangeError:
            # The oldest records were deleted (retention, DeleteRecords): begin at the first kept one.
            begin = max(begin, (await self._asker.beginning_offsets([place]))[place])
            return await self._read_from(place, begin, end, offset, timeout)

    async def _read_from(self, place: Any, begin: int, end: int, offset: int, timeout: float) -> list[Record]:
        consumer = await self._take(place, begin)
        whole = False
        try:
            records = await _drain(consumer, place, begin, end, offset, timeout)
            position = await consumer.position(place)
            whole = True
        finally:
            # Also after a cancellation: a consumer with an unknown position cannot be reused.
            if not whole:
                await _stop(consumer)
        await self._keep(place, position, consumer)
        return records

    async def _take(self, place: Any, begin: int) -> Any:
        kept = self._kept.pop((place, begin), None)
        if kept is not None:
            return kept
        consumer = await self._new_consumer()
        consumer.assign([place])
        consumer.seek(place, begin)
        return consumer

    async def _keep(self, place: Any, position: int, consumer: Any) -> None:
        surplus = [self._kept.pop((place, position), None)]
        self._kept[place, position] = consumer
        if len(self._kept) > KEPT_MAX:
            surplus.append(self._kept.popitem(last=False)[1])
        for unwanted in surplus:
            if unwanted is not None:
                await _stop(unwanted)

    async def _new_consumer(self) -> Any:
        consumer = load_aiokafka().AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
        )
        try:
            await consumer.start()
        except BaseException:
            await _stop(consumer)
            raise
        return consumer

    async def close(self) -> None:
        consumers = [*self._kept.values(), self._asker]
        self._kept.clear()
        for consumer in consumers:
            if consumer is not None:
                await _stop(consumer)


async def _drain(consumer: Any, place: Any, begin: int, end: int, offset: int, timeout: float) -> list[Record]:
    """Reads until `end`; at the end already, waits for something new until the timeout."""
    loop = asyncio.get_running_loop()
    records: list[Record] = []
    position = begin
    # Records that exist are waited for with patience, and the timeout is for the place where nothing is.
    known = begin < end
    deadline = loop.time() + (PATIENCE_S if known else timeout)
    while True:
        left = deadline - loop.time()
        batch = (await consumer.getmany(place, timeout_ms=max(0, int(left * 1000)))).get(place, ())
        records += [_record(raw) for raw in batch if raw.offset >= offset]
        before, position = position, await consumer.position(place)
        if position >= end and (records or known):
            return records
        if position > before and known:
            deadline = loop.time() + PATIENCE_S
        elif loop.time() >= deadline:
            if not known:
                return records
            raise QueueTimeout(
                f"{place.topic}-{place.partition}: stored up to {end}, but nothing came after {position}"
            )


def _record(raw: Any) -> Record:
    return Record(raw.value, raw.key, raw.offset, raw.timestamp, raw.headers)


async def _stop(consumer: Any) -> None:
    """Closing a connection to a broker that is gone may fail; there is nothing left to lose then."""
    with contextlib.suppress(Exception):
        await consumer.stop()
