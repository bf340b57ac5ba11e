"""Import statements of a module, and how they are written: one order, one form."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_LINE = 88
"""Longer lines are broken within parentheses."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an import: ``import module as asname``, ``from module import name as asname``."""

    module: str
    name: str
    asname: str
    level: int = 0

    @property
    def bound(self) -> str:
        """The name that the statement binds."""
        return self.asname or self.name or self.module.partition(".")[0]

    @property
    def is_plain(self) -> bool:
        """``import a.b``, which binds `a`, as every other import of a part of `a` does."""
        return not self.name and not self.asname

    @property
    def is_kept(self) -> bool:
        """Whether it has a meaning without a use."""
        return (
            self.module == "__future__" or self.name == "*" or self.asname in {self.name, self.module} - {""}
        )

    @property
    def section(self) -> int:
        """0 future, 1 standard library, 2 others, 3 relative."""
        if self.level:
            return 3
        if self.module == "__future__":
            return 0
        return 1 if self.module.partition(".")[0] in sys.stdlib_module_names else 2

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among others."""
        module = (-self.level, self.module.casefold(), self.module)
        return (self.section, bool(self.name), *module, bool(self.asname), _kind(self.name), self.asname)


@dataclass(frozen=True, slots=True)
class Statement:
    """An import at the top level, with the numbers of its lines."""

    aliases: tuple[Alias, ...]
    lines: range
    text: tuple[str, ...]
    is_alone: bool
    """Whether no other statement is on its lines."""

    @property
    def has_comment(self) -> bool:
        """Whether a comment belongs to it; an import has no texts that could hold a `#`."""
        return any("#" in line for line in self.text)


def statements(tree: ast.Module, lines: Sequence[str]) -> list[Statement]:
    """The import statements of the top level, in order."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            aliases = tuple(Alias(a.name, "", a.asname or "") for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            module, level = node.module or "", node.level
            aliases = tuple(Alias(module, a.name, a.asname or "", level) for a in node.names)
        else:
            continue
        end = node.end_lineno or node.lineno
        rest = lines[end - 1].encode()[node.end_col_offset or 0 :].strip()
        is_alone = node.col_offset == 0 and (not rest or rest.startswith(b"#"))
        text = tuple(lines[node.lineno - 1 : end])
        found.append(Statement(aliases, range(node.lineno, end + 1), text, is_alone))
    return found


def kept_aliases(
    found: Iterable[Statement], used: set[str] | None, elsewhere: set[str]
) -> dict[Statement, tuple[Alias, ...]]:
    """Of each statement the names that are not there already, and are used; `used` is None for any."""
    there: dict[str, set[Alias]] = {}
    kept: dict[Statement, tuple[Alias, ...]] = {}
    for statement in found:
        is_fixed = statement.has_comment or not statement.is_alone
        stay = []
        for alias in statement.aliases:
            name = alias.bound
            known = there.setdefault(name, set())
            unused = used is not None and name not in used and not alias.is_kept
            if is_fixed or name in elsewhere or not (alias in known or unused):
                stay.append(alias)
            if alias.name == "*":
                there.clear()
            elif alias.is_plain and next(iter(known), alias).is_plain:
                known.add(alias)
            else:
                there[name] = {alias}
        kept[statement] = tuple(stay)
    return kept


def rendered(found: Sequence[tuple[Statement, tuple[Alias, ...]]]) -> list[str]:
    """The lines of some statements, of each the names that are kept, sorted where the order means nothing."""
    if _depends_on_order([alias for _, aliases in found for alias in aliases]):
        return [line for statement, aliases in found for line in _as_it_was(statement, aliases)]
    units: list[tuple[tuple[object, ...], int, list[str]]] = []
    grouped: dict[tuple[str, int], list[Alias]] = defaultdict(list)
    for statement, aliases in found:
        if statement.has_comment:
            first = statement.aliases[0]
            units.append((first.order, first.section, list(statement.text)))
            continue
        for alias in aliases:
            if alias.name and not alias.asname:
                grouped[alias.module, alias.level].append(alias)
            else:
                units.append((alias.order, alias.section, _written([alias])))
    for group in grouped.values():
        group.sort(key=lambda alias: alias.order)
        units.append((group[0].order, group[0].section, _written(group)))
    units.sort(key=lambda unit: (unit[0], unit[2]))
    lines: list[str] = []
    section = units[0][1] if units else 0
    for _, here, text in units:
        lines += [""] if here != section else []
        lines += text
        section = here
    return lines


def _depends_on_order(aliases: Sequence[Alias]) -> bool:
    """Whether a name is bound twice, to different things."""
    bound: dict[str, Alias] = {}
    for alias in aliases:
        other = bound.setdefault(alias.bound, alias)
        if alias.name == "*" or (other != alias and not (other.is_plain and alias.is_plain)):
            return True
    return False


def _as_it_was(statement: Statement, aliases: tuple[Alias, ...]) -> list[str]:
    if aliases == statement.aliases:
        return list(statement.text)
    if statement.aliases[0].name:
        return _written(list(aliases)) if aliases else []
    return [line for alias in aliases for line in _written([alias])]


def _written(aliases: list[Alias]) -> list[str]:
    """One statement of one module."""
    first = aliases[0]
    if not first.name:
        return [f"import {_with_as(first.module, first.asname)}"]
    names = [_with_as(alias.name, alias.asname) for alias in aliases]
    head = f"from {'.' * first.level}{first.module} import "
    line = head + ", ".join(names)
    if len(line) <= MAX_LINE:
        return [line]
    return [f"{head}(", *(f"    {name}," for name in names), ")"]


def _with_as(name: str, asname: str) -> str:
    return f"{name} as {asname}" if asname else name


def _kind(name: str) -> tuple[int, str, str]:
    """Constants, then classes, then the rest."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, name.casefold(), name
