"""What the modules of a package give to rendering: `filters`, `transforms`, `post_transforms`, `mergers`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import ModuleType
from typing import Any

from moonleap.findings import refusal
from moonleap.terms import Place, shown

Function = Callable[..., Any]


@dataclass(frozen=True)
class Hooks:
    """The functions of one package, in the order of its modules."""

    filters: Mapping[str, Function] = field(default_factory=dict)
    transforms: tuple[Function, ...] = ()
    """Lines of a template to lines, before jinja2 sees them."""
    post_transforms: tuple[Function, ...] = ()
    """Lines of an output to lines."""
    mergers: Mapping[str, Function] = field(default_factory=dict)
    """Patterns for paths to functions that make one text of several."""

    def merger(self, path: str) -> Function | None:
        """The first merger whose pattern matches: the name of a file, or its path if the pattern has "/"."""
        name = path.rpartition("/")[2]
        for pattern, merger in self.mergers.items():
            if fnmatchcase(path if "/" in pattern else name, pattern):
                return merger
        return None


def hooks_of(modules: Iterable[Any]) -> Hooks:
    """Collect the variables of modules; SpecError ``bad-hook`` where one is of the wrong type."""
    filters: dict[str, Function] = {}
    mergers: dict[str, Function] = {}
    before: list[Function] = []
    after: list[Function] = []
    for module in modules:
        _add(module, "filters", filters)
        _add(module, "mergers", mergers)
        before += _functions(module, "transforms")
        after += _functions(module, "post_transforms")
    return Hooks(filters, _once(before), _once(after), mergers)


def takes_path(function: Function) -> bool:
    """Whether a transform has a second parameter, for the path of the template."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in positional for parameter in parameters) > 1


def _add(module: Any, name: str, table: dict[str, Function]) -> None:
    value = _value(module, name)
    if isinstance(value, list | tuple) and name == "filters":
        value = {getattr(function, "__name__", ""): function for function in value}
    if not isinstance(value, Mapping):
        raise _wrong(module, name, "a dict from names to functions", value)
    for key, function in value.items():
        if not isinstance(key, str) or not key or not callable(function):
            raise _wrong(module, name, "a dict from names to functions", value)
        if key in table and table[key] is not function:
            message = f"`{name}` of module {_name(module)} has another `{key}` than a module before it"
            raise refusal("bad-hook", message, _place(module), "give one of the two another name")
        table[key] = function


def _functions(module: Any, name: str) -> list[Function]:
    value = _value(module, name)
    if not isinstance(value, list | tuple | dict) or not all(map(callable, value)):
        raise _wrong(module, name, "a list of functions", value)
    return list(value)


def _value(module: Any, name: str) -> Any:
    """The variable, empty where there is none; a submodule may have its name."""
    value = getattr(module, name, None)
    return {} if value is None or isinstance(value, ModuleType) else value


def _once(functions: list[Function]) -> tuple[Function, ...]:
    return tuple({id(function): function for function in functions}.values())


def _wrong(module: Any, name: str, wanted: str, value: object) -> Exception:
    message = f"`{name}` of module {_name(module)} is {wanted}, not {value!r:.60}"
    return refusal("bad-hook", message, _place(module), "see the manual page of Moonleap for an example")


def _name(module: Any) -> str:
    return str(getattr(module, "__name__", "module"))


def _place(module: Any) -> Place:
    return Place(shown(str(getattr(module, "__file__", None) or _name(module))), 1)
