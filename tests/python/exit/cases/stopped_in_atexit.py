"""A program that tidies up by itself, in a hook of its own."""

import atexit

from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    def on_stopped(self) -> None:
        print("stopped")


broker = TansuBroker(event_handler=Handler()).start()


@atexit.register
def tidy_up() -> None:
    broker.stop()
    broker.wait()
    print("end")
