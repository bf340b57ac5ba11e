"""The status of what is followed as a whole: as bad as what it reads."""

from __future__ import annotations

import ast
import builtins
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moon_spa.followable import base_of, called_names, is_followable, operands
from moon_spa.overrides import OVERRIDES
from moon_spa.ownmethods import Methods
from moon_spa.setupnames import SetupNames
from moon_spa.statuses import CLEAN, Status, key_of, root_of

Cell = tuple[str, str | None]
"""A variable, or the entry of a constant key in it."""


class FollowedStatus(SetupNames, ABC):
    """Statuses of variables, and of expressions that are followed where `follows` says so.

    `depth` counts what stands around that is executed as it is written: there nothing is followed.
    """

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods, follows: bool = False
    ) -> None:
        super().__init__(node, namespace, methods)
        self.follows = follows and self.self_name not in self.locals
        self.cells: dict[Cell, Status] = defaultdict(lambda: CLEAN)
        self.depth = 0

    @abstractmethod
    def status(self, node: ast.expr) -> Status:
        """Status of an expression's value."""

    def followed(self, node: ast.expr) -> Status | None:
        """Status of an expression that is followed as a whole; None for any other."""
        if not self.follows or self.depth or not is_followable(node, self.props_name):
            return None
        for name in called_names(node):
            known = self.namespace.get(name)
            own = known is None or known is OVERRIDES.get(name) or known is getattr(builtins, name)
            if not own or name in self.locals or name in self.functions:
                return None
        found = CLEAN
        for part in operands(node, self._is_operand):
            if isinstance(part, ast.Name) and (part.id in self.functions or self.is_props(part)):
                return None
            found |= self._of_operand(part)
        return found if found.level else None

    def is_one(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a value is a scalar, or followed as a whole: no list that tracing sees the items of."""
        if self.is_scalar(node) or self.followed(node) is not None:
            return True
        if not isinstance(node, ast.Name) or node.id in seen:
            return isinstance(node, ast.Name)
        values = self.assigned.get(node.id, [None])
        return all(one is not None and self.is_one(one, seen | {node.id}) for one in values)

    def _is_operand(self, node: ast.expr) -> bool:
        """Whether a part of something is read as one value."""
        base = base_of(node)
        if base is None:
            return False
        return self.is_props(base) or (isinstance(node, ast.Subscript) and isinstance(base, ast.Name))

    def _of_operand(self, node: ast.expr) -> Status:
        """Status of what a followed expression reads; parts of props are followed too."""
        if isinstance(node, ast.Subscript) and not self.is_props(node.value):
            root = root_of(node)
            return self.cells[root, key_of(node)] | self.cells[root, None]
        return self.status(node)
