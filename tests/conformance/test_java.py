"""Kafka's own client for Java: `java/` checks what it sees of records, groups and administration."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Callable

import pytest
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
