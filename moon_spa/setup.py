"""Setup, run with traced props, becomes the component's spec: one for all props, or an error."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType
from typing import Any

from moon_spa.bindings import Bindings
from moon_spa.casts import cast_value, is_exact
from moon_spa.component import Component, StateField
from moon_spa.constants import SCALARS, constant, constant_any, refuse_derived
from moon_spa.dependence import Dependence
from moon_spa.findings import ComponentError, Place, refusal
from moon_spa.following import check_kept
from moon_spa.javascript import UnwritableError
from moon_spa.loading import LOADED, Loaded, class_line, run_user_code
from moon_spa.operations import UNSTABLE, read_callbacks, refuse_dependent, unused_operations
from moon_spa.ownmethods import Methods
from moon_spa.printing import Printed, collecting
from moon_spa.props import Props, TracedProps
from moon_spa.sections import Run, check_name, class_fields, run_setup
from moon_spa.source import ComponentSource, all_nodes
from moon_spa.spec import ComponentSpec, Expr, Field
from moon_spa.statuses import Status
from moon_spa.trace import (
    NO_VALUE,
    Traced,
    UnfollowedError,
    expression,
    expression_any,
    is_traced,
    plain,
    written_now,
)
from moon_spa.types import ANY, BOOL, FLOAT, INT, STR, Type, type_of

_REPEATS = 20
"""How often a setup that draws by chance runs again: a coin may fall on one side a few times."""
_REPEATING = 0.2
"""Seconds after which it runs no more."""

CAST_TYPES: Mapping[str, Type] = {"int": INT, "float": FLOAT, "str": STR, "bool": BOOL}


class Setup:
    """The setup of one component: its source, and what is known from it."""

    def __init__(self, scope: Mapping[str, Any], cls: type[Component]) -> None:
        self.loaded: Loaded = scope[LOADED]
        self.source: ComponentSource = self.loaded.source
        self.scope = scope
        self.cls = cls
        self.node = self._definition()
        self._places: dict[tuple[str, str | None], Place] = {}
        self.dependence = self._read(follows=bool(self.loaded.rewritten.followed))

    def _read(self, follows: bool) -> Dependence:
        """What props decide; `follows` says that expressions are followed as a whole."""
        return Dependence(self.node, self.scope, Methods(self.cls, self.source, self.scope), follows)

    def _definition(self) -> ast.FunctionDef:
        function = self.cls.setup
        place = Place(self.source.path, class_line(self.source, self.cls.__name__))
        if isinstance(function, FunctionType) and function.__code__.co_filename == self.source.path:
            for node in self.source.definitions("setup", function.__code__.co_firstlineno):
                if isinstance(node, ast.AsyncFunctionDef):
                    hint = "write `def setup(self, props):`, and wait in an async action or in `created`"
                    where = Place(self.source.path, node.lineno)
                    raise refusal("async-setup", "setup cannot wait or yield", where, hint)
                if isinstance(node, ast.FunctionDef) and any(
                    node is one for one in self.loaded.rewritten.setups
                ):
                    return _checked(node, self.source.path)
        hint = "write `def setup(self, props):` in this source, without decorators"
        raise refusal("no-setup", f"setup of {self.cls.__name__} stands elsewhere", place, hint)

    def where(self, section: str, key: str | None) -> Place:
        """The place of a section or of its entry."""
        known = self._places.get((section, key))
        if known is None:
            known = self._places[section, key] = self._where(section, key)
        return known

    def _where(self, section: str, key: str | None) -> Place:
        if section.startswith("self."):
            return Place(self.source.path, self._set_line(section.removeprefix("self.")))
        line = self.dependence.line(section, key) if section else self.node.lineno
        if section == "state" and key is not None and key in class_fields(self.cls):
            line = self._attribute_line(key) or line
        return Place(self.source.path, line)

    def _set_line(self, name: str) -> int:
        """The line that sets an attribute of the component, in setup or else in a class."""
        own = [part for part in all_nodes(self.node) if self.dependence.of_self(part)]
        found = [part.lineno for part in own if part.attr == name and isinstance(part.ctx, ast.Store)]
        for node in self.source.nodes:
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None:
                    targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                    names = [target.id for target in targets if isinstance(target, ast.Name)]
                    found += [part.lineno] if name in names else []
        return [*found, self.node.lineno][0]

    def _attribute_line(self, name: str) -> int:
        """The line of a state field that is an attribute of a class."""
        for node in self.source.nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                arguments = [one.value for one in node.value.args if isinstance(one, ast.Constant)]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if ast.unparse(node.value.func).endswith("StateField") and name in (*names, *arguments):
                    return node.lineno
        return 0

    def run(self, props: Props, printed: Printed | None = None, follows: bool = False) -> Run:
        """Run setup once; what it raises becomes an error at its line."""
        with collecting(printed or self.loaded.printed):
            return run_user_code(partial(self._run, props, follows), self.source.path, "setup")

    def _run(self, props: Props, follows: bool) -> Run:
        found = run_setup(self.cls, props, self.where, follows)
        check_kept(found.component)
        return found

    def traced(self, printed: Printed | None = None) -> tuple[Run, bool]:
        """A run with traced props, or with less where something in setup does not take traced values."""
        try:
            return self.run(TracedProps(), printed, self.dependence.follows), True
        except ComponentError as error:
            if error.code != "raised":
                raise
            if self.dependence.follows:
                return self._followed_less(error, printed)
            try:
                return self.run(Props(), printed), False
            except ComponentError:
                raise error from error.__cause__

    def _followed_less(self, error: ComponentError, printed: Printed | None) -> tuple[Run, bool]:
        """A run in which whole expressions are not followed, now and from here on; else the first error."""
        self.dependence = self._read(follows=False)
        self._places.clear()
        try:
            return self.traced(printed)
        except ComponentError:
            raise error from error.__cause__

    def spec(self) -> ComponentSpec:
        """The spec of the component, the same from every run. Raises ComponentError."""
        if self.dependence.is_fixed:
            return self._spec(*self.traced())
        before, end = random.getstate(), time.monotonic() + _REPEATING
        run, traces = self.traced()
        draws = random.getstate() != before
        found = self._spec(run, traces)
        shapes = {section: shape(value) for section, value in run.sections.items() if section != "data"}
        for number in range(_REPEATS if draws else 1):
            if number and time.monotonic() > end:
                break
            again, _ = self.traced(Printed())
            for section, known in shapes.items():
                if known != shape(again.sections[section]):
                    message = f"setup gives different results for {section} each time it runs"
                    raise refusal("unstable-setup", message, self.where(section, None), UNSTABLE)
        return found

    def _spec(self, run: Run, traces: bool) -> ComponentSpec:
        fields = self.fields(run, traces)
        bindings = Bindings(self.source, self.scope, run, self.dependence, traces)
        props, computed = self.props(run, traces)
        actions, lifecycle = read_callbacks(run, bindings, fields, self.where, self.expression_of(traces))
        line = class_line(self.source, self.cls.__name__)
        return ComponentSpec(
            name=self.cls.__name__,
            path=self.source.path,
            props=props,
            prop_types=_prop_types(fields),
            fields=fields,
            data=run.sections["data"],
            actions=actions,
            lifecycle=lifecycle,
            template=self.source.template or _text(self.cls, "template"),
            style=self.source.style or _text(self.cls, "style"),
            cls=self.cls,
            line=line,
            block=self.source.code,
            computed=computed,
            doubts=unused_operations(self.node, self.cls, self.source.path),
            data_doubt=bindings.origins.of_entry,
        )

    # --- values

    def expression_of(self, traces: bool) -> Callable[[str, str, str, Any], Any]:
        """A function that makes of ``(section, key, what, value)`` a constant or an Expr."""

        def value_of(section: str, key: str, what: str, value: Any) -> Any:
            status = self.dependence.entry(section, key)
            place = self.where(section, key)
            if status.level == 2 or (status.level and not traces):
                raise refuse_dependent(what, status, place)
            try:
                if is_traced(value):
                    return expression(value)
                (constant_any if section == "props" else constant)(value)
                refuse_derived(value)
            except UnfollowedError as error:
                raise refuse_dependent(what, Status(2, error.line, str(error)), place) from None
            except (UnwritableError, RecursionError) as error:
                hint = "use None, bool, int, float, str, and lists and dicts of them"
                why = error if isinstance(error, UnwritableError) else "a value that is deep, or holds itself"
                raise refusal("unwritable", f"{what}: {why}", place, hint) from None
            if section != "props" and not is_exact(value):
                raise refuse_large(what, place)
            return value

        return value_of

    def fields(self, run: Run, traces: bool) -> tuple[Field, ...]:
        """The state fields, in order."""
        declared = run.fields()
        status = self.dependence.others("state", declared)
        if status.level == 2:
            raise refuse_dependent("which state fields there are", status, self.where("state", None))
        value_of = self.expression_of(traces)
        found = []
        for index, (name, value) in enumerate(declared.items()):
            what, line = f"the first value of {name}", self.where("state", name).line
            if isinstance(value, StateField):
                found.append(self._declared(name, index, value, value_of))
                continue
            known = value_of("state", name, what, value)
            if isinstance(known, Expr):
                default = plain(value)
                default = None if default is NO_VALUE else default
                found.append(Field(name, index, default, initial=known, type=known.type, line=line))
            else:
                found.append(Field(name, index, value, type=type_of(value), line=line))
        return tuple(found)

    def _declared(self, name: str, index: int, value: StateField, value_of: Callable[..., Any]) -> Field:
        what, place = f"the default of {name}", self.where("state", name)
        default = value_of("state", name, what, value.default)
        if isinstance(default, Expr):
            hint = 'write `StateField("x", from_prop="x", default=0)`, or the value itself without StateField'
            raise refusal("bad-field", f"{what} comes from props", place, hint)
        known: Type = type_of(default) if value.from_prop is None else ANY
        if value.cast is not None:
            default = default if default is None else cast_value(value.cast, default)
            known = CAST_TYPES[value.cast] if default is not None else ANY
        return Field(name, index, default, value.cast, value.from_prop, None, known, place.line)

    def props(self, run: Run, traces: bool) -> tuple[dict[str, Any], dict[str, Expr]]:
        """The defaults of the props, and the entries that setup computes from given ones."""
        section = run.sections["props"]
        traced = isinstance(section, TracedProps)
        entries = {**section.defaults, **section.computed} if traced else dict(section)
        if isinstance(section, Props) and not traced:
            entries = {}
        value_of = self.expression_of(traces)
        defaults: dict[str, Any] = {}
        computed: dict[str, Expr] = {}
        for name, value in entries.items():
            check_name("prop", name, self.where("props", name))
            given = isinstance(value, Traced) and value.prop == name and value.default is not NO_VALUE
            raw = value.default if given and isinstance(value, Traced) else value
            fixed = traced and name in section.computed and not given
            known = value_of("props", name, f"the prop {name}", raw)
            if fixed or isinstance(known, Expr):
                computed[name] = expression_any(raw)
            else:
                defaults[name] = plain(raw)
        self._check_reads(run, defaults)
        return defaults, computed

    def _check_reads(self, run: Run, defaults: Mapping[str, Any]) -> None:
        """A prop has one default: the section's, or the one of `get`."""
        reads = run.props.reads if isinstance(run.props, TracedProps) else []
        for name, default, js in reads:
            if written_now(default) != js:
                message = f"setup changes the default of the prop {name} after it was read"
                hint = f"read a copy: `props.get({name!r}, list(default))`"
                raise refusal("depends-on-props", message, self.where("props", name), hint)
            if name in defaults and (type(default), default) != (type(defaults[name]), defaults[name]):
                message = f"the prop {name} has the default {defaults[name]!r}, and is read with another one"
                hint = "read it with the same default"
                raise refusal("two-defaults", message, self.where("props", name), hint)


def refuse_large(what: str, place: Place) -> ComponentError:
    """The error for an int in the state that a browser would round."""
    message = f"{what} has an int past 2**53 - 1, which a browser cannot keep exactly"
    return refusal("overflow", message, place, "keep it as text, or as a float")


def _checked(node: ast.FunctionDef, path: str) -> ast.FunctionDef:
    place = Place(path, node.lineno, node.col_offset + 1)
    if node.decorator_list or len(node.args.args) != 2 or node.args.kwonlyargs or node.args.vararg:
        hint = "write `def setup(self, props):`, without decorators"
        raise refusal("bad-setup", "setup has other parameters than self and props", place, hint)
    return node


def _text(cls: type, name: str) -> str | None:
    value = getattr(cls, name, None)
    return value if isinstance(value, str) else None


def _prop_types(fields: tuple[Field, ...]) -> dict[str, Type]:
    return {
        field.from_prop: CAST_TYPES[field.cast]
        for field in fields
        if field.from_prop is not None and field.cast is not None
    }


def shape(value: Any) -> Any:
    """What two runs of setup must agree on: values, expressions, and what functions hold."""
    if type(value) in SCALARS:
        return repr(value)
    if isinstance(value, TracedProps):
        return (shape(value.defaults), shape(value.computed))
    if isinstance(value, Traced):
        return (value.expr, value.prop)
    if isinstance(value, StateField):
        return (value.name, shape(value.default), value.cast, value.from_prop)
    if isinstance(value, Mapping):
        return [(name, shape(item)) for name, item in value.items()]
    if isinstance(value, list | tuple):
        return [shape(item) for item in value]
    if isinstance(value, SCALARS):
        return repr(value)
    code = getattr(getattr(value, "__func__", value), "__code__", None)
    cells = getattr(getattr(value, "__func__", value), "__closure__", None) or ()
    return (type(value).__name__, code, [_held(cell) for cell in cells])


def _held(cell: Any) -> Any:
    """What a function holds of setup, where it is a plain value."""
    try:
        value = cell.cell_contents
    except ValueError:
        return None
    return shape(value) if isinstance(value, bool | int | float | str | tuple | Traced) else None
