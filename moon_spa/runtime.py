"""Where the modules for browsers are."""

from __future__ import annotations

from pathlib import Path


def runtime_path() -> Path:
    """The ES module that exports `helpers`, the value for ``__moon``, and `mount`."""
    return Path(__file__).parent / "browser" / "runtime.mjs"
