"""Served and unserved requests and versions."""

from __future__ import annotations

import struct
from typing import Callable

import kafka_bytes as kafka
import pytest
from wire_client import Closed, Connection

Connect = Callable[..., Connection]
CLIENT_SOFTWARE = {"ClientSoftwareName": "test", "ClientSoftwareVersion": "1"}


@pytest.mark.parametrize("version", range(5))
def test_api_versions_is_answered_in_every_version(client: Connection, version: int) -> None:
    answer = client.ask(kafka.API_VERSIONS, version, **CLIENT_SOFTWARE)
    assert answer["ErrorCode"] == 0
    served = {key["ApiKey"]: (key["MinVersion"], key["MaxVersion"]) for key in answer["ApiKeys"]}
    assert len(served) == len(answer["ApiKeys"]), "a key is listed twice"
    assert served == {key: (found[0], found[-1]) for key, found in client.served().items()}


def test_only_versions_that_exist_are_advertised(client: Connection) -> None:
    for key, served in client.served().items():
        known = kafka.schema_range(key)
        # Kafka lists Produce from 0 for librdkafka's sake and closes the connection on what is below 3.
        low = 0 if key == kafka.PRODUCE else known[0]
        assert low <= served[0] <= served[-1] <= known[-1], kafka.NAMES[key]


@pytest.mark.parametrize("version", [5, 99, 32_767])
def test_an_api_versions_request_of_the_future_is_answered_in_version_0(client: Connection, version: int) -> None:
    highest = client.served()[kafka.API_VERSIONS][-1]
    client.send(kafka.frame(kafka.header(kafka.API_VERSIONS, version, 7)))
    raw = client.receive()
    # Body of version 0: error 35, one entry, and that one says which versions there are (KIP-511).
    assert raw == struct.pack(">ihihhh", 7, 35, 1, kafka.API_VERSIONS, 0, highest)
    assert client.ask(kafka.API_VERSIONS, 3, **CLIENT_SOFTWARE)["ErrorCode"] == 0, "and the connection goes on"


@pytest.mark.parametrize("key", [-1, 999, 32_767, -32_768])
def test_an_unknown_key_closes_its_connection_and_no_other(connect: Connect, client: Connection, key: int) -> None:
    stranger = connect()
    stranger.send(kafka.frame(struct.pack(">hhih", key, 0, 1, -1)))
    assert stranger.is_closed()
    assert client.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0


def test_an_unserved_version_closes_the_connection(connect: Connect, client: Connection) -> None:
    for key, served in client.served().items():
        if key == kafka.API_VERSIONS:
            continue
        for version in (served[0] - 1, served[-1] + 1, -32_768, 32_767):
            stranger = connect()
            stranger.send(kafka.frame(kafka.header(key, version, 1) + bytes(64)))
            assert stranger.is_closed(), (kafka.NAMES[key], version)
            stranger.close()


@pytest.mark.parametrize("version", [0, 2])
def test_a_produce_version_that_is_only_advertised_closes_the_connection(client: Connection, version: int) -> None:
    assert client.served()[kafka.PRODUCE][0] == 0
    client.send(kafka.frame(kafka.header(kafka.PRODUCE, version, 1) + struct.pack(">hii", -1, 1_000, 0)))
    assert client.is_closed()


def test_every_advertised_version_of_metadata_is_answered(client: Connection, topic: str) -> None:
    for version in client.served()[kafka.METADATA]:
        names = [{"Name": topic}]
        answer = client.ask(kafka.METADATA, version, Topics=names)
        assert [found["Name"] for found in answer["Topics"]] == [topic], version
        assert len(answer["Brokers"]) == 1


@pytest.mark.parametrize("client_id", [None, "", "x" * 32_000, "ключ"])
def test_any_client_id(client: Connection, client_id: str | None) -> None:
    raw = b"\xff\xff" if client_id is None else struct.pack(">h", len(client_id.encode())) + client_id.encode()
    client.send(kafka.frame(struct.pack(">hhi", kafka.API_VERSIONS, 0, 3) + raw))
    assert client.answer(kafka.API_VERSIONS, 0, 3)["ErrorCode"] == 0


def test_unknown_tagged_fields_are_skipped_in_the_header_and_in_every_struct(client: Connection, topic: str) -> None:
    tags = {5: b"abc", 300: b"", 70_000: b"x" * 200}
    body = kafka.body(kafka.METADATA, 9, {"Topics": [{"Name": topic, "_tags": tags}], "_tags": tags})
    header = kafka.header(kafka.METADATA, 9, 4)[:-1] + b"\x01\x09\x02hi"
    client.send(kafka.frame(header + body))
    assert [found["ErrorCode"] for found in client.answer(kafka.METADATA, 9, 4)["Topics"]] == [0]


def test_the_address_that_clients_are_told_is_the_one_that_was_bound(
    client: Connection, address: tuple[str, int]
) -> None:
    (broker,) = client.ask(kafka.METADATA, 9, Topics=[])["Brokers"]
    assert broker["Port"] == address[1]


def test_metadata_of_strange_names(connect: Connect, topic: str) -> None:
    def codes(names: list[str] | None) -> list[tuple[int, str]]:
        wanted = None if names is None else [{"Name": name} for name in names]
        answer = connect().ask(kafka.METADATA, 9, Topics=wanted, AllowAutoTopicCreation=False)
        return [(found["ErrorCode"], found["Name"]) for found in answer["Topics"]]

    assert codes([]) == []
    assert (0, topic) in codes(None)
    assert codes(["a/b"]) == [(17, "a/b")]
    assert codes([""]) == [(17, "")]
    assert codes(["not-there"]) == [(3, "not-there")]
    assert codes([topic, topic]) == [(0, topic)]


def test_metadata_of_ten_thousand_topics(client: Connection) -> None:
    names = [f"not-there-{i}" for i in range(10_000)]
    answer = client.ask(kafka.METADATA, 9, Topics=[{"Name": name} for name in names], AllowAutoTopicCreation=False)
    assert sorted(found["Name"] for found in answer["Topics"]) == sorted(names)
    assert {found["ErrorCode"] for found in answer["Topics"]} == {3}


def test_a_client_that_does_not_say_what_it_is_is_told_so(client: Connection) -> None:
    assert client.ask(kafka.API_VERSIONS, 3)["ErrorCode"] == 42


def test_a_request_cut_short_closes_the_connection(connect: Connect) -> None:
    for raw in (
        kafka.header(kafka.METADATA, 1, 1) + b"\0\0",
        kafka.header(kafka.METADATA, 1, 1),
        kafka.header(kafka.API_VERSIONS, 3, 1),
        kafka.header(kafka.METADATA, 9, 1)[:-1],
        struct.pack(">hhi", kafka.METADATA, 1, 1),
        struct.pack(">hhih", kafka.METADATA, 1, 1, 500) + b"abc",
        b"\0",
        b"",
    ):
        cut = connect()
        cut.send(kafka.frame(raw))
        with pytest.raises(Closed):
            cut.receive()
