"""Tables of what was measured."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any, Optional

from .servers import rows

#: Other processes used this many cores during a run: above it the run says little.
LOUD = 0.15


#: (title, [(column, sample, digits; -3 shows thousands)])
TABLES: list[tuple[str, list[tuple[str, str, int]]]] = [
    ("Start and idle memory, by number of cores given to the server", [
        ("ready ms, 2 cores", "start2.ready_ms", 1), ("first ack ms, 2 cores", "start2.first_ack_ms", 1),
        ("ready ms, 1 core", "start1.ready_ms", 1), ("first ack ms, 1 core", "start1.first_ack_ms", 1),
        ("idle RSS MB", "start1.idle_rss_mb", 0)]),
    ("Throughput MB/s, fresh process each time, 1 partition (server core 0, client core 1)", [
        ("produce 1 KiB", "produce_1k.mb_s", 0), ("consume 1 KiB", "consume_1k.mb_s", 0),
        ("produce 100 B", "produce_100.mb_s", 0), ("consume 100 B", "consume_100.mb_s", 0),
        ("idempotent 1 KiB", "idempotent_1k.mb_s", 0), ("lz4 1 KiB", "lz4_1k.mb_s", 0)]),
    ("Thousand messages/s of the same runs", [
        ("produce 1 KiB", "produce_1k.msg_s", -3), ("consume 1 KiB", "consume_1k.msg_s", -3),
        ("produce 100 B", "produce_100.msg_s", -3), ("consume 100 B", "consume_100.msg_s", -3)]),
    ("Server CPU seconds per GB of payload, and memory after 1 GB", [
        ("produce 1 KiB", "produce_1k.server_cpu_s_gb", 2), ("consume 1 KiB", "consume_1k.server_cpu_s_gb", 2),
        ("produce 100 B", "produce_100.server_cpu_s_gb", 2), ("consume 100 B", "consume_100.server_cpu_s_gb", 2),
        ("idempotent 1 KiB", "idempotent_1k.server_cpu_s_gb", 2), ("lz4 1 KiB", "lz4_1k.server_cpu_s_gb", 2),
        ("RSS MB after 1.02 GB", "rss_after_1gb_mb", 0), ("RSS grown / data", "rss_per_data", 2)]),
    ("A topic that keeps 8 MB, 1 KiB", [
        ("produce MB/s", "retained_1k.mb_s", 0), ("produce CPU s/GB", "retained_1k.server_cpu_s_gb", 2),
        ("RSS MB after 1.02 GB", "retained_rss_mb", 0)]),
    ("Warm: one long-lived server, 1 KiB", [
        ("produce MB/s", "warm_produce_1k.mb_s", 0), ("consume MB/s", "warm_consume_1k.mb_s", 0),
        ("produce CPU s/GB", "warm_produce_1k.server_cpu_s_gb", 2),
        ("consume CPU s/GB", "warm_consume_1k.server_cpu_s_gb", 2)]),
    ("Latency ms (sync: one in flight, acks=all; e2e: 10k msg/s of 100 B, linger 0)", [
        ("sync p50", "sync.p50_ms", 3), ("sync p99", "sync.p99_ms", 3), ("e2e p50", "e2e.p50_ms", 2),
        ("e2e p99", "e2e.p99_ms", 2), ("e2e max", "e2e.max_ms", 1), ("e2e server CPU %", "e2e.server_cpu_pct", 1)]),
    ("Groups, client defaults, ms", [
        ("first record", "group.first_record_ms", 0), ("second joins", "group.second_joins_ms", 0),
        ("after leave", "group.after_leave_ms", 0), ("KIP-848 first record", "group848.first_record_ms", 0),
        ("848 second joins", "group848.second_joins_ms", 0), ("848 after leave", "group848.after_leave_ms", 0)]),
    ("1,000 topics; 100 idle consumers", [
        ("create ms", "topics1000.create_ms", 0), ("RSS KB per topic", "topics1000.rss_kb_each", 1),
        ("metadata p50 ms", "topics1000.metadata_p50_ms", 2), ("metadata p99 ms", "topics1000.metadata_p99_ms", 2),
        ("idle server CPU %", "idle100.server_cpu_pct", 1), ("idle RSS MB more", "idle100.rss_mb_more", 1)]),
    ("Scaling, 1 KiB, MB/s of n clients on n partitions together (clients share one core)", [
        (f"{mode} {n}", f"scale{n}_{mode}.mb_s", 0) for mode in ("produce", "consume") for n in (1, 4, 16)]),
    ("Scaling, server CPU s/GB", [
        (f"{mode} {n}", f"scale{n}_{mode}.server_cpu_s_gb", 2) for mode in ("produce", "consume") for n in (1, 4, 16)]),
    ("Java client tools, 1 KiB", [
        ("produce MB/s", "java_produce.mb_s", 0), ("consume (fetch) MB/s", "java_consume.fetch_mb_s", 0),
        ("produce CPU s/GB", "java_produce.server_cpu_s_gb", 2),
        ("consume CPU s/GB", "java_consume.server_cpu_s_gb", 2)]),
]  # fmt: skip


def cell(samples: Optional[Sequence[float]], digits: int) -> str:
    if not samples:
        return "–"
    if digits < 0:
        samples, digits = [sample * 10**digits for sample in samples], 0
    median, low, high = (f"{x:,.{digits}f}" for x in (statistics.median(samples), min(samples), max(samples)))
    return f"{median} ({low}–{high})" if len(samples) > 1 else low


def undisturbed(samples: dict[str, list[float]]) -> tuple[dict[str, list[float]], int]:
    """Samples without the runs that others disturbed, where at least two remain; and how many were left out."""
    kept, dropped = dict(samples), 0
    for key, cores in samples.items():
        if key.endswith(".other_cores"):
            quiet = [index for index, used in enumerate(cores) if used <= LOUD]
            if 2 <= len(quiet) < len(cores):
                dropped += len(cores) - len(quiet)
                for name in samples:
                    if name.startswith(key[: -len("other_cores")]):
                        kept[name] = [samples[name][index] for index in quiet]
    return kept, dropped


def show(files: Sequence[str]) -> None:
    results: list[dict[str, Any]] = []
    for path in files:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        result["samples"], result["dropped"] = undisturbed(result["samples"])
        results.append(result)
    order = list(rows())
    results.sort(key=lambda result: order.index(result["server"]) if result["server"] in order else 99)
    for title, columns in TABLES:
        shown = [result for result in results if any(sample in result["samples"] for _, sample, _ in columns)]
        if not shown:
            continue
        print(f"\n**{title}**\n\n| server | " + " | ".join(column[0] for column in columns) + " |")
        print("|---|" + "---|" * len(columns))
        for result in shown:
            cells = (cell(result["samples"].get(sample), digits) for _, sample, digits in columns)
            print(f"| {result['server']} | " + " | ".join(cells) + " |")
    print("\nMedian (min–max); repetitions are in the JSON.")
    for result in results:
        for note in [*result["notes"], *_disturbances(result)]:
            print(f"- {result['server']}: {note}")


def _disturbances(result: dict[str, Any]) -> list[str]:
    notes = []
    cores = (used for key, xs in result["samples"].items() if key.endswith(".other_cores") for used in xs)
    loudest = max(cores, default=0)
    if result["dropped"]:
        notes.append(f"{result['dropped']} runs left out, since others used more than {LOUD} core meanwhile")
    if loudest > LOUD:
        notes.append(f"others used up to {loudest:.2f} core during runs that are in the table")
    return notes
