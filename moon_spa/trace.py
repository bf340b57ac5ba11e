"""Tracing proxies: while setup runs at compile time, values that come from props know their JavaScript.

``props.get("start", 0) + 1`` is the int 1 and carries ``__moon.add_a(…, 1)``, so that one script serves all
props. Proxies trace values, never control flow: which values an ``if`` may decide is settled by
`moon_spa.dependence`, which reads the source of setup, and what ``len`` or ``a if b else c`` make of them is
followed by `moon_spa.following`. A value that leaves the proxies (``math``, code of other modules) is
a plain value, and that is why nothing that depends on props may come out of setup as one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from moon_spa import javascript
from moon_spa.constants import as_any, constant, constant_any, helper
from moon_spa.javascript import UnwritableError
from moon_spa.spec import Expr
from moon_spa.types import ANY, BOOL, INT, STR, ListOf, Record, TupleOf, Type, join_all


class NoValue(Enum):
    """Stands for the value of a prop that has none at compile time."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE


class MissingPropError(KeyError, AttributeError):
    """A prop was read that is not given and has no default."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.prop = name

    def __str__(self) -> str:
        return f"the prop {self.prop!r} is not given and has no default"

    @property
    def hint(self) -> str:
        """What to write instead."""
        return f"give a default: `props.get({self.prop!r}, default)`"


class UnfollowedError(UnwritableError):
    """A value that props decide has no form in JavaScript; the text says what of it, `line` where."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class Later:
    """An expression that is written once somebody asks for it; two that have the same `source` are one."""

    write: Callable[[], Expr] = field(compare=False)
    source: Hashable

    @cached_property
    def expr(self) -> Expr:
        """The expression. Raises UnwritableError."""
        return self.write()


class Traced:
    """A value with the expression that computes it from props; `prop` where it is one prop as given."""

    expr: Expr | Later | None
    prop: str
    default: Any
    why: tuple[str, int] | None = None


def traced(value: Any, expr: Expr | Later | None, prop: str = "", default: Any = NO_VALUE) -> Any:
    """`value` as a proxy that carries `expr`; None stands for an expression that has no form."""
    kind: Any = KINDS.get(type(value))
    if kind is None:
        return TracedValue(value, expr, prop, default)
    found = kind(value)
    found.expr, found.prop, found.default = expr, prop, default
    return found


def unfollowed(value: Any, why: str, line: int = 0) -> Any:
    """`value` as a proxy that knows why it has no expression."""
    found = traced(value, None)
    found.why = (why, line)
    return found


def missing_prop(operands: Iterable[Any]) -> str:
    """The first prop among some values that has no value at compile time; "" for none."""
    return next((one.prop for one in operands if isinstance(one, TracedValue) and plain(one) is NO_VALUE), "")


def without_form(value: Any, error: UnwritableError) -> Any:
    """`value` as a proxy whose expression could not be written."""
    return (
        unfollowed(value, str(error), error.line)
        if isinstance(error, UnfollowedError)
        else traced(value, None)
    )


def plain(value: Any) -> Any:
    """The value without its expression, inside lists and dicts too; NO_VALUE for a prop without a value."""
    if isinstance(value, TracedValue):
        return object.__getattribute__(value, "value")
    for base in (int, float, str):
        if isinstance(value, base) and isinstance(value, Traced):
            return base(value)
    if isinstance(value, dict) and (isinstance(value, Traced) or type(value) is dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) and (isinstance(value, Traced) or type(value) is list):
        return [plain(item) for item in value]
    if isinstance(value, tuple) and (isinstance(value, Traced) or type(value) is tuple):
        return tuple(plain(item) for item in value)
    return value


def is_traced(value: Any) -> bool:
    """Whether a value, or something in its lists and dicts, comes from props."""
    if isinstance(value, Traced):
        return True
    if isinstance(value, dict):
        return any(map(is_traced, value.values()))
    return isinstance(value, list | tuple) and any(map(is_traced, value))


def expression(value: Any) -> Expr:
    """The JavaScript of a value that may hold traced ones. Raises UnwritableError where it has none."""
    if isinstance(value, Traced):
        if value.expr is None:
            if value.why is not None:
                raise UnfollowedError(*value.why)
            raise UnwritableError("what is computed from the props here has no form in JavaScript")
        return value.expr.expr if isinstance(value.expr, Later) else value.expr
    if not is_traced(value):
        return constant(value)
    parts = value.values() if isinstance(value, dict) else value
    return _display(value, [expression(item) for item in parts])


def written_now(value: Any) -> str:
    """What a list, dict or set is in JavaScript at this moment; "" for any other value."""
    if type(value) not in (list, dict, set):
        return ""
    try:
        return expression(value).js
    except (UnwritableError, RecursionError):
        return "?"


def expression_any(value: Any) -> Expr:
    """The same for a place where the type is not known. A tuple would be a list there: it has no form."""
    if isinstance(value, Traced) or not is_traced(value):
        return as_any(expression(value)) if isinstance(value, Traced) else constant_any(value)
    if isinstance(value, tuple):
        raise UnwritableError("a tuple with a value from props has no form in JavaScript here")
    parts = [expression_any(item) for item in (value.values() if isinstance(value, dict) else value)]
    shown = _display(value, parts)
    return Expr(shown.js, ANY, shown.uses)


def _display(value: Any, parts: list[Expr]) -> Expr:
    if isinstance(value, dict):
        names = list(value)
        if not all(isinstance(name, str) and not javascript.is_index(name) for name in names):
            raise UnwritableError("a dict with such keys and values from props has no form in JavaScript")
        js = javascript.object_literal({n: part.js for n, part in zip(names, parts, strict=True)})
        types: Type = Record(tuple(zip(names, (part.type for part in parts), strict=True)))
        return Expr(js, types, _used(parts))
    if isinstance(value, tuple):
        types = TupleOf(tuple(part.type for part in parts))
    else:
        item = join_all(part.type for part in parts)
        types = ListOf(item)
        if item is ANY:
            parts = [*map(expression_any, value)]
    return Expr(f"[{', '.join(part.js for part in parts)}]", types, _used(parts))


def _used(parts: Iterable[Expr]) -> frozenset[str]:
    return frozenset[str]().union(*(part.uses for part in parts))


def _combined(name: str, operation: Callable[..., Any], *operands: Any) -> Any:
    """The result of an operation on values of which one is traced at least."""
    values = [plain(operand) for operand in operands]
    value = NO_VALUE if any(value is NO_VALUE for value in values) else operation(*values)
    if value is NotImplemented:
        return value
    prop = missing_prop(operands) if value is NO_VALUE else ""
    try:
        return traced(value, _operation(name, operands), prop)
    except UnwritableError as error:
        return without_form(value, error)


def operated(name: str, left: Any, right: Any) -> Any:
    """``left + right``, and ``left += right`` where the name begins with an i, of which one may be traced."""
    plain_name = name.removeprefix("i") if name not in _BINARY else name
    scalar = plain_name == name or isinstance(left, int | float | str)
    if (
        scalar
        and not isinstance(left, TracedField)
        and (isinstance(left, Traced) or isinstance(right, Traced))
    ):
        return _combined(plain_name, getattr(operator, f"__{plain_name}__"), left, right)
    return getattr(operator, f"__{name}__")(left, right)


def _operation(name: str, operands: Sequence[Any]) -> Expr | None:
    """The JavaScript of an operator: exact for ints and text that are known as such, else dynamic."""
    types = {expression(operand).type for operand in operands}
    if name in _COMPARE:
        call = helper("eq" if name == "ne" else name, *map(expression_any, operands))
        return Expr(f"!{call.js}" if name == "ne" else call.js, BOOL, call.uses)
    if types == {INT} and name in ("add", "sub", "mul", "floordiv", "mod", "neg", "abs"):
        call = helper(name, *map(expression, operands))
        return Expr(call.js, INT, call.uses)
    if types == {STR} and name == "add":
        left, right = map(expression, operands)
        return Expr(f"({left.js} + {right.js})", STR, left.uses | right.uses)
    if name not in _DYNAMIC:
        return None
    return helper(f"{name}_a", *map(expression_any, operands))


_DYNAMIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs")
_BINARY = (*_DYNAMIC[:7], "and", "or", "xor", "lshift", "rshift", "matmul")
_UNARY = (*_DYNAMIC[7:], "invert")
_COMPARE = ("lt", "le", "gt", "ge", "eq", "ne")


def _operators() -> dict[str, Any]:
    """The methods that a traced value has for Python's operators."""

    def forward(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *others: _combined(name, operation, self, *others)

    def backward(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, other: _combined(name, operation, other, self)

    methods: dict[str, Any] = {}
    for name in (*_BINARY, *_UNARY, *_COMPARE):
        operation = getattr(operator, f"__{name}__")
        methods[f"__{name}__"] = forward(name, operation)
        if name in _BINARY:
            methods[f"__r{name}__"] = backward(name, operation)
    return methods


def _kind(base: type) -> type:
    return type(f"Traced{base.__name__.title()}", (Traced, base), {**_operators(), "__hash__": base.__hash__})


KINDS: Mapping[type, Any] = {base: _kind(base) for base in (int, float, str, list, dict, tuple)}


class TracedValue(Traced):
    """A traced bool, None, or prop whose value is not known yet: what is no base class of anything."""

    def __init__(
        self,
        value: Any,
        expr: Expr | Later | None,
        prop: str = "",
        default: Any = NO_VALUE,
    ) -> None:
        self.value = value
        self.expr = expr
        self.prop = prop
        self.default = default

    def _known(self) -> Any:
        if self.value is NO_VALUE:
            raise MissingPropError(self.prop or "?")
        return self.value

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # isinstance sees the value's type
        return TracedValue if self.value is NO_VALUE else type(self.value)

    def __bool__(self) -> bool:
        return bool(self._known())

    def __str__(self) -> str:
        return str(self._known())

    def __repr__(self) -> str:
        return repr(self._known())

    def __format__(self, spec: str) -> str:
        return format(self._known(), spec)

    def __hash__(self) -> int:
        return hash(self._known())

    def __int__(self) -> int:
        return int(self._known())

    def __index__(self) -> int:
        return operator.index(self._known())

    def __float__(self) -> float:
        return float(self._known())

    def __iter__(self) -> Any:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def __contains__(self, item: Any) -> bool:
        return item in self._known()

    def __getitem__(self, item: Any) -> Any:
        return self._known()[item]

    def __getattr__(self, name: str) -> Any:
        if name in ("value", "expr", "prop", "default"):
            raise AttributeError(name)
        return getattr(self._known(), name)


for _name, _method in _operators().items():
    setattr(TracedValue, _name, _method)


class TracedField:
    """A state field inside setup: it has no value there, but comparing it makes a condition."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _condition(self, op: str, right: Any) -> dict[str, Any]:
        return {"left": self._name, "op": op, "right": right}

    def __lt__(self, other: Any) -> Any:
        return self._condition("<", other)

    def __le__(self, other: Any) -> Any:
        return self._condition("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._condition(">", other)

    def __ge__(self, other: Any) -> Any:
        return self._condition(">=", other)

    def __eq__(self, other: object) -> Any:
        return self._condition("==", other)

    def __ne__(self, other: object) -> Any:
        return self._condition("!=", other)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise StateInSetupError(self._name)


class StateInSetupError(TypeError):
    """Setup has used the value of a state field, which exists only when an action runs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"self.state.{name} has no value inside setup")
        self.field = name


class _TraceState:
    """`self.state` while setup runs: comparisons are conditions of operations, and nothing can be written.

    ``{"op": "add", "state": "count", "value": 1, "cond": self.state.count < 10}``
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return TracedField(name)

    def __getitem__(self, name: str) -> Any:
        return TracedField(name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise StateInSetupError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        raise StateInSetupError(name)
