"""Sends the script to Apache Kafka and stores its responses.

    python tests/conformance/record.py --kafka-start PATH [--check]
    python tests/conformance/record.py --kafka HOST:PORT --jars VERSION

PATH is a program that starts a fresh broker in the foreground: `PATH PORT FOLDER KEY=VALUE...`. An own broker has to be
fresh too, with the settings of SETTINGS. With --check nothing is stored, and differences are reported.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "python" / "protocol")]

import kafka_bytes as kafka
from golden import recording
from golden.comparison import compare
from golden.player import Player
from golden.steps import Step, scenarios, script_hash
from support.ports import free_port
from wire_client import Connection

#: Settings of both brokers, besides their ports: groups do not wait for more members, and no record
#: is too old, however slow the play.
SETTINGS = ("group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=100", "log.retention.ms=-1")

#: The controller has committed these when it answers; the broker that is asked next learns a moment later.
_CHANGES = {
    *("CreateTopics", "CreatePartitions", "DeleteTopics", "AlterConfigs", "IncrementalAlterConfigs", "Metadata"),
    "UpdateFeatures",
}
_SETTLE_S = 0.3

#: These end a transaction, whose markers are written after the answer.
_ENDS = {"EndTxn", "InitProducerId"}
_ENDED_S = 0.5


def settle(step: Step) -> None:
    creates = step.api != "Metadata" or step.values.get("AllowAutoTopicCreation", True)
    dry = step.values.get("ValidateOnly") or step.values.get("validateOnly")
    if step.api in _CHANGES and creates and not dry:
        time.sleep(_SETTLE_S)
    if step.api in _ENDS and step.values.get("TransactionalId"):
        time.sleep(_ENDED_S)


#: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR.
_NOT_YET = (14, 15, 16)


def until_ready(address: tuple[str, int], *asked: tuple[str, int, dict[str, Any]]) -> None:
    """Waits until Kafka's coordinators have created and loaded their topics."""
    deadline = time.monotonic() + 60
    for api, version, values in asked:
        while True:
            with contextlib.suppress(OSError), Connection(address) as client:
                if client.ask(kafka.KEYS[api], version, **values)["ErrorCode"] not in _NOT_YET:
                    break
            if time.monotonic() > deadline:
                raise SystemExit("Kafka has not come up within a minute")
            time.sleep(0.3)


#: Before the first scenario, and before the first that needs groups: their topic is in every list from then on.
_PRODUCERS = [("InitProducerId", 4, {"TransactionalId": None, "TransactionTimeoutMs": 1000})]
_GROUPS: list[tuple[str, int, dict[str, Any]]] = [
    *(("FindCoordinator", 3, {"Key": "warm-up", "KeyType": kind}) for kind in (0, 1)),
    ("Heartbeat", 4, {"GroupId": "warm-up", "GenerationId": 1, "MemberId": "x"}),
    ("EndTxn", 3, {"TransactionalId": "warm-up", "ProducerId": 1, "ProducerEpoch": 0, "Committed": True}),
]


def record(address: tuple[str, int], jars: str) -> recording.Recording:
    until_ready(address, *_PRODUCERS)
    player = Player(address, settle)
    answers = {}
    for scenario in scenarios():
        if scenario.name == "coordinators":
            until_ready(address, *_GROUPS)
        begun = time.monotonic()
        answers[scenario.name] = player.play(scenario)
        print(f"{scenario.name}: {len(answers[scenario.name])} steps, {time.monotonic() - begun:.1f} s", flush=True)
    return recording.Recording(jars, script_hash(), answers)


@contextlib.contextmanager
def started(program: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "broker.log", "wb") as log:
        command = [str(program), str(port), f"{folder}/broker", *SETTINGS]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait()


def jars_of(program: Path) -> str:
    """The version in the name of the jars beside the program."""
    names = sorted(path.stem for path in program.resolve().parent.glob("kafka-jars/lib/kafka-clients-*.jar"))
    versions = {name.split("-")[2] for name in names}
    if len(versions) != 1:
        raise SystemExit(f"which jars are these? {names}; say --jars")
    return versions.pop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--kafka-start", type=Path, help="program that starts a broker")
    where.add_argument("--kafka", help="host:port of a fresh broker")
    parser.add_argument("--jars", help="version of Kafka's jars")
    parser.add_argument("--check", action="store_true", help="compare with the recording, store nothing")
    options = parser.parse_args()
    if options.kafka_start:
        jars = options.jars or jars_of(options.kafka_start)
        with started(options.kafka_start) as address:
            new = record(address, jars)
    else:
        if not options.jars:
            parser.error("--kafka needs --jars")
        host, _, port = options.kafka.rpartition(":")
        new = record((host, int(port)), options.jars)
    if not options.check:
        recording.write(new)
        return 0
    old = recording.read()
    found = [one for name in new.answers for one in compare(name, old.answers.get(name, {}), new.answers[name])]
    print(*found, f"{len(found)} differences between two plays", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
