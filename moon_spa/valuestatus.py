"""The status of every expression of setup: what tracing follows, and what it does not see."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.followedstatus import FollowedStatus
from moon_spa.ownmethods import SEEING, Methods
from moon_spa.setupnames import ADDING, OPERATIONS
from moon_spa.source import all_nodes
from moon_spa.statuses import (
    CLEAN,
    TRACED,
    Status,
    key_of,
    opaque,
    plain_text,
    root_of,
    unstable,
    worst,
)
from moon_spa.unstable import is_unstable

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_HARMLESS = OPERATIONS | {"state", "data"}
_METHODS: Mapping[type[ast.AST], str] = MappingProxyType(
    {kind: f"of_{kind.__name__.lower()}" for kind in vars(ast).values() if isinstance(kind, type)}
)
"""The name of the method for each class of nodes."""


class ValueStatus(FollowedStatus, ABC):
    """Statuses of expressions; `namespace` is the module's scope, `methods` are those of the class."""

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods, follows: bool = False
    ) -> None:
        super().__init__(node, namespace, methods, follows)
        self.displays: dict[str, ast.Dict] = {}
        self.values: dict[str, ast.expr] = {}
        self.returns: list[tuple[ast.expr | None, Status]] = []
        self.leaves = CLEAN
        self.entered: set[tuple[str, bool]] = set()
        self.control = CLEAN
        self.globals: set[str] = set()
        self.settled: dict[int, Mapping[str | None, Status]] | None = None

    # --- what statements do

    @abstractmethod
    def assign(self, target: ast.expr, value: ast.expr, control: Status) -> None:
        """Take ``target = value``."""

    @abstractmethod
    def changed(self, root: str, status: Status, key: str | None, deep: bool = False) -> None:
        """An object was changed, or what it holds (`deep`): so were all names that stand for it."""

    @abstractmethod
    def link_items(self, name: str, series: ast.expr) -> None:
        """A name may stand for what one of those holds that are gone through, or taken apart."""

    @abstractmethod
    def hold(self, name: str, parts: Iterable[ast.expr]) -> None:
        """What a name stands for may hold what the parts of a call, or what is stored in it, stand for."""

    @abstractmethod
    def roots(self, node: ast.expr) -> set[str]:
        """The names that an expression stands for, or for a part of which."""

    @abstractmethod
    def block(self, statements: Iterable[ast.stmt], control: Status) -> None:
        """Take statements that run when `control` lets them."""

    # --- expressions

    def name(self, name: str) -> Status:
        """Status of a local variable, all its entries together."""
        found = CLEAN
        for (root, _), status in self.cells.items():
            if root == name and status.level > found.level:
                found = status
        return found

    def attribute(self, name: str) -> Status:
        """Status of an attribute of the component."""
        return self.cells[self.self_name, f".{name}"] | self.cells[self.self_name, None]

    def _dict_cells(self, value: ast.Dict) -> Mapping[str | None, Status]:
        """The statuses of a display's entries; None is for those without a constant key."""
        known = self.settled.get(id(value)) if self.settled is not None else None
        if known is None:
            known = self._entry_cells(value)
            if self.settled is not None:
                self.settled[id(value)] = known
        return known

    def _entry_cells(self, value: ast.Dict) -> dict[str | None, Status]:
        found: dict[str | None, Status] = {}
        for key, item in zip(value.keys, value.values, strict=True):
            status = self.status(item) if key is not None else self.unpacked(item)
            name = key.value if isinstance(key, ast.Constant) else None
            if not isinstance(name, str):
                name = None
                if key is not None and self.status(key).level:
                    status = opaque(key, "a prop is a key")
            found[name] = found[name] | status if name in found else status
        return found

    def unpacked(self, node: ast.expr) -> Status:
        """Status of the entries of a mapping that is copied: those of a prop are not known."""
        found = self.status(node)
        if found.level != 1 or self.is_props(node):
            return found
        whole = found
        if isinstance(node, ast.Name):
            whole = self.cells[node.id, None]
        elif isinstance(node, ast.Dict):
            whole = self._dict_cells(node).get(None, CLEAN)
        return opaque(node, "a prop is unpacked") if whole.level == 1 else found

    def status(self, node: ast.expr) -> Status:
        """Status of an expression's value; calls in it are taken for what they may change."""
        method = getattr(self, _METHODS.get(type(node), ""), self.of_other)
        found: Status = method(node)
        return found

    def of_other(self, node: ast.expr) -> Status:
        """Comprehensions, `and`, `or`, `not`, conditional expressions, and what else Python has.

        What a prop decides before is the control of what is evaluated after it.
        """
        found, before = CLEAN, self.control
        loops = node.generators if isinstance(node, _COMPREHENSIONS) else []
        for child in (*loops, *ast.iter_child_nodes(node)):
            found |= self.status(child) if isinstance(child, ast.expr) else self._of_clause(child)
            if found.level:
                self.control = before | opaque(node, "{} depends on a prop")
        self.control = before
        if isinstance(node, ast.NamedExpr):
            self.assign(node.target, node.value, CLEAN)
            return found
        if not found.level:
            return found
        return self.followed(node) or found.seen(node, "{} depends on a prop")

    def _of_clause(self, node: ast.AST) -> Status:
        """Status of ``for x in xs if test`` in a comprehension, or of what else is no expression."""
        if not isinstance(node, ast.comprehension):
            return self.mentions(node)
        for name in all_nodes(node.target):
            if isinstance(name, ast.Name):
                self.link_items(name.id, node.iter)
        return worst(map(self.status, (node.iter, *node.ifs))) | self.mentions(node)

    def of_constant(self, node: ast.Constant) -> Status:
        return CLEAN

    def of_lambda(self, node: ast.Lambda) -> Status:
        self.depth += 1  # the defaults are executed as they are written
        found = self.joined((*node.args.defaults, *node.args.kw_defaults))
        self.depth -= 1
        return found.seen(node, "{} depends on a prop") if found.level else CLEAN

    def of_name(self, node: ast.Name) -> Status:
        if node.id == self.self_name:
            return opaque(node, f"`{node.id}` can read props")
        return TRACED | self.name(node.id) if node.id in self.props_names else self.name(node.id)

    def of_attribute(self, node: ast.Attribute) -> Status:
        if self.is_props(node):
            return TRACED
        if self.is_props(node.value):
            return self.of_prop(node.value, node.attr)
        if self.of_self(node):
            if node.attr in self.methods.computed:
                return opaque(node, "{} can read props")
            return CLEAN if node.attr in self.methods.public else self.attribute(node.attr)
        base = self.status(node.value)
        return opaque(node, "{} belongs to a prop") if base.level == 1 else base

    def of_prop(self, node: ast.expr, key: str | None) -> Status:
        """Status of one prop, of any without a `key`, read from an expression that is props."""
        if not isinstance(node, ast.Name):
            return TRACED | self.status(node)
        if key is None:
            return TRACED | self.name(node.id)
        return TRACED | self.cells[node.id, key] | self.cells[node.id, None]

    def of_subscript(self, node: ast.Subscript) -> Status:
        if self.status(node.slice).level:
            return self.followed(node) or opaque(node, "a prop is the index in {}")
        if isinstance(node.value, ast.Name) and key_of(node) and node.value.id not in self.props_names:
            whole = self.cells[node.value.id, None]
            return self.cells[node.value.id, key_of(node)] | (
                self._of_part(node) if whole.level == 1 else whole
            )
        if self.is_props(node.value):
            return self.of_prop(node.value, key_of(node))
        found = self.status(node.value)
        return self._of_part(node) if found.level == 1 else found

    def _of_part(self, node: ast.Subscript) -> Status:
        return self.followed(node) or opaque(node, "{} is part of a prop")

    def of_binop(self, node: ast.BinOp) -> Status:
        if isinstance(node.op, ast.BitOr) and self.is_props(node):
            return self.unpacked(node.left) | self.unpacked(node.right)
        left, right = self.status(node.left), self.status(node.right)
        number = isinstance(node.left, ast.Constant) and isinstance(node.left.value, int | float)
        if isinstance(node.op, ast.Mod) and right.level and not left.level and not number:
            return self.followed(node) or opaque(node, "text is formatted with a prop")
        return left | right

    def of_unaryop(self, node: ast.UnaryOp) -> Status:
        return self.of_other(node) if isinstance(node.op, ast.Not) else self.status(node.operand)

    def of_compare(self, node: ast.Compare) -> Status:
        if len(node.ops) != 1 or isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot):
            return self.of_other(node)
        sides = (node.left, node.comparators[0])
        if any(self.status(side).level and not self.is_one(side) for side in sides):
            return self.of_other(node)
        return self.joined(sides)

    def of_joinedstr(self, node: ast.JoinedStr) -> Status:
        return self.joined(node.values) if plain_text(node) else self.of_other(node)

    def of_formattedvalue(self, node: ast.FormattedValue) -> Status:
        return self.status(node.value)

    def joined(self, nodes: Iterable[ast.expr | None]) -> Status:
        """The worst of several."""
        return worst(self.status(node) for node in nodes if node is not None)

    def of_list(self, node: ast.List | ast.Tuple) -> Status:
        found = self.joined(node.elts)
        return (self.followed(node) or found) if found.level == 2 else found

    of_tuple = of_list

    def of_dict(self, node: ast.Dict) -> Status:
        return worst(self._dict_cells(node).values())

    def of_starred(self, node: ast.Starred) -> Status:
        found = self.status(node.value)
        return opaque(node, "a prop is unpacked") if found.level else found

    def of_call(self, node: ast.Call) -> Status:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        given = self.joined(arguments)
        if self.is_followed(node):
            if isinstance(node.func, ast.Name) and node.func.id == "dict":
                return worst((given, *map(self.unpacked, self._copied(node))))
            return given | self._of_read(node) if self.reads_props(node.func) else given
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ADDING
            and self.is_props(node.func.value)
        ):
            if node.func.attr == "update":
                given = worst((given, *map(self.unpacked, self._copied(node))))
            self.mark_props(node.func.value, given | self.control)
            return given | TRACED
        if self._is_update(node):
            return self._updated(node)
        effect = given | self.status(node.func)
        if effect.level and (followed := self.followed(node)):
            return followed
        effect |= self.control
        if root_of(node.func) not in self.locals and is_unstable(node, self.namespace):
            effect |= unstable(node)
        if self.may_read_props(node):
            effect |= opaque(node, "the call {} can read props")
        if isinstance(node.func, ast.Name) and node.func.id in SEEING:
            return opaque(node, f"`{node.func.id}()` can read props")
        for part in (node.func, *arguments):
            if isinstance(part, ast.Name) and part.id in self.functions:
                effect |= self.enter(part.id, effect)
            elif isinstance(part, ast.Lambda):
                effect |= self.mentions(part)
        if isinstance(node.func, ast.Attribute):
            self.hold(root_of(node.func), arguments)
        if not effect.level:
            return CLEAN
        own = "; sections hold copies of their own" if self.copies(node) else ""
        found = effect if effect.level == 2 else opaque(node, f"the call {{}} gets a prop{own}")
        receivers = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for part in (*receivers, *arguments):
            if isinstance(part, ast.Name) and part.id in self.props_names:
                if self.may_change_props(node.func):
                    self.mark_props(part, found)
                continue
            for root in self.roots(part) - self.props_names:
                if self.may_change_argument(node, part, root):
                    self.cells[root, None] |= found
                    deep = part not in receivers or not isinstance(part, ast.Name)
                    self.changed(root, found, None, deep)
                    if self.is_shared(root):
                        self.leaves |= opaque(node, f"the global {root} gets a prop")
        return found

    @staticmethod
    def _copied(node: ast.Call) -> list[ast.expr]:
        """The mappings that a call of `dict` or `update` copies."""
        return [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg is None)]

    def _of_read(self, node: ast.Call) -> Status:
        """``props.get("x", 0)``, or ``props.copy()``."""
        assert isinstance(node.func, ast.Attribute)
        key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        return self.of_prop(node.func.value, key if isinstance(key, str) else None)

    def _is_update(self, node: ast.Call) -> bool:
        """Whether a call is the `update` of a dict that a display has made, with entries that are seen."""
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr="update") if name not in self.props_names:
                made = self.assigned.get(name, ())
                plain = bool(made) and all(isinstance(one, ast.Dict) for one in made)
                given = [*node.args, *(one.value for one in node.keywords if one.arg is None)]
                return plain and all(_has_seen_keys(one) or not self.status(one).level for one in given)
        return False

    def _updated(self, node: ast.Call) -> Status:
        assert isinstance(node.func, ast.Attribute)
        entries: list[tuple[ast.expr, ast.expr]] = []
        for given in (*node.args, *(one.value for one in node.keywords if one.arg is None)):
            if isinstance(given, ast.Dict) and _has_seen_keys(given):
                entries += [(key, one) for key, one in zip(given.keys, given.values, strict=True) if key]
            elif self.control.level:
                self.mark_props(node.func.value, self.control)
        entries += [(ast.Constant(one.arg), one.value) for one in node.keywords if one.arg]
        for key, one in entries:
            item = ast.Subscript(node.func.value, key, ast.Store())
            self.assign(ast.copy_location(item, node), one, self.control)
        return CLEAN

    def mark_props(self, node: ast.expr, status: Status) -> None:
        """Something has changed the props that an expression is."""
        root = root_of(node)
        self.cells[root, None] |= status
        self.changed(root, status, None)

    def enter(self, name: str, given: Status) -> Status:
        """A local function is called, or may be: its statements belong to setup."""
        found = given
        for node in self.functions[name]:
            found |= self.mentions(node)
        if (name, found.level > 0) not in self.entered:
            self.entered.add((name, found.level > 0))
            for node in self.functions[name]:
                if not isinstance(node, ast.ClassDef):
                    self._enter_body(node, found)
        return found

    def _enter_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef, found: Status) -> None:
        status = opaque(node, f"the function {node.name} gets a prop") if found.level else CLEAN
        for argument in all_nodes(node.args):
            if isinstance(argument, ast.arg):
                self.cells[argument.arg, None] |= status
        leaves = self.leaves
        self.depth += 1
        self.block(node.body, status)
        self.depth -= 1
        self.leaves = leaves

    def mentions(self, node: ast.AST) -> Status:
        """Whether anything inside a node, functions too, uses something that depends on props."""
        plain = {id(part.value) for part in all_nodes(node) if isinstance(part, ast.Attribute)}
        for part in all_nodes(node):
            if isinstance(part, ast.Name):
                if part.id in self.props_names or self.name(part.id).level:
                    return opaque(part, f"`{part.id}` depends on a prop")
                if part.id == self.self_name and id(part) not in plain:
                    return opaque(part, f"`{part.id}` can read props")
            elif self.of_self(part) and part.attr not in _HARMLESS | self.methods.free:
                return opaque(part, "{} can read props")
        return CLEAN


def _has_seen_keys(node: ast.expr) -> bool:
    """Whether an expression is a dict display with the texts that are its keys."""
    return isinstance(node, ast.Dict) and all(
        isinstance(key, ast.Constant) and isinstance(key.value, str) for key in node.keys
    )
