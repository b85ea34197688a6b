"""Compares this broker with Apache Kafka's recorded responses: docs/conformance.md."""

from __future__ import annotations

import kafka_bytes as kafka
import pytest
from golden.comparison import Play, compare, proposed
from golden.recording import Recording
from golden.steps import scenarios, script_hash
from wire_client import Connection

from tansu_cffi import TansuBroker


def test_the_recording_belongs_to_the_script(recorded: Recording) -> None:
    assert recorded.script == script_hash(), "the script has changed: record anew, as docs/conformance.md says"


def test_every_version_that_is_served_is_asked(broker: TansuBroker) -> None:
    asked = {(step.api, step.version) for scenario in scenarios() for step in scenario.steps}
    with Connection(("127.0.0.1", broker.port)) as client:
        served = client.served()
    # Produce 0 to 2 are only said, for old clients: they close the connection, in Kafka as here, and have no layout.
    missing = [
        f"{kafka.NAMES[key]} v{version}"
        for key, versions in served.items()
        for version in versions
        if version in kafka.schema_range(key) and (kafka.NAMES[key], version) not in asked
    ]
    assert not missing, f"no scenario asks {', '.join(missing)}"


@pytest.mark.parametrize("name", [scenario.name for scenario in scenarios()])
def test_answers_are_those_of_kafka(name: str, play: Play, recorded: Recording) -> None:
    found = compare(name, recorded.answers[name], play.answers[name])
    new = [one for one in found if not play.known.explains(one)]
    assert not new, f"{len(new)} fields differ from Kafka {recorded.jars}. Rows for differences.toml:\n{proposed(new)}"


def test_every_known_difference_is_there(play: Play, recorded: Recording) -> None:
    for name, answers in recorded.answers.items():
        for one in compare(name, answers, play.answers[name]):
            play.known.explains(one)
    assert not play.known.unused(), "these differences are gone: take them out of differences.toml"
