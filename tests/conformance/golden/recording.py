"""Apache Kafka's recorded responses, in a file with one scenario or step a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = Path(__file__).resolve().parents[1] / "kafka-answers.json"


@dataclass(frozen=True)
class Recording:
    jars: str
    script: str
    answers: dict[str, dict[str, Any]]


def read(path: Path = PATH) -> Recording:
    raw = json.loads(path.read_text(encoding="utf-8"))
    # An answer that was given before is a reference to it.
    answers = {
        name: {step: raw["answers"][number] for step, number in steps.items()}
        for name, steps in raw["scenarios"].items()
    }
    return Recording(raw["jars"], raw["script"], answers)


def write(recording: Recording, path: Path = PATH) -> None:
    numbers: dict[str, int] = {}
    scenarios = {
        name: {step: numbers.setdefault(_line(answer), len(numbers)) for step, answer in steps.items()}
        for name, steps in recording.answers.items()
    }
    head = f'{{"jars":{_line(recording.jars)},\n"script":{_line(recording.script)},\n'
    played = ",\n".join(f"{_line(name)}:{_line(steps)}" for name, steps in scenarios.items())
    lines = f'"scenarios":{{\n{played}}},\n"answers":[\n' + ",\n".join(numbers) + "]}\n"
    path.write_text(head + lines, encoding="utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
