"""Four producers in a process of their own: `writers.py SERVERS TOPIC PARTITIONS FOLDER SEED`.

Producer N writes what was acknowledged into FOLDER/acks-N: a line `PARTITION OFFSET NUMBER` each, one write a line, so
that it is there whatever becomes of this process. The end of stdin is the end of the records; the process waits until
all of them are acknowledged and writes how many there were into FOLDER/sent-N: a line `PARTITION COUNT` each.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

PRODUCERS = 4
COMPRESSIONS = ("none", "lz4", "zstd", "gzip")
VALUE_BYTES_MAX = 600
#: A broker comes back much sooner.
PATIENCE_S = 90


def value(writer: int, partition: int, number: int) -> bytes:
    """What a producer's record of that number in that partition holds; its first three words say which one it is."""
    name = b"%d %d %d " % (writer, partition, number)
    noise = hashlib.sha256(name).digest()
    return name + (noise * (VALUE_BYTES_MAX // len(noise)))[: noise[0] * noise[1] * VALUE_BYTES_MAX // 65536]


def name_of(record: bytes) -> tuple[int, int, int]:
    """Writer, partition, number."""
    writer, partition, number, _ = record.split(b" ", 3)
    return int(writer), int(partition), int(number)


def _write(writer: int, servers: str, topic: str, partitions: int, folder: Path, seed: int) -> None:
    rng = random.Random(f"{seed} {writer}")
    acks = os.open(folder / f"acks-{writer}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": COMPRESSIONS[writer % len(COMPRESSIONS)],
            "linger.ms": rng.choice([0, 1, 5, 20]),
            "batch.num.messages": rng.choice([1, 10, 100, 1000]),
            "queue.buffering.max.messages": 500,
            "reconnect.backoff.max.ms": 100,
            "retry.backoff.ms": 20,
            "log_level": 0,
        }
    )
    sent = [0] * partitions

    def delivered(error: Any, message: Any) -> None:
        if error is not None:
            _fail(f"writer {writer}: {error}")
        _, partition, number = name_of(message.value())
        os.write(acks, b"%d %d %d\n" % (partition, message.offset(), number))

    while not _ended.is_set():
        partition = rng.randrange(partitions)
        try:
            producer.produce(
                topic, value(writer, partition, sent[partition]), partition=partition, on_delivery=delivered
            )
            sent[partition] += 1
            producer.poll(0)
        except BufferError:
            producer.poll(0.01)
    if producer.flush(PATIENCE_S):
        _fail(f"writer {writer}: {len(producer)} records were not acknowledged in {PATIENCE_S} s")
    text = "".join(f"{partition} {count}\n" for partition, count in enumerate(sent))
    (folder / f"sent-{writer}").write_text(text, encoding="ascii")


_ended = threading.Event()


def _fail(words: str) -> None:
    os.write(2, f"{words}\n".encode())
    os._exit(1)


def _run(*args: Any) -> None:
    try:
        _write(*args)
    except Exception as error:
        _fail(f"writer {args[0]}: {error!r}")


def main() -> None:
    servers, topic, partitions, folder, seed = sys.argv[1:]
    threads = [
        threading.Thread(target=_run, args=(writer, servers, topic, int(partitions), Path(folder), int(seed)))
        for writer in range(PRODUCERS)
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    _ended.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
