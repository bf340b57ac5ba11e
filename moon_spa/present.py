"""What a component that lives has become since setup has made it: for pages that show it as it is now.

A component inside of it is known by its path. Each step is its name in the template, ``.2`` behind the second
of that name, and the keys of the loops around it, or the index where a loop has none; what stands between
the tags of a component is behind ``*``: ``Item["first"]``, ``Card/Item.2[0]``, ``Panel/*/Item``. The browser
makes the same paths, see `browser/nested.mjs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Spaces = Mapping[str, Mapping[str, Any]]

At = Callable[[str], str]
"""From the name of a component in a template to its path."""


@dataclass(frozen=True)
class Part:
    """A component inside of another: its name, and its state."""

    name: str
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Present:
    """State of this moment, props and data that the server has changed, and the components inside by path.

    Of those inside only the ones are there that have left their first state.
    """

    state: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)

    def over(self, context: Spaces) -> dict[str, dict[str, Any]]:
        """The first ``{props, state, py}`` of a component with what has become of them."""
        return {
            "props": {**context["props"], **self.changed},
            "state": {name: self.state.get(name, value) for name, value in context["state"].items()},
            "py": {name: self.changed.get(name, value) for name, value in context["py"].items()},
        }


def within(path: str) -> At:
    """Where the components in a template are, of the one that is at `path`."""
    return lambda name: f"{path}/{name}" if path else name


def in_row(at: At, key: Any) -> At:
    """The same in a row of a loop."""
    return lambda name: f"{at(name)}[{_written(key)}]"


def _written(key: Any) -> str:
    """A key as JavaScript writes it; one that is neither text nor number by its `repr`."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(key)
    return json.dumps(key if isinstance(key, str) else repr(key), ensure_ascii=False)
