"""Spellings of names: kebab-case, camelCase, PascalCase, snake_case, singular and plural."""

from __future__ import annotations

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def upper_first(text: str) -> str:
    """`text` with its first character in upper case, the others as they are."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """`text` with its first character in lower case, the others as they are."""
    return text[:1].lower() + text[1:]


def kebab_to_pascal(text: str) -> str:
    """``todo-item`` to ``TodoItem``."""
    return "".join(map(upper_first, text.split("-")))


def kebab_to_camel(text: str) -> str:
    """``todo-item`` to ``todoItem``."""
    return lower_first(kebab_to_pascal(text))


def kebab_to_snake(text: str) -> str:
    """``todo-item`` to ``todo_item``."""
    return text.replace("-", "_")


def snake_to_kebab(text: str) -> str:
    """``todo_item`` to ``todo-item``."""
    return text.replace("_", "-")


def snake_to_camel(text: str) -> str:
    """``todo_item`` to ``todoItem``."""
    return kebab_to_camel(snake_to_kebab(text))


def camel_to_kebab(text: str) -> str:
    """``todoItem`` and ``TodoItem`` to ``todo-item``."""
    return _HUMP.sub("-", text).lower()


def camel_to_snake(text: str) -> str:
    """``todoItem`` and ``TodoItem`` to ``todo_item``."""
    return _HUMP.sub("_", text).lower()


def plural(text: str) -> str:
    """``item`` to ``items``, ``entry`` to ``entries``, ``box`` to ``boxes``."""
    if re.search(r"[^aeiou]y$", text):
        return text[:-1] + "ies"
    return text + ("es" if re.search(r"(?:s|x|z|ch|sh)$", text) else "s")


def singular(text: str) -> str:
    """The word whose plural `text` is; `text` where it is none."""
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    if re.search(r"(?:ss|x|z|ch|sh)es$", text):
        return text[:-2]
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text
