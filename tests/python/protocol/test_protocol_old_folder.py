"""A data folder of an earlier version opens with all that it holds.

`folder-before-coordinators.tgz` was written by commit c99b9d0, which wrote committed offsets and no group metadata.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Callable

import kafka_bytes as kafka
import pytest
from wire_client import Connection

from tansu_cffi import GroupPartition, TansuBroker

FOLDERS = Path(__file__).parent / "data"


@pytest.mark.parametrize("fsync", ["interval", "always"])
def test_a_folder_of_an_earlier_version_opens(start: Callable[..., TansuBroker], tmp_path: Path, fsync: str) -> None:
    with tarfile.open(FOLDERS / "folder-before-coordinators.tgz") as folder:
        for member in folder.getmembers():
            folder.extract(member, tmp_path / "data")
    # Twice: the first start may have written something anew.
    for offset in (20, 21):
        broker = start({"storage.url": f"file://{tmp_path}/data?fsync={fsync}", "cluster.id": "previous-version"})
        topics = {topic.name: topic for topic in broker.topics()}
        assert set(topics) == {"__consumer_offsets", "orders"}, "gone was deleted"
        assert topics["orders"].id == "_rM4VcgOQeuFYLDaPom_rQ"
        assert [partition.high_watermark for partition in topics["orders"].partitions] == [offset, 0]
        assert broker.info()["cluster_id"] == "previous-version"
        with Connection(("127.0.0.1", broker.port)) as client:
            assert _config(client, "retention.ms") == "-1" and _config(client, "max.message.bytes") == "2000000"
            assert b"value-0" in _records(client) and b"value-19" in _records(client)
            lag = offset - 7
            assert broker.group_offsets("g") == [GroupPartition("orders", 0, 7, "m-g", offset, lag)]
            assert broker.group_offsets("h")[0].committed == 20
            assert [(group.name, group.state) for group in broker.groups()] == [("g", "Empty"), ("h", "Empty")]
            assert client.produce("orders", kafka.batch(b"later"))["BaseOffset"] == offset
        broker.stop()
        broker.wait()


def _config(client: Connection, name: str) -> object:
    resources = [{"ResourceType": 2, "ResourceName": "orders", "ConfigurationKeys": [name]}]
    return client.ask(kafka.KEYS["DescribeConfigs"], 1, Resources=resources)["Results"][0]["Configs"][0]["Value"]


def _records(client: Connection) -> bytes:
    partition = {"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}
    topics = [{"Topic": "orders", "Partitions": [partition]}]
    asked = client.ask(kafka.FETCH, 4, ReplicaId=-1, MaxWaitMs=0, MinBytes=0, MaxBytes=1 << 20, Topics=topics)
    return bytes(asked["Responses"][0]["Partitions"][0]["Records"])
