"""The program ends while its broker runs."""

from tansu_cffi import TansuBroker

broker = TansuBroker().start()
print("end")
