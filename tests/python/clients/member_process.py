"""A group member in a process of its own, to be killed: `member_process.py DRIVER SERVERS TOPIC GROUP`.

Prints a line whenever its partitions change.
"""

from __future__ import annotations

import sys

from drivers import DRIVERS


def main() -> None:
    driver, servers, topic, group = sys.argv[1:]
    member = DRIVERS[driver].member(servers, topic, group)
    shown = None
    while True:
        member.poll()
        assignment = sorted(member.assignment())
        if assignment != shown:
            shown = assignment
            print(*assignment, flush=True)


if __name__ == "__main__":
    main()
