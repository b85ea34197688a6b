"""Reads the project's Markdown: fenced blocks, links, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    path: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line}"


def documents() -> list[Path]:
    return [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]


def blocks(*languages: str) -> Iterator[Block]:
    for document in documents():
        path = document.relative_to(REPOSITORY).as_posix()
        language, begun, lines = None, 0, []
        for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("```"):
                lines.append(line)
            elif language is None:
                language, begun, lines = line[3:].strip(), number + 1, []
            else:
                if language in languages:
                    yield Block(path, begun, language, "\n".join(lines) + "\n")
                language = None
        assert language is None, f"{path}:{begun}: a block without an end"


def links(document: Path) -> Iterator[str]:
    """The relative links of a document, without their anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            yield target


def rows(document: Path) -> Iterator[list[str]]:
    """The cells of every table row but heads and rules."""
    lines = document.read_text(encoding="utf-8").splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        if line.startswith("|") and not set(line) <= set("|-: ") and not following.startswith("|--"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


def anchors(document: Path) -> set[str]:
    """What GitHub makes of the headings."""
    heads = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
