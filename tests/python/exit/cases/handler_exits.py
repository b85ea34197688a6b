"""sys.exit() in a handler is an exception like any other there."""

# expect stderr: SystemExit
import sys

from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    def on_started(self, port: int) -> None:
        sys.exit(7)


broker = TansuBroker(event_handler=Handler()).start()
broker.stop()
broker.wait()
assert isinstance(broker.handler_errors[0], SystemExit)
print("end")
