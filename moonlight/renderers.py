"""How upper packages show outputs of their own in pages: entry points, from a mime type to a function.

The function gets all outputs of a page that have the mime type, as mime bundles and in order, and gives the
HTML of each and what they need together, so that many outputs share one script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

GROUP = "moonlight.renderers"
"""Entry point group: the name is a mime type, the object a `Renderer`."""


@dataclass(frozen=True)
class Rendering:
    """HTML for each output, None for one that cannot be shown so; a script and style sheets for all."""

    fragments: tuple[str | None, ...]
    script: str = ""
    styles: tuple[str, ...] = ()


Renderer = Callable[[Sequence[Mapping[str, Any]]], Rendering]


def known_types() -> tuple[str, ...]:
    """The mime types that have a renderer."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def load(mime: str) -> Renderer | None:
    """The renderer of a mime type; None where there is none, or its package cannot be imported."""
    for entry in entry_points(group=GROUP, name=mime):
        try:
            found: Renderer = entry.load()
        except ImportError:
            continue
        return found
    return None
