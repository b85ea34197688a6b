"""Log records at DEBUG, as many as connections can make, while the program ends."""

import logging
import socket
import threading

from tansu_cffi import TansuBroker

logger = logging.getLogger("tansu")
logger.setLevel(logging.DEBUG)
seen = threading.Event()


class Sink(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()
        seen.set()


logger.addHandler(Sink())
broker = TansuBroker().start()


def connect() -> None:
    while True:
        try:
            socket.create_connection(("localhost", broker.port), 5).close()
        except OSError:
            return


for _ in range(4):
    threading.Thread(target=connect, daemon=True).start()
seen.wait()
print("end")
