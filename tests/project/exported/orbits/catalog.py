# --- Block 1 from catalog.py.md: line 6 ---
import csv
from dataclasses import dataclass
from importlib.resources import files

# --- Block 2 from catalog.py.md: line 12 ---
@dataclass(frozen=True)
class Moon:
    """A moon and its distance in metres."""

    name: str
    distance: float

# --- Block 3 from catalog.py.md: line 21 ---
def load() -> list[Moon]:
    """The moons, nearest first."""
    text = files(__package__).joinpath("data/moons.csv").read_text(encoding="utf-8")
    moons = [Moon(row["name"], float(row["distance"])) for row in csv.DictReader(text.splitlines())]
    return sorted(moons, key=lambda moon: moon.distance)
