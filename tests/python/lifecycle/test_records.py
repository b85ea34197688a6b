"""The installed wheel on each interpreter, with a client that installs there: records are returned unchanged."""

from __future__ import annotations

from support.interpreters import Environments, Installed, find

RECORDS = """
import sys, sysconfig
import tansu_cffi
from kafka import KafkaConsumer, KafkaProducer

# A module that needs the GIL would have switched it on again.
has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
assert has_gil is not bool(sysconfig.get_config_var("Py_GIL_DISABLED")), has_gil

with tansu_cffi.TansuBroker() as broker:
    servers = broker.bootstrap_servers
    producer = KafkaProducer(bootstrap_servers=servers)
    sent = [b"record %d" % n for n in range(100)]
    futures = [producer.send("records", value) for value in sent]
    producer.flush(30)
    assert [future.get(30).offset for future in futures] == list(range(100))
    producer.close()
    consumer = KafkaConsumer(
        "records", bootstrap_servers=servers, group_id="g", auto_offset_reset="earliest", consumer_timeout_ms=30_000
    )
    received = [next(consumer).value for _ in sent]
    consumer.close()
    assert received == sent
    (topic,) = [topic for topic in broker.topics() if topic.name == "records"]
    assert topic.partitions[0].high_watermark == 100
print("end", broker.state.name)
"""

#: 3.0 claims Python 3.9 and cannot be imported there by PyPy 7.3.
CLIENT = ("kafka-python>=2.1; python_version >= '3.10'", "kafka-python>=2.1,<3; python_version < '3.10'")


def test_records_come_back(interpreter: Installed, environments: Environments) -> None:
    (found,) = [one for one in find() if one.name == interpreter.name]
    environments.install(found, *CLIENT)
    ran = interpreter.run(RECORDS, timeout=120)
    assert (ran.returncode, ran.stdout) == (0, "end STOPPED\n"), ran.stdout + ran.stderr
