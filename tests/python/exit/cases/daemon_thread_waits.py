"""A daemon thread is in wait() when the program ends."""

import threading

from tansu_cffi import TansuBroker

broker = TansuBroker().start()
threading.Thread(target=broker.wait, daemon=True).start()
print("end")
