"""Several brokers in several states."""

from tansu_cffi import TansuBroker

brokers = [TansuBroker() for _ in range(6)]
for broker in brokers[1:]:
    broker.start_nowait()
for broker in brokers[3:]:
    broker.stop()
brokers[5].wait()
print("end")
