"""Names of helpers -> JavaScript with just those and what they need, shrunk.

A component that uses no helper ships none. The helpers are written for this: every one is a top-level
`export` of a file in `browser/helpers/`, statements end with semicolons, and nothing runs at import.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from moon_spa.jstokens import tokens
from moon_spa.shrinking import shrunk

FILES = ("errors", "numbers", "math", "text", "values", "format", "sequences", "mappings", "dynamic", "view")
"""Where the helpers stand, in the order of the text."""

_WORDED = (
    ((3, 12), "() arg is an empty sequence", "() iterable argument is empty"),
    ((3, 13), '"modulo")', '"modulo by zero")'),
)
"""Messages that a version of Python has changed, as the helpers have them and as they are since."""

_FOLDER = Path(__file__).parent / "browser" / "helpers"
_HEAD = re.compile(r"export (?:function\*?|class|const) (\w+)")
_INSERTED = re.compile(r"\$\{([^}]*)\}")


class ShakingError(LookupError):
    """A name that is no helper."""


@lru_cache(maxsize=1)
def units() -> Mapping[str, str]:
    """Name of a helper -> its text as it is written, in the order of the files."""
    found: dict[str, str] = {}
    for name in FILES:
        text = (_FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
        for version, older, newer in _WORDED:
            text = text.replace(older, newer) if sys.version_info >= version else text
        starts = [match.start() for match in re.finditer(r"^export ", text, re.MULTILINE)]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            part = text[start:end]
            head = _HEAD.match(part)
            if head is None:
                raise ShakingError(
                    f"{name}.mjs: an export that is no function, class or constant: {part[:40]!r}"
                )
            found[head[1]] = part.removeprefix("export ")
    return MappingProxyType(found)


@lru_cache(maxsize=1024)
def _shipped(name: str) -> tuple[str, frozenset[str]]:
    """The text of a helper, shrunk, and the helpers that it mentions."""
    text = shrunk(units()[name], [name])
    return text, (mentioned(text) & units().keys()) - {name}


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
            waiting.extend(_shipped(name)[1])
    return tuple(name for name in units() if name in found)


def helpers_text(names: Iterable[str]) -> str:
    """A JavaScript expression: the object `__moon` with the helpers of these names; "{}" for none."""
    wanted = sorted(set(names))
    if not wanted:
        return "{}"
    parts = "\n".join(_shipped(name)[0] for name in needed(wanted))
    return f"(()=>{{\n{parts}\nreturn{{{','.join(wanted)}}};\n}})()"
