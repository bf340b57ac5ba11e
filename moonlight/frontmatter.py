"""Front matter: the YAML between ``---`` lines at the top of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from moonlight.yamltext import YamlError, read_yaml

MAX_LENGTH = 65536
"""Longest front matter in characters that is read as YAML; a longer one is kept as text."""

_OPENING = re.compile(r"\ufeff?---[ \t]*\n(?=[^\n])")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M)


@dataclass(frozen=True)
class FrontMatter:
    """`end_line` is the closing line, counted from 1; `problems` are ``(message, line)``."""

    end_line: int
    metadata: dict[str, Any]
    problems: list[tuple[str, int]] = field(default_factory=list)
    hint: str = "the text is kept as it is; its settings do not apply"


def read_front_matter(text: str) -> FrontMatter | None:
    """Front matter of a text whose line ends are all ``\\n``; None where it has none.

    YAML that cannot be read gives empty metadata and one problem; never raises.
    """
    place = _place(text)
    if place is None:
        return None
    yaml_text = text[place[0] : place[1]]
    end_line = text.count("\n", 0, place[1]) + 1
    if len(yaml_text) > MAX_LENGTH:
        return FrontMatter(end_line, {}, [(f"front matter of more than {MAX_LENGTH} characters", 1)])
    metadata, problem = _read_yaml(yaml_text)
    return FrontMatter(end_line, metadata, [problem] if problem else [])


def is_front_matter(text: str) -> bool:
    """Whether all of the text, whose line ends are ``\\n``, is front matter, readable or not."""
    place = _place(text)
    return place is not None and text.count("\n", 0, place[1]) == text.count("\n")


def _place(text: str) -> tuple[int, int] | None:
    """Where the YAML of front matter begins and ends."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    return (opening.end(), closing.start()) if opening and closing else None


def _read_yaml(text: str) -> tuple[dict[str, Any], tuple[str, int] | None]:
    """Mapping and problem; the line of a problem counts from the opening ``---``."""
    try:
        root = read_yaml(text)
    except YamlError as error:
        return {}, (f"front matter is not YAML: {error.problem}", error.line + 1)
    if root is None or root.value is None:
        return {}, None
    if not isinstance(root.value, dict):
        return {}, (f"front matter is a {type(root.value).__name__}, not a mapping", 1)
    return {str(key): item for key, item in root.value.items()}, None
