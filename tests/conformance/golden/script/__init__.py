"""The script. The order matters: requests that list everything come while there is little."""

import importlib

for _name in ("metadata", "produce", "fetch", "offsets", "topics", "configs", "node", "groups", "commits"):
    importlib.import_module(f"golden.script.{_name}")
