"""Names of helpers -> JavaScript with just those and what they need, without comments and white space.

A component that uses no helper ships none. The helpers are written for this: every one is a top-level
`export` of a file in `browser/helpers/`, statements end with semicolons, and nothing runs at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILES = ("errors", "numbers", "text", "values", "format", "sequences", "mappings", "dynamic", "view")
"""Where the helpers stand, in the order of the text."""

_FOLDER = Path(__file__).parent / "browser" / "helpers"
_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
  | (?P<string> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\]|\\.)*` )
  | (?P<word> [\w$]+ )
  | (?P<mark> => | \?\?=? | \?\.(?!\d) | \.\.\. | && | \|\|=? | [!=]==? | \+\+ | -- | [-+*/%&|^<>]=? | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_HEAD = re.compile(r"export (?:function\*?|class|const) (\w+)")
_INSERTED = re.compile(r"\$\{([^}]*)\}")
_VALUE_BEFORE = re.compile(r"[\w$)\]}\"'`]$")
_OPERATORS_THAT_ARE_WORDS = frozenset({"return", "typeof", "in", "of", "case"})


class ShakingError(LookupError):
    """A name that is no helper."""


def tokens(text: str) -> list[str]:
    """The tokens of a JavaScript text; white space and comments are left out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _REGEX.match(text, at) if _regex_may_stand(found, text, at) else None
        if match is None:
            match = _TOKEN.match(text, at)
        if match is None:
            raise ShakingError(f"no JavaScript: {text[at : at + 20]!r}")
        if match.re is _REGEX or match.lastgroup != "space":
            found.append(match[0])
        at = match.end()
    return found


def _regex_may_stand(before: list[str], text: str, at: int) -> bool:
    if text[at] != "/" or text[at + 1 : at + 2] in ("/", "*"):
        return False
    last = before[-1] if before else ""
    return last in _OPERATORS_THAT_ARE_WORDS or not _VALUE_BEFORE.search(last)


def small(text: str) -> str:
    """The text without comments, and with white space only where two words or signs would become one."""
    return joined(tokens(text))


def joined(given: Iterable[str]) -> str:
    """Tokens as text."""
    written: list[str] = []
    for token in given:
        if written and _would_join(written[-1][-1], token[0]):
            written.append(" ")
        written.append(token)
    return "".join(written)


def _would_join(left: str, right: str) -> bool:
    if left in "+-" and right in "+-":
        return True
    return bool(re.match(r"[\w$]{2}", left + right)) or (left == "/" and right == "/")


@lru_cache(maxsize=1)
def units() -> Mapping[str, str]:
    """Name of a helper -> its text, small, in the order of the files."""
    found: dict[str, str] = {}
    for name in FILES:
        text = (_FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
        starts = [match.start() for match in re.finditer(r"^export ", text, re.MULTILINE)]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            part = text[start:end]
            head = _HEAD.match(part)
            if head is None:
                raise ShakingError(
                    f"{name}.mjs: an export that is no function, class or constant: {part[:40]!r}"
                )
            found[head[1]] = small(part.removeprefix("export "))
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def needs() -> Mapping[str, frozenset[str]]:
    """Name of a helper -> the helpers that its text mentions."""
    names = frozenset(units())
    return MappingProxyType({name: (mentioned(text) & names) - {name} for name, text in units().items()})


def mentioned(text: str) -> frozenset[str]:
    """The words of a text that are neither behind a dot nor keys; those inserted in texts too."""
    found: set[str] = set()
    before = ""
    for token in tokens(text):
        if token[0] == "`":
            for inserted in _INSERTED.findall(token):
                found |= mentioned(inserted)
        elif re.match(r"[A-Za-z_$]", token) and before not in (".", "?."):
            found.add(token)
        before = token
    return frozenset(found)


def needed(names: Iterable[str]) -> tuple[str, ...]:
    """The helpers of these names and all that they need, in the order of the files."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in units():
            raise ShakingError(f"no helper is named {name!r}")
        if name not in found:
            found.add(name)
            waiting.extend(needs()[name])
    return tuple(name for name in units() if name in found)


def helpers_text(names: Iterable[str]) -> str:
    """A JavaScript expression: the object `__moon` with the helpers of these names; "{}" for none."""
    wanted = sorted(set(names))
    if not wanted:
        return "{}"
    parts = "\n".join(units()[name] for name in needed(wanted))
    return f"(()=>{{\n{parts}\nreturn{{{','.join(wanted)}}};\n}})()"
