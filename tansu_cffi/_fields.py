"""The fields of BrokerConfig and the settings behind them: `listener_port` is `listener.port`.

The library speaks of settings, Python of fields, the command line of options; here the one becomes the other.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

#: What the value of a setting or of a topic config may be. Python's True is Kafka's `true`.
Plain = Union[str, int, float, bool]
#: The same for a setting, which may be a file or a folder.
SettingValue = Union[Plain, "os.PathLike[str]"]

#: All fields except `extra`, with the types of their values.
KINDS: dict[str, type] = {
    "storage_url": str,
    "listener_host": str,
    "listener_port": int,
    "advertised_host": str,
    "advertised_port": int,
    "cluster_id": str,
    "node_id": int,
    "num_network_threads": int,
    "shutdown_grace_ms": int,
}


#: Other names of fields, as the command line and other servers have them.
ALIASES = {"port": "listener_port", "host": "listener_host", "storage": "storage_url"}


def text_of(value: Any) -> Optional[str]:
    """Returns a value as the text of a setting; None if its meaning is not plain."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        # An enumeration's own text is its name.
        return str(int(value)) if isinstance(value, int) else str(float(value))
    return value if isinstance(value, str) else None


def key_of(name: str) -> str:
    """Returns the setting of a field."""
    return name.replace("_", ".")


def field_of(key: str) -> Optional[str]:
    """Returns the field of a setting; None if it belongs to `extra`."""
    name = key.replace(".", "_")
    return name if name in KINDS and key_of(name) == key else None


def near(name: str, known: Iterable[str], *, like: float = 0.75) -> Optional[str]:
    """Returns the most similar known name, ignoring case; None if none is similar."""
    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=like)
    return by_lower[found[0]] if found else None


def in_fields(message: str) -> str:
    """Returns a message of the library with fields in place of settings."""
    return renamed(message, _FIELDS)


def renamed(message: str, names: Mapping[str, str]) -> str:
    """Returns the message with the keys of `names` replaced by their values, except in quotes and in paths."""
    if not names:
        return message
    anyone = "|".join(re.escape(name) for name in names)
    return re.sub(rf"(?<![\w./'\"\[-])({anyone})(?=[:= ])", lambda found: names[found[1]], message)


_FIELDS = {key_of(name): name for name in KINDS}
