"""TansuBackend: the five verbs, the checks of their arguments, and the states of the queue."""

from __future__ import annotations

import asyncio
import multiprocessing
import warnings
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Optional

from tansu_cffi import BrokerBindError, BrokerConfig, BrokerConfigError
from tansu_cffi._config import in_names
from tansu_cffi._fields import Plain, text_of
from tansu_cffi.queue._client import load_aiokafka
from tansu_cffi.queue._errors import (
    QueueAlreadyStarted,
    QueueArgumentError,
    QueueNotStarted,
    QueueTopicNotFound,
)
from tansu_cffi.queue._record import Record
from tansu_cffi.queue._session import Session

#: Settings, by the names of the constructor's arguments.
_NAMES = {"listener.port": "port"}


class TansuBackend:
    """A queue over an embedded broker. All methods are coroutines of the event loop that called `start()`.

    storage_url: the URL of the storage, as in BrokerConfig.
    port: the port for all Kafka clients; 0 takes a free one, see `port`.
    blocking: whether `await start()` returns only when the broker has stopped; cancelling it stops the broker.
    """

    def __init__(self, storage_url: str = "memory://", port: int = 9092, blocking: bool = False) -> None:
        if not isinstance(blocking, bool):
            raise QueueArgumentError(f"blocking must be True or False, not {blocking!r}")
        load_aiokafka()
        try:
            self._config = BrokerConfig(storage_url=storage_url, listener_port=port)
        except BrokerConfigError as error:
            raise in_names(error, _NAMES) from None
        self._blocking = blocking
        self._session: Optional[Session] = None
        self._running = False
        self._stopped_before = False
        #: Number of partitions of known topics.
        self._topics: dict[str, int] = {}

    @property
    def bootstrap_servers(self) -> str:
        """The address for any other Kafka client."""
        return self._running_session("bootstrap_servers").broker.bootstrap_servers

    @property
    def port(self) -> int:
        """The bound port."""
        return self._running_session("port").broker.port

    @property
    def is_running(self) -> bool:
        return self._running

    async def start(self) -> None:
        """Starts the broker and the clients. With `blocking=True` it returns when the broker has stopped.

        Raises BrokerBindError, BrokerStorageError and the other errors of the broker, and QueueAlreadyStarted.
        """
        session = await self._start()
        if not self._blocking:
            return
        try:
            await session.wait_stopped()
        finally:
            # After stop() this waits for the end. After a cancellation or a failure of the broker this stops it.
            await self._stop(session)

    async def _start(self) -> Session:
        if self._session is not None:
            raise QueueAlreadyStarted("start() of a queue that was started. `await backend.stop()` first.")
        _warn_in_worker(self._config)
        session = self._session = Session(self._config)
        try:
            await session.open()
        except BaseException as error:
            if self._session is session:
                self._session = None
            if isinstance(error, BrokerBindError):
                raise in_names(error, _NAMES) from None
            raise
        self._running = self._session is session  # stop() may have come in between
        return session

    async def create_topic(
        self,
        topic: str,
        *,
        partitions: int = 1,
        configs: Optional[Mapping[str, Plain]] = None,
        exist_ok: bool = False,
    ) -> None:
        """Creates a topic; `configs` are Kafka's topic configs. Raises QueueTopicExists unless `exist_ok`."""
        session = self._running_session("create_topic()")
        session.check_loop("create_topic()")
        _check_topic(topic)
        _check_int("partitions", partitions, 1, 2**31 - 1)
        work = self._create_topic(session, topic, partitions, _check_configs(configs), exist_ok)
        await session.writing(work, _call("create_topic", topic))

    async def _create_topic(
        self, session: Session, topic: str, partitions: int, configs: dict[str, str], exist_ok: bool
    ) -> None:
        aiokafka = load_aiokafka()
        new = aiokafka.admin.NewTopic(topic, partitions, 1, topic_configs=configs)
        answer = await session.admin.create_topics([new])
        for _name, code, *message in answer.topic_errors:
            if code == 0 or (exist_ok and code == aiokafka.errors.TopicAlreadyExistsError.errno):
                continue
            raise aiokafka.errors.for_code(code)(message[0] if message and message[0] else "")
        self._topics.pop(topic, None)

    async def produce(
        self,
        topic: str,
        value: Optional[bytes],
        *,
        key: Optional[bytes] = None,
        headers: Iterable[tuple[str, bytes]] = (),
        partition: Optional[int] = None,
        timestamp: Optional[int] = None,
    ) -> int:
        """Stores one record and returns its offset once the broker has acknowledged it.

        Without `partition` the key selects it; without a key any partition is used. `timestamp` is in milliseconds
        since 1970. Raises QueueTopicNotFound and QueueRequestError.
        """
        session = self._running_session("produce()")
        session.check_loop("produce()")
        _check_topic(topic)
        _check_bytes("value", value)
        _check_bytes("key", key)
        if value is None and key is None:
            raise QueueArgumentError("value: None deletes a key, so there must be a key. Pass key=..., or bytes.")
        headers = _check_headers(headers)
        if partition is not None:
            _check_int("partition", partition, 0, 2**31 - 1)
        if timestamp is not None:
            _check_int("timestamp", timestamp, 0, 2**63 - 1)
        work = self._produce(session, topic, _bytes(value), _bytes(key), headers, partition, timestamp)
        return await session.writing(work, _call("produce", topic))

    async def _produce(self, session: Session, topic: str, value: Any, key: Any, headers: Any, *where: Any) -> int:
        partition, timestamp = where
        await self._check_place(session, topic, partition or 0)
        sent = await session.producer.send(
            topic, value, key=key, partition=partition, timestamp_ms=timestamp, headers=headers
        )
        # A cancelled caller must not cancel a batch that it shares with other calls.
        offset: int = (await asyncio.shield(sent)).offset
        return offset

    async def fetch(self, topic: str, offset: int = 0, *, partition: int = 0, timeout: float = 1.0) -> list[Record]:
        """Returns the records from `offset` up to the high watermark; without any, waits at most `timeout` seconds."""
        session = self._running_session("fetch()")
        session.check_loop("fetch()")
        _check_topic(topic)
        _check_int("offset", offset, 0, 2**63 - 1)
        _check_int("partition", partition, 0, 2**31 - 1)
        _check_timeout(timeout)
        work = self._fetch(session, topic, offset, partition, timeout)
        return await session.reading(work, _call("fetch", topic))

    async def _fetch(self, session: Session, topic: str, offset: int, partition: int, timeout: float) -> list[Record]:
        await self._check_place(session, topic, partition)
        records: list[Record] = await session.readers.read(topic, partition, offset, timeout)
        return records

    async def _check_place(self, session: Session, topic: str, partition: int) -> None:
        """Asks once whether the topic exists: a client would make a misspelt one, or wait for it for minutes."""
        if partition < self._topics.get(topic, 0):
            return
        known = {found["topic"]: len(found["partitions"]) for found in await session.admin.describe_topics()}
        if topic not in known:
            raise QueueTopicNotFound(
                f"there is no topic {topic!r}. `await backend.create_topic({topic!r})` makes it.",
                code=3,
                name="UNKNOWN_TOPIC_OR_PARTITION",
            )
        if partition >= known[topic]:
            raise QueueTopicNotFound(
                f"topic {topic!r} has no partition {partition}: it has {known[topic]}, counted from 0.",
                code=3,
                name="UNKNOWN_TOPIC_OR_PARTITION",
            )
        self._topics[topic] = known[topic]

    async def stop(self) -> None:
        """Sends buffered records, ends waiting fetches and stops the broker. A second call does nothing."""
        session = self._session
        if session is not None:
            await self._stop(session)

    async def _stop(self, session: Session) -> None:
        self._running = False
        self._stopped_before = True
        self._topics.clear()
        try:
            await session.close()
        finally:
            if self._session is session:
                self._session = None

    def _running_session(self, verb: str) -> Session:
        if self._session is None or not self._running:
            when = "after stop()" if self._stopped_before else "before start()"
            raise QueueNotStarted(f"{verb} {when}. `await backend.start()` first.")
        return self._session

    async def __aenter__(self) -> TansuBackend:
        await self._start()  # never the blocking form: the body could not run
        return self

    async def __aexit__(
        self,
        exc_type: Optional[type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.stop()

    def __repr__(self) -> str:
        state = "running" if self._running else "starting or stopping" if self._session else "not running"
        return f"<TansuBackend {self._config!r} {state}>"


def _call(verb: str, topic: str) -> str:
    return f"{verb}({topic!r})"


def _warn_in_worker(config: BrokerConfig) -> None:
    """Warns of a queue in memory in a worker process, such as one of `uvicorn --workers 2`: each has its own."""
    if config.storage_url.startswith("memory:") and multiprocessing.parent_process() is not None:
        warnings.warn(
            f"this queue in memory belongs to the process {multiprocessing.current_process().name!r} alone; another "
            "worker has another queue. Start the broker in the parent process, and give its address to the workers.",
            RuntimeWarning,
            stacklevel=4,
        )


def _check_configs(configs: Optional[Mapping[str, Plain]]) -> dict[str, str]:
    texts = {}
    for key, value in (configs or {}).items():
        text = text_of(value)
        if not isinstance(key, str) or text is None:
            raise QueueArgumentError(f"configs[{key!r}]: {value!r} is neither a string nor a number nor a bool")
        texts[key] = text
    return texts


def _check_topic(topic: Any) -> None:
    if not isinstance(topic, str):
        raise QueueArgumentError(f"topic must be a string, not {type(topic).__name__}")
    if not topic:
        raise QueueArgumentError("topic must not be empty")


def _check_bytes(name: str, given: Any) -> None:
    if given is not None and not isinstance(given, (bytes, bytearray, memoryview)):
        hint = ". Encode it: text.encode()" if isinstance(given, str) else ""
        raise QueueArgumentError(f"{name} must be bytes or None, not {type(given).__name__}{hint}")


def _bytes(given: Any) -> Optional[bytes]:
    return None if given is None else bytes(given)


def _check_int(name: str, given: Any, lowest: int, highest: int) -> None:
    if isinstance(given, bool) or not isinstance(given, int):
        raise QueueArgumentError(f"{name} must be an integer, not {type(given).__name__}")
    if not lowest <= given <= highest:
        raise QueueArgumentError(f"{name} must be from {lowest} to {highest}, not {given}")


def _check_timeout(given: Any) -> None:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise QueueArgumentError(f"timeout must be a number of seconds, not {type(given).__name__}")
    if not 0 <= given <= 86_400:
        raise QueueArgumentError(f"timeout must be from 0 to 86400 seconds, not {given}")


def _check_headers(headers: Any) -> list[tuple[str, bytes]]:
    checked = []
    try:
        for name, value in headers:
            if not isinstance(name, str):
                raise QueueArgumentError(f"headers: a name must be a string, not {type(name).__name__}")
            _check_bytes(f"headers: the value of {name!r}", value)
            checked.append((name, value))
    except QueueArgumentError:
        raise
    except (TypeError, ValueError) as error:
        raise QueueArgumentError('headers must be pairs of name and bytes, such as [("trace", b"42")]') from error
    return checked
