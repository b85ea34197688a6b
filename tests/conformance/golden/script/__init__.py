"""The script. The order counts: what lists everything is asked while there is little."""

import importlib

for _name in ("metadata", "produce", "fetch", "offsets", "topics", "configs", "node", "groups", "commits"):
    importlib.import_module(f"golden.script.{_name}")
