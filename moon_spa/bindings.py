"""What names mean inside an action: the closure of the live function, matched with the source's tree."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum, EnumType
from functools import cached_property
from inspect import getattr_static
from types import FunctionType, MethodType, ModuleType
from typing import Any

from moon_spa.component import SIDE
from moon_spa.constants import is_constant
from moon_spa.dependence import Dependence
from moon_spa.javascript import UnwritableError
from moon_spa.libraries import held_library, is_library, is_table, library_function, of_library
from moon_spa.origins import Origins
from moon_spa.overrides import OVERRIDES
from moon_spa.props import TracedProps
from moon_spa.sections import Run
from moon_spa.source import ComponentSource, all_nodes
from moon_spa.spec import Binding, Callback, CallbackKind, Function, Side
from moon_spa.statuses import Status
from moon_spa.trace import expression, is_traced
from moon_spa.types import kind_of
from moon_spa.unchanging import Unchanging, depth

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_REBINDING = frozenset({"globals", "exec"})
"""Names by which code may give globals other values without naming them."""


class Bindings:
    """Callbacks of one run of setup. `traces` says whether props were traced in it."""

    def __init__(
        self,
        source: ComponentSource,
        scope: Mapping[str, Any],
        run: Run,
        dependence: Dependence,
        traces: bool,
    ) -> None:
        self.source = source
        self.scope = scope
        self.run = run
        self.dependence = dependence
        self.traces = traces
        actions = run.sections["actions"].items()
        self.actions = {_identity(value): name for name, value in actions if callable(value)}

    def callback(self, name: str, kind: CallbackKind, function: Any, line: int) -> Callback:
        """An action, or a hook, that is a callable."""
        status = self.dependence.entry("actions" if kind == "action" else "lifecycle", name)
        node = self.node_of(function) if status.level < 2 else None
        side: Side | None = getattr(function, SIDE, None)
        resolve = self.resolver(function) if node is not None else _unresolved(function, status)
        return Callback(name, kind, None, function, node, side, resolve, node.lineno if node else line)

    # --- nodes

    def node_of(self, function: Any) -> Function | None:
        """The definition of a function in the source; None where it stands elsewhere."""
        function = getattr(function, "__func__", function)
        if not isinstance(function, FunctionType) or function.__code__.co_filename != self.source.path:
            return None
        code = function.__code__
        found = self.source.definitions(code.co_name, code.co_firstlineno)
        if len(found) < 2:
            return found[0] if found else None
        inside = [node for node in found if _holds(node, code)]
        return inside[0] if len(inside) == 1 else None

    # --- names

    def resolver(self, function: Any) -> Callable[[str], Binding]:
        """What the names of a function mean that are not its own."""
        plain: FunctionType = getattr(function, "__func__", function)
        receiver = _receiver(function) if getattr(function, "__self__", None) is self.run.component else ""
        free = dict(zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True))

        known: dict[str, Binding] = {}

        def resolve(name: str) -> Binding:
            if name not in known:
                known[name] = found(name)
            return known[name]

        def found(name: str) -> Binding:
            if name == receiver:
                return Binding("self", name=name)
            if name.startswith("self."):
                return self._attribute(name.removeprefix("self."))
            if "." in name:
                root = name.partition(".")[0]
                if root in free and (module := held_library(free[root])):
                    return of_library(module, name)
                inside = root in free or root not in self.scope or root in self._rebound
                return Binding("unknown", name=name) if inside else self._path(name)
            if name in free:
                return self._captured(name, free[name])
            if name in self.scope:
                return self._global(name)
            if hasattr(builtins, name):
                return Binding("builtin", name=name)
            return Binding("unknown", name=name, why=f"`{name}`, which is not defined")

        return resolve

    def _captured(self, name: str, cell: Any) -> Binding:
        try:
            value = cell.cell_contents
        except ValueError:
            return Binding("unknown", name=name, why=f"`{name}`, which has no value after setup")
        root = self._lasting.get(id(value)) if isinstance(value, list | dict | set) else None
        if root is not None and self._may_change(root):
            return Binding("unknown", name=name, why=f"`{name}`, an object that other code may change")
        return self._kept(name, self.bound(name, value, self.dependence.name(name)))

    def _kept(self, name: str, found: Binding) -> Binding:
        """A constant of setup, unless something decides it that setup does not know."""
        why = self.origins.of(name) if found.kind == "value" else ""
        return Binding("unknown", name=name, why=f"`{name}`, which comes from {why}") if why else found

    @cached_property
    def origins(self) -> Origins:
        """What else than props decides the values of setup."""
        return Origins(self.dependence.node, self.source, self.scope, self._meaning)

    def _meaning(self, name: str) -> Binding:
        """A global, or `self.name`."""
        if name.startswith("self."):
            return self._attribute(name.removeprefix("self."))
        if "." in name:
            return self._path(name)
        if name in self.scope:
            return self._global(name)
        return Binding("builtin" if hasattr(builtins, name) else "unknown", name=name)

    def _attribute(self, name: str) -> Binding:
        """`self.name`, where it is no section."""
        component = self.run.component
        if name in vars(component):
            value = vars(component)[name]
            status = self.dependence.attribute(name)
            what = f"self.{name}"
            return _changing(what) if depth(value) else self._kept(what, self.bound(what, value, status))
        try:
            value = getattr(type(component), name)
        except AttributeError:
            return Binding("unknown", name=name, why=f"`self.{name}`, which is not defined")
        if isinstance(value, FunctionType):
            return self._function(name, MethodType(value, component))
        return self._of_class(type(component), name, f"self.{name}")

    def _of_class(self, cls: type, name: str, what: str) -> Binding:
        """The constant that a class of this source has as an attribute, if nothing gives it another value."""
        owner = next((one for one in cls.__mro__ if name in vars(one)), object)
        value = vars(owner).get(name)
        made_here = self.scope.get(owner.__name__) is owner and owner.__name__ in self._assigned
        plain = type(cls) is type and not any("__getattribute__" in vars(one) for one in cls.__mro__[:-1])
        if not made_here or not plain or name in self._stored or "setattr" in self._stored:
            return _changing(what)
        if depth(value) and not self._is_kept_attribute(name, value):
            return _changing(what)
        return self.bound(what, value, Status())

    def _is_kept_attribute(self, name: str, value: Any) -> bool:
        """Whether nothing changes the list, dict or set that an attribute of a class is."""
        found = self._kept_attributes.get(name)
        if found is None:
            found = self._kept_attributes[name] = self._uses.is_kept_attribute(name, value)
        return found and is_constant(value)

    @cached_property
    def _kept_attributes(self) -> dict[str, bool]:
        return {}

    def _path(self, name: str) -> Binding:
        """`Color.RED.value`, `Shop.LIMIT` of a class of this source, `math.pi`, `POINT.x` of a tuple."""
        root, *names = name.split(".")
        match self.scope[root], names:
            case EnumType() as cls, [member, "value" | "name" as part] if member in cls.__members__:
                if getattr_static(cls, part) is getattr_static(Enum, part):
                    return self.bound(name, getattr(cls[member], part), Status())
            case module, [_] if is_library(module):
                return of_library(module, name)
            case tuple() as row, [field] if field in getattr(type(row), "_fields", ()):
                value = row[type(row)._fields.index(field)]  # type: ignore[attr-defined]
                if value is getattr(row, field) and not depth(value):
                    return self.bound(name, value, Status())
            case type() as cls, [attribute] if type(cls) is type and hasattr(cls, attribute):
                return self._of_class(cls, attribute, name)
        return Binding("unknown", name=name)

    def _global(self, name: str) -> Binding:
        value = self.scope[name]
        if self._may_change(name):
            return Binding("unknown", name=name, why=f"`{name}`, a global that other code may change")
        if name in self._rebound:
            return Binding("unknown", name=name, why=f"`{name}`, a global that is assigned more than once")
        return self.bound(name, value, Status())

    def bound(self, name: str, value: Any, status: Status) -> Binding:
        """What a value is to an action."""
        if value is self.run.component:
            return Binding("self", name=name)
        for section in ("state", "data"):
            if value is self.run.sections[section]:
                return Binding("state" if section == "state" else "data", name=name)
        if isinstance(value, TracedProps):
            return self._props(name, value)
        if isinstance(value, FunctionType | MethodType):
            return self._function(name, value)
        builtin = _builtin_name(value)
        if builtin:
            return Binding("builtin", name=builtin)
        if found := library_function(value, getattr(value, "__name__", "")):
            return found
        if isinstance(value, ModuleType):
            return Binding("unknown", value, name=name, why=f"the module `{name}`")
        if status.level == 2 or (status.level and not self.traces):
            why = f"`{name}`, which depends on props ({status.why or 'they could not be traced'})"
            if status.is_unstable:
                why = f"`{name}`: {status.why}"
            return Binding("unknown", name=name, why=why)
        try:
            if is_traced(value):
                return self._traced(name, value)
            if is_constant(value):
                return Binding("value", value, name=name)
            if is_table(value):
                return self._table(name, value)
        except RecursionError:
            return Binding("unknown", name=name, why=f"`{name}`, a value that is deep, or holds itself")
        return Binding("unknown", name=name, why=f"`{name}`, {kind_of(value)}")

    def _table(self, name: str, value: dict[str, Any]) -> Binding:
        """A dict of functions, if each of them means something inside of actions."""
        found = {key: self.bound(key, function, Status()) for key, function in value.items()}
        if all(one.kind in ("action", "builtin", "helper", "math") for one in found.values()):
            return Binding("table", found, name=name)
        return Binding("unknown", name=name, why=f"`{name}`, a dict of functions of which one is not known")

    def _traced(self, name: str, value: Any) -> Binding:
        try:
            return Binding("value", expr=expression(value), name=name)
        except UnwritableError as error:
            return Binding("unknown", name=name, why=f"`{name}`: {error}")

    def _props(self, name: str, value: TracedProps) -> Binding:
        """The props as the script has them, unless setup has made others of them."""
        section = self.run.sections["props"]
        defaults = section.defaults if isinstance(section, TracedProps) else section
        if value is section and not value.computed:
            return Binding("props", name=name)
        if not value.computed and value.defaults == {} and not defaults:
            return Binding("props", name=name)
        return Binding("unknown", name=name, why=f"`{name}`, props that setup has changed")

    def _function(self, name: str, value: Any) -> Binding:
        action = self.actions.get(_identity(value))
        if action is not None:
            return Binding("action", name=action)
        node = self.node_of(value)
        if node is None:
            hides = _builtin_name(getattr(value, "__wrapped__", None)) == name  # as `open` of IPython does
            why = f"`{name}()`" if hides else f"`{name}`, a function that is defined elsewhere"
            return Binding("unknown", name=name, why=why)
        return Binding("helper", value, name=name, node=node, resolve=self.resolver(value))

    # --- globals

    @cached_property
    def _stored(self) -> frozenset[str]:
        """Attributes that the source gives values to; `setattr` where it may do so by any name."""
        stores = (node for node in self.source.nodes if isinstance(node, ast.Attribute))
        found = {node.attr for node in stores if not isinstance(node.ctx, ast.Load)}
        names = {node.id for node in self.source.nodes if isinstance(node, ast.Name)}
        return frozenset(found | (names & {"setattr"}))

    @cached_property
    def _rebound(self) -> frozenset[str]:
        """Globals that are assigned more than once, or from inside a function."""
        counts: dict[str, int] = defaultdict(int)
        for node in self.source.nodes:
            if isinstance(node, ast.Global):
                for name in node.names:
                    counts[name] += 2
            elif isinstance(node, ast.Name) and node.id in _REBINDING:
                return frozenset(one for statement in self.source.tree.body for one in _assigned(statement))
        for statement in self.source.tree.body:
            for name in _assigned(statement):
                counts[name] += 1
        return frozenset(name for name, count in counts.items() if count > 1)

    def _may_change(self, name: str) -> bool:
        """Whether a global is a list, dict or set, or has one inside, that something may change."""
        known = self._changing.get(name)
        if known is None:
            value = self.scope[name]
            try:
                own = name in self._assigned and (is_constant(value) or is_table(value))
                known = depth(value) > 0 and not (own and self._uses.is_kept(name, value))
            except RecursionError:  # a value that is deep, or holds itself
                known = True
            self._changing[name] = known
        return known

    @cached_property
    def _changing(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _uses(self) -> Unchanging:
        return Unchanging(self.source)

    @cached_property
    def _assigned(self) -> frozenset[str]:
        """Globals whose objects this source has made: what is imported others may change too."""
        made = (node for node in self.source.tree.body if not isinstance(node, ast.Import | ast.ImportFrom))
        return frozenset(name for statement in made for name in _assigned(statement))

    @cached_property
    def _lasting(self) -> dict[int, str]:
        """The lists, dicts and sets that globals hold, with the name of the global."""
        found: dict[int, str] = {}
        for name, value in self.scope.items():
            todo = [value] if name != "__builtins__" else []
            while todo:
                one = todo.pop()
                if isinstance(one, list | dict | set | tuple) and id(one) not in found:
                    found[id(one)] = name
                    todo += one.values() if isinstance(one, dict) else one
        return found


def _changing(what: str) -> Binding:
    return Binding("unknown", name=what, why=f"`{what}`, an attribute that other code may change")


def _assigned(statement: ast.stmt) -> list[str]:
    """Names that a statement of a module binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    names = [node for node in all_nodes(statement) if isinstance(node, ast.Name)]
    twice = 2 if isinstance(statement, ast.For | ast.While | ast.AugAssign) else 1
    return [node.id for node in names if isinstance(node.ctx, ast.Store)] * twice


def _builtin_name(value: Any) -> str:
    """The name of the builtin that a value is; "" for anything else."""
    name = getattr(value, "__name__", "")
    if not callable(value) or not isinstance(name, str):
        return ""
    if value is OVERRIDES.get(name) or value is getattr(builtins, name, builtins):
        return name
    return ""


def _identity(value: Any) -> Any:
    """What makes two functions the same action: methods are made anew at each access."""
    if isinstance(value, MethodType):
        return (id(value.__self__), value.__func__)
    return id(value)


def _receiver(function: Any) -> str:
    code = getattr(function, "__func__", function).__code__
    return str(code.co_varnames[0]) if code.co_argcount else ""


def _holds(node: Function, code: Any) -> bool:
    """Whether the code's instructions stand inside a node: it tells lambdas of one line apart."""
    if not isinstance(node, ast.Lambda):
        return True
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    places = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    return all(start <= place <= end for place in places)


def _unresolved(function: Any, status: Status) -> Callable[[str], Binding]:
    """Why there is no source to compile of an action."""
    builtin = _builtin_name(function)
    why = f"`{builtin}()`" if builtin else "a function from elsewhere"
    if status.level:
        why = f"a function that depends on props ({status.why})"
    return lambda name: Binding("unknown", name=name, why=why)
