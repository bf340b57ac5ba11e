"""What of setup depends on props, read from its source.

Setup runs once at compile time, with no props given, and what it declares is written into one script for all
props. So a first value may be written as a constant only if no prop has a say in it, and as an expression
only if tracing has seen all of it. Every name and every entry of a section is one of

- clean: no prop has a say;
- traced: made from props by operations that tracing follows, and nothing else;
- opaque: something may depend on props that tracing does not see: an `if` or a loop that a prop decides, a
  call of other code, a comparison that picks a value.

The rules do not look at the order of statements and take the worst of all assignments, so they err on the
side of opaque; an opaque value is never written into a script.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.ownmethods import Methods
from moon_spa.sharing import Sharing
from moon_spa.source import all_nodes
from moon_spa.statuses import CLEAN, Status, key_of, opaque, root_of, worst
from moon_spa.unstable import is_fixed

_SEQUENCES = (ast.Tuple, ast.List)
_METHODS: Mapping[type[ast.AST], str] = MappingProxyType(
    {kind: f"do_{kind.__name__.lower()}" for kind in vars(ast).values() if isinstance(kind, type)}
)
"""The name of the method for each class of statements."""


class Dependence(Sharing):
    """The statuses of one setup function, settled; what setup may not bake into a script is opaque."""

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods, follows: bool = False
    ) -> None:
        super().__init__(node, namespace, methods, follows)
        self.is_fixed = is_fixed(node, self.props_name)
        self._settle()
        self.settled = {}
        self._sections: dict[str, list[tuple[ast.expr | None, Status]]] = {}
        self._lines: dict[str, tuple[int, dict[str | None, int]]] = {}

    def _settle(self) -> None:
        """Go through the statements until nothing changes any more.

        Once is enough where they run in their order and only give names to values that stay as they are.
        """
        before: object = None
        while before != (state := (dict(self.cells), set(self.props_names))):
            before = state
            self.returns, self.leaves, self.entered, self.attributes = [], CLEAN, set(), []
            self.block(self.node.body, CLEAN)
            if self.is_fixed:
                return

    # --- answers

    def entry(self, section: str, key: str) -> Status:
        """Status of one entry of a section, over all returns."""
        found = self.leaves
        for value, control in self._section_values(section):
            found |= control | self._entry_of(value, key)
        return found | self.cells[key, None] if key in self.functions else found

    def others(self, section: str, names: Iterable[str]) -> Status:
        """The worst status of what a section may hold besides the entries `names`."""
        known, found = set(names), self.leaves
        for value, control in self._section_values(section):
            found |= control
            display = self._display(value) if value is not None else None
            cells = self._dict_cells(display) if display else {}
            if isinstance(value, ast.Name):
                cells = {**cells, **{key: one for (root, key), one in self.cells.items() if root == value.id}}
            for key, status in list(cells.items()):
                found |= status if key not in known and status.level == 2 else CLEAN
        infers = not self.returns or any(value is None for value, _ in self.returns)
        if section in ("actions", "lifecycle") and infers:
            for name in self.functions:
                if name not in known and not name.startswith("_"):
                    found |= self.cells[name, None]
        return found

    def line(self, section: str, key: str | None = None) -> int:
        """The line that declares an entry, or the section; the line of setup where that is not seen."""
        if section not in self._lines:
            self._lines[section] = self._find_lines(section)
        whole, lines = self._lines[section]
        return lines.get(key, whole)

    def _find_lines(self, section: str) -> tuple[int, dict[str | None, int]]:
        for value, _ in self._section_values(section):
            if isinstance(value, ast.Name):
                value = self.values.get(value.id)
            if value is not None:
                return value.lineno, {name: item.lineno for name, item in reversed(_entries(value))}
        return self.node.lineno, {}

    def _section_values(self, section: str) -> list[tuple[ast.expr | None, Status]]:
        if section not in self._sections:
            self._sections[section] = list(self._find_values(section))
        return self._sections[section]

    def _find_values(self, section: str) -> Iterator[tuple[ast.expr | None, Status]]:
        for value, control in self.returns or [(None, CLEAN)]:
            if value is None:
                yield ast.copy_location(ast.Name(section, ast.Load()), self.node), control
                continue
            display = self._display(value)
            if display is None:
                yield value, control
                continue
            control |= self._dict_cells(display).get(None, CLEAN)
            for name, item in _entries(display):
                if name == section:
                    yield item, control
            if isinstance(value, ast.Name):
                yield None, control | self.cells[value.id, section] | self.cells[value.id, None]

    def _display(self, value: ast.expr) -> ast.Dict | None:
        if isinstance(value, ast.Name):
            return self.displays.get(value.id)
        return value if isinstance(value, ast.Dict) else None

    def _entry_of(self, value: ast.expr | None, key: str) -> Status:
        if isinstance(value, ast.Name):
            return self.cells[value.id, key] | self.cells[value.id, None]
        if isinstance(value, ast.Dict):
            return _entry(self._dict_cells(value), key)
        return CLEAN if value is None else self.status(value)

    # --- statements

    def block(self, statements: Iterable[ast.stmt], control: Status) -> None:
        """Take statements that run when `control` lets them."""
        before = self.control
        for statement in statements:
            self.control = control | self.leaves
            method = getattr(self, _METHODS.get(type(statement), ""), self.do_other)
            method(statement, self.control)
        self.control = before

    def do_other(self, node: ast.stmt, control: Status) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.status(child)
            elif isinstance(child, ast.stmt):
                self.block([child], control)

    def do_assign(self, node: ast.Assign, control: Status) -> None:
        roots = [root_of(one) for one in node.targets if isinstance(one, ast.Name) or self.of_self(one)]
        for root in roots[1:]:
            self.links[root].add(roots[0])
            self.links[roots[0]].add(root)
        for target in node.targets:
            self.assign(target, node.value, control)

    def do_annassign(self, node: ast.AnnAssign, control: Status) -> None:
        if node.value is not None:
            self.assign(node.target, node.value, control)

    def do_augassign(self, node: ast.AugAssign, control: Status) -> None:
        value = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        status = self.status(value)
        if isinstance(node.op, ast.BitOr) and self.is_props(node.target):
            self.mark(node.target, self.unpacked(node.value) | control)
            return
        self.hold(root_of(node.target), [node.value])
        if isinstance(node.target, ast.Name):
            self.assign_names(node.target.id, value)
        if status.level == 1 and not (self.is_scalar(node.target) and self.is_scalar(node.value)):
            status = opaque(node, "a value is changed in place")
        if status.level == 2:
            self.changed(root_of(node.target), status, None)
        self.mark(node.target, status | control)

    def do_return(self, node: ast.Return, control: Status) -> None:
        if node.value is not None:
            self.status(node.value)
        nothing = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        if not self.depth:
            self.returns.append((None if nothing else node.value, control))
        self.leaves |= control

    def do_raise(self, node: ast.Raise, control: Status) -> None:
        self.do_other(node, control)
        self.leaves |= control

    def do_break(self, node: ast.stmt, control: Status) -> None:
        self.leaves |= control

    do_continue = do_break

    def do_assert(self, node: ast.Assert, control: Status) -> None:
        if self.status(node.test).level:
            self.leaves |= opaque(node, "a prop decides this assert")

    def do_if(self, node: ast.If | ast.While, control: Status) -> None:
        test = self.status(node.test)
        if test.level:
            word = "if" if isinstance(node, ast.If) else "while"
            control |= test.seen(node, f"a prop decides this `{word}`")
        self.block(node.body, control)
        self.block(node.orelse, control)

    do_while = do_if

    def do_for(self, node: ast.For | ast.AsyncFor, control: Status) -> None:
        if self.status(node.iter).level:
            control |= opaque(node, "this loop goes over a prop")
        for name in ast.walk(node.target):
            if isinstance(name, ast.Name):
                self.assigned[name.id].append(None)
                self.link_items(name.id, node.iter)
        self.mark(node.target, control)
        self.block(node.body, control)
        self.block(node.orelse, control)

    do_asyncfor = do_for

    def do_match(self, node: ast.Match, control: Status) -> None:
        if self.status(node.subject).level:
            control |= opaque(node, "a prop decides this `match`")
        for case in node.cases:
            for name in ast.walk(case.pattern):
                stored = getattr(name, "name", None) or getattr(name, "rest", None)
                if stored:
                    self.cells[stored, None] |= control
            if case.guard is not None and self.status(case.guard).level:
                control |= opaque(case.guard, "a prop decides this `case`")
            self.block(case.body, control)

    def do_try(self, node: ast.Try | ast.With | ast.AsyncWith, control: Status) -> None:
        items = node.items if isinstance(node, ast.With | ast.AsyncWith) else []
        for item in items:
            status = self.status(item.context_expr) | control
            if item.optional_vars is not None:
                self.mark(item.optional_vars, status)
        if any(self.mentions(statement).level for statement in node.body):
            word = "try" if isinstance(node, ast.Try) else "with"
            control |= opaque(node, f"an exception in this `{word}` may depend on a prop")
        self.block(node.body, control)
        if isinstance(node, ast.Try):
            for handler in node.handlers:
                self.block(handler.body, control)
            self.block(node.orelse, control)
            self.block(node.finalbody, control)

    do_trystar = do_with = do_asyncwith = do_try

    def do_delete(self, node: ast.Delete, control: Status) -> None:
        for target in node.targets:
            self.mark(target, control)

    def do_global(self, node: ast.Global, control: Status) -> None:
        self.globals.update(node.names)

    def do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, control: Status) -> None:
        self.cells[node.name, None] |= control
        self.depth += 1  # what stands here is executed as it is written
        for default in (*node.args.defaults, *node.args.kw_defaults, *node.decorator_list):
            if default is not None:
                self.cells[node.name, None] |= self.status(default)
        self.depth -= 1

    do_asyncfunctiondef = do_functiondef

    def do_classdef(self, node: ast.ClassDef, control: Status) -> None:
        self.cells[node.name, None] |= control | self.mentions(node)

    # --- assignments

    def assign(self, target: ast.expr, value: ast.expr, control: Status) -> None:
        """Take ``target = value``."""
        cells = self._dict_cells(value) if isinstance(value, ast.Dict) else {}
        status = (worst(cells.values()) if cells else self.status(value)) | control
        if isinstance(target, ast.Name):
            self.assign_names(target.id, value)
        if (
            isinstance(target, _SEQUENCES)
            and isinstance(value, _SEQUENCES)
            and len(target.elts) == len(value.elts)
        ):
            for part, item in zip(target.elts, value.elts, strict=True):
                self.assign(part, item, control)
            return
        if self.of_self(target):
            self.link(self.self_name, value)
            self.attributes.append(value)
        if isinstance(target, ast.Name):
            self.link(target.id, value)
            self.values.setdefault(target.id, value)
            if isinstance(value, ast.Dict):
                self.displays.setdefault(target.id, value)
                self.cells[target.id, None] |= control
                for key, one in cells.items():
                    self.cells[target.id, key] |= one | control
                if self.is_props(value):
                    self.props_names.add(target.id)
                return
            if self.is_props(value):
                self.props_names.add(target.id)
        if isinstance(target, _SEQUENCES):
            for name in all_nodes(target):
                if isinstance(name, ast.Name):
                    self.link_items(name.id, value)
            if status.level == 1:
                status = opaque(target, "a prop is unpacked")
        elif isinstance(target, ast.Subscript | ast.Attribute):
            self.hold(root_of(target), [value])
        self.mark(target, status)

    def assign_names(self, name: str, value: ast.expr) -> None:
        """Note what a name stands for."""
        if not any(one is value or _same(one, value) for one in self.assigned[name]):
            self.assigned[name].append(value)

    def mark(self, target: ast.expr, status: Status) -> None:
        """Something is stored in a target."""
        if isinstance(target, ast.Name):
            self.cells[target.id, None] |= status
            if status.level and target.id in self.globals:
                self.leaves |= opaque(target, f"the global {target.id} gets a prop")
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self.mark(part, status)
        elif isinstance(target, ast.Starred):
            self.mark(target.value, status)
        elif isinstance(target, ast.Subscript | ast.Attribute):
            root = root_of(target)
            key = key_of(target)
            if status.level and root not in self.locals and root in self.namespace:
                self.leaves |= opaque(target, f"the global {root} gets a prop")
            if isinstance(target, ast.Subscript) and not key and self.status(target.slice).level:
                status = opaque(target, "a prop is an index")
            if self.of_self(target):
                self.cells[root, f".{target.attr}"] |= status
                return
            whole = self.name(root) if root == self.self_name else self.cells[root, None]
            if whole.level == 1 and root not in self.props_names:
                status |= opaque(target, "a value from props is changed")
            elif root not in (*self.props_names, self.self_name):
                status |= whole
            if isinstance(target.value, ast.Name) and isinstance(target, ast.Subscript) and key:
                self.cells[root, key] |= status
                self.changed(root, status, key)
            elif root:
                self.cells[root, None] |= status
                self.changed(root, status, None, deep=not isinstance(target.value, ast.Name))


def _same(one: ast.expr | None, other: ast.expr) -> bool:
    """Whether two nodes are one piece of source; augmented assignments make theirs anew in each pass."""
    if one is None or not isinstance(one, ast.BinOp) or not isinstance(other, ast.BinOp):
        return False
    return (one.lineno, one.col_offset, one.right) == (other.lineno, other.col_offset, other.right)


def _entry(cells: Mapping[str | None, Status], key: str) -> Status:
    """The status of a key, which one that is computed may stand for too."""
    return cells.get(key, CLEAN) | cells.get(None, CLEAN)


def _entries(display: ast.expr) -> list[tuple[str, ast.expr]]:
    """Names and values of a dict display, or of the state fields in a list."""
    if isinstance(display, ast.List | ast.Tuple):
        calls = [item for item in display.elts if isinstance(item, ast.Call) and item.args]
        return [(str(c.args[0].value), c) for c in calls if isinstance(c.args[0], ast.Constant)]
    if not isinstance(display, ast.Dict):
        return []
    pairs = zip(display.keys, display.values, strict=True)
    return [(str(key.value), item) for key, item in pairs if isinstance(key, ast.Constant)]
