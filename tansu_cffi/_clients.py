"""What each Kafka client needs to connect to a broker, in the client's own names."""

from __future__ import annotations

from typing import Any, Callable

from tansu_cffi._errors import BrokerArgumentError
from tansu_cffi._fields import near

#: By client: a function from the address to the options.
_CONFIGS: dict[str, Callable[[str], dict[str, Any]]] = {
    "aiokafka": lambda servers: {"bootstrap_servers": servers},
    "confluent": lambda servers: {"bootstrap.servers": servers},
    "java": lambda servers: {"bootstrap.servers": servers},
    "kafka-python": lambda servers: {"bootstrap_servers": servers},
    "kgo": lambda servers: {"SeedBrokers": [servers]},
    "node": lambda servers: {"brokers": [servers]},
}


def check(client: Any) -> str:
    """Returns the name of a client. Raises BrokerArgumentError if it is not known."""
    if isinstance(client, str) and client in _CONFIGS:
        return client
    meant = near(client, _CONFIGS, like=0.6) if isinstance(client, str) else None
    hint = f"Did you mean {meant!r}?" if meant else f"Known clients: {', '.join(_CONFIGS)}."
    raise BrokerArgumentError(f"client: {client!r} is not known. {hint}")


def config_for(client: str, servers: str) -> dict[str, Any]:
    """Returns new options of a known client for this address."""
    return _CONFIGS[client](servers)
