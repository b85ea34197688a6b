"""The module that public classes show, in tracebacks and in `repr`: the one to import them from."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any


def show(module: MutableMapping[str, Any], names: Iterable[str]) -> None:
    """Makes the classes of a module's public list show this module.

    A dataclass and a named tuple keep the module in which their annotations have a meaning (`typing.get_type_hints`).
    """
    for name in names:
        public = module[name]
        if isinstance(public, type) and not hasattr(public, "__dataclass_fields__") and not hasattr(public, "_fields"):
            public.__module__ = module["__name__"]
