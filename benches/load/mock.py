"""librdkafka's mock cluster as a server: prints its address and serves until it is killed."""

from __future__ import annotations

from confluent_kafka import Producer


def main() -> None:
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused"})
    broker = next(iter(producer.list_topics(timeout=10).brokers.values()))
    print(f"{broker.host}:{broker.port}", flush=True)
    while True:
        producer.poll(1)


if __name__ == "__main__":
    main()
