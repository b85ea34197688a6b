"""A handler that never gives the interpreter up by itself."""

import threading

from tansu_cffi import BrokerEventHandler, TansuBroker

entered = threading.Event()


class Handler(BrokerEventHandler):
    def on_started(self, port: int) -> None:
        entered.set()
        while True:
            sum(range(1000))


broker = TansuBroker(event_handler=Handler()).start()
entered.wait()
print("end")
