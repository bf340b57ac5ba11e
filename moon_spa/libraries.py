"""Of the library, inside of actions: functions and constants of `math`, texts of `string`; tables."""

from __future__ import annotations

import collections
import math
import string
from types import BuiltinFunctionType, CellType, NoneType
from typing import Any, NamedTuple

from moon_spa.spec import Binding


class _Named(NamedTuple):
    part: int


_OF_NAMED = frozenset(
    {
        *vars(_Named),
        *("__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__orig_bases__"),
        *("__static_attributes__", "__firstlineno__", "__classcell__"),
    }
)
"""What a class of named tuples has that nobody has written."""

LIBRARIES = (collections, math, string)


def is_library(value: Any) -> bool:
    """Whether a value is one of the modules."""
    return any(value is one for one in LIBRARIES)


def held_library(cell: CellType) -> Any:
    """The module that a variable of setup holds; None for anything else."""
    try:
        return cell.cell_contents if is_library(cell.cell_contents) else None
    except ValueError:
        return None


def of_library(module: Any, path: str) -> Binding:
    """`math.pi`, `math.floor`, `string.digits`."""
    name = path.rpartition(".")[2]
    value = vars(module).get(name)
    if isinstance(value, float | str) and not name.startswith("_"):
        return Binding("value", value, name=path)
    return library_function(value, name) or Binding("unknown", name=name)


def library_function(value: Any, name: str) -> Binding | None:
    """A function of `math`, `Counter`, `defaultdict`, a class of named tuples; None for anything else."""
    if is_named(value):
        return Binding("named", value, name=name)
    if value is collections.Counter or value is collections.defaultdict:
        return Binding("collections", name=value.__name__)
    return Binding("math", name=name) if is_of_math(value, name) else None


def is_named(value: Any) -> bool:
    """Whether a value is a class of named tuples whose objects do what tuples do, with constant defaults."""
    if type(value) is not type or value.__mro__[1:] != (tuple, object) or "_fields" not in vars(value):
        return False
    own = {name for name in vars(value) if name.startswith("__")} - _OF_NAMED
    parts = {type(vars(value).get(name)) for name in vars(value)["_fields"]}
    defaults = {type(one) for one in vars(value).get("_field_defaults", {}).values()}
    return not own and parts <= {type(vars(_Named)["part"])} and {NoneType, bool, int, float, str} >= defaults


def is_of_math(value: Any, name: str) -> bool:
    """Whether a value is the function of the module `math` that has this name."""
    is_builtin = isinstance(value, BuiltinFunctionType)
    return is_builtin and getattr(value, "__module__", "") == "math" and value.__name__ == name


def is_table(value: Any) -> bool:
    """Whether a value is a dict of functions, by texts."""
    return (
        type(value) is dict and bool(value) and all(type(k) is str and callable(v) for k, v in value.items())
    )
