"""The broker and its handler refer to each other, and nothing else refers to them."""

from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    broker: TansuBroker


def leak() -> None:
    handler = Handler()
    handler.broker = TansuBroker(event_handler=handler)
    handler.broker.start()


leak()
print("end")
