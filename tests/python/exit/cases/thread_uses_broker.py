"""A daemon thread is in the middle of calls on the broker."""

import threading

from tansu_cffi import BrokerError, TansuBroker

broker = TansuBroker().start()
called = threading.Event()


def use() -> None:
    while True:
        try:
            broker.info()
            broker.topics()
        except BrokerError:
            pass
        called.set()


threading.Thread(target=use, daemon=True).start()
called.wait()
print("end")
