"""Which names of setup may stand for one object: a change of it is one for all of them."""

from __future__ import annotations

import ast
from abc import ABC
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moon_spa.followable import is_choice
from moon_spa.ownmethods import Methods
from moon_spa.source import all_nodes
from moon_spa.statuses import Status, root_of
from moon_spa.valuestatus import ValueStatus

_DISPLAYS = (ast.Tuple, ast.List, ast.Dict)


class Sharing(ValueStatus, ABC):
    """`links` has names for one object, `attributes` what the component's attributes are set to."""

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods, follows: bool = False
    ) -> None:
        super().__init__(node, namespace, methods, follows)
        self.links: dict[str, set[str]] = defaultdict(set)
        self.attributes: list[ast.expr] = []

    def link(self, name: str, value: ast.expr) -> None:
        """Both names may stand for one object."""
        root = root_of(value)
        if root and root != name and not isinstance(value, ast.Call):
            self.links[name].add(root)
            self.links[root].add(name)

    def link_items(self, name: str, series: ast.expr) -> None:
        """A name may stand for what one of those holds that a loop reads."""
        for part in all_nodes(series):
            if isinstance(part, ast.Name) and part.id not in (name, self.self_name, *self.props_names):
                self.links[name].add(part.id)

    def changed(self, root: str, status: Status, key: str | None, deep: bool = False) -> None:
        """An object was changed, or what it holds (`deep`): so were all names that stand for it."""
        seen, todo = {root}, [root]
        while todo:
            name = todo.pop()
            for other in (self.links[name] | self._chosen_by(name, deep)) - seen:
                seen.add(other)
                todo.append(other)
                self.cells[other, key] |= status

    def _chosen_by(self, name: str, deep: bool) -> set[str]:
        """Names for what a name may stand for, as in ``one if props["x"] else two``, or hold (`deep`)."""
        values = self.attributes if name == self.self_name else self.assigned.get(name, ())
        known = (one for one in values if one is not None and not self.is_scalar(one))
        chosen = [one for one in known if is_choice(one) or (deep and isinstance(one, _DISPLAYS))]
        read = (part for one in chosen for part in all_nodes(one) if isinstance(part, ast.Name))
        return {part.id for part in read if not self.is_scalar(part)} - self.props_names - {self.self_name}
