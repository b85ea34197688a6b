"""A stop lets requests in work finish, answers those that wait, and does not wait for idle clients."""

from __future__ import annotations

import threading
from typing import Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Closed, Connection, fetch_values

StartProcess = Callable[..., BrokerProcess]


def _one_is_quick(stop: Callable[[], float]) -> None:
    """Returns the shortest of up to three stops: a pause of the machine delays one of them, a fault delays each."""
    assert any(stop() < 500 for _ in range(3))


def test_a_stop_does_not_wait_for_a_hundred_idle_consumers(start_process: StartProcess) -> None:
    _one_is_quick(lambda: _stop_with_idle_consumers(start_process()))


def _stop_with_idle_consumers(broker: BrokerProcess) -> float:
    with Connection(broker.address) as client:
        client.create_topic("t")
    parked = [Connection(broker.address) for _ in range(100)]
    for connection in parked:
        # Served once, so that its fetch is not still on its way when the stop comes.
        assert connection.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0
        connection.send(kafka.request(kafka.FETCH, 11, 5, **fetch_values("t", 0, max_wait=60_000)))
    with Connection(broker.address) as last:
        assert last.ask(kafka.METADATA, 9, Topics=[])["Brokers"]
    took = broker.tell("stop")
    print(f"stop with 100 waiting consumers: {took:.1f} ms")
    for connection in parked:
        try:
            answer = connection.answer(kafka.FETCH, 11, 5)
            assert answer["ErrorCode"] == 0
        except Closed:
            pass
        assert connection.is_closed()
        connection.close()
    return took


def test_a_stop_does_not_wait_for_clients_that_say_nothing(start_process: StartProcess) -> None:
    _one_is_quick(lambda: _stop_with_silent_clients(start_process()))


def _stop_with_silent_clients(broker: BrokerProcess) -> float:
    silent = [Connection(broker.address) for _ in range(100)]
    half = Connection(broker.address)
    half.send(b"\0\0\1\0abc")
    assert silent[-1].ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0
    took = broker.tell("stop")
    print(f"stop with 100 silent connections and half a request: {took:.1f} ms")
    for connection in [*silent, half]:
        assert connection.is_closed()
        connection.close()
    return took


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite://{}/busy.db", marks=pytest.mark.needs("Tansu's storages")),
        "file://{}/busy?fsync=always",
    ],
)
def test_a_stop_with_a_hundred_busy_clients_loses_nothing_it_acknowledged(
    start_process: StartProcess, tmp_path: object, url: str
) -> None:
    settings = {"storage.url": url.format(tmp_path)}
    broker = start_process(settings)
    with Connection(broker.address) as client:
        client.create_topic("t")
    acknowledged: list[int] = []
    busy = threading.Barrier(101)
    odd: list[BaseException] = []

    def work(number: int) -> None:
        done = 0
        try:
            with Connection(broker.address) as connection:
                while True:
                    answer = connection.produce("t", kafka.batch(b"%d:%d" % (number, done)))
                    if answer["ErrorCode"] == 0:
                        acknowledged.append(answer["BaseOffset"])
                    done += 1
                    if done == 1:
                        busy.wait(60)
        except (Closed, OSError):
            pass
        except BaseException as error:
            odd.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    busy.wait(60)
    took = broker.tell("stop")
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "a client was left hanging"
    assert not odd, odd[0]
    print(f"stop with 100 busy clients: {took:.1f} ms; {len(acknowledged)} records acknowledged")
    assert took < 6_000
    assert len(acknowledged) >= 100
    broker.close()

    again = start_process(settings)
    with Connection(again.address) as client:
        part = client.fetch("t", 0)
        stored = [offset for base, last, _ in kafka.batches(part["Records"]) for offset in range(base, last + 1)]
        assert set(acknowledged) <= set(stored)
        assert stored == list(range(part["HighWatermark"]))
        if url.startswith("file"):
            assert set(acknowledged) == set(stored), "what waited for its sync was not answered"
