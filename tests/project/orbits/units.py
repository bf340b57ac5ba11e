"""Constants, in SI units."""

from __future__ import annotations

GRAVITY = 6.674e-11
DAY = 86_400.0
JUPITER = 1.898e27


def days(seconds: float) -> float:
    """Seconds as days."""
    return seconds / DAY
