"""Modules of `browser/` as one expression with short names, for a component that is one file.

Only what the exports reach is in it. The modules stand in one function, one after the other, so no two of
them may give one name to different things at their top. What they import of the helpers they read from
``__moon``. They are written for this: statements at the top declare one name each, and do nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from moon_spa.shaking import mentioned
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


@dataclass(frozen=True)
class _Statement:
    """A declaration at the top of a module, and the words in it that may be names."""

    text: str
    words: frozenset[str]


@dataclass(frozen=True)
class _Module:
    """A module, read. `others` are the modules that it imports from, with the names."""

    others: Mapping[str, tuple[str, ...]]
    helpers: frozenset[str]
    exports: tuple[str, ...]
    statements: Mapping[str, _Statement]


def bundle(name: str) -> Bundle:
    """The module ``browser/NAME.mjs`` and all that it imports. Raises BundlingError."""
    return composed(_read(name))


@lru_cache(maxsize=32)
def composed(text: str) -> Bundle:
    """A module of this text, which imports from those in `browser/`. Raises BundlingError."""
    modules: dict[str, _Module] = {}
    entry = _parsed(text)
    for other in entry.others:
        _collect(other, modules)
    every = [*modules.values(), entry]
    statements: dict[str, _Statement] = {}
    imported = frozenset[str]().union(*(module.helpers for module in every))
    for module in every:
        for other, names in module.others.items():
            if missing := set(names) - set(modules[other].exports):
                raise BundlingError(f"{other}.mjs exports no `{min(missing)}`")
        if clash := module.statements.keys() & (statements.keys() | imported):
            raise BundlingError(f"two modules of one bundle have `{min(clash)}` at their top")
        statements |= module.statements
    used = _reached(entry.exports, statements)
    kept = [one for name, one in statements.items() if name in used]
    needed = sorted(imported & used)
    head = f"const {{{','.join(needed)}}} = __moon;\n" if needed else ""
    code = head + "".join(one.text for one in kept)
    js = f"(()=>{{{shrunk(code, entry.exports)}\nreturn{{{','.join(entry.exports)}}};}})()"
    return Bundle(js, frozenset(needed).union(*(_USED.findall(one.text) for one in kept)))


def _collect(name: str, modules: dict[str, _Module]) -> None:
    """The modules that `name` needs, each behind those that it needs itself."""
    if name in modules:
        return
    found = _module(name)
    for other in found.others:
        _collect(other, modules)
    modules[name] = found


def _reached(exports: tuple[str, ...], statements: Mapping[str, _Statement]) -> set[str]:
    """The words of all statements that those of `exports` lead to."""
    found: set[str] = set()
    waiting = set(exports)
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name in statements:
            waiting |= statements[name].words - found
    return found


@lru_cache(maxsize=64)
def _module(name: str) -> _Module:
    return _parsed(_read(name))


def _parsed(text: str) -> _Module:
    imports = [(_split(names), other) for names, other in _IMPORT.findall(text)]
    exports = tuple(_EXPORT.findall(text))
    bare = _EXPORT.sub("", _IMPORT.sub("", text))
    tops = [*_TOP.finditer(bare)]
    ends = [*(match.start() for match in tops[1:]), len(bare)]
    parts = {match[1]: bare[match.start() : end] for match, end in zip(tops, ends, strict=True)}
    return _Module(
        MappingProxyType({other: tuple(names) for names, other in imports if other != "helpers"}),
        frozenset(name for names, other in imports if other == "helpers" for name in names),
        exports,
        MappingProxyType({name: _Statement(part, mentioned(part)) for name, part in parts.items()}),
    )


def _split(names: str) -> list[str]:
    return [part.strip() for part in names.split(",") if part.strip()]


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
