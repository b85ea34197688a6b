"""Passwords and secret keys of storage URLs are masked everywhere, also in errors."""

from __future__ import annotations

import base64
import functools
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from drivers import DRIVERS, Message
from servers.postgres import GUARDED_PASSWORD, GUARDED_USER, PostgresServer
from servers.s3 import SECRET_ACCESS_KEY, S3Server

from tansu_cffi import BrokerConfig, BrokerError, BrokerEventHandler, TansuBroker
from tansu_cffi._loader import lib

TRACE = 5
WRONG = "wr0ng/pass word@7"
FLUSH_MS = 20_000


def _forms(secret: str) -> list[str]:
    """Forms of a secret."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), quote(secret), quote_plus(secret), encoded, repr(secret)[1:-1]]


class Ears(logging.Handler):
    """Collects all log records, and other output of a test."""

    def __init__(self) -> None:
        super().__init__(level=1)
        self.heard: list[str] = []
        self._lost = lib.tansu_log_dropped()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.name} {record.getMessage()}")

    def see(self, *things: Any) -> None:
        self.heard += [f"{thing} {thing!r}" for thing in things]

    def never_heard(self, *secrets: str) -> None:
        assert lib.tansu_log_flush(FLUSH_MS) == lib.TANSU_OK
        assert lib.tansu_log_dropped() == self._lost, "what is lost was not looked at"
        for secret in secrets:
            for form in _forms(secret):
                assert [line for line in self.heard if form in line] == []


@pytest.fixture
def ears() -> Iterator[Ears]:
    logger = logging.getLogger("tansu")
    before = logger.level
    ears = Ears()
    logger.addHandler(ears)
    logger.setLevel(TRACE)
    yield ears
    logger.setLevel(before)
    logger.removeHandler(ears)


class Witness(BrokerEventHandler):
    """Forwards the events of handlers."""

    def __init__(self, ears: Ears) -> None:
        self._see = ears.see

    def on_error(self, error: BrokerError) -> None:
        self._see(error, error.message)

    def on_fatal(self, error: BrokerError) -> None:
        self._see(error, error.message)


def _use(url: str, ears: Ears, topic: str) -> None:
    """Creates, inspects, uses and stops a broker on that storage."""
    config = BrokerConfig(storage_url=url)
    broker = TansuBroker(config, event_handler=Witness(ears))
    ears.see(config, broker, broker.info())
    with broker:
        ears.see(broker, broker.config, broker.info(), broker.metrics(), broker.create_topic(topic))
        driver = DRIVERS["confluent-kafka"]
        assert driver.produce(broker.bootstrap_servers, topic, [Message(b"x")]) == [(0, 0)]
        assert [r.value for r in driver.read(broker.bootstrap_servers, topic, 1)] == [b"x"]
        ears.see(broker.topics())
    ears.see(broker)


def _refused(url: str, ears: Ears, *named: str) -> None:
    """A failed start raises a typed error with the reason."""
    try:
        broker = TansuBroker(BrokerConfig(storage_url=url), event_handler=Witness(ears))
    except BrokerError as error:
        ears.see(error, error.message, error.args)
        refusal = error
    else:
        with pytest.raises(BrokerError) as raised:
            broker.start()
        refusal = raised.value
        ears.see(refusal, refusal.message, refusal.args, broker, broker.info())
        broker.stop()
        with pytest.raises(BrokerError):
            broker.wait(30)
        broker.close()
    assert "storage.url" in refusal.message or "storage_url" in refusal.message
    for word in named:
        assert word in refusal.message, refusal.message


def _query_password(url: str) -> str:
    """The password where libpq takes it too."""
    return (
        url.replace(":" + quote(GUARDED_PASSWORD, safe="") + "@", "@") + "?password=" + quote(GUARDED_PASSWORD, safe="")
    )


def test_postgres_in_use(postgres_server: PostgresServer, ears: Ears, topic: str) -> None:
    url = postgres_server.guarded_url()
    _use(url, ears, topic)
    _use(_query_password(url), ears, topic + "-2")
    ears.never_heard(GUARDED_PASSWORD)
    assert any("***" in line for line in ears.heard)


@pytest.mark.needs("Tansu's storages")
def test_s3_in_use(s3_server: S3Server, ears: Ears, topic: str) -> None:
    _use(s3_server.new_url(), ears, topic)
    ears.never_heard(SECRET_ACCESS_KEY)
    assert any("***" in line for line in ears.heard)


def test_postgres_that_is_refused(postgres_server: PostgresServer, ears: Ears) -> None:
    host, wrong, right = f"127.0.0.1:{postgres_server.port}", quote(WRONG, safe=""), quote(GUARDED_PASSWORD, safe="")
    _refused(postgres_server.guarded_url(WRONG), ears, GUARDED_USER, "password", "Check user and password")
    _refused(f"postgres://{GUARDED_USER}:{right}@{host}/no_such_db", ears, "no_such_db", "Create the database")
    _refused(f"postgres://{GUARDED_USER}:{right}@{host}/x?colour=red", ears, "colour", "Known options")
    _refused(f"postgres://{GUARDED_USER}:{right}@127.0.0.1:1/x", ears, "127.0.0.1:1", "refused")
    _refused(f"postgres://{GUARDED_USER}@127.0.0.1:1/x?password={right}", ears, "127.0.0.1:1", "refused")
    _refused(f"postgres://{GUARDED_USER}:{right}@no-such-host.invalid/x", ears, "no-such-host.invalid")
    _refused(f"postgres://{GUARDED_USER}:{right}@{host}/x?connect_timeout=soon", ears, "connect_timeout")
    _refused(f"mysql://{GUARDED_USER}:{right}@{host}/x", ears, "mysql", "Known schemes")
    _refused(f"postgres:{GUARDED_USER}:{wrong}@{host}", ears)
    ears.never_heard(GUARDED_PASSWORD, WRONG)


@pytest.mark.parametrize("password", ["a/b", "a?b", "a#b", "a@b", "a:b", "a b", "a%b", "pässwort", "a'b\"c", "a&b=c"])
def test_a_password_that_is_not_encoded(ears: Ears, password: str) -> None:
    # Long, so that it does not turn up by chance.
    secret = f"hunter2-{password}-hunter2"
    _refused(f"postgres://me:{secret}@127.0.0.1:1/x", ears)
    ears.never_heard(secret, "hunter2")


@pytest.mark.needs("Tansu's storages")
def test_s3_that_is_refused(s3_server: S3Server, ears: Ears) -> None:
    bucket = s3_server.new_bucket()
    good = s3_server.url(bucket)
    token = "session-T0ken/secret"
    _refused(good.replace("127.0.0.1", "127.0.0.2").replace(str(s3_server.port), "1"), ears, bucket, "Check endpoint")
    _refused(good + "&colour=red", ears, "colour", "Known: endpoint")
    _refused(good + "&allow_http=perhaps", ears, "allow_http")
    _refused(good.replace("allow_http=true", "allow_http=perhaps"), ears, "perhaps", "true or false")
    _refused(good.replace("&allow_http=true", ""), ears, "not encrypted", "allow_http=true")
    _refused(good.replace(bucket, f"{bucket}/folder"), ears, "cluster.id")
    _refused(f"{good}&secret_access_kay={quote(SECRET_ACCESS_KEY, safe='')}", ears, "secret_access_kay")
    _refused(f"{good}&session_token={quote(token, safe='')}&colour=red", ears, "colour")
    ears.never_heard(SECRET_ACCESS_KEY, token)


def _command(*args: str, folder: Path, **env: str) -> str:
    """Returns the output of a command of the package, errors included."""
    ran = subprocess.run(
        [sys.executable, "-m", "tansu_cffi", *args],
        cwd=folder,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout


def test_the_command_line(postgres_server: PostgresServer, s3_server: S3Server, ears: Ears, tmp_path: Path) -> None:
    said = functools.partial(_command, folder=tmp_path)
    run = ("run", "--port", "0", "--log-level", "trace", "--storage")
    s3 = s3_server.url("no-such-bucket")
    refused = said(*run, postgres_server.guarded_url(WRONG))
    assert "Check user and password" in refused
    ears.see(refused, said(*run, s3), said(*run, f"postgres://me:{quote(WRONG)}@127.0.0.1:1/x"))
    # The environment's keys are AWS's own way.
    keyless = s3.partition("&access_key_id")[0]
    ears.see(said(*run, keyless, AWS_ACCESS_KEY_ID="AKIAX", AWS_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY))
    info = said("info", "--json", TANSU_STORAGE_URL=postgres_server.guarded_url(WRONG))
    assert json.loads(info)["storages"]
    ears.see(info, said("info", TANSU_STORAGE_URL=s3))
    ears.never_heard(WRONG, SECRET_ACCESS_KEY)
