# --- Block 1 from __main__.py.md: line 5 ---
import argparse
import sys

from .report import rows

# --- Block 2 from __main__.py.md: line 12 ---
def main(arguments: list[str]) -> int:
    """Print the moons whose names hold the given text; 1 where there is none."""
    parser = argparse.ArgumentParser(prog="orbits")
    parser.add_argument("name", nargs="?", default="")
    wanted = parser.parse_args(arguments).name
    found = [row for row in rows() if wanted in row]
    print("\n".join(found))
    return 0 if found else 1

# --- Block 3 from __main__.py.md: line 23 ---
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
