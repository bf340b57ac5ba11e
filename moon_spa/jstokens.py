"""JavaScript as tokens: enough of it to leave out what says nothing and to tell what names are."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
_VALUE_BEFORE = re.compile(r"[\w$)\]}\"'`]$")
_OPERATORS_THAT_ARE_WORDS = frozenset({"return", "typeof", "in", "of", "case"})


class UnreadableError(ValueError):
    """JavaScript that is not written as these modules need it."""


def tokens(text: str) -> list[str]:
    """The tokens of a JavaScript text; white space and comments are left out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _REGEX.match(text, at) if _regex_may_stand(found, text, at) else None
        if match is None:
            match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableError(f"no JavaScript: {text[at : at + 20]!r}")
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
