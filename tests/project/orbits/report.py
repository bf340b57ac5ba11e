"""A plain module that uses documents."""

from __future__ import annotations

from . import load, period


def rows() -> list[str]:
    """A line per moon."""
    return [f"{moon.name:>9} {period(moon.distance):6.2f} days" for moon in load()]
