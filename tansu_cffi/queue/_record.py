"""What a fetch gives back."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Record(NamedTuple):
    """One record of a topic. A tuple and not a dataclass, because a fetch may return a million of them."""

    value: Optional[bytes]
    key: Optional[bytes]
    offset: int
    #: Milliseconds since 1970, set by the producer (or by the broker, where the topic says LogAppendTime).
    timestamp: int
    headers: tuple[tuple[str, bytes], ...]
