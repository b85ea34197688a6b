"""Sends a script to a broker and records its responses."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional

import kafka_bytes as kafka
from wire_client import Closed, Connection

from golden.canonical import Names
from golden.steps import Batch, From, Scenario, Step

#: What is answered at once is answered within this time.
AT_ONCE_S = 0.15
#: Longer than anything in a script takes: a broker that has not answered by then never does.
PATIENCE_S = 4.0

#: In place of an answer.
CLOSED, SILENT, WAITS, ANSWERED = "<closed>", "<silence>", "<waits>", "<answered>"


def _nothing(step: Step) -> None:
    pass


class Player:
    """One broker, one script. `settle` is called after each step: changes may take time to arrive everywhere."""

    def __init__(self, address: tuple[str, int], settle: Callable[[Step], None] = _nothing) -> None:
        self._address = address
        self._settle = settle
        self._begun_ms = int(time.time() * 1000) - 1000

    def play(self, scenario: Scenario, recorded: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
        """The canonical answers by the steps' names. `recorded`: those of an earlier play; what was answered or closed
        at once then may take longer here."""
        names = Names(self._address[1], self._times)
        performance = _Performance(self._address, names, recorded or {})
        try:
            for step in scenario.steps:
                performance.take(step)
                self._settle(step)
        finally:
            performance.close()
        return performance.canonical

    def _times(self) -> tuple[int, int]:
        return self._begun_ms, int(time.time() * 1000) + 1000


class _Performance:
    """A running scenario."""

    def __init__(self, address: tuple[str, int], names: Names, recorded: Mapping[str, Any]) -> None:
        self._recorded = recorded
        self.canonical: dict[str, Any] = {}
        self._address = address
        self._names = names
        self._answers: dict[str, Any] = {}
        self._connections: dict[str, Connection] = {}
        self._correlation_id = 0
        #: What was sent on a connection and is not yet answered.
        self._sent: dict[str, int] = {}

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def take(self, step: Step) -> None:
        if step.action == "pause":
            time.sleep(step.seconds)
        elif step.action == "drop":
            self._connections.pop(step.connection).close()
        else:
            self.canonical[step.name] = self._exchange(step)

    def _exchange(self, step: Step) -> Any:
        if step.action == "receive":
            return self._receive(step)
        try:
            body = self._body(step)
        except KeyError as missing:
            return f"<cannot be asked: {missing.args[0]}>"
        connection = self._connection(step.connection)
        self._correlation_id += 1
        key = kafka.KEYS[step.api]
        connection.send(kafka.frame(kafka.header(key, step.version, self._correlation_id) + body))
        self._sent[step.connection] = self._correlation_id
        return self._receive(step) if step.action == "ask" else self._look(step, connection)

    def _connection(self, name: str) -> Connection:
        if name not in self._connections:
            self._connections[name] = Connection(self._address)
            self._connections[name].socket.settimeout(PATIENCE_S)
        return self._connections[name]

    def _body(self, step: Step) -> bytes:
        if step.raw is not None:
            return step.raw
        return kafka.body(kafka.KEYS[step.api], step.version, self._resolve(step.values))

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, From):
            return value.resolve(self._answers)
        if isinstance(value, Batch):
            return value.build(self._answers)
        if isinstance(value, dict):
            return {key: self._resolve(inner) for key, inner in value.items()}
        if isinstance(value, list):
            parts = [self._resolve(inner) for inner in value]
            # Several batches in a row.
            return b"".join(parts) if value and isinstance(value[0], Batch) else parts
        return value

    def _receive(self, step: Step) -> Any:
        raw = self._frame(step.connection)
        if isinstance(raw, str):
            return raw
        key = kafka.KEYS[step.api]
        try:
            correlation_id, values = _decoded(key, step.version, raw)
        except (ValueError, struct.error) as problem:
            return f"<malformed: {problem}>"
        if correlation_id != self._sent.pop(step.connection, None):
            return f"<the answer to request {correlation_id}>"
        self._answers[step.name] = values
        return self._names.answer(step.api, values)

    def _frame(self, name: str) -> Any:
        connection = self._connections.get(name)
        if connection is None:
            return CLOSED
        try:
            return connection.receive()
        except Closed:
            outcome = CLOSED
        except socket.timeout:
            outcome = SILENT
        self._connections.pop(name).close()
        return outcome

    def _look(self, step: Step, connection: Connection) -> str:
        if self._recorded.get(step.name) not in (CLOSED, ANSWERED):
            connection.socket.settimeout(AT_ONCE_S)
        try:
            return ANSWERED if connection.socket.recv(1, socket.MSG_PEEK) else CLOSED
        except ConnectionResetError:
            return CLOSED
        except socket.timeout:
            return WAITS
        finally:
            connection.socket.settimeout(PATIENCE_S)


def _decoded(key: int, version: int, raw: bytes) -> tuple[int, dict[str, Any]]:
    layouts = kafka.schema_range(key)
    if key == kafka.API_VERSIONS and version not in layouts:
        # KIP-511: a version that the broker does not know is answered as version 0.
        version = 0
    correlation_id, values = kafka.response(key, version, raw)
    return correlation_id, values
