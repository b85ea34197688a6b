"""An ordinary thread is in wait(): the interpreter waits for it before it runs any atexit hook."""

import threading

from tansu_cffi import TansuBroker

broker = TansuBroker().start()


def wait() -> None:
    broker.wait()
    print("waited")


threading.Thread(target=wait).start()
print("end")
