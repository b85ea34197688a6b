"""A handler that does not come back in the life of the process."""

import threading

from tansu_cffi import BrokerEventHandler, TansuBroker

entered = threading.Event()


class Handler(BrokerEventHandler):
    def on_started(self, port: int) -> None:
        entered.set()
        threading.Event().wait()


broker = TansuBroker(event_handler=Handler()).start()
entered.wait()
print("end")
