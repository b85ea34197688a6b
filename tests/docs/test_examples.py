"""Every Python example of the documentation runs unchanged, in an empty folder, isolated from the source tree."""

from __future__ import annotations

import fcntl
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from markdown import Block, blocks


@contextmanager
def _port_9092() -> Iterator[None]:
    """Examples use Kafka's own port: one of them at a time, also across runs of the tests."""
    with open(Path(tempfile.gettempdir()) / "tansu-cffi-port-9092.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(block: Block, folder: Path) -> str:
    script = folder / "example.py"
    script.write_text(block.text, encoding="utf-8")
    with _port_9092():
        ran = subprocess.run(
            [sys.executable, "-I", "-X", "dev", str(script)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, f"{block.name}\n{ran.stdout}\n{ran.stderr}"
    # asyncio's debug mode times each step; a busy machine is no fault of the example.
    said = re.sub(r"^Executing <.*> took [\d.]+ seconds\n", "", ran.stderr, flags=re.MULTILINE)
    assert said == "", f"{block.name}\n{ran.stderr}"
    return ran.stdout


def _is_test(block: Block) -> bool:
    return re.search(r"^def test_", block.text, re.MULTILINE) is not None


#: Examples that pytest runs.
TESTS = [block for block in blocks("python") if _is_test(block)]


@pytest.mark.parametrize(
    "block", [block for block in blocks("python") if not _is_test(block)], ids=lambda block: block.name
)
def test_example_runs_and_says_nothing_on_stderr(block: Block, tmp_path: Path) -> None:
    _run(block, tmp_path)


def test_the_handler_example_prints_what_the_readme_promises(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("python") if block.path == "README.md" and "class MyHandler" in block.text]
    assert re.fullmatch(r"Broker started on port [1-9]\d*\nBroker stopped\n", _run(block, tmp_path))


def test_the_queue_example_gives_the_offset_and_the_value(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("python") if block.path == "README.md" and "TansuBackend" in block.text]
    assert _run(block, tmp_path) == "0 b'hello world'\n"


@pytest.mark.parametrize("block", TESTS, ids=lambda block: block.name)
def test_an_example_of_a_test_passes(block: Block, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0 and re.search(r"^\d+ passed", ran.stdout, re.MULTILINE), ran.stdout + ran.stderr


def test_there_are_examples_of_tests() -> None:
    assert {block.path for block in TESTS} == {"README.md", "docs/testing.md"}
