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
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from moon_spa.overrides import OVERRIDES

OPERATIONS = frozenset({"add", "sub", "set", "toggle"})


@dataclass(frozen=True, slots=True)
class Status:
    """How something depends on props: `level` 0 clean, 1 traced, 2 opaque because of `why` at `line`."""

    level: int = 0
    line: int = 0
    why: str = ""

    def __or__(self, other: Status) -> Status:
        return other if other.level > self.level else self


CLEAN = Status()
TRACED = Status(1)

Cell = tuple[str, str | None]


def opaque(node: ast.AST, why: str) -> Status:
    """Something that props may decide without tracing seeing it."""
    return Status(2, getattr(node, "lineno", 0), why)


class Dependence:
    """The statuses of one setup function; `namespace` is its module's scope, `methods` are its class's."""

    def __init__(
        self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: frozenset[str] = frozenset()
    ) -> None:
        self.node = node
        self.methods = methods
        self.namespace = namespace
        self.self_name, self.props_name = (argument.arg for argument in node.args.args[:2])
        self.cells: dict[Cell, Status] = defaultdict(Status)
        self.displays: dict[str, ast.Dict] = {}
        self.values: dict[str, ast.expr] = {}
        self.props_names = {self.props_name}
        self.functions = {
            part.name: part
            for part in ast.walk(node)
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and part is not node
        }
        self.links: dict[str, set[str]] = defaultdict(set)
        self.locals = {
            n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        self.returns: list[tuple[ast.expr | None, Status]] = []
        self.leaves = CLEAN
        self.entered: set[str] = set()
        self.depth = 0
        self._settle()

    def _settle(self) -> None:
        """Go through the statements until nothing changes any more."""
        before: object = None
        while before != (state := (dict(self.cells), set(self.props_names))):
            before = state
            self.returns, self.leaves, self.entered = [], CLEAN, set()
            self.block(self.node.body, CLEAN)

    # --- answers

    def name(self, name: str) -> Status:
        """Status of a local variable, all its entries together."""
        found = CLEAN
        for (root, _), status in list(self.cells.items()):
            if root == name:
                found |= status
        return found

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
        for value, _ in self._section_values(section):
            if isinstance(value, ast.Name):
                value = self.values.get(value.id)
            if value is None:
                continue
            for name, item in _entries(value):
                if name == key:
                    return item.lineno
            return value.lineno
        return self.node.lineno

    def _section_values(self, section: str) -> Iterable[tuple[ast.expr | None, Status]]:
        for value, control in self.returns or [(None, CLEAN)]:
            if value is None:
                yield ast.copy_location(ast.Name(section, ast.Load()), self.node), control
                continue
            display = self._display(value)
            if display is None:
                yield value, control
                continue
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
            return self._dict_cells(value).get(key, CLEAN) | self._dict_cells(value).get(None, CLEAN)
        return CLEAN if value is None else self.status(value)

    # --- statements

    def block(self, statements: Iterable[ast.stmt], control: Status) -> None:
        """Take statements that run when `control` lets them."""
        for statement in statements:
            method = getattr(self, f"do_{type(statement).__name__.lower()}", self.do_other)
            method(statement, control | self.leaves)

    def do_other(self, node: ast.stmt, control: Status) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.status(child)
            elif isinstance(child, ast.stmt):
                self.block([child], control)

    def do_assign(self, node: ast.Assign, control: Status) -> None:
        for target in node.targets:
            self.assign(target, node.value, control)

    def do_annassign(self, node: ast.AnnAssign, control: Status) -> None:
        if node.value is not None:
            self.assign(node.target, node.value, control)

    def do_augassign(self, node: ast.AugAssign, control: Status) -> None:
        value = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        self.mark(node.target, self.status(value) | control)

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
        if self.status(node.test).level:
            control |= opaque(node, f"a prop decides this `{'if' if isinstance(node, ast.If) else 'while'}`")
        self.block(node.body, control)
        self.block(node.orelse, control)

    do_while = do_if

    def do_for(self, node: ast.For | ast.AsyncFor, control: Status) -> None:
        if self.status(node.iter).level:
            control |= opaque(node, "this loop goes over a prop")
        self.mark(node.target, control)
        self.block(node.body, control)
        self.block(node.orelse, control)

    do_asyncfor = do_for

    def do_match(self, node: ast.Match, control: Status) -> None:
        if self.status(node.subject).level:
            control |= opaque(node, "a prop decides this `match`")
        for case in node.cases:
            for name in ast.walk(case.pattern):
                if isinstance(name, ast.MatchAs | ast.MatchStar) and name.name:
                    self.cells[name.name, None] |= control
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

    def do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, control: Status) -> None:
        self.cells[node.name, None] |= control
        for default in (*node.args.defaults, *node.args.kw_defaults, *node.decorator_list):
            if default is not None:
                self.cells[node.name, None] |= self.status(default)

    do_asyncfunctiondef = do_functiondef

    def do_classdef(self, node: ast.ClassDef, control: Status) -> None:
        self.cells[node.name, None] |= control | self.mentions(node)

    # --- assignments

    def assign(self, target: ast.expr, value: ast.expr, control: Status) -> None:
        """Take ``target = value``."""
        status = self.status(value) | control
        sequence = ast.Tuple | ast.List
        if (
            isinstance(target, sequence)
            and isinstance(value, sequence)
            and len(target.elts) == len(value.elts)
        ):
            for part, item in zip(target.elts, value.elts, strict=True):
                self.assign(part, item, control)
            return
        if isinstance(target, ast.Name):
            self.link(target.id, value)
            self.values.setdefault(target.id, value)
            if isinstance(value, ast.Dict):
                self.displays.setdefault(target.id, value)
                for key, one in self._dict_cells(value).items():
                    self.cells[target.id, key] |= one | control
                if self.is_props(value):
                    self.props_names.add(target.id)
                return
            if self.is_props(value):
                self.props_names.add(target.id)
        self.mark(target, status)

    def _dict_cells(self, value: ast.Dict) -> dict[str | None, Status]:
        found: dict[str | None, Status] = defaultdict(Status)
        for key, item in zip(value.keys, value.values, strict=True):
            status = self.status(item)
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found[key.value] |= status
            else:
                known = CLEAN if key is None else self.status(key)
                found[None] |= status if not known.level else opaque(key or value, "a prop is a key")
        return found

    def link(self, name: str, value: ast.expr) -> None:
        """Both names may stand for one object."""
        root = _root(value)
        if root and root != name and not isinstance(value, ast.Call):
            self.links[name].add(root)
            self.links[root].add(name)

    def mark(self, target: ast.expr, status: Status) -> None:
        """Something is stored in a target."""
        if isinstance(target, ast.Name):
            self.cells[target.id, None] |= status
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self.mark(part, status)
        elif isinstance(target, ast.Starred):
            self.mark(target.value, status)
        elif isinstance(target, ast.Subscript | ast.Attribute):
            root = _root(target)
            key = _key(target)
            if isinstance(target, ast.Subscript) and not key and self.status(target.slice).level:
                status = opaque(target, "a prop is an index")
            if isinstance(target.value, ast.Name) and isinstance(target, ast.Subscript) and key:
                self.cells[root, key] |= status
                self.changed(root, status, key)
            elif root:
                self.cells[root, None] |= status
                self.changed(root, status, None)

    def changed(self, root: str, status: Status, key: str | None) -> None:
        """An object was changed: so were all names that stand for it."""
        seen, todo = {root}, [root]
        while todo:
            for other in self.links[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
                self.cells[other, key] |= status

    # --- expressions

    def status(self, node: ast.expr) -> Status:
        """Status of an expression's value; calls in it are taken for what they may change."""
        method = getattr(self, f"of_{type(node).__name__.lower()}", self.of_other)
        found: Status = method(node)
        return found

    def of_other(self, node: ast.expr) -> Status:
        """Comprehensions, `and`, `or`, `not`, conditional expressions, and what else Python has."""
        found = CLEAN
        for child in ast.iter_child_nodes(node):
            found |= self.status(child) if isinstance(child, ast.expr) else self.mentions(child)
        if isinstance(node, ast.NamedExpr):
            self.assign(node.target, node.value, CLEAN)
            return found
        return opaque(node, f"{_words(node)} depends on a prop") if found.level else found

    def of_constant(self, node: ast.Constant) -> Status:
        return CLEAN

    def of_lambda(self, node: ast.Lambda) -> Status:
        return CLEAN

    def of_name(self, node: ast.Name) -> Status:
        return TRACED if node.id in self.props_names else self.name(node.id)

    def of_attribute(self, node: ast.Attribute) -> Status:
        if self.is_props(node):
            return TRACED
        if self.is_props(node.value):
            return TRACED
        if self.of_self(node) and node.attr in self.methods:
            return CLEAN
        base = self.status(node.value)
        return opaque(node, f"`.{node.attr}` of a value from props") if base.level == 1 else base

    def of_subscript(self, node: ast.Subscript) -> Status:
        if self.status(node.slice).level:
            return opaque(node, "a prop is an index")
        if isinstance(node.value, ast.Name) and _key(node) and node.value.id not in self.props_names:
            return self.cells[node.value.id, _key(node)] | self.cells[node.value.id, None]
        return self.status(node.value)

    def of_binop(self, node: ast.BinOp) -> Status:
        left, right = self.status(node.left), self.status(node.right)
        number = isinstance(node.left, ast.Constant) and isinstance(node.left.value, int | float)
        if isinstance(node.op, ast.Mod) and right.level and not left.level and not number:
            return opaque(node, "text is formatted with a prop")
        return left | right

    def of_unaryop(self, node: ast.UnaryOp) -> Status:
        return self.of_other(node) if isinstance(node.op, ast.Not) else self.status(node.operand)

    def of_compare(self, node: ast.Compare) -> Status:
        simple = len(node.ops) == 1 and not isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot)
        return self.status(node.left) | self.status(node.comparators[0]) if simple else self.of_other(node)

    def of_joinedstr(self, node: ast.JoinedStr) -> Status:
        return self.joined(node.values) if plain_text(node) else self.of_other(node)

    def of_formattedvalue(self, node: ast.FormattedValue) -> Status:
        return self.status(node.value)

    def joined(self, nodes: Iterable[ast.expr | None]) -> Status:
        """The worst of several."""
        found = CLEAN
        for node in nodes:
            if node is not None:
                found |= self.status(node)
        return found

    def of_list(self, node: ast.List | ast.Tuple | ast.Set) -> Status:
        return self.joined(node.elts)

    of_tuple = of_list

    def of_dict(self, node: ast.Dict) -> Status:
        found = CLEAN
        for status in self._dict_cells(node).values():
            found |= status
        return found

    def of_starred(self, node: ast.Starred) -> Status:
        found = self.status(node.value)
        return opaque(node, "a prop is unpacked") if found.level else found

    def of_call(self, node: ast.Call) -> Status:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        given = self.joined(arguments)
        if self.is_followed(node):
            return given | TRACED if self.reads_props(node.func) else given
        called = self.status(node.func)
        effect = given | called
        if self.of_self(node.func):
            effect |= opaque(node, f"the call {_words(node)} can read props")
        for part in (node.func, *arguments):
            if isinstance(part, ast.Name) and part.id in self.functions:
                effect |= self.enter(part.id, effect)
            elif isinstance(part, ast.Lambda):
                effect |= self.mentions(part)
        if not effect.level:
            return CLEAN
        found = effect if effect.level == 2 else opaque(node, f"the call {_words(node)} gets a prop")
        receivers = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for part in (*receivers, *arguments):
            root = _root(part)
            if root and root not in self.props_names and self.may_change(root):
                self.cells[root, None] |= found
                self.changed(root, found, None)
        return found

    def is_followed(self, node: ast.Call) -> bool:
        """Whether tracing follows this call: reads of props, casts, operations, state fields, `dict`."""
        func = node.func
        if isinstance(func, ast.Attribute):
            return self.reads_props(func) or (self.of_self(func) and func.attr in OPERATIONS)
        if not isinstance(func, ast.Name) or func.id in self.locals or func.id in self.functions:
            return False
        known = self.namespace.get(func.id)
        if func.id in OVERRIDES and known is OVERRIDES[func.id]:
            return len(node.args) == 1 and not node.keywords
        if func.id == "dict":
            return known is None and all(keyword.arg for keyword in node.keywords)
        return func.id == "StateField" and getattr(known, "__module__", "") == "moon_spa.component"

    def reads_props(self, node: ast.expr) -> bool:
        """Whether an expression is `props.get` or `props.copy`."""
        return isinstance(node, ast.Attribute) and node.attr in ("get", "copy") and self.is_props(node.value)

    def of_self(self, node: ast.expr) -> bool:
        """Whether an expression is an attribute of the component itself."""
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == self.self_name
        )

    def may_change(self, root: str) -> bool:
        """Whether a call may change what a name stands for: modules and functions keep what they are."""
        kept = ModuleType | FunctionType | BuiltinFunctionType | type
        return root in self.locals or root == self.self_name or not isinstance(self.namespace.get(root), kept)

    def enter(self, name: str, given: Status) -> Status:
        """A local function is called, or may be: its statements belong to setup."""
        node = self.functions[name]
        found = self.mentions(node) | given
        if name not in self.entered and not isinstance(node, ast.ClassDef):
            self.entered.add(name)
            status = opaque(node, f"the function {name} gets a prop") if found.level else CLEAN
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    self.cells[argument.arg, None] |= status
            leaves = self.leaves
            self.depth += 1
            self.block(node.body, status)
            self.depth -= 1
            self.leaves = leaves
        return found

    def mentions(self, node: ast.AST) -> Status:
        """Whether anything inside a node, functions too, uses something that depends on props."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                tainted = part.id in self.props_names or self.name(part.id).level
                if tainted:
                    return opaque(part, f"`{part.id}` depends on a prop")
            if isinstance(part, ast.Attribute) and self.is_props(part):
                return opaque(part, "it uses self.props")
        return CLEAN

    def is_props(self, node: ast.expr) -> bool:
        """Whether an expression is the props mapping, or a copy with more entries."""
        if isinstance(node, ast.Name):
            return node.id in self.props_names
        if isinstance(node, ast.Attribute):
            return isinstance(node.value, ast.Name) and (node.value.id, node.attr) == (
                self.self_name,
                "props",
            )
        if isinstance(node, ast.Dict):
            return any(k is None and self.is_props(v) for k, v in zip(node.keys, node.values, strict=True))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            return self.is_followed(node) and any(map(self.is_props, node.args))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr == "copy" and self.is_props(node.func.value)
        return False


def plain_text(node: ast.JoinedStr) -> bool:
    """Whether an f-string has no conversions and no formats."""
    parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return all(part.conversion == -1 and part.format_spec is None for part in parts)


def _entries(display: ast.expr) -> list[tuple[str, ast.expr]]:
    """Names and values of a dict display, or of the state fields in a list."""
    if isinstance(display, ast.List | ast.Tuple):
        calls = [item for item in display.elts if isinstance(item, ast.Call) and item.args]
        return [(str(c.args[0].value), c) for c in calls if isinstance(c.args[0], ast.Constant)]
    if not isinstance(display, ast.Dict):
        return []
    pairs = zip(display.keys, display.values, strict=True)
    return [(str(key.value), item) for key, item in pairs if isinstance(key, ast.Constant)]


def _root(node: ast.expr) -> str:
    """The variable that an expression reaches into."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _key(node: ast.expr) -> str | None:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else None
    return None


def _words(node: ast.expr) -> str:
    text = ast.unparse(node)
    return f"`{text if len(text) < 40 else text[:37] + '…'}`"
