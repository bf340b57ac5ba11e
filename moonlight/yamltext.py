"""YAML as values with their lines; what grows without bound is refused before it is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 100
"""Collections in one another; the parser written in C ends the process where there are far too many."""


class YamlError(ValueError):
    """A text is not YAML, or more than data: `problem` at a line and column, both counted from 1."""

    def __init__(self, problem: str, line: int = 1, column: int = 1) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it begins, and its parts; `text` is a scalar as it is written."""

    value: Any
    line: int = 1
    column: int = 1
    text: str | None = None
    members: tuple[tuple[Node, Node], ...] | None = None
    items: tuple[Node, ...] | None = None


def read_yaml(text: str) -> Node | None:
    """The one value of a text, None where it is empty; raises nothing but YamlError.

    Aliases are refused, for a few of them can stand for any amount of data.
    """
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = text.removeprefix("\ufeff")
    try:
        _check_size(yaml.parse(text, loader_class))
        loader = loader_class(text)
        try:
            root = loader.get_single_node()
            return None if root is None else _node(root, loader)
        finally:
            loader.dispose()
    except YamlError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise YamlError(problem, *((mark.line + 1, mark.column + 1) if mark else ())) from None
    except Exception as error:  # whatever else the loader makes of a hostile scalar, such as a date
        raise YamlError(str(error)[:100] or type(error).__name__) from None


def _check_size(events: Any) -> None:
    """Look at the flat list of what a text holds; marks count from 0."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        depth += isinstance(event, yaml.CollectionStartEvent)
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise YamlError("aliases are not used, write the value again", mark.line + 1, mark.column + 1)
        if depth > MAX_DEPTH:
            raise YamlError(f"more than {MAX_DEPTH} levels in one another", mark.line + 1, mark.column + 1)


def _node(found: Any, loader: Any) -> Node:
    value = loader.construct_object(found, deep=True)
    line, column = found.start_mark.line + 1, found.start_mark.column + 1
    if found.id == "mapping":
        members = tuple((_node(key, loader), _node(one, loader)) for key, one in found.value)
        return Node(value, line, column, members=members)
    if found.id == "sequence":
        return Node(value, line, column, items=tuple(_node(one, loader) for one in found.value))
    return Node(value, line, column, str(found.value))
