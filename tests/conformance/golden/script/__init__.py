"""The script. The order matters: requests that list everything come while there is little."""

import importlib

_DATA = ("metadata", "produce", "fetch", "offsets", "topics", "configs", "node")
_GROUPS = ("groups", "commits", "consumer_groups", "transactions")
for _name in (*_DATA, *_GROUPS):
    importlib.import_module(f"golden.script.{_name}")
