"""`python -m tansu_cffi demo`: checks on this machine that the embedded broker returns the records that it was sent.

Starts a broker in this process, sends records with aiokafka, reads them back with a consumer group and compares every
one: its content, its place in the order of its partition, and that none is missing and none comes twice.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Callable, Optional

from tansu_cffi import BrokerConfig, BrokerError, TansuBroker

TOPIC = "demo"
GROUP = "demo-readers"
#: A record begins with its number; the rest is a window of this pattern, different for each record.
NUMBER_BYTES = 8
PATTERN_BYTES = 1 << 16
#: Seconds without a record after which records count as lost.
PATIENCE_S = 30.0
#: Seconds for closing a producer, which flushes it: an unreachable broker must not block the end.
FLUSH_S = 5.0
#: Sends in flight at the same time.
IN_FLIGHT = 5_000

EXIT_OK, EXIT_MISMATCH, EXIT_ERROR, EXIT_INTERRUPTED = 0, 1, 2, 130


class Mismatch(Exception):
    """A record that was read differs from the one that was sent."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command `demo`."""
    parser.add_argument("--records", type=_number(1, 10**9), default=100_000, help="records to send (%(default)s)")
    parser.add_argument(
        "--size", type=_number(NUMBER_BYTES, 900_000), default=1_000, help="bytes in each record's value (%(default)s)"
    )
    parser.add_argument("--storage", default="memory://", metavar="URL", help="where to keep them (%(default)s)")
    parser.add_argument(
        "--partitions", type=_number(1, 10_000), default=4, help="partitions of the topic (%(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Runs the demo; the exit status: 0 all equal, 1 a record differs, 2 it could not run, 130 Ctrl-C."""
    try:
        import aiokafka  # noqa: F401  (asks only whether it is there)
    except ImportError as error:
        print(f"demo needs aiokafka ({error}). pip install aiokafka", file=sys.stderr)
        return EXIT_ERROR
    try:
        began = time.monotonic()
        with TansuBroker(BrokerConfig(storage_url=args.storage)) as broker:
            ready = time.monotonic() - began
            print(f"Broker on {broker.bootstrap_servers} after {ready * 1000:.0f} ms, storage {_scheme(args.storage)}")
            print(asyncio.run(Demo(broker.bootstrap_servers, args).run()))
    except Mismatch as mismatch:
        print(f"MISMATCH: {mismatch}", file=sys.stderr)
        return EXIT_MISMATCH
    except BrokerError as error:
        print(f"demo: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("Interrupted; the broker is stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        raise  # the output's reader is gone
    except Exception as error:  # an error of the client: one line, no traceback
        print(f"demo: {type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_ERROR
    return EXIT_OK


class Demo:
    """One run against the broker at `servers`."""

    def __init__(self, servers: str, args: argparse.Namespace) -> None:
        self._servers = servers
        self._records: int = args.records
        self._size: int = args.size
        self._partitions: int = args.partitions
        self._pattern = _pattern()
        # A persistent storage may have the topic of an earlier run.
        self._topic = f"{TOPIC}-{time.time_ns():x}"

    async def run(self) -> str:
        """Sends, reads and compares; returns the last line."""
        began = time.monotonic()
        await self._create_topic()
        sent = await self._timed(self._send, "sent")
        read = await self._timed(self._read, "read and compared")
        megabytes = self._records * self._size / 1e6
        return (
            f"{self._records:,} records of {self._size:,} bytes in {self._partitions} partitions, all equal: "
            f"sent {megabytes:.1f} MB at {megabytes / sent:.1f} MB/s, "
            f"read {megabytes:.1f} MB at {megabytes / read:.1f} MB/s, {time.monotonic() - began:.1f} s"
        )

    async def _timed(self, step: Callable[[Callable[[int], None]], Any], what: str) -> float:
        began = time.monotonic()
        with _progress(what, self._records) as advance:
            await step(advance)
        return max(time.monotonic() - began, 1e-6)

    async def _create_topic(self) -> None:
        from aiokafka.admin import AIOKafkaAdminClient, NewTopic

        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
        await admin.start()
        try:
            answer = await admin.create_topics([NewTopic(self._topic, self._partitions, 1)])
        finally:
            await admin.close()
        for name, code, *message in answer.topic_errors:
            if code != 0:
                raise RuntimeError(f"topic {name} was not created: error {code} {message}")

    async def _send(self, advance: Callable[[int], None]) -> None:
        from aiokafka import AIOKafkaProducer

        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers, enable_idempotence=True, linger_ms=5, max_batch_size=64 * 1024
        )
        await producer.start()
        try:
            waiting: list[Any] = []
            for number in range(self._records):
                partition = number % self._partitions
                waiting.append(await producer.send(self._topic, self._value(number), partition=partition))
                if len(waiting) == IN_FLIGHT:
                    await asyncio.gather(*waiting)
                    advance(len(waiting))
                    waiting.clear()
            await asyncio.gather(*waiting)
            advance(len(waiting))
        finally:
            await _close_producer(producer)

    async def _read(self, advance: Callable[[int], None]) -> None:
        from aiokafka import AIOKafkaConsumer

        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=self._servers,
            group_id=GROUP,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        await consumer.start()
        try:
            # In each partition the numbers increase by the number of partitions. A lost, duplicate or misplaced record
            # breaks this, so that the check stores one number for each partition.
            expected = list(range(self._partitions))
            seen = 0
            while seen < self._records:
                batches = await consumer.getmany(timeout_ms=int(PATIENCE_S * 1000), max_records=5_000)
                if not batches:
                    raise Mismatch(
                        f"only {seen:,} of {self._records:,} records came; then nothing for {PATIENCE_S:.0f} s"
                    )
                for place, records in batches.items():
                    for record in records:
                        self._compare(record, expected[place.partition])
                        expected[place.partition] += self._partitions
                    seen += len(records)
                    advance(len(records))
            await self._check_end(consumer)
        finally:
            await consumer.stop()

    def _compare(self, record: Any, number: int) -> None:
        where = f"{record.topic}-{record.partition} at offset {record.offset}"
        if record.offset != number // self._partitions:
            raise Mismatch(f"{where}: the offset {number // self._partitions} was next")
        if record.value == self._value(number):
            return
        got = record.value or b""
        other = int.from_bytes(got[:NUMBER_BYTES], "big")
        if got == self._value(other):
            raise Mismatch(f"{where}: record {other:,} came where {number:,} was next")
        raise Mismatch(f"{where}: {len(got):,} bytes that are not what was sent as record {number:,}")

    async def _check_end(self, consumer: Any) -> None:
        ends = await consumer.end_offsets(consumer.assignment())
        if sum(ends.values()) != self._records:
            raise Mismatch(f"{self._records:,} records were sent, the partitions end at {sorted(ends.values())}")

    def _value(self, number: int) -> bytes:
        """Returns the number, then bytes computed from it, so that a misplaced record or a flipped bit is detected."""
        start = number * 31 % PATTERN_BYTES
        return (number.to_bytes(NUMBER_BYTES, "big") + self._pattern[start : start + self._size])[: self._size]


async def _close_producer(producer: Any) -> None:
    try:
        await asyncio.wait_for(producer.stop(), FLUSH_S)
    except asyncio.TimeoutError:
        await producer.client.close()


def _pattern() -> bytes:
    """Returns incompressible bytes, equal in each run, long enough for the largest window."""
    block = b"".join(blake2b(number.to_bytes(4, "big")).digest() for number in range(PATTERN_BYTES // 64))
    return block * 16


def _scheme(url: str) -> str:
    """Returns only the scheme of a URL: the rest may contain a password."""
    return url.split(":", 1)[0] + "://"


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text.replace(",", "").replace("_", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"{number} is not from {lowest} to {highest}")
        return number

    return parse


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Shows a progress bar by rich or tqdm on a terminal, otherwise one line for each tenth."""
    if sys.stdout.isatty():
        for bar in (_rich_bar, _tqdm_bar):
            made = bar(what, total)
            if made is not None:
                with made as advance:
                    yield advance
                return
    yield _plain_lines(what, total)


def _rich_bar(what: str, total: int) -> Optional[Any]:
    try:
        from rich import progress
    except ImportError:
        return None

    @contextmanager
    def shown() -> Iterator[Callable[[int], None]]:
        columns = [*progress.Progress.get_default_columns(), progress.MofNCompleteColumn()]
        with progress.Progress(*columns) as bar:
            task = bar.add_task(what, total=total)
            yield lambda count: bar.advance(task, count)

    return shown()


def _tqdm_bar(what: str, total: int) -> Optional[Any]:
    try:
        from tqdm import tqdm
    except ImportError:
        return None

    @contextmanager
    def shown() -> Iterator[Callable[[int], None]]:
        with tqdm(total=total, desc=what, unit=" records") as bar:
            yield bar.update

    return shown()


def _plain_lines(what: str, total: int) -> Callable[[int], None]:
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        tenth_before, done = done * 10 // total, done + count
        if done * 10 // total > tenth_before:
            print(f"{what}: {done:,} of {total:,} records", flush=True)

    return advance
