"""Which names of setup may stand for one object: a change of it is one for all of them."""

from __future__ import annotations

import ast
from abc import ABC
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moon_spa.followable import is_choice, is_collection
from moon_spa.ownmethods import Methods
from moon_spa.source import all_nodes
from moon_spa.statuses import Status, root_of
from moon_spa.valuestatus import ValueStatus


class Sharing(ValueStatus, ABC):
    """`links` has names for one object, `held` names for what is stored in it, and `attributes` what the
    attributes of the component are set to."""

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods, follows: bool = False
    ) -> None:
        super().__init__(node, namespace, methods, follows)
        self.links: dict[str, set[str]] = defaultdict(set)
        self.held: dict[str, set[str]] = defaultdict(set)
        self.attributes: list[ast.expr] = []

    def link(self, name: str, value: ast.expr) -> None:
        """Both names may stand for one object."""
        root = root_of(value)
        if root and root != name and not isinstance(value, ast.Call):
            self.links[name].add(root)
            self.links[root].add(name)

    def link_items(self, name: str, series: ast.expr) -> None:
        """A name may stand for what one of those holds that are gone through, or taken apart."""
        self.links[name] |= self._named(series) - {name}

    def hold(self, name: str, parts: Iterable[ast.expr]) -> None:
        """What a name stands for may hold what the parts of a call, or what is stored in it, stand for."""
        if name:
            self.held[name] |= set[str]().union(*map(self._named, parts)) - {name}

    def roots(self, node: ast.expr) -> set[str]:
        """The names that an expression stands for, or for a part of which."""
        root = root_of(node)
        if root:
            return {root}
        is_any = is_choice(node) or is_collection(node) or isinstance(node, ast.NamedExpr)
        return self._named(node) if is_any else set()

    def changed(self, root: str, status: Status, key: str | None, deep: bool = False) -> None:
        """An object was changed, or what it holds (`deep`): so were all names that stand for it."""
        seen, todo = {root}, [(root, key, deep)]
        while todo:
            name, entry, inside = todo.pop()
            same = self.links[name] | self._read_by(name, is_choice)
            parts = self.held[name] | self._read_by(name, is_collection) if inside else set()
            for other in (same | parts) - seen:
                seen.add(other)
                at = entry if other in same else None
                self.cells[other, at] |= status
                todo.append((other, at, True))

    def _read_by(self, name: str, kind: Callable[[ast.expr], bool]) -> set[str]:
        """Names in those of the expressions of one kind that another name stands for."""
        values = self.attributes if name == self.self_name else self.assigned.get(name, ())
        chosen = (one for one in values if one is not None and kind(one) and not self.is_scalar(one))
        return set[str]().union(*map(self._named, chosen))

    def _named(self, node: ast.expr) -> set[str]:
        """The names in an expression that may stand for an object which can be changed."""
        read = (part for part in (node, *all_nodes(node)) if isinstance(part, ast.Name))
        found = {part.id for part in read if not self.is_scalar(part)}
        return found - self.props_names - self.functions.keys() - {self.self_name}
