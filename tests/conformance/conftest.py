"""Runs the script once on a broker of each storage of the engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tansu_cffi import BrokerConfig, TansuBroker

HERE = Path(__file__).resolve().parent
# The raw client is that of the protocol tests.
sys.path[:0] = [str(HERE), str(HERE.parent / "python" / "protocol")]

from golden import recording
from golden.comparison import Known, Play
from golden.player import Player
from golden.recording import Recording
from golden.steps import Step, scenarios
from wire_client import Connection

#: Where Apache Kafka and ours would differ without meaning it.
SETTINGS = {
    "listener.host": "127.0.0.1",
    "advertised.host": "127.0.0.1",
    "node.id": "1",
    "cluster.id": "MkU3OEVBNTcwNTJENDM2Qk",
    "group.min.session.timeout.ms": "100",
    "log.retention.ms": "-1",
}


@pytest.fixture(scope="session")
def recorded() -> Recording:
    return recording.read()


@pytest.fixture(scope="session", params=["memory", "file"])
def play(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, recorded: Recording
) -> Iterator[Play]:
    url = "memory://" if request.param == "memory" else f"file://{tmp_path_factory.mktemp('golden') / 'broker'}"
    broker = TansuBroker(BrokerConfig.from_settings({**SETTINGS, "storage.url": url}))
    with broker, Connection(("127.0.0.1", broker.port)) as witness:

        def settle(step: Step) -> None:
            # What waits has been looked at, and is not only on its way, once another request is answered.
            if step.action == "send":
                witness.served()

        player = Player(("127.0.0.1", broker.port), settle)
        answers = {each.name: player.play(each, recorded.answers.get(each.name)) for each in scenarios()}
    yield Play(answers, Known(HERE / "differences.toml", request.param))
