"""A transactional producer for `test_kill_transactions.py`: it writes down what it begins and how that ends.

    python transactor.py SERVERS TOPIC PARTITIONS FILE

Each line is a word and the number of a transaction: `begun`, `committed` or `aborted`, after the broker has said so.
Each fourth transaction is aborted. It ends with the broker.
"""

from __future__ import annotations

import sys

from confluent_kafka import Producer

LIMIT_S = 60
RECORDS = 3


def main() -> None:
    servers, topic, partitions, path = sys.argv[1:]
    producer = Producer({"bootstrap.servers": servers, "transactional.id": "kill", "log_level": 0, "linger.ms": 0})
    producer.init_transactions(LIMIT_S)
    with open(path, "a", encoding="ascii", buffering=1) as told:
        number = 0
        while True:
            number += 1
            told.write(f"begun {number}\n")
            producer.begin_transaction()
            for index in range(RECORDS):
                producer.produce(topic, f"{number} {index}", partition=(number + index) % int(partitions))
            if number % 4:
                producer.commit_transaction(LIMIT_S)
                told.write(f"committed {number}\n")
            else:
                producer.flush(LIMIT_S)
                producer.abort_transaction(LIMIT_S)
                told.write(f"aborted {number}\n")


if __name__ == "__main__":
    main()
