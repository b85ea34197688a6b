"""Kafka's own client for Java, by which `java/` checks what it sees of records, groups and administration; and Kafka's
own tool for the files of a log.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Callable

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from servers import storages
from support import REPOSITORY, tools

from tansu_cffi import BrokerConfig

RUN_TIMEOUT_S = 300


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = REPOSITORY / "tests" / "conformance" / "java"
    folder = shutil.copytree(source, tmp_path_factory.mktemp("java") / "java", ignore=shutil.ignore_patterns("target"))
    tools.build(folder, ["mvn", "--batch-mode", "--quiet", "--no-transfer-progress", "package"])
    return folder / "target" / "conformance.jar"


@pytest.mark.parametrize("storage", ["memory", "file"])
def test_kafkas_client_sees_a_kafka(
    storage: str, program: Path, tmp_path: Path, make_broker: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    url = storages.make(storage, request.getfixturevalue, tmp_path).url
    broker = make_broker(BrokerConfig(storage_url=url)).start()
    ran = tools.run(tmp_path, ["java", "-jar", str(program), broker.bootstrap_servers], RUN_TIMEOUT_S)
    assert ran.returncode == 0, f"{ran.stdout[-8000:]}\n{ran.stderr[-4000:]}"
    assert all(line.startswith("ok ") for line in ran.stdout.splitlines()), ran.stdout
    assert len(ran.stdout.splitlines()) >= 30


def test_kafkas_tool_reads_a_folder(program: Path, tmp_path: Path, make_broker: Callable[..., Any]) -> None:
    """`kafka-dump-log`: segments with their records, indexes against them, producers, and committed offsets."""
    folder = tmp_path / "data"
    broker = make_broker(BrokerConfig(storage_url=f"file://{folder}")).start()
    broker.create_topic("t", partitions=1, configs={"segment.bytes": "1048576"})
    servers = {"bootstrap.servers": broker.bootstrap_servers}
    producer = Producer({**servers, "enable.idempotence": True, "batch.size": 20_000})
    for number in range(3_000):
        producer.produce("t", key=b"%d" % number, value=bytes(1_000), headers={"h": b"v"})
    assert producer.flush(60) == 0
    consumer = Consumer({**servers, "group.id": "g"})
    consumer.commit(offsets=[TopicPartition("t", 0, 2_000)], asynchronous=False)
    consumer.close()
    broker.stop()
    broker.wait(30)

    files = sorted(path for path in (folder / "t-0").iterdir() if path.name != "partition.metadata")
    assert {path.suffix for path in files} == {".log", ".index", ".timeindex", ".snapshot"}
    assert sum(path.suffix == ".log" for path in files) >= 3
    said = _dump(program, tmp_path, files)
    assert "ismatch" not in said and "isvalid: false" not in said and "Exception" not in said, said[-4000:]
    assert [int(line.split()[2]) for line in said.splitlines() if line.startswith("| offset:")] == list(range(3_000))
    assert "producerId: 0" in said and "lastSequence: 2999" in said

    offsets = [path for path in folder.glob("__consumer_offsets-*/*.log") if path.stat().st_size]
    said = _dump(program, tmp_path, offsets, "--offsets-decoder")
    assert '{"group":"g","topic":"t","partition":0}' in said and '"offset":2000' in said, said


def _dump(program: Path, folder: Path, files: list[Path], *options: str) -> str:
    tool = ["java", "-cp", f"{program.parent}/lib/*", "org.apache.kafka.tools.DumpLogSegments"]
    names = ",".join(str(path) for path in files)
    ran = tools.run(folder, [*tool, "--files", names, "--print-data-log", *options], RUN_TIMEOUT_S)
    assert ran.returncode == 0, f"{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout
