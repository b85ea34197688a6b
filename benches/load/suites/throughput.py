"""As much as one client, or several, can move."""

from __future__ import annotations

from .. import rdkafka
from ..record import Meter, Options, Record
from ..servers import Server


def throughput(record: Record, options: Options) -> None:
    of_1k, of_100, variants = (int(count * options.scale) for count in (1_000_000, 3_000_000, 500_000))
    for _ in options.repeat(5):
        with Server(record.row) as server:
            idle = server.rss_mb()
            topic = server.topic(tag="b-s1024")
            produce = rdkafka.produce(server, topic, 1024, of_1k)
            rdkafka.run(record, server, "produce_1k", 1024, of_1k, produce)
            if not record.skips("rss_data"):
                rss = server.rss_mb()
                record.add("rss_after_1gb_mb", rss)
                record.add("rss_per_data", (rss - idle) * 1048576 / (of_1k * 1024))
            if not record.skips("consume"):
                rdkafka.run(record, server, "consume_1k", 1024, of_1k, rdkafka.consume(server, topic, of_1k))
            topic = server.topic(tag="b-s100")
            rdkafka.run(record, server, "produce_100", 100, of_100, rdkafka.produce(server, topic, 100, of_100))
            if not record.skips("consume"):
                rdkafka.run(record, server, "consume_100", 100, of_100, rdkafka.consume(server, topic, of_100))
            for name, setting in (("idempotent_1k", "enable.idempotence=true"), ("lz4_1k", "compression.codec=lz4")):
                try:
                    topic = server.topic(tag="b-s1024")
                    produce = rdkafka.produce(server, topic, 1024, variants, extra=[setting])
                    rdkafka.run(record, server, name, 1024, variants, produce)
                except RuntimeError as error:
                    record.note(f"{name}: {error}")


def retention(record: Record, options: Options) -> None:
    """A topic that keeps 8 MB."""
    count = int(1_000_000 * options.scale)
    for _ in options.repeat(5):
        with Server(record.row) as server:
            topic = server.topic(tag="b-s1024", retention_bytes=str(8 << 20))
            rdkafka.run(record, server, "retained_1k", 1024, count, rdkafka.produce(server, topic, 1024, count))
            record.add("retained_rss_mb", server.rss_mb())


def warm(record: Record, options: Options) -> None:
    """The same broker process throughout: what a long-lived server gives once its JIT and heap have settled."""
    count = int(1_000_000 * options.scale)
    with Server(record.row) as server:
        for repetition in range((options.reps or 5) + 2):
            into = record if repetition >= 2 else Record(record.row)
            topic = server.topic(tag="b-s1024")
            rdkafka.run(into, server, "warm_produce_1k", 1024, count, rdkafka.produce(server, topic, 1024, count))
            if not record.skips("consume"):
                rdkafka.run(into, server, "warm_consume_1k", 1024, count, rdkafka.consume(server, topic, count))


def scale(record: Record, options: Options) -> None:
    """Several clients at once, each with a partition of its own."""
    total = int(1_000_000 * options.scale)
    for partitions in (1, 4, 16):
        for _ in options.repeat(5, 3, 25):
            with Server(record.row) as server:
                topic, each = server.topic(partitions, "b-s1024"), total // partitions
                producers = [rdkafka.produce(server, topic, 1024, each, index) for index in range(partitions)]
                _together(record, server, f"scale{partitions}_produce", producers)
                if not record.skips("consume"):
                    consumers = [rdkafka.consume(server, topic, each, index) for index in range(partitions)]
                    _together(record, server, f"scale{partitions}_consume", consumers)


def _together(record: Record, server: Server, name: str, clients: list[list[str]]) -> None:
    with Meter(server) as meter:
        running = [rdkafka.Client(arguments) for arguments in clients]
        ended = [client.end() for client in running]
    size = sum(messages for messages, _ in ended) * 1024
    record.add(f"{name}.mb_s", size / 1e6 / max(seconds for _, seconds in ended))  # The slowest client's time.
    record.add(f"{name}.{meter.others_key}", meter.others_cores)
    record.add(f"{name}.server_cpu_s_gb", meter.server_cpu_s / (size / 1e9))
