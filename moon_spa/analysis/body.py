"""The body of one function under compilation: its variables along the flow, and the lines written so far."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from moon_spa.analysis.names import Names, parameters, stored_name
from moon_spa.analysis.store import Ref, Store
from moon_spa.analysis.unprovable import Clash, Unprovable
from moon_spa.analysis.values import ATOM, Value
from moon_spa.source import all_nodes
from moon_spa.spec import Binding, ComponentSpec
from moon_spa.types import ANY, FLOAT, INT, Type


@dataclass(frozen=True)
class Local:
    """What is known of a variable at one point; `maybe`: it may have no value yet; `boxed`: see `Value`.

    `begun` says that it may be what a field held before the action.
    """

    type: Type
    span: tuple[int, int] | None = None
    maybe: bool = False
    boxed: str = ""
    begun: bool = False


MOST_STEPS = 20_000
"""Expressions that are compiled in one pass over an action; nested loops are gone over again and again."""

GROWING = frozenset({"mul", "pow", "lshift"})
"""Helpers that make ints of thousands of digits, of which Python makes no text."""

Env = dict[str, Local]
"""Variables at one point of the flow: names, and state fields as ``state.x``."""


@dataclass(frozen=True)
class Line:
    """A line of JavaScript, how deep it stands, and the Python line it comes from."""

    depth: int
    text: str
    source: int


@dataclass
class Loop:
    """A loop that `break` and `continue` refer to."""

    leaves: list[Env] = field(default_factory=list)
    repeats: list[Env] = field(default_factory=list)
    flag: str = ""
    ends: Env | None = None


@dataclass
class Tables:
    """Who compiles which node: one entry per class of `ast`."""

    expressions: Mapping[type[ast.expr], Callable[[Body, ast.expr], Value]]
    statements: Mapping[type[ast.stmt], Callable[[Body, ast.stmt], None]]


@dataclass
class Unit:
    """One action: all functions inside it share the draft of the state and the names."""

    key: Hashable
    spec: ComponentSpec
    store: Store
    tables: Tables
    names: Names
    drafts: dict[str, str] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    mutated: list[Ref] = field(default_factory=list)
    functions: dict[Hashable, str] = field(default_factory=dict)
    written: list[Line] = field(default_factory=list)
    open: set[Hashable] = field(default_factory=set)
    counter: str = ""
    steps: int = 0
    changes: int = 0
    tolerant: bool = False
    unclear: set[str] = field(default_factory=set)
    widened: set[str] = field(default_factory=set)
    reshaped: set[str] = field(default_factory=set)
    depth: int = 0


@dataclass
class Body:
    """A function of a unit; `env` is None where the flow cannot get."""

    unit: Unit
    resolve: Callable[[str], Binding]
    node: ast.AST
    key: Hashable
    outer: Body | None = None
    locals: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    env: Env | None = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    depth: int = 0
    line: int = 0
    loops: list[Loop] = field(default_factory=list)
    guards: list[list[Env]] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    hoisted: dict[str, None] = field(default_factory=dict)
    scoped: dict[str, tuple[str, str]] = field(default_factory=dict)
    nested: dict[str, ast.FunctionDef | ast.Lambda] = field(default_factory=dict)
    callables: dict[str, ast.Dict] = field(default_factory=dict)
    functions: list[Line] = field(default_factory=list)
    exits: bool = False
    entry: bool = False
    result: Hashable = None

    @property
    def start(self) -> int:
        """The line on which the function begins."""
        return getattr(self.node, "lineno", 0)

    @property
    def store(self) -> Store:
        """What the passes have learned."""
        return self.unit.store

    def expression(self, node: ast.expr) -> Value:
        """The JavaScript of an expression, by the class of its node."""
        handler = self.unit.tables.expressions.get(type(node))
        if handler is None:
            raise self.refuse(words(node), node)
        self.unit.steps += 1
        if self.unit.steps > MOST_STEPS:
            raise self.refuse("an action with so much nested in it", node)
        try:
            value = handler(self, node)
        except Clash as clash:
            raise Unprovable(str(clash), getattr(node, "lineno", self.line)) from clash
        return replace(value, js=f"({value.js}, null)", level=ATOM, void=False) if value.void else value

    def effect(self, node: ast.expr) -> Value:
        """An expression that stands as a statement: its value is not used."""
        handler = self.unit.tables.expressions.get(type(node))
        return self.expression(node) if handler is None else handler(self, node)

    def statement(self, node: ast.stmt) -> None:
        """Write a statement, by the class of its node; what the flow cannot reach is left out."""
        if self.env is None:
            return
        handler = self.unit.tables.statements.get(type(node))
        if handler is None:
            raise self.refuse(words(node), node)
        around, self.line = self.line, node.lineno
        try:
            handler(self, node)
        except Clash as clash:
            raise Unprovable(str(clash), node.lineno) from clash
        self.line = around

    def block(self, nodes: list[ast.stmt]) -> None:
        """Write statements one after the other."""
        for node in nodes:
            scoped, env = self.scoped, self.env
            try:
                self.statement(node)
            except Unprovable:
                if not self.unit.tolerant:
                    raise
                self.scoped, self.env = scoped, self.env or env
                self.recover(node)

    def recover(self, node: ast.stmt) -> None:
        """Go on after a statement of a server action, of which only the writes of the state are wanted."""
        for one in ast.walk(node):
            if (stored := stored_name(one)) in self.locals:
                self.set(stored, ANY)
            elif isinstance(one, ast.Constant) and isinstance(one.value, str):
                self.unit.unclear.add(one.value)
            elif isinstance(one, ast.Attribute):
                self.unit.unclear.add(one.attr)
            self.unit.reshaped.update(changed_names(one))
            if isinstance(one, ast.Name):
                self._give_away(one)
        self.loops.append(Loop())
        for name in ("body", "orelse", "finalbody"):
            self.block(getattr(node, name, []) if not isinstance(node, ast.FunctionDef) else [])
        for part in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
            self.block(part.body)
        self.loops.pop()

    def _give_away(self, node: ast.Name) -> None:
        """A name in code that is not understood: what it stands for may be changed there."""
        known = self.get(node.id)
        if known is not None:
            self.store.give_away(known.type)
        elif self.resolve(node.id).kind in ("state", "self", "action", "helper"):
            self.unit.unclear.update(self.unit.fields)

    def refuse(self, construct: str, node: ast.AST | None = None) -> Unprovable:
        """To be raised: the construct cannot be proven, the action stays on the server."""
        return Unprovable(construct + self._remedy(construct, node), getattr(node, "lineno", self.line))

    def _remedy(self, construct: str, node: ast.AST | None) -> str:
        """What would help where a parameter of the action may be anything: its annotation."""
        if node is None or self.outer is not None or not isinstance(self.node, ast.FunctionDef):
            return ""
        if "any value" not in construct and "not known" not in construct:
            return ""
        bare = {one.arg for one in parameters(self.node.args) if one.annotation is None}
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and one.id in bare and (known := self.get(one.id)):
                return f" (`{one.id}` has no annotation)" if known.type is ANY else ""
        return ""

    def write(self, text: str) -> None:
        """Write one line."""
        self.lines.append(Line(self.depth, text, self.line))

    @contextmanager
    def indented(self) -> Iterator[None]:
        """What is written inside stands one step deeper."""
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def apart(self) -> Iterator[list[Line]]:
        """What is written inside goes into a list of its own."""
        kept, self.lines = self.lines, []
        try:
            yield self.lines
        finally:
            self.lines = kept

    def helper(self, name: str) -> str:
        """The JavaScript of a helper, which is shipped from now on."""
        self.unit.helpers.add(name)
        if name in GROWING:
            self.store.note(("grows", self.unit.key))
        return f"__moon.{name}"

    def temporary(self, hint: str = "temp") -> str:
        """A new variable of this function."""
        name = self.unit.names.fresh(hint)
        self.hoisted[name] = None
        return name

    def get(self, name: str) -> Local | None:
        """What is known of a variable here."""
        return None if self.env is None else self.env.get(name)

    def set(self, name: str, found: Type, span: tuple[int, int] | None = None) -> None:
        """A variable gets a value; a handler around may see the old one or the new one."""
        if self.env is None:
            return
        self.env = {**self.env, name: Local(found, span)}
        for seen in self.guards:
            seen.append(self.env)

    def merge(self, a: Env | None, b: Env | None) -> Env | None:
        """What is known where two ways of the flow meet."""
        if a is None or b is None or a is b:
            return b if a is None else a
        merged: Env = {}
        for name in {**a, **b}:
            one, two = a.get(name), b.get(name)
            if one is None or two is None:
                known = one or two
                assert known is not None
                if not name.startswith("state."):
                    merged[name] = replace(known, maybe=True)
                continue
            if {one.type, two.type} == {INT, FLOAT}:
                self.store.note(("boxed", self.key, name))
            merged[name] = one if one == two else self._merge_locals(one, two)
        return merged

    def _merge_locals(self, one: Local, two: Local) -> Local:
        span = None
        if one.span and two.span:
            span = (min(one.span[0], two.span[0]), max(one.span[1], two.span[1]))
        found = self.store.join(one.type, two.type)
        return Local(found, span, one.maybe or two.maybe, begun=one.begun or two.begun)

    def mutate(self, found: Type, node: ast.AST) -> None:
        """An object is changed in place."""
        if isinstance(found, Ref):
            if self.store.is_constant(found):
                raise self.refuse("changing an object that outlives the action", node)
            self.unit.mutated.append(found)
            self.unit.changes += 1

    def forget_state(self) -> None:
        """After a call of a function that shares the draft, fields have no more than their own type."""
        if self.env is not None:
            self.env = {name: known for name, known in self.env.items() if not name.startswith("state.")}
            for seen in self.guards:
                seen.append(self.env)


def changed_names(node: ast.AST) -> set[str]:
    """Texts and attributes in what a node assigns, deletes or calls a method of."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign(targets=found) | ast.Delete(targets=found):
            targets = found
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.For(target=target):
            targets = [target]
        case ast.Call(func=ast.Attribute(value=receiver)):
            targets = [receiver]
    inner = [one for target in targets for one in all_nodes(target)]
    texts = {one.value for one in inner if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return texts | {one.attr for one in inner if isinstance(one, ast.Attribute)}


def words(node: ast.AST) -> str:
    """A construct in words a user understands."""
    known = WORDS.get(type(node).__name__)
    return known or f"`{type(node).__name__.lower()}`"


WORDS: Mapping[str, str] = {
    "AsyncFor": "`async for`",
    "AsyncFunctionDef": "an async function",
    "AsyncWith": "`async with`",
    "Await": "`await`",
    "ClassDef": "a class",
    "GeneratorExp": "a generator that is kept",
    "Global": "`global`",
    "Import": "`import`",
    "ImportFrom": "`import`",
    "Lambda": "a lambda that is kept",
    "Nonlocal": "`nonlocal`",
    "Starred": "`*`",
    "TryStar": "`except*`",
    "With": "`with`",
    "Yield": "`yield`",
    "YieldFrom": "`yield from`",
}
