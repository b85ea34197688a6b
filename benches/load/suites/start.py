"""From the start of the process to the first acknowledgement, on one core and on all, and the memory of an idle one."""

from __future__ import annotations

import os
import time

from kafka_raw import batch

from ..machine import CLIENT_CORE, CORES
from ..record import Options, Record
from ..servers import Server


def start(record: Record, options: Options) -> None:
    for pin in (False, True):
        tag = "start1" if pin else "start2"  # The number of cores the server may use.
        os.sched_setaffinity(0, CLIENT_CORE if pin else set(CORES))
        for repetition in options.repeat(15):
            with Server(record.row, pin) as server:
                record.add(f"{tag}.ready_ms", server.ready_ms)
                server.raw.wait_topic("first")
                first = batch(b"x")
                while error := server.raw.produce("first", first):
                    if time.monotonic() - server.begun > 60:
                        raise TimeoutError(f"first produce: error {error}")
                    time.sleep(0.0005)
                record.add(f"{tag}.first_ack_ms", (time.monotonic() - server.begun) * 1000)
                if repetition < 5:
                    time.sleep(1)
                    record.add(f"{tag}.idle_rss_mb", server.rss_mb())
    os.sched_setaffinity(0, CLIENT_CORE)
