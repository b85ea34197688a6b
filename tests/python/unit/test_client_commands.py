"""`tansu-cffi topics`, `produce`, `consume`, `groups`: clients of a broker, as docs/command-line.md describes them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Callable

import pytest
from support import REPOSITORY
from support.ports import free_port

from tansu_cffi import TansuBroker

PROGRAM = [sys.executable, "-I", "-m", "tansu_cffi"]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def environment(broker: TansuBroker) -> dict[str, str]:
    return {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(*args: str, stdin: bytes = b"", status: int = 0) -> subprocess.CompletedProcess[bytes]:
        ran = subprocess.run(
            [*PROGRAM, *args],
            env=environment,
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == status, ran
        assert b"Traceback" not in ran.stderr
        if status == 0:
            assert ran.stderr == b""
        return ran

    return run


def test_the_session_of_the_page(environment: dict[str, str], tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "command-line.md").read_text(encoding="utf-8")
    session = page.split("```console\n")[1].split("```")[0]
    scripts = sysconfig.get_path("scripts")
    shown = ""
    for line in session.splitlines():
        if line.startswith("$ "):
            ran = subprocess.run(
                ["sh", "-c", line[2:]],
                env={**environment, "PATH": f"{scripts}{os.pathsep}{environment['PATH']}"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (ran.returncode, ran.stderr) == (0, ""), line
            shown += f"{line}\n{ran.stdout}"
    assert shown == session


def test_any_bytes_pass(run: Run, broker: TansuBroker) -> None:
    broker.create_topic("t")
    run("produce", "t", "-K", "=>", stdin=b"\xff=>\x00=>\n\nno newline")
    assert run("consume", "t", "-e", "-f", "%k|%s|%S|%K|%%\\t").stdout == (
        b"\xff|\x00=>|3|1|%\t||0|-1|%\t|no newline|10|-1|%\t"
    )
    lines = [json.loads(line) for line in run("consume", "t", "-e", "--json").stdout.splitlines()]
    assert [(line["key"], line["value"], line["offset"]) for line in lines] == [
        ("\\xff", "\x00=>", 0),
        (None, "", 1),
        (None, "no newline", 2),
    ]


def test_more_records_than_are_in_flight(run: Run, broker: TansuBroker) -> None:
    broker.create_topic("t")
    lines = b"".join(b"%d\n" % number for number in range(25_000))
    run("produce", "t", stdin=lines)
    assert run("consume", "t", "-e").stdout == lines


@pytest.mark.parametrize(
    ("offset", "values"),
    [("beginning", b"0123"), ("end", b""), ("1", b"123"), ("-3", b"123"), ("-99", b"0123"), ("4", b"")],
)
def test_where_to_begin(run: Run, broker: TansuBroker, offset: str, values: bytes) -> None:
    broker.create_topic("t")
    run("produce", "t", stdin=b"0\n1\n2\n3\n")
    assert run("consume", "t", "-e", "-f", "%s", "-o", offset).stdout == values


def test_a_group_goes_on_where_it_was(run: Run, broker: TansuBroker) -> None:
    broker.create_topic("t", partitions=1)
    run("produce", "t", stdin=b"0\n1\n2\n3\n")
    assert run("consume", "t", "--group", "g", "-c", "1").stdout == b"0\n"
    assert run("groups", "describe", "g", "--json").stdout == (
        b'{"topic": "t", "partition": 0, "committed": 1, "end": 4, "lag": 3}\n'
    )
    assert run("consume", "t", "--group", "g", "-e").stdout == b"1\n2\n3\n"
    assert run("groups", "list").stdout == b"g\tEmpty\tconsumer\n"


def test_ctrl_c_commits_what_was_printed(environment: dict[str, str], run: Run, broker: TansuBroker) -> None:
    broker.create_topic("t")
    run("produce", "t", stdin=b"0\n")
    command = [*PROGRAM, "consume", "t", "--group", "g"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read().strip() == b""
    broker.wait_for_offset("g", "t", 0, 1, timeout=0)


def test_a_closed_pipe_is_no_error(environment: dict[str, str], run: Run, broker: TansuBroker) -> None:
    broker.create_topic("t")
    run("produce", "t", stdin=b"0123456789" * 10 + b"\n")
    run("produce", "t", stdin=b"x" * 100 * 1024 + b"\n")
    command = [*PROGRAM, "consume", "t"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        run("produce", "t", stdin=b"more\n")
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_a_terminal_gets_a_table(environment: dict[str, str], broker: TansuBroker) -> None:
    broker.create_topic("orders", partitions=12)
    ours, theirs = pty.openpty()
    subprocess.run([*PROGRAM, "topics", "list"], env=environment, stdout=theirs, timeout=60, check=True)
    os.close(theirs)
    shown = os.read(ours, 4096).decode().splitlines()
    os.close(ours)
    assert shown == ["TOPIC   PARTITIONS", "orders  12"]


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (("topics", "create", "there"), 1, "there: Topic 'there' already exists. (TOPIC_ALREADY_EXISTS)"),
        (("topics", "create", "a/b"), 1, "a/b: "),
        (("topics", "create", "t", "--config", "no.such=1"), 1, "no.such"),
        (("topics", "create", "t", "--config", "x"), 2, "'x' is not KEY=VALUE"),
        (("topics", "create", "t", "-p", "0"), 2, "-p"),
        (("topics", "delete", "missing"), 1, "missing: "),
        (("topics", "describe", "missing"), 1, "missing: there is no such topic"),
        (("topics", "bogus"), 2, "bogus"),
        (("groups", "describe", "missing"), 1, "missing: there is no such group"),
        (("produce", "missing"), 1, "missing: there is no such topic"),
        (("produce", "there", "-p", "7"), 1, "there: there is no partition 7; it has 1, counted from 0"),
        (("produce", "there", "-K", ""), 2, "-K"),
        (("consume", "missing"), 1, "missing: there is no such topic"),
        (("consume", "there", "-o", "x"), 2, "'x' is neither beginning nor end nor a number"),
        (("consume", "there", "-f", "%q"), 2, "'%q' is not a field"),
        (("consume", "there", "-f", "100%"), 2, "'%' is not a field"),
        (("consume", "there", "--group", "g", "-p", "0"), 2, "with --group"),
        (("consume", "there", "-b", "nonsense:x:y"), 1, "nonsense:x:y"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr(
    run: Run, broker: TansuBroker, args: tuple[str, ...], status: int, words: str
) -> None:
    broker.create_topic("there")
    ran = run(*args, status=status)
    assert ran.stdout == b""
    assert words in ran.stderr.decode()
    assert {topic.name for topic in broker.topics()} == {"there"}


def test_without_a_broker_the_address_is_named(run: Run) -> None:
    port = free_port()
    ran = run("topics", "list", "-b", f"localhost:{port}", status=1)
    assert f"no Kafka broker answers at localhost:{port}" in ran.stderr.decode()


def test_without_click_the_extra_is_named_and_other_commands_work(tmp_path: Path) -> None:
    program = "import sys; sys.modules['click'] = None; from tansu_cffi.__main__ import main; sys.exit(main())"

    def run(*args: str) -> Any:
        command = [sys.executable, "-I", "-c", program, *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    refused = run("topics", "list")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "topics needs click and kafka-python" in refused.stderr
    assert "tansu-cffi[cli]" in refused.stderr
    assert run("info").returncode == 0
    assert "groups" in run("--help").stdout
