"""The differences between two responses, and the list of known differences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.toml import load

from golden.canonical import about

#: single-node: what only another node could do. nondeterministic: Kafka itself may answer either way. deliberate: ours
#: is meant, and the reason is worth reading. unfinished: to be mended, or to be served later.
CLASSES = ("single-node", "nondeterministic", "deliberate", "unfinished")

#: For what one side does not have at all.
ABSENT = "<absent>"


@dataclass(frozen=True)
class Found:
    """One field that differs."""

    scenario: str
    step: str
    path: str
    kafka: Any
    ours: Any

    @property
    def key(self) -> tuple[str, str, str]:
        return self.scenario, self.step, self.path

    def __str__(self) -> str:
        values = f"    Kafka: {_short(self.kafka)}\n    ours:  {_short(self.ours)}"
        return f"{self.scenario} | {self.step} | {self.path}\n{values}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}..."


def differences(kafka: Any, ours: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Returns paths and values of the differing fields; a missing element is one difference."""
    if isinstance(kafka, dict) and isinstance(ours, dict):
        for key in [*kafka, *(key for key in ours if key not in kafka)]:
            yield from differences(kafka.get(key, ABSENT), ours.get(key, ABSENT), f"{path}.{key}" if path else key)
    elif isinstance(kafka, list) and isinstance(ours, list):
        yield from _elements(kafka, ours, path)
    elif kafka != ours or isinstance(kafka, bool) != isinstance(ours, bool):
        yield path, kafka, ours


def _elements(kafka: list[Any], ours: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    """Pairs elements by their identifier, so that a missing one does not shift the others; otherwise by position."""
    names = [[about(element) for element in side] for side in (kafka, ours)]
    if any(len(set(side)) != len(side) or "" in side for side in names):
        names = [[str(index) for index in range(len(side))] for side in (kafka, ours)]
    theirs, mine = dict(zip(names[0], kafka)), dict(zip(names[1], ours))
    for name in {**theirs, **mine}:
        yield from differences(theirs.get(name, ABSENT), mine.get(name, ABSENT), f"{path}[{name}]")
    both = [[name for name in side if name in theirs and name in mine] for side in names]
    if both[0] != both[1]:
        yield f"{path}.order", both[0], both[1]


def compare(scenario: str, kafka: dict[str, Any], ours: dict[str, Any]) -> list[Found]:
    """All differences of a scenario, step by step."""
    return [
        Found(scenario, step, *found)
        for step in {**kafka, **ours}
        for found in differences(kafka.get(step, ABSENT), ours.get(step, ABSENT))
    ]


class Known:
    """`differences.toml`. Each row names its scenario, API, versions, labels and paths one by one, and both values; and
    the storage, where only one differs."""

    def __init__(self, path: Path, storage: str) -> None:
        self._rows: dict[tuple[str, str, str], tuple[Any, Any]] = {}
        self.classes: dict[tuple[str, str, str], str] = {}
        for row in load(path).get("difference", []):
            if row.get("storage", storage) == storage:
                self._add(row)
        self._unused = set(self._rows)

    def _add(self, row: dict[str, Any]) -> None:
        if row["class"] not in CLASSES or not row["reason"].strip():
            raise ValueError(f"a difference needs a class of {CLASSES} and a reason: {row}")
        # JSON, because TOML has no null.
        values = json.loads(row["kafka"]), json.loads(row["ours"])
        if values[0] == values[1]:
            raise ValueError(f"no difference: {row}")
        for version in row["versions"]:
            for label in row["labels"]:
                step = f"{row['api']} v{version} {label}".strip()
                for path in row["paths"]:
                    key = (row["scenario"], step, path)
                    if key in self._rows:
                        raise ValueError(f"{key} is listed twice")
                    self._rows[key] = values
                    self.classes[key] = row["class"]

    def explains(self, found: Found) -> bool:
        """Whether a row says exactly this; the row counts as used then."""
        if self._rows.get(found.key) != (found.kafka, found.ours):
            return False
        self._unused.discard(found.key)
        return True

    def unused(self) -> list[tuple[str, str, str]]:
        return sorted(self._unused)


@dataclass
class Play:
    """This broker's responses on one storage, and the differences explained so far."""

    answers: dict[str, dict[str, Any]]
    known: Known


def proposed(found: list[Found]) -> str:
    """Returns rows for `differences.toml`, without class and reason."""
    steps = re.compile(r"(\S+) v(\d+) ?(.*)", re.DOTALL)
    rows: dict[tuple[str, ...], dict[str, list[Any]]] = {}
    for one in found:
        parts = steps.fullmatch(one.step)
        api, version, label = parts.groups() if parts else (one.step, "0", "")
        values = (json.dumps(one.kafka, ensure_ascii=False), json.dumps(one.ours, ensure_ascii=False))
        row = rows.setdefault((one.scenario, api, label, one.path, *values), {"versions": []})
        row["versions"].append(int(version))
    for names in (("labels", 2), ("paths", 3)):
        rows = _joined(rows, *names)
    return "\n".join(_row(key, row) for key, row in rows.items())


def _joined(
    rows: dict[tuple[str, ...], dict[str, list[Any]]], name: str, at: int
) -> dict[tuple[str, ...], dict[str, list[Any]]]:
    """Rows that differ only in one part of their key become one."""
    joined: dict[tuple[Any, ...], tuple[tuple[str, ...], dict[str, list[Any]]]] = {}
    for key, row in rows.items():
        rest = (*key[:at], "", *key[at + 1 :], json.dumps(row))
        into = joined.setdefault(rest, (key, {**row, name: []}))[1]
        into[name].append(key[at])
    return {key: row for key, row in joined.values()}


def _row(key: tuple[str, ...], row: dict[str, list[Any]]) -> str:
    scenario, api, _, _, kafka, ours = key
    lines = ["[[difference]]", f"scenario = {json.dumps(scenario)}", f"api = {json.dumps(api)}"]
    lines += [f"{name} = {json.dumps(row[name], ensure_ascii=False)}" for name in ("versions", "labels", "paths")]
    lines += [f"kafka = {_literal(kafka)}", f"ours = {_literal(ours)}", 'class = ""', 'reason = ""', ""]
    return "\n".join(lines)


def _literal(text: str) -> str:
    return f"'{text}'" if "'" not in text else f"'''{text}'''"
