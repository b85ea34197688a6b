"""The elements of a script: scenarios of raw requests, with placeholders for values of earlier responses.

A scenario is data. It is the same for every broker, so its hash shows whether a recording belongs to it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Union

import kafka_bytes as kafka

#: A name, an index, or a field and its value that choose an element.
Where = Union[str, int, tuple[str, Any]]


@dataclass(frozen=True)
class From:
    """A value of an earlier answer."""

    step: str
    path: tuple[Where, ...] = ()

    def __getitem__(self, key: Union[str, int]) -> From:
        return From(self.step, (*self.path, key))

    def where(self, **wanted: Any) -> From:
        """The element of an array whose field has this value: brokers may list in any order."""
        ((name, value),) = wanted.items()
        return From(self.step, (*self.path, (name, value)))

    def resolve(self, answers: dict[str, Any]) -> Any:
        """The value; KeyError where the answer has none."""
        value = answers[self.step]
        for key in self.path:
            try:
                if isinstance(key, tuple):
                    value = next(element for element in value if element.get(key[0]) == key[1])
                else:
                    value = value[key]
            except (LookupError, TypeError, StopIteration):
                raise KeyError(f"{self.step!r} was answered without {key!r}") from None
        return value


@dataclass(frozen=True)
class Batch:
    """A record batch; `producer` is id, epoch and first sequence, and may be a placeholder."""

    values: tuple[bytes, ...]
    producer: tuple[Any, Any, int] = (-1, -1, -1)
    bent: tuple[tuple[str, Any], ...] = ()

    def build(self, answers: dict[str, Any]) -> bytes:
        producer = [part.resolve(answers) if isinstance(part, From) else part for part in self.producer]
        # Always the same: Kafka's answers are stored.
        options: dict[str, Any] = {"timestamp": 1_700_000_000_000, **dict(self.bent)}
        return kafka.batch(*self.values, producer=(producer[0], producer[1], producer[2]), **options)


def batch(*values: bytes, producer: tuple[Any, Any, int] = (-1, -1, -1), **bent: Any) -> Batch:
    """A batch of these records; what is bent is an argument of `kafka_bytes.batch`."""
    return Batch(values or (b"v",), producer, tuple(sorted(bent.items())))


@dataclass(frozen=True)
class Step:
    """One action of a client."""

    #: `ask` waits for the answer, `send` only looks whether one comes at once, `receive` waits for what was sent,
    #: `drop` closes the connection, `pause` lets time pass.
    action: str
    scenario: str
    label: str
    api: str = ""
    version: int = 0
    connection: str = "a"
    values: dict[str, Any] = field(default_factory=dict)
    #: In the place of what the schema makes of `values`.
    raw: Optional[bytes] = None
    seconds: float = 0

    @property
    def name(self) -> str:
        """Unique in the scenario."""
        return " ".join(part for part in (self.api, self.api and f"v{self.version}", self.label) if part)


class Scenario:
    """Dependent steps. Connections have names and are opened at their first use."""

    def __init__(self, name: str, story: str) -> None:
        self.name = name
        self.story = story
        self.steps: list[Step] = []
        self._names: set[str] = set()

    def _add(self, step: Step) -> From:
        if step.name in self._names:
            raise ValueError(f"two steps of {self.name} are called {step.name!r}")
        self._names.add(step.name)
        self.steps.append(step)
        return From(step.name)

    def ask(self, api: str, version: int, label: str = "", /, *, to: str = "a", **values: Any) -> From:
        """A request; its answer is compared."""
        _check(api, kafka.request_fields(kafka.KEYS[api]), values)
        return self._add(Step("ask", self.name, label, api, version, to, values))

    def send(self, api: str, version: int, label: str = "", /, *, to: str = "a", **values: Any) -> From:
        """A request that is not answered at once, or never."""
        _check(api, kafka.request_fields(kafka.KEYS[api]), values)
        return self._add(Step("send", self.name, label, api, version, to, values))

    def receive(self, sent: From, *, to: str) -> From:
        """The answer to what was sent; the result stands for it in placeholders."""
        step = next(step for step in self.steps if step.name == sent.step)
        label = f"{step.label} received".strip()
        return self._add(Step("receive", self.name, label, step.api, step.version, to))

    def raw(self, api: str, version: int, label: str, body: bytes, *, to: str = "a") -> From:
        """A request whose body the schema does not allow."""
        return self._add(Step("ask", self.name, label, api, version, to, raw=body))

    def drop(self, connection: str, label: str = "") -> None:
        self._add(Step("drop", self.name, f"drop {connection} {label}".strip(), connection=connection))

    def pause(self, seconds: float, label: str) -> None:
        self._add(Step("pause", self.name, f"pause {label}", seconds=seconds))


def _check(where: str, fields: list[dict[str, Any]], values: dict[str, Any]) -> None:
    """Raises for an unknown field, which would otherwise be omitted silently."""
    known = {entry["name"]: entry for entry in fields}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{where} has no field {name}")
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _check(f"{where}.{name}", known[name].get("fields", []), inner)


_SCENARIOS: list[Scenario] = []


def scenario(write: Callable[[Scenario], None]) -> Callable[[Scenario], None]:
    """Decorates a function that writes the scenario of its name; its docstring describes it."""
    made = Scenario(write.__name__.replace("_", "-"), write.__doc__ or "")
    write(made)
    _SCENARIOS.append(made)
    return write


def scenarios() -> list[Scenario]:
    """Returns all scenarios in their order."""
    # They need what is above.
    importlib.import_module("golden.script")
    return list(_SCENARIOS)


def script_hash() -> str:
    """Returns a hash of all requests."""
    digest = hashlib.sha256()
    for one in scenarios():
        for step in one.steps:
            row = [step.action, one.name, step.label, step.api, step.version, step.connection, step.values]
            digest.update(json.dumps([*row, step.raw, step.seconds], default=_plain, sort_keys=True).encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, (From, Batch)):
        return [type(value).__name__, *vars(value).values()]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{value!r} has no place in a script")


def all_versions(api: str) -> Iterator[int]:
    """Returns every version with a schema, except InitProducerId 6, which is unstable in Apache Kafka."""
    layouts = kafka.schema_range(kafka.KEYS[api])
    return iter(range(layouts.start, min(layouts.stop, 6) if api == "InitProducerId" else layouts.stop))
