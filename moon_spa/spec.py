"""What the compiler knows of a component after its setup has run: fields, actions, and what names mean."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from moon_spa.types import ANY, Type
from moonlight.diagnostic import Diagnostic

Side = Literal["client", "server"]
CallbackKind = Literal["action", "lifecycle"]
Op = Literal["add", "sub", "set", "toggle", "server_call"]
BindingKind = Literal[
    "state",
    "self",
    "data",
    "props",
    "value",
    "action",
    "helper",
    "builtin",
    "math",
    "collections",
    "named",
    "table",
    "unknown",
]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

HOOKS = ("created", "mounted", "updated", "unmounted")
"""The lifecycle hooks, in the order in which they are written."""

OPS = ("add", "sub", "set", "toggle")
"""Operations that an action may declare."""

CONDITIONS = ("<", "<=", ">", ">=", "==", "!=")
"""Operators of an operation's condition."""

PATCH = frozenset({"state", "data", "props"})
"""The keys of a mapping that an action may return."""


@dataclass(frozen=True)
class Expr:
    """A JavaScript expression over `resolvedProps`, with its Python type and the helpers it calls."""

    js: str
    type: Type = ANY
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Field:
    """A state field: the first value is `default`, or what `from_prop` or `initial` say.

    `type` is of the default alone; the analysis joins the types of all writes.
    """

    name: str
    index: int
    default: Any
    cast: str | None = None
    from_prop: str | None = None
    initial: Expr | None = None
    type: Type = ANY
    line: int = 0

    def to_spec(self) -> dict[str, Any]:
        """The seed's internal spec, ``{"from_prop": "qty", "default": 1, "cast": "int"}``."""
        spec: dict[str, Any] = {} if self.from_prop is None else {"from_prop": self.from_prop}
        spec["default"] = self.default
        if self.cast is not None:
            spec["cast"] = self.cast
        return spec


@dataclass(frozen=True)
class Condition:
    """The guard of an operation: a state field compared with a value."""

    left: str
    op: str
    right: Any

    def to_dict(self) -> dict[str, Any]:
        """``{"left": "count", "op": "<", "right": 10}``."""
        return {"left": self.left, "op": self.op, "right": plain(self.right)}


@dataclass(frozen=True)
class Operation:
    """One step of an action: `value` is a plain value or an Expr; for a server call `state` is the name."""

    op: Op
    state: str
    value: Any = None
    cond: Condition | None = None
    kind: CallbackKind = "action"

    def to_dict(self) -> dict[str, Any]:
        """The seed's operation dict."""
        if self.op == "server_call":
            return {"op": self.op, "kind": self.kind, "name": self.state}
        found: dict[str, Any] = {"op": self.op, "state": self.state}
        if self.op != "toggle":
            found["value"] = plain(self.value)
        if self.cond is not None:
            found["cond"] = self.cond.to_dict()
        return found


def plain(value: Any) -> Any:
    """A value of an operation as data: an expression is its JavaScript, ``{"expr": ...}``."""
    return {"expr": value.js} if isinstance(value, Expr) else value


@dataclass(frozen=True)
class Binding:
    """What a name means inside a callable.

    `state` is the state mapping or `self.state`; `value` a constant (or `expr`, from props); `action` an
    action of that `name`; `helper` a local or global function with its `node` and its own `resolve`;
    `builtin` a function of Python's, `math` and `collections` one of these modules, `table` a dict of such;
    `named` a class of named tuples; `unknown` cannot be compiled, and `why` tells the user the reason.
    """

    kind: BindingKind
    value: Any = None
    expr: Expr | None = None
    name: str = ""
    node: Function | None = None
    resolve: Callable[[str], Binding] | None = None
    why: str = ""


def nothing(name: str) -> Binding:
    """Resolver of a callback without a function: nothing is known."""
    return Binding("unknown", name=name, why=f"`{name}` is not defined")


@dataclass(frozen=True)
class Callback:
    """An action or a lifecycle hook: declared `operations`, or a `function` with its `node`.

    `calls` is the action that a hook names, and then it is all that the hook does.
    """

    name: str
    kind: CallbackKind = "action"
    operations: tuple[Operation, ...] | None = None
    function: Callable[..., Any] | None = None
    node: Function | None = None
    side: Side | None = None
    resolve: Callable[[str], Binding] = nothing
    line: int = 0
    calls: str = ""


@dataclass(frozen=True)
class ComponentSpec:
    """A component: what setup has declared, with lines of the file `path`.

    `props` are the defaults of the section, `computed` the entries that setup makes from given props.
    `block` is the text of its source: the code the lines count in. `doubts` are warnings about its setup,
    `data_doubt` tells why a key of data may begin with another value at the next request.
    """

    name: str
    path: str
    props: Mapping[str, Any] = field(default_factory=dict)
    prop_types: Mapping[str, Type] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, Callback] = field(default_factory=dict)
    lifecycle: Mapping[str, Callback] = field(default_factory=dict)
    template: str | None = None
    style: str | None = None
    cls: type | None = None
    line: int = 1
    block: str = ""
    computed: Mapping[str, Expr] = field(default_factory=dict)
    doubts: tuple[Diagnostic, ...] = ()
    data_doubt: Callable[[str], str] = field(default=lambda key: "", compare=False, repr=False)


@dataclass(frozen=True)
class Placed:
    """A callable on its side.

    `body` are the statements of ``name: function (params) { body }`` inside setup(); `lines` are pairs of a
    line of the body, from 0, and a line of the file. `returned` is what it returns, where that is an error.
    """

    side: Side
    reason: str = ""
    line: int = 0
    operations: tuple[Operation, ...] | None = None
    params: tuple[str, ...] = ()
    body: str = ""
    helpers: frozenset[str] = frozenset()
    lines: tuple[tuple[int, int], ...] = ()
    returned: str = ""
