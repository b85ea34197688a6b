"""Clients are connected and say nothing."""

import socket

from tansu_cffi import TansuBroker

broker = TansuBroker().start()
clients = [socket.create_connection(("localhost", broker.port)) for _ in range(50)]
print("end")
