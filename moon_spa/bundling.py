"""Modules of `browser/` as one expression, for a component that is one file.

Each module becomes a function that runs once; what it imports of another module it reads from that one's
result, and what it imports of the helpers from ``__moon``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from moon_spa.shaking import small

_FOLDER = Path(__file__).parent / "browser"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const|let) ([\w$]+))", re.MULTILINE)
_USED = re.compile(r'(?<!["\w.])moon\.(\w+)')


@dataclass(frozen=True)
class Bundle:
    """A JavaScript expression: the exports of a module, with the helpers that it needs in ``__moon``."""

    js: str
    helpers: frozenset[str]


@lru_cache(maxsize=4)
def bundle(name: str) -> Bundle:
    """The module ``browser/NAME.mjs`` and all that it imports."""
    order: list[str] = []
    _collect(name, order)
    helpers: set[str] = set()
    parts = []
    for module in order:
        text = _read(module)
        for names, other in _IMPORT.findall(text):
            if other == "helpers":
                helpers.update(part.strip() for part in names.split(",") if part.strip())
        helpers.update(_USED.findall(text))
        parts.append(f"const {_variable(module)}={_function(text)};")
    js = f"(()=>{{\n{chr(10).join(parts)}\nreturn {_variable(name)};\n}})()"
    return Bundle(js, frozenset(helpers))


def _collect(name: str, order: list[str]) -> None:
    """The modules that `name` needs, each behind those that it needs itself."""
    for _, other in _IMPORT.findall(_read(name)):
        if other != "helpers" and other not in order:
            _collect(other, order)
    order.append(name)


def _function(text: str) -> str:
    exports = _EXPORT.findall(text)
    body = _IMPORT.sub(lambda match: f"const {{{match[1]}}} = {_variable(match[2])};", text)
    return f"(()=>{{{small(_EXPORT.sub('', body))}return{{{','.join(exports)}}};}})()"


def _variable(module: str) -> str:
    return "__moon" if module == "helpers" else f"${module.replace('-', '_')}"


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
