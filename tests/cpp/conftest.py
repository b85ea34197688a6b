"""The compiler as a fixture."""

from c.conftest import build

__all__ = ["build"]
