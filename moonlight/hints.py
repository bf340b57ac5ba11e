"""Hints for a wrong name: the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, names: Iterable[str], likeness: float = 0.7) -> str:
    """The name that `name` was probably meant to be, "" where none is close; where few are right, less
    than 0.7 of likeness is enough."""
    from difflib import get_close_matches  # only a wrong name pays for it

    others = [other for other in dict.fromkeys(names) if other != name]
    found = get_close_matches(name, others, 1, likeness)
    return found[0] if found else ""


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """``did you mean `list-view`?``, or `otherwise` where no name is close."""
    close = closest(name, names)
    return f"did you mean `{close}`?" if close else otherwise
