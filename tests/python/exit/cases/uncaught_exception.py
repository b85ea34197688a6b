"""The program ends by an uncaught exception."""

# expect code: 1
# expect stderr: ValueError: of the program
from tansu_cffi import TansuBroker

broker = TansuBroker().start()
print("end")
raise ValueError("of the program")
