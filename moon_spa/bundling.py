"""Modules of `browser/` as one expression with short names, for a component that is one file.

The modules stand in one function, one after the other, so no two of them may give one name to different
things at their top. What they import of the helpers they read from ``__moon``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from moon_spa.shrinking import shrunk

_FOLDER = Path(__file__).parent / "browser"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const|let) ([\w$]+))", re.MULTILINE)
_TOP = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) ([\w$]+)", re.MULTILINE)
_USED = re.compile(r'(?<!["\w.])moon\.(\w+)')


class BundlingError(ValueError):
    """Modules that cannot stand in one function."""


@dataclass(frozen=True)
class Bundle:
    """A JavaScript expression: the exports of a module, with the helpers that it needs in ``__moon``."""

    js: str
    helpers: frozenset[str]


@lru_cache(maxsize=4)
def bundle(name: str) -> Bundle:
    """The module ``browser/NAME.mjs`` and all that it imports. Raises BundlingError."""
    order: list[str] = []
    _collect(name, order)
    texts = [_read(module) for module in order]
    imported = {name for text in texts for name in _imported_helpers(text)}
    _check_names(texts, imported)
    head = f"const {{{','.join(sorted(imported))}}} = __moon;\n" if imported else ""
    code = head + "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)
    exports = _EXPORT.findall(texts[-1])
    js = f"(()=>{{{shrunk(code, exports)}\nreturn{{{','.join(exports)}}};}})()"
    return Bundle(js, frozenset(imported.union(*map(_USED.findall, texts))))


def _collect(name: str, order: list[str]) -> None:
    """The modules that `name` needs, each behind those that it needs itself."""
    for _, other in _IMPORT.findall(_read(name)):
        if other != "helpers" and other not in order:
            _collect(other, order)
    order.append(name)


def _imported_helpers(text: str) -> set[str]:
    found = (names for names, other in _IMPORT.findall(text) if other == "helpers")
    return {part.strip() for names in found for part in names.split(",") if part.strip()}


def _check_names(texts: list[str], imported: set[str]) -> None:
    """A name at the top of two modules would be declared twice."""
    seen = set(imported)
    for name in (name for text in texts for name in _TOP.findall(text)):
        if name in seen:
            raise BundlingError(f"two modules of one bundle have `{name}` at their top")
        seen.add(name)


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
