"""The servers as fixtures: started at their first use, stopped at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs

from servers import storages
from servers.postgres import PostgresServer
from servers.s3 import S3Server
from servers.storages import Storage


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    needs.require("PostgreSQL", "Tansu's storages")
    server = PostgresServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    needs.require("moto's S3 server")
    server = S3Server().start()
    yield server
    server.stop()


@pytest.fixture(params=storages.NAMES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each storage in turn, empty."""
    return storages.make(request.param, request.getfixturevalue, tmp_path)


@pytest.fixture(params=storages.KEEPING)
def keeping_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each persistent storage, empty."""
    return storages.make(request.param, request.getfixturevalue, tmp_path)
