"""on_stopped, called by the exit hook, raises."""

# expect stderr: ZeroDivisionError
from tansu_cffi import BrokerEventHandler, TansuBroker


class Handler(BrokerEventHandler):
    def on_stopped(self) -> None:
        raise ZeroDivisionError("in on_stopped")


broker = TansuBroker(event_handler=Handler()).start()
print("end")
