"""sys.exit() deep in a function keeps its code."""

# expect code: 5
import sys

from tansu_cffi import TansuBroker


def deep() -> None:
    with TansuBroker() as broker:
        assert broker.is_running
        print("end")
        sys.exit(5)


deep()
