"""`client_config()`: real clients connect with what it returns, and nothing else."""

from __future__ import annotations

import json
import uuid
from typing import Any

import aiokafka
import confluent_kafka
import pytest
from kafka import KafkaConsumer, KafkaProducer
from support import REPOSITORY

from tansu_cffi import BrokerArgumentError, BrokerStateError, TansuBroker

GROUP = {"group_id": "g", "auto_offset_reset": "earliest"}


@pytest.fixture
def topic(broker: TansuBroker) -> str:
    return broker.create_topic(f"t-{uuid.uuid4().hex}").name


async def test_aiokafka(broker: TansuBroker, topic: str) -> None:
    config = broker.client_config("aiokafka")
    async with aiokafka.AIOKafkaProducer(**config) as producer:
        await producer.send_and_wait(topic, b"v")
    async with aiokafka.AIOKafkaConsumer(topic, **config, **GROUP) as consumer:
        assert (await consumer.getone()).value == b"v"


def test_confluent(broker: TansuBroker, topic: str) -> None:
    config = broker.client_config("confluent")
    producer = confluent_kafka.Producer(config)
    producer.produce(topic, b"v")
    assert producer.flush(30) == 0
    consumer = confluent_kafka.Consumer({**config, "group.id": "g", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        assert consumer.poll(30).value() == b"v"
    finally:
        consumer.close()


def test_kafka_python(broker: TansuBroker, topic: str) -> None:
    config = broker.client_config("kafka-python")
    producer = KafkaProducer(**config)
    producer.send(topic, b"v").get(30)
    producer.close()
    consumer = KafkaConsumer(topic, **config, **GROUP)
    assert next(consumer).value == b"v"
    consumer.close()


@pytest.mark.parametrize(
    ("client", "option", "example"),
    [
        ("java", "bootstrap.servers", "java/src/main/java/embedded/Main.java"),
        ("kgo", "SeedBrokers", "go/main.go"),
        ("node", "brokers", "node/main.mjs"),
    ],
)
def test_other_languages_have_the_option_of_the_example_which_runs(
    broker: TansuBroker, client: str, option: str, example: str
) -> None:
    config = json.loads(json.dumps(broker.client_config(client)))
    servers = broker.bootstrap_servers
    assert config == {option: servers if client == "java" else [servers]}
    assert option in (REPOSITORY / "examples" / example).read_text(encoding="utf-8")


def test_each_call_returns_options_of_its_own(broker: TansuBroker) -> None:
    for client in ("aiokafka", "kgo", "node"):
        first, second = broker.client_config(client), broker.client_config(client)
        assert first == second and first is not second
        assert all(a is not b for a, b in zip(first.values(), second.values()) if isinstance(a, list))


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("confluent-kafka", "client: 'confluent-kafka' is not known. Did you mean 'confluent'?"),
        ("kafka_python", "Did you mean 'kafka-python'?"),
        ("ruby", "Known clients: aiokafka, confluent, java, kafka-python, kgo, node."),
        (None, "client: None is not known. Known clients: "),
    ],
)
def test_an_unknown_client_is_refused_with_the_remedy(make_broker: Any, client: Any, words: str) -> None:
    with pytest.raises(BrokerArgumentError) as raised:
        make_broker().client_config(client)
    assert words in raised.value.message


def test_before_the_start_there_is_no_address(make_broker: Any) -> None:
    with pytest.raises(BrokerStateError, match=r"bootstrap_servers: none before .* Call start\(\) first"):
        make_broker().client_config("aiokafka")
