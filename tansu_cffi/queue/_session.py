"""One run of the queue, from `start()` to `stop()`: a broker, and its clients in the event loop that started it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Optional, TypeVar

from tansu_cffi import BrokerConfig
from tansu_cffi.queue._client import REQUEST_BYTES_MAX, is_client_error, load_aiokafka, translate
from tansu_cffi.queue._embedded import EmbeddedBroker
from tansu_cffi.queue._errors import QueueNotStarted, QueueStopped
from tansu_cffi.queue._readers import Readers

T = TypeVar("T")

#: How long `stop()` waits for records that were given to `produce()` and are still on their way.
FLUSH_S = 5.0


class Session:
    """Opened once, closed once; a cancelled open closes what it had opened."""

    def __init__(self, config: BrokerConfig) -> None:
        self._loop = asyncio.get_running_loop()
        self.broker = EmbeddedBroker(config)
        #: Set when `stop()` begins: fetches end. The broker's own end, also unasked, ends everything.
        self._closing: asyncio.Future[None] = self._loop.create_future()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._watcher: Optional[asyncio.Task[None]] = None
        self._closer: Optional[asyncio.Task[None]] = None
        self.producer: Any = None
        self.admin: Any = None
        self.readers: Any = None

    async def open(self) -> None:
        try:
            await self.broker.start()
            self._watcher = self._loop.create_task(self._watch())
            await self._open_clients()
        except BaseException:
            self.broker.request_stop()
            await self.close()
            raise

    async def _open_clients(self) -> None:
        aiokafka = load_aiokafka()
        servers = self.broker.bootstrap_servers
        # Idempotent, so that a retry after a lost answer never stores a record twice.
        self.producer = aiokafka.AIOKafkaProducer(
            bootstrap_servers=servers, enable_idempotence=True, max_request_size=REQUEST_BYTES_MAX
        )
        await self.producer.start()
        self.admin = aiokafka.admin.AIOKafkaAdminClient(bootstrap_servers=servers)
        await self.admin.start()
        self.readers = Readers(servers)
        await self.readers.start()

    async def _watch(self) -> None:
        await self.broker.wait_stopped()
        for ended in (self._closing, self._gone):
            if not ended.done():
                ended.set_result(None)

    def check_loop(self, verb: str) -> None:
        """aiokafka's clients live in one loop: in another one they would hang instead of failing."""
        if asyncio.get_running_loop() is not self._loop:
            state = "has been closed" if self._loop.is_closed() else "is another one"
            raise QueueNotStarted(
                f"{verb} in a new event loop: the one that ran start() {state}. "
                "`await backend.stop()` and `await backend.start()` here, or use one loop for all."
            )

    async def reading(self, work: Coroutine[Any, Any, T], doing: str) -> T:
        """Runs a read; `stop()` ends it."""
        return await self._run(work, self._closing, doing)

    async def writing(self, work: Coroutine[Any, Any, T], doing: str) -> T:
        """Runs a write; `stop()` lets it finish, only the end of the broker ends it."""
        return await self._run(work, self._gone, doing)

    async def _run(self, work: Coroutine[Any, Any, T], end: asyncio.Future[None], doing: str) -> T:
        task = self._loop.create_task(work)
        try:
            either: set[asyncio.Future[Any]] = {task, end}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The end came first, or the caller was cancelled: the rest is not awaited.
            if not task.done():
                task.cancel()
            error = (await asyncio.gather(task, return_exceptions=True))[0]
        if not isinstance(error, BaseException):
            return error
        if isinstance(error, asyncio.CancelledError) or (self._closing.done() and is_client_error(error)):
            self.broker.raise_fatal()
            raise QueueStopped(f"{doing}: the queue was stopped")
        if is_client_error(error):
            raise translate(error, doing) from error
        raise error

    async def wait_stopped(self) -> None:
        """Returns when the broker has stopped, by whomever; raises what took it down."""
        await self.broker.wait_stopped()
        self.broker.raise_fatal()

    async def close(self) -> None:
        """Flushes, closes the clients, stops the broker. Safe to call again, from another loop, and to cancel."""
        if asyncio.get_running_loop() is not self._loop:
            # The clients died with their loop, or belong to a loop that has to be asked in its own thread.
            self.broker.request_stop()
            await self.broker.wait_stopped()
            return
        if self._closer is None:
            self._closer = self._loop.create_task(self._close())
        await asyncio.shield(self._closer)

    async def _close(self) -> None:
        if not self._closing.done():
            self._closing.set_result(None)
        try:
            await self._close_clients()
        finally:
            self.broker.request_stop()
        await self.broker.wait_stopped()
        if self._watcher is not None:
            await self._watcher

    async def _close_clients(self) -> None:
        if self.producer is not None:
            try:
                await asyncio.wait_for(self.producer.stop(), FLUSH_S)
            except Exception:
                await self.producer.client.close()
        if self.readers is not None:
            await self.readers.close()
        if self.admin is not None:
            with contextlib.suppress(Exception):
                await self.admin.close()
