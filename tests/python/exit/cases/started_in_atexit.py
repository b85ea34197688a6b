"""A hook of the program starts a broker and leaves it to the package."""

import atexit

from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    def on_stopped(self) -> None:
        print("end")


@atexit.register
def late() -> None:
    global broker
    broker = TansuBroker(event_handler=Handler()).start()
