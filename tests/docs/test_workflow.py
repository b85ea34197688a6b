"""The public workflow cannot be run here, so what can be said of it without running is said here."""

from __future__ import annotations

import re

from markdown import REPOSITORY

TEXT = (REPOSITORY / ".github" / "workflows" / "wheels.yml").read_text(encoding="utf-8")


def test_every_action_is_pinned_to_a_commit_and_names_its_version() -> None:
    uses = re.findall(r"uses: (\S+)(.*)", TEXT)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_nothing_is_permitted_but_what_a_job_asks_for() -> None:
    assert re.search(r"^permissions: \{\}$", TEXT, re.MULTILINE)
    asked = set(re.findall(r"^ +([\w-]+): (read|write)\b", TEXT, re.MULTILINE))
    assert asked == {("contents", "read"), ("id-token", "write")}
    assert TEXT.count("persist-credentials: false") == TEXT.count("actions/checkout@")


def test_only_what_was_tested_is_published() -> None:
    assert "pattern: tested-*" in TEXT
    rows = re.findall(r"- \{ name: (\S+), os: (\S+), .*tested: (true|false) \}", TEXT)
    assert len(rows) == TEXT.count("tested: true") + TEXT.count("tested: false")
    assert [name for name, _, tested in rows if tested == "true"] == ["manylinux_2_28-x86_64"]
