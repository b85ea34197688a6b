"""The broker and its handler hold each other, and nobody else holds them."""

from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    broker: TansuBroker


def leak() -> None:
    handler = Handler()
    handler.broker = TansuBroker(event_handler=handler)
    handler.broker.start()


leak()
print("end")
