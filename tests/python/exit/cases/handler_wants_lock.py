"""A handler waits for a lock that the main thread never gives back."""

import threading

from tansu_cffi import BrokerEventHandler, TansuBroker

lock = threading.Lock()
entered = threading.Event()


class Handler(BrokerEventHandler):
    def on_started(self, port: int) -> None:
        entered.set()
        with lock:
            pass


lock.acquire()
broker = TansuBroker(event_handler=Handler()).start()
entered.wait()
print("end")
