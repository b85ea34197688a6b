"""What there is much of and does little: a thousand topics, a hundred idle consumers."""

from __future__ import annotations

import time

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from .. import workers
from ..record import Options, Record, percentile
from ..servers import Server

TOPICS = 1000
CONSUMERS = 100


def topics(record: Record, options: Options) -> None:
    if record.skips("topics"):
        return
    for _ in options.repeat(3, 3):
        with Server(record.row) as server:
            admin = AdminClient({"bootstrap.servers": server.address, **workers.HUSH})
            admin.list_topics(timeout=10)  # Connect first.
            base, begun = server.rss_mb(), time.monotonic()
            new = [NewTopic(f"many-{index:04}", 1, 1) for index in range(TOPICS)]
            for created in admin.create_topics(new, request_timeout=60).values():
                created.result(90)
            while _led(server) < TOPICS:
                time.sleep(0.005)
            record.add("topics1000.create_ms", (time.monotonic() - begun) * 1000)
            record.add("topics1000.rss_kb_each", (server.rss_mb() - base) * 1.024)
            times_ms = []
            for _ in range(200):
                asked = time.perf_counter_ns()
                server.raw.metadata_reply(None)
                times_ms.append((time.perf_counter_ns() - asked) / 1e6)
            times_ms.sort()
            record.add("topics1000.metadata_p50_ms", percentile(times_ms, 0.5))
            record.add("topics1000.metadata_p99_ms", percentile(times_ms, 0.99))


def _led(server: Server) -> int:
    """The topics that have a leader."""
    found = server.raw.metadata(None).items()
    return sum(1 for name, partitions in found if name.startswith("many-") and partitions and partitions[0][2] >= 0)


def idle(record: Record, _options: Options) -> None:
    if record.skips("idle"):
        return
    with Server(record.row) as server:
        topic = server.topic(tag="idle")
        base = server.rss_mb()
        worker = workers.start("idle_consumers", server.address, topic, str(CONSUMERS))
        try:
            line = workers.first_line(worker)
            if line != "ready":
                raise RuntimeError("idle consumers: " + line)
            time.sleep(3)
            for _ in range(3):
                cpu_s, begun = server.cpu_s(), time.monotonic()
                time.sleep(5)
                record.add("idle100.server_cpu_pct", 100 * (server.cpu_s() - cpu_s) / (time.monotonic() - begun))
            record.add("idle100.rss_mb_more", server.rss_mb() - base)
        finally:
            worker.kill()
            worker.wait()
