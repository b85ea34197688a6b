"""Metadata and ApiVersions."""

from __future__ import annotations

import uuid

from golden.script.requests import NO_SUCH_ID, create, new_topic, topic_id
from golden.steps import Scenario, all_versions, scenario

NO_ID = uuid.UUID(int=0)


@scenario
def metadata(s: Scenario) -> None:
    """Topics by name and by id, all, none, unknown, badly named, and auto-created ones."""
    for version in all_versions("Metadata"):
        s.ask("Metadata", version, "of none", Topics=[], AllowAutoTopicCreation=False)
    made = create(s, new_topic("meta-a", 2), new_topic("meta-b"))
    ident = topic_id(made, "meta-a")
    for version in all_versions("Metadata"):
        # Before version 4 to ask is to create.
        names = ("meta-b", "meta-a", "bad name", *(["meta-nope"] if version > 3 else []))
        topics = [{"Name": name, "TopicId": NO_ID} for name in names]
        s.ask("Metadata", version, "named", Topics=topics, AllowAutoTopicCreation=False)
        s.ask("Metadata", version, "all", Topics=None if version else [], AllowAutoTopicCreation=False)
        if version >= 8:
            s.ask(
                "Metadata",
                version,
                "authorized",
                Topics=[{"Name": "meta-a"}],
                IncludeTopicAuthorizedOperations=True,
                IncludeClusterAuthorizedOperations=True,
            )
        if version >= 10:
            for label, name, wanted in (
                ("by id", None, ident),
                ("by unknown id", None, NO_SUCH_ID),
                ("by name and id", "meta-a", ident),
                ("by other name and id", "meta-b", ident),
                ("by neither", None, NO_ID),
            ):
                s.ask(
                    "Metadata", version, label, Topics=[{"Name": name, "TopicId": wanted}], AllowAutoTopicCreation=False
                )
    twice = [{"Name": "meta-a"}, {"Name": "meta-b"}, {"Name": "meta-a"}]
    s.ask("Metadata", 9, "twice", Topics=twice, AllowAutoTopicCreation=False)
    s.ask("Metadata", 13, "by id twice", Topics=[{"Name": None, "TopicId": ident}] * 2, AllowAutoTopicCreation=False)
    mixed = [{"Name": None, "TopicId": ident}, {"Name": "meta-b"}, {"Name": None, "TopicId": NO_SUCH_ID}]
    s.ask("Metadata", 13, "names and ids", Topics=mixed, AllowAutoTopicCreation=False)
    odd = ("", ".", "..", "x" * 249, "x" * 250, "meta a", "méta", "meta/a")
    for version in (4, 9, 13):
        topics = [{"Name": name} for name in odd]
        s.ask("Metadata", version, "odd names", Topics=topics, AllowAutoTopicCreation=False)


@scenario
def auto_creation(s: Scenario) -> None:
    """Metadata creates a missing topic, unless the request forbids it."""
    for version in (0, 3, 4, 9, 13):
        topics = [{"Name": f"auto-{version}"}]
        s.ask("Metadata", version, "first", Topics=topics, AllowAutoTopicCreation=True)
        s.ask("Metadata", version, "then", Topics=topics, AllowAutoTopicCreation=True)
    s.ask("Metadata", 13, "badly named", Topics=[{"Name": "bad name"}, {"Name": ""}], AllowAutoTopicCreation=True)
    s.ask("Metadata", 13, "colliding", Topics=[{"Name": "auto_4"}, {"Name": "auto.4"}], AllowAutoTopicCreation=True)
    s.ask(
        "Metadata", 13, "colliding then", Topics=[{"Name": "auto_4"}, {"Name": "auto.4"}], AllowAutoTopicCreation=False
    )
    s.ask("Metadata", 13, "not wanted", Topics=[{"Name": "auto-not"}], AllowAutoTopicCreation=False)


@scenario
def api_versions(s: Scenario) -> None:
    """The served versions, and the response to a later version."""
    for version in all_versions("ApiVersions"):
        s.ask("ApiVersions", version, ClientSoftwareName="golden", ClientSoftwareVersion="1.0")
    for version in (5, 99):
        s.raw("ApiVersions", version, "unknown", b"\x07golden\x041.0\x00")
    for label, name, number in (("no name", "", "1"), ("no version", "golden", ""), ("bad name", "-x-", "1")):
        s.ask("ApiVersions", 4, label, to=label, ClientSoftwareName=name, ClientSoftwareVersion=number)


@scenario
def malformed(s: Scenario) -> None:
    """A malformed request closes its connection."""
    for version in (0, 2, 14):
        s.raw("Produce", version, "unknown version", b"\x00" * 24, to=f"produce {version}")
    s.raw("Fetch", 3, "removed version", b"\x00" * 24, to="fetch 3")
    s.raw("Fetch", 19, "later version", b"\x00" * 24, to="fetch 19")
    s.raw("InitProducerId", 6, "unstable version", b"\x00" * 24, to="init")
    s.raw("Metadata", 9, "no body", b"", to="no body")
    s.raw("Metadata", 1, "claims too many", b"\x7f\xff\xff\xff", to="many")
    s.raw("Metadata", 1, "negative count", b"\xff\xff\xff\xfe", to="negative")
    s.raw("Metadata", 1, "more than the body", b"\x00\x00\x00\x00more", to="more")
    s.raw("CreateTopics", 5, "null topics", b"\x00\x00\x00\x00\x00\x00\x00", to="null")
