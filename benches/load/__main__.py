"""Kafka-compatible brokers side by side on one small machine.

    python -m load kfake ours --suites throughput,latency --out results
    python -m load --table results/*.json

Servers are rows of servers.toml. The server runs on core 0, every client on core 1 (so neither steals from the other,
and CPU time of the server is its own), except in `start`, which is measured both ways. Every throughput repetition gets
a fresh server process. All numbers are kept as samples; the table shows median (min to max).

Environment: BENCH_BIN folder with the servers and rdkafka_performance (default "bin"); BENCH_LOCK file to flock during
each server's suites (when several jobs share the machine); BENCH_TMP where data folders go; BENCH_JAVA_CP file holding
the class path of Kafka's Java tools (suite `java` only).
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from . import table
from .machine import CLIENT_CORE, put_ahead, quiet
from .record import Options, Record
from .servers import rows
from .suites import DEFAULT, SUITES


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("servers", nargs="*", help="names in servers.toml")
    parser.add_argument("--suites", default=DEFAULT, help=f"of {','.join(SUITES)} (default {DEFAULT})")
    parser.add_argument("--out", default="results")
    parser.add_argument("--reps", type=int, help="repetitions instead of each suite's own number")
    parser.add_argument("--scale", type=float, default=1.0, help="factor on message counts, e.g. 0.01 to try it")
    parser.add_argument("--table", nargs="+", metavar="JSON")
    args = parser.parse_args()
    if args.table:
        table.show(args.table)
        return 0
    put_ahead()
    known = rows()
    os.sched_setaffinity(0, CLIENT_CORE)
    os.makedirs(args.out, exist_ok=True)
    stopped = 0
    for name in args.servers:
        with quiet():
            for suite in args.suites.split(","):
                record, begun = Record(known[name]), time.monotonic()
                try:
                    SUITES[suite](record, Options(args.reps, args.scale))
                except Exception as error:  # One suite must not take the others with it.
                    stopped += 1
                    record.note(f"{suite} stopped: {type(error).__name__}: {error}")
                record.save(os.path.join(args.out, name + ".json"), suite)
                print(f"{name} {suite} took {time.monotonic() - begun:.0f} s", flush=True)
    return 1 if stopped else 0


if __name__ == "__main__":
    sys.exit(main())
