"""franz-go's own tests of kgo, its client: downloaded through Go's proxy, built once, run against this broker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support import tools
from support.toml import load

MODULE, VERSION = "github.com/twmb/franz-go", "v1.22.2"
#: Of the module's files, as go.sum would have it.
SUM = "h1:EdwIHGzD/4mgCpl/sNS0C74JYn6cL/r2KYS+8UC96Ww="
RUN_TIMEOUT_S = 900

_RESULT = re.compile(r"^\x16?\s*--- (PASS|FAIL|SKIP): (\S+) \(", re.MULTILINE)


@dataclass(frozen=True)
class LeftOut:
    """A test that does not pass yet, with the reason: a row of `left-out.toml`."""

    test: str
    #: Keys of requests that it needs.
    needs: frozenset[int]
    why: str
    #: The suite skips it by itself once it has asked the broker what it serves; others are not run.
    skips_itself: bool


def left_out() -> list[LeftOut]:
    rows = load(Path(__file__).with_name("left-out.toml"))["left_out"]
    return [
        LeftOut(row["test"], frozenset(row.get("needs", [])), row["why"], row.get("skips_itself", False))
        for row in rows
    ]


@dataclass(frozen=True)
class Ran:
    """The result of the suite."""

    #: PASS, FAIL or SKIP of each test and each of its parts.
    results: dict[str, str]
    code: int
    output: str


class Suite:
    """The suite's program and the folder that its tests want to be in."""

    def __init__(self, folder: Path) -> None:
        output = tools.build(folder, ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"], {"GO111MODULE": "on"})
        module = json.loads(output)
        assert module["Sum"] == SUM, f"{MODULE} {VERSION} is not what it was: {module['Sum']}"
        source = folder / "franz-go"
        shutil.copytree(module["Dir"], source, copy_function=shutil.copyfile)
        for path in (source, *source.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)  # Go's cache is read-only
        self._folder = source / "pkg" / "kgo"
        self._program = str(folder / "kgo.test")
        tools.build(self._folder, ["go", "test", "-c", "-o", self._program, "."], {"GOWORK": "off", "GOFLAGS": ""})

    def names(self) -> set[str]:
        """The tests, without their parts."""
        return set(tools.build(self._folder, [self._program, "-test.list", "^Test"]).split())

    def run(self, servers: str, records: int, without: Sequence[str]) -> Ran:
        command = [self._program, "-test.v=test2json", f"-test.timeout={RUN_TIMEOUT_S}s"]
        if without:
            command.append(f"-test.skip=^({'|'.join(without)})$")
        env = {"KGO_SEEDS": servers, "KGO_TEST_RF": "1", "KGO_TEST_RECORDS": str(records)}
        try:
            ran = tools.run(self._folder, command, RUN_TIMEOUT_S + 60, env)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"the suite did not end: {error.stdout!r:.4000}") from None
        results = {name: result for result, name in _RESULT.findall(ran.stdout)}
        return Ran(results, ran.returncode, ran.stdout + ran.stderr[-8000:])
