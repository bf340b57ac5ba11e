"""Of the library, inside of actions: functions and constants of `math`, texts of `string`; tables."""

from __future__ import annotations

import collections
import math
import string
from types import BuiltinFunctionType, CellType
from typing import Any

from moon_spa.spec import Binding

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
    """A function of `math`, `Counter` or `defaultdict`; None for anything else."""
    if value is collections.Counter or value is collections.defaultdict:
        return Binding("collections", name=value.__name__)
    return Binding("math", name=name) if is_of_math(value, name) else None


def is_of_math(value: Any, name: str) -> bool:
    """Whether a value is the function of the module `math` that has this name."""
    is_builtin = isinstance(value, BuiltinFunctionType)
    return is_builtin and getattr(value, "__module__", "") == "math" and value.__name__ == name


def is_table(value: Any) -> bool:
    """Whether a value is a dict of functions, by texts."""
    return (
        type(value) is dict and bool(value) and all(type(k) is str and callable(v) for k, v in value.items())
    )
