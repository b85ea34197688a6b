"""Checks the public workflow without running it."""

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
    # Of each distribution.
    assert [name for name, _, tested in rows if tested == "true"] == ["manylinux_2_28-x86_64"] * 2


def test_every_wheel_of_both_distributions_is_tested_where_it_is_built() -> None:
    jobs = re.findall(r"cibuildwheel==\S+\" --output-dir dist(.*)", TEXT)
    assert jobs == ["", " storages"]
    assert TEXT.count("CIBW_TEST_COMMAND: >-\n        python -I -c") == len(jobs)


def test_each_platform_builds_both_distributions() -> None:
    _, wheels, storages = re.split(r"^  (?:wheels|storages):$", TEXT, flags=re.MULTILINE)

    def platforms(job: str) -> set[str]:
        return {build.split("-", 1)[1] for row in re.findall(r'build: "([^"]+)"', job) for build in row.split()}

    expected = {f"{libc}_{machine}" for libc in ("manylinux", "musllinux") for machine in ("x86_64", "aarch64")}
    expected |= {"macosx_arm64", "macosx_x86_64", "win_amd64"}
    assert platforms(wheels) == platforms(storages) == expected


def test_publishing_needs_every_job_and_leaves_attestations() -> None:
    assert "needs: [check, sdist, wheels, storages]" in TEXT
    assert "attestations: true" in TEXT
