"""Mergers for files that several resources write: lists of lines, and JSON."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any


def merge_lines(texts: list[str]) -> str:
    """All lines in order, each once; blank lines stay."""
    seen: dict[str, None] = {}
    lines = []
    for text in texts:
        for line in text.removesuffix("\n").split("\n"):
            if not line.strip() or line not in seen:
                lines.append(line)
            seen[line] = None
    return "\n".join(lines) + "\n"


def merge_json(texts: list[str]) -> str:
    """Objects key by key, lists one after the other; another value for a key is an error."""
    merged = json.loads(texts[0])
    for text in texts[1:]:
        merged = _both(merged, json.loads(text), "the document")
    return json.dumps(merged, indent=2, ensure_ascii=False) + "\n"


def _both(first: Any, second: Any, where: str) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {
            key: _both(first[key], value, f"`{key}`") if key in first else value
            for key, value in second.items()
        }
    if isinstance(first, list) and isinstance(second, list):
        return first + [value for value in second if value not in first]
    if first != second or isinstance(first, bool) is not isinstance(second, bool):
        raise ValueError(f"{where} is {first!r:.60} and {second!r:.60}")
    return first


mergers = MappingProxyType(
    {
        ".dockerignore": merge_lines,
        ".gitignore": merge_lines,
        "requirements*.txt": merge_lines,
        "*.json": merge_json,
    }
)
