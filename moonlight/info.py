"""Info strings: the language of a fence, its options, and edits that leave the rest as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FIRST_WORD = re.compile(r"[^\s,:{]+")
_PYTHON = re.compile(r"(?:i?python|py)(?:3(?:\.\d+)?)?\Z", re.I)
_BRACED = re.compile(r"\{\s*([\w-]+)\s*\}\s*(?:([\w.+-]++)(?!=))?")
_KNITR = re.compile(r"\{\s*([\w.+-]+)[\s,][^{}]*\}")
_RAW = re.compile(r"\{=([\w./+-]*)\}")
_KEY = re.compile(r"[^\s,{}=]+")
_BARE = re.compile(r"[^\s,{}]+")
_PLAIN_KEY = re.compile(r"[^\W\d][\w.:/-]*\Z")
_SIMPLE = re.compile(r"[\w.:/+-]+\Z")
_DECODER = json.JSONDecoder()

REMOVED = object()
"""Value that takes an option out in `edit`; None is a value like others, ``null``."""


@dataclass(frozen=True, slots=True)
class Token:
    """One option in an info string: where it stands and what it says.

    `tag` is True for one ``.tag`` of the list ``tags``; ``#name`` has the key ``name``.
    """

    start: int
    end: int
    key: str
    value: Any
    tag: bool = False


def language(info: str) -> str:
    """Language of a fence in lower case, ``"python"`` for all of its spellings, ``""`` where none is named.

    The spellings are those of NOTEBOOKS.md, "What counts as Python".
    """
    word, _ = _head(info)
    return "python" if _PYTHON.match(word) else word.lower()


def raw_format(info: str) -> str | None:
    """``FORMAT`` of a raw cell's info string ``{=FORMAT}``; None where it is no raw cell."""
    match = _RAW.match(info)
    return match.group(1) if match else None


def options(info: str) -> dict[str, Any]:
    """What follows the language: ``skip``, ``key=value``, ``{#name .tag key=value}``.

    A bare word is True; values are JSON where they can be read as such, else text. ``#x`` in braces is
    the name, ``.x`` adds to ``tags``.
    """
    found: dict[str, Any] = {}
    tags: list[str] | None = None
    for token in tokens(info):
        if token.tag:
            tags = [*(tags or []), token.value]
        elif token.key == "tags" and _is_tags(token.value):
            tags = (tags or []) + token.value
        else:
            found[token.key] = token.value
    if tags is not None:
        found["tags"] = list(dict.fromkeys(tags))
    return found


def tokens(info: str) -> Iterator[Token]:
    """The options of an info string in their order; never raises."""
    if not info:
        return
    position = _head(info)[1]
    braces = 0
    while position < len(info):
        char = info[position]
        if char in "{}":
            braces += 1 if char == "{" else -1
            position += 1
        elif char.isspace() or char in ",:=":
            position += 1
        else:
            token = _token(info, position, braces > 0)
            yield token
            position = token.end


def edit(info: str, changes: Mapping[str, Any]) -> str:
    """`info` with some options changed and everything else as it was.

    A changed option keeps its place, a new one goes to the end, a REMOVED one goes.
    """
    left = dict(changes)
    pieces = []
    position = 0
    for token in tokens(info):
        if (key := token.key) not in changes:
            continue
        start = position + len(info[position : token.start].rstrip(" \t"))
        value = left.pop(key, REMOVED)
        replacement = "" if value is REMOVED else info[start : token.start] + render(key, value)
        pieces += [info[position:start], replacement]
        position = token.end
    text = "".join([*pieces, info[position:]])
    text = re.sub(r"(?<!=)\s*\{\s*\}\s*\Z", "", text) if pieces else text
    added = [render(key, value) for key, value in left.items() if value is not REMOVED]
    return " ".join([text, *added]).strip()


def render(key: str, value: Any) -> str:
    """One option as text that `options` reads back as the same value; no backtick, no line end."""
    name = key if _PLAIN_KEY.match(key) else json.dumps(key, ensure_ascii=False)
    simple = isinstance(value, str) and _SIMPLE.match(value) and _scalar(value) == value
    text = value if simple else json.dumps(value, ensure_ascii=False)
    return f"{name}={text}".translate(_ESCAPES)


_ESCAPES = str.maketrans({"`": "\\u0060", "\x7f": "\\u007f", "\x85": "\\u0085"})


def head_end(info: str) -> int:
    """Where in the info string the language ends and the options begin."""
    return _head(info)[1]


def _head(info: str) -> tuple[str, int]:
    """The word which names the language, and where the options begin."""
    braced = _BRACED.match(info)
    if braced:
        directive, argument = braced.groups()
        if directive == "code-cell":
            return argument or "python", braced.end()
        return directive, braced.end(1)
    knitr = _KNITR.match(info)
    if knitr:
        return knitr.group(1), knitr.end(1)
    raw = _RAW.match(info)
    if raw:
        return "", raw.end()
    word = _FIRST_WORD.match(info)
    return (word.group(), word.end()) if word else ("", 0)


def _token(info: str, start: int, braced: bool) -> Token:
    if braced and info[start] in "#.":
        name = _KEY.match(info, start + 1)
        if name:
            tag = info[start] == "."
            return Token(start, name.end(), "tags" if tag else "name", name.group(), tag)
    key, end = _key(info, start)
    if info[end : end + 1] != "=":
        return Token(start, end, key, True)
    value, end = _value(info, end + 1)
    return Token(start, end, key, value)


def _key(info: str, start: int) -> tuple[str, int]:
    """A key and where it ends: a word, or a JSON string before ``=``."""
    if info[start] == '"':
        try:
            key, end = _DECODER.raw_decode(info, start)
        except ValueError:
            pass
        else:
            if info[end : end + 1] == "=":
                return key, end
    word = _KEY.match(info, start)
    return (word.group(), word.end()) if word else (info[start], start + 1)


def _value(info: str, start: int) -> tuple[Any, int]:
    first = info[start : start + 1]
    if first and first in '"[{':
        try:
            return _DECODER.raw_decode(info, start)
        except (ValueError, RecursionError):
            pass
    if first == "'":
        end = info.find("'", start + 1)
        if end > 0:
            return info[start + 1 : end], end + 1
    bare = _BARE.match(info, start)
    if bare is None:
        return "", start
    return _scalar(bare.group()), bare.end()


def _scalar(text: str) -> Any:
    """A bare word as JSON scalar where it is one (``true``, ``3``), else the text itself."""
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, bool | int | float) or value is None else text


def _is_tags(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
