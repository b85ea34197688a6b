"""What the tests of every folder share. `tests/conftest.py` makes fixtures of it."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
