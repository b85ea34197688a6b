"""The script. The order matters: requests that list everything come while there is little."""

import importlib

_NAMES = ("metadata", "produce", "fetch", "offsets", "topics", "configs", "node", "groups", "commits", "consumer_groups")
for _name in _NAMES:
    importlib.import_module(f"golden.script.{_name}")
