"""Three Kafka clients behind one interface, so that one test covers all of them."""

from __future__ import annotations

from drivers.aio import AioKafka
from drivers.base import Driver, Got, Member, Message
from drivers.librdkafka import Confluent
from drivers.pure import KafkaPython

DRIVERS: dict[str, Driver] = {driver.name: driver for driver in (AioKafka(), KafkaPython(), Confluent())}

__all__ = ["DRIVERS", "Driver", "Got", "Member", "Message"]
