"""YAML with its lines: what a site's file says, and where it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moon_spa.findings import Place, refusal


@dataclass(frozen=True)
class Node:
    """A value, its place, and its parts; `text` is a scalar as it is written."""

    value: Any
    place: Place
    text: str | None = None
    members: tuple[tuple[Node, Node], ...] | None = None
    items: tuple[Node, ...] | None = None


def read_yaml(text: str, path: str) -> Node:
    """The one value of a file; aliases are refused, they can grow. Raises ComponentError ``site-yaml``."""
    import yaml

    loader = yaml.SafeLoader(text.removeprefix("\ufeff"))

    def node(found: yaml.Node) -> Node:
        value = loader.construct_object(found, deep=True)
        place = Place(path, found.start_mark.line + 1, found.start_mark.column + 1)
        if isinstance(found, yaml.MappingNode):
            return Node(value, place, members=tuple((node(key), node(one)) for key, one in found.value))
        if isinstance(found, yaml.SequenceNode):
            return Node(value, place, items=tuple(map(node, found.value)))
        return Node(value, place, text=str(found.value))

    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise refusal("site-yaml", "aliases are not used here", Place(path, 1), "write the value again")
        root = loader.get_single_node()
        return node(root) if root else Node({}, Place(path, 1), members=())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        place = Place(path, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)
        raise refusal("site-yaml", f"this is not YAML: {problem}", place) from None
    except (TypeError, AttributeError, RecursionError, OverflowError) as error:  # of a hostile scalar
        raise refusal("site-yaml", f"this is not YAML: {str(error)[:100]}", Place(path, 1)) from None
