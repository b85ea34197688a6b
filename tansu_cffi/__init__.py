"""A Kafka-compatible broker inside your process.

    from tansu_cffi import TansuBroker

    with TansuBroker() as broker:
        print(broker.bootstrap_servers)     # give it to any Kafka client

The import starts no thread and opens no socket.
"""

from __future__ import annotations

from pathlib import Path as _Path

from tansu_cffi import _source_tree

if _installed := _source_tree.installed_instead_of(_Path(__file__).resolve().parent):
    __path__ = [_installed]  # all other modules are imported from there

from tansu_cffi import _public
from tansu_cffi import _trampolines as _trampolines  # binds the callbacks before a broker is created
from tansu_cffi._broker import TansuBroker
from tansu_cffi._commands import Partition, Topic
from tansu_cffi._config import BrokerConfig
from tansu_cffi._core import BrokerState
from tansu_cffi._errors import (
    BrokerArgumentError,
    BrokerBindError,
    BrokerConfigError,
    BrokerError,
    BrokerErrorKind,
    BrokerRequestError,
    BrokerStateError,
    BrokerStorageError,
    BrokerTimeoutError,
    BrokerTopicExistsError,
)
from tansu_cffi._events import BrokerEventHandler
from tansu_cffi._groups import Group, GroupMember, GroupPartition
from tansu_cffi._loader import VERSION as __version__

__all__ = [
    "BrokerArgumentError",
    "BrokerBindError",
    "BrokerConfig",
    "BrokerConfigError",
    "BrokerError",
    "BrokerErrorKind",
    "BrokerEventHandler",
    "BrokerRequestError",
    "BrokerState",
    "BrokerStateError",
    "BrokerStorageError",
    "BrokerTimeoutError",
    "BrokerTopicExistsError",
    "Group",
    "GroupMember",
    "GroupPartition",
    "Partition",
    "TansuBroker",
    "Topic",
    "__version__",
]

_public.show(globals(), __all__)
