"""The pytest plugin, in runs of pytest of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest in a process of its own over a file with this text."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:asyncio", *options, timeout=120)

    return run


def test_the_broker_of_the_session_is_shared_and_each_test_has_a_topic(run: Run) -> None:
    result = run(
        """
        import pytest
        seen = []

        @pytest.mark.parametrize("case", ["a/b c", "\u00e9", "x" * 300])
        def test_each(case, tansu_broker, tansu_bootstrap_servers, tansu_topic):
            assert tansu_broker.is_running
            assert tansu_bootstrap_servers == tansu_broker.bootstrap_servers
            (topic,) = [one for one in tansu_broker.topics() if one.name == tansu_topic]
            assert [one.high_watermark for one in topic.partitions] == [0]
            seen.append((tansu_bootstrap_servers, tansu_topic))

        def test_afterwards():
            assert len({servers for servers, _ in seen}) == 1
            assert len({topic for _, topic in seen}) == 3
        """
    )
    result.assert_outcomes(passed=4)


def test_a_client_needs_nothing_but_the_fixtures(run: Run) -> None:
    result = run(
        """
        from kafka import KafkaConsumer, KafkaProducer

        def test_records(tansu_bootstrap_servers, tansu_topic):
            producer = KafkaProducer(bootstrap_servers=tansu_bootstrap_servers)
            producer.send(tansu_topic, b"one").get(30)
            producer.close()
            consumer = KafkaConsumer(
                tansu_topic, bootstrap_servers=tansu_bootstrap_servers, auto_offset_reset="earliest"
            )
            assert next(consumer).value == b"one"
            consumer.close()
        """
    )
    result.assert_outcomes(passed=1)


def test_brokers_of_a_test_end_with_it(run: Run) -> None:
    result = run(
        """
        from tansu_cffi import BrokerEventHandler, BrokerState
        made = []

        class Handler(BrokerEventHandler):
            def __init__(self): self.ports = []
            def on_started(self, port): self.ports.append(port)

        def test_makes(tansu_broker, tansu_broker_function, tansu_broker_factory):
            handler = Handler()
            other = tansu_broker_factory(node_id=7, event_handler=handler)
            assert (other.config.node_id, handler.ports) == (7, [other.port])
            made.extend([tansu_broker_function, other, tansu_broker_factory()])
            assert len({broker.port for broker in [tansu_broker, *made]}) == 4
            assert all(broker.is_running for broker in made)
            assert False, "the brokers end although the test has failed"

        def test_afterwards(tansu_broker):
            assert [broker.state for broker in made] == [BrokerState.STOPPED] * 3
            assert tansu_broker.is_running
        """,
        "-W",
        "error::ResourceWarning",
    )
    result.assert_outcomes(passed=1, failed=1)


def test_a_factory_raises_what_a_broker_raises(run: Run) -> None:
    result = run(
        """
        import pytest
        from tansu_cffi import BrokerBindError, BrokerConfigError

        def test_refusals(tansu_broker_factory):
            first = tansu_broker_factory(port=0)
            with pytest.raises(BrokerBindError, match="is taken"):
                tansu_broker_factory(port=first.port)
            with pytest.raises(BrokerConfigError, match="extra: a NoneType"):
                tansu_broker_factory(extra=None)
            with pytest.raises(BrokerConfigError, match="nope: no such field"):
                tansu_broker_factory(nope=1)
            assert first.is_running

        def test_shows_its_line(tansu_broker_factory):
            tansu_broker_factory(node_id=-7)  # this line
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([">*# this line", "*BrokerConfigError: node_id: *"])
    assert "_brokers.py" not in result.stdout.str()


def test_a_broker_that_the_test_itself_leaks_is_reported(run: Run) -> None:
    result = run(
        """
        import gc
        from tansu_cffi import TansuBroker

        def test_leaks(tansu_broker):
            TansuBroker().start()
            gc.collect()
        """,
        "-W",
        "error::ResourceWarning",
        "-W",
        "error::pytest.PytestUnraisableExceptionWarning",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*was never stopped; use it in a `with`*"])


def test_a_fixture_of_the_users_own(run: Run) -> None:
    result = run(
        """
        from pytest_tansu import broker_fixture

        wide = broker_fixture(scope="module", extra={"num.partitions": "4"}, cluster_id="wide")
        ports = set()

        def test_one(wide, tansu_broker):
            assert len(wide.create_topic("t").partitions) == 4
            # The settings of the run hold as well.
            assert wide.config.extra == {"num.partitions": "4", "max.connections": "77"}
            assert tansu_broker.config.extra == {"num.partitions": "2", "max.connections": "77"}
            assert len(tansu_broker.create_topic("t").partitions) == 2
            ports.add(wide.port)

        def test_two(wide):
            assert ports == {wide.port}
        """,
        "--tansu-set",
        "max.connections=77",
        "--tansu-set=num.partitions=2",
    )
    result.assert_outcomes(passed=2)


def test_options_in_the_ini_file_and_the_command_line_before_them(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(
        """
        [pytest]
        tansu_storage = file://
        tansu_start_timeout = 7.5
        tansu_settings =
            num.partitions=3
            cluster.id = from-ini
        tansu_env = true
        """
    )
    text = """
        import os, pathlib
        from urllib.parse import unquote

        def test_settings(tansu_broker, pytestconfig):
            config = tansu_broker.config
            print("SEEN", config.storage_url.split("/")[0], config.extra["num.partitions"], config.cluster_id)
            assert os.environ["KAFKA_BOOTSTRAP_SERVERS"] == tansu_broker.bootstrap_servers

        def test_without_a_broker():
            assert os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        """
    result = run(text, "-s")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*SEEN file: 3 from-ini*"])
    result = run(text, "-s", "--tansu-storage", "memory://", "--tansu-set", "cluster.id=from-line")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*SEEN memory: 3 from-line*"])


def test_the_environment_is_left_alone_unless_an_option_asks(run: Run) -> None:
    result = run(
        """
        import os

        def test_environment(tansu_broker):
            assert "KAFKA_BOOTSTRAP_SERVERS" not in os.environ
        """
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--tansu-set=num.partitions", "--tansu-set: 'num.partitions' is not KEY=VALUE"),
        ("--tansu-set==4", "--tansu-set: '=4' is not KEY=VALUE"),
        ("--tansu-start-timeout=soon", "--tansu-start-timeout: 'soon' is not a number of seconds above 0"),
        ("--tansu-start-timeout=nan", "--tansu-start-timeout: 'nan' is not a number of seconds above 0"),
        ("--tansu-start-timeout=0", "--tansu-start-timeout: '0' is not a number of seconds above 0"),
    ],
)
def test_an_option_that_cannot_be_read_ends_the_run(run: Run, option: str, message: str) -> None:
    result = run("def test_nothing(): pass", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--tansu-storage=mongodb://x", "BrokerConfigError: --tansu-storage: *mongodb*"),
        ("--tansu-set=num.partitions=none", "BrokerConfigError: --tansu-set num.partitions: *none*"),
        ("--tansu-set=num.partition=4", "BrokerConfigError: *num.partition*"),
        ("--tansu-storage=file:///proc/no/folder", "BrokerStorageError: *"),
    ],
)
def test_a_setting_that_the_broker_refuses_is_an_error_of_the_test_without_a_traceback(
    run: Run, option: str, message: str
) -> None:
    result = run(
        """
        def test_broker(tansu_broker): pass
        def test_without(): pass
        """,
        option,
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([f"*tansu: the broker did not start: {message}"])
    assert "_brokers.py" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


FAILING = """
    from kafka import KafkaConsumer, KafkaProducer

    def test_without_a_broker():
        assert False

    def test_with_topics_and_groups(tansu_broker, tansu_topic):
        servers = tansu_broker.bootstrap_servers
        tansu_broker.create_topic("empty", partitions=9)
        producer = KafkaProducer(bootstrap_servers=servers)
        for value in (b"1", b"2", b"3"):
            producer.send(tansu_topic, value).get(30)
        producer.close()
        consumer = KafkaConsumer(
            tansu_topic, bootstrap_servers=servers, group_id="billing", auto_offset_reset="earliest",
            enable_auto_commit=False, max_poll_records=1,
        )
        next(consumer)
        consumer.commit()
        try:
            assert False
        finally:
            print("TOPIC", tansu_topic)
            globals()["left_open"] = consumer
    """


def test_the_report_of_a_failed_test_shows_its_broker(run: Run) -> None:
    result = run(FAILING)
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert len(re.findall(r"^-+ tansu -+$", text, re.MULTILINE)) == 1
    topic = re.search(r"^TOPIC (\S+)$", text, re.MULTILINE)[1]  # type: ignore[index]
    result.stdout.fnmatch_lines(
        [
            "<TansuBroker memory:// localhost:* RUNNING>",
            "  topics (*):",
            f"    {topic}: partition 0 has offsets 0 to 3",
            "    empty: 9 partitions, offsets of 0 records",
            "  groups (1):",
            "    billing: Stable, classic, members: 1, lag: 2",
            f"      member *: {topic} ?0?",
            f"      {topic}-0: committed 1, end 3, lag 2",
            "log during the test, all lines:",
            f"  INFO *{topic}*",
        ]
    )


def test_the_log_of_a_report_is_that_of_the_test_and_the_users_logging_is_left_alone(run: Run) -> None:
    result = run(
        """
        import logging

        def test_first(tansu_broker, caplog):
            tansu_broker.create_topic("of-the-first")
            assert logging.getLogger("tansu").level == logging.NOTSET
            assert caplog.records == []

        def test_second(tansu_broker, tansu_topic):
            assert False
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    log = result.stdout.str().partition("log during the test")[2]
    assert "test_second" in log
    assert "of-the-first" not in log
    assert "Captured log" not in result.stdout.str()


def test_a_broker_that_has_stopped_does_not_spoil_the_report(run: Run) -> None:
    result = run(
        """
        def test_stops(tansu_broker_function):
            tansu_broker_function.stop()
            tansu_broker_function.wait()
            assert False
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["<TansuBroker memory:// localhost:* STOPPED>"])
    assert "INTERNALERROR" not in result.stdout.str()


FOLDERS = """
    import pytest
    from pathlib import Path

    @pytest.mark.parametrize("fails", [True, False])
    def test_folder(tansu_broker_function, fails):
        folder = Path(tansu_broker_function.config.storage_url.partition("://")[2])
        print("FOLDER", fails, folder)
        assert folder.is_dir()
        assert not fails
    """


@pytest.mark.parametrize("keeps", [True, False])
def test_the_folder_of_a_failed_test_is_kept_on_request(run: Run, keeps: bool) -> None:
    result = run(FOLDERS, "-s", "--tansu-storage=file://", *(["--tansu-keep"] if keeps else []))
    result.assert_outcomes(passed=1, failed=1)
    folders = dict(re.findall(r"FOLDER (\w+) (\S+)", result.stdout.str()))
    assert Path(folders["True"]).is_dir() is keeps
    assert not Path(folders["False"]).exists()
    kept = re.findall(r"^  the folder is kept: (\S+)$", result.stdout.str(), re.MULTILINE)
    assert kept == ([folders["True"]] if keeps else [])


@pytest.mark.needs("pytest-xdist")
def test_each_worker_of_xdist_has_its_broker_and_reports_it(run: Run, pytester: pytest.Pytester) -> None:
    result = run(
        """
        import os, pathlib, pytest

        @pytest.mark.parametrize("number", range(8))
        def test_each(number, tansu_broker, tansu_topic):
            worker = os.environ["PYTEST_XDIST_WORKER"]
            pathlib.Path(__file__).with_name(f"{worker}-{tansu_broker.port}.seen").touch()
            assert number != 5
        """,
        "-n2",
        "--tansu-storage=file://",
    )
    result.assert_outcomes(passed=7, failed=1)
    seen = sorted(path.name.split("-") for path in pytester.path.glob("*.seen"))
    assert [worker for worker, _ in seen] == ["gw0", "gw1"]
    assert len({port for _, port in seen}) == 2
    assert len(re.findall(r"^-+ tansu -+$", result.stdout.str(), re.MULTILINE)) == 1


def test_a_run_without_a_broker_does_not_import_the_package(run: Run) -> None:
    result = run(
        """
        import sys

        def test_nothing():
            assert "pytest_tansu" in sys.modules
            assert "tansu_cffi" not in sys.modules
            assert False
        """
    )
    result.assert_outcomes(failed=1)
    assert "assert False" in result.stdout.str()


def test_the_plugin_costs_less_than_5_ms(tmp_path: Path) -> None:
    program = (
        "import time, pytest\n"
        "began = time.perf_counter()\n"
        "import pytest_tansu\n"
        "print((time.perf_counter() - began) * 1000)\n"
    )
    ran = [subprocess.check_output([sys.executable, "-I", "-c", program], cwd=tmp_path) for _ in range(5)]
    # The best of five: the machine may be busy with something else.
    assert min(map(float, ran)) < 5
