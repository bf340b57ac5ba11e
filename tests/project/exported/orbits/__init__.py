# --- Block 1 from __init__.py.md: line 5 ---
"""Periods of moons from their distances."""

from .catalog import Moon, load
from .kepler import period

__all__ = ["Moon", "load", "period"]
