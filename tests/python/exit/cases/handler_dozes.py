"""A handler that wakes again and again, also while the interpreter is being taken down."""

import threading
import time

from tansu_cffi import BrokerEventHandler, TansuBroker

entered = threading.Event()


class Handler(BrokerEventHandler):
    def on_started(self, port: int) -> None:
        entered.set()
        while True:
            time.sleep(0.0005)


broker = TansuBroker(event_handler=Handler()).start()
entered.wait()
print("end")
