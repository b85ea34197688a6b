"""A broker in a separate process, so that a test can measure and limit its memory and kill it.

`broker_process.py {"setting": "value", ...}` prints the port, then obeys a line at a time and answers each with a line:

limit N     no more than N bytes of address space beyond what is mapped now
open N      opens so many files and answers how many the process could open; they are closed again
stop        stops the broker and answers with the milliseconds that took
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from contextlib import ExitStack

from tansu_cffi import BrokerConfig, TansuBroker


def main() -> None:
    broker = TansuBroker(BrokerConfig.from_settings(json.loads(sys.argv[1]))).start()
    print(broker.port, flush=True)
    for line in sys.stdin:
        command, *args = line.split()
        if command == "limit":
            print(_limit(int(args[0])), flush=True)
        elif command == "open":
            print(_open(int(args[0])), flush=True)
        elif command == "stop":
            began = time.perf_counter()
            broker.stop()
            broker.wait()
            print((time.perf_counter() - began) * 1000, flush=True)
    broker.close()


def _open(count: int) -> int:
    with ExitStack() as stack:
        for opened in range(count):
            try:
                stack.enter_context(open(os.devnull))
            except OSError:
                return opened
    return count


def _limit(more: int) -> int:
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, mapped + more))
    return mapped + more


if __name__ == "__main__":
    main()
