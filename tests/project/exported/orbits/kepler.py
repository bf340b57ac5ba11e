from __future__ import annotations
# --- Block 1 from kepler.py.md: line 7 ---
from math import pi, sqrt

from .units import GRAVITY, JUPITER, days

# --- Block 2 from kepler.py.md: line 15 ---
def period(distance: float, mass: float = JUPITER) -> float:
    """Days of one turn; ZeroDivisionError for a mass of nothing."""
    return days(2 * pi * sqrt(distance**3 / (GRAVITY * mass)))

# --- Block 3 from kepler.py.md: line 23 ---
pass


def slower(one: Body, other: Body) -> Body:
    return max(one, other, key=lambda body: period(body.distance))


class Body:
    """Something at a distance, in metres."""

    def __init__(self, distance: float) -> None:
        self.distance = distance
