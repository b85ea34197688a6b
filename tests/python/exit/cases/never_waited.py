"""The start is only asked for, and the program is over before the broker is up."""

from tansu_cffi import TansuBroker

broker = TansuBroker()
broker.start_nowait()
print("end")
