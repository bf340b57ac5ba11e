"""Decorators for rules and extensions. They only mark: a session collects the marks of its modules."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeVar

from moonleap.matching import Pattern, read_pattern
from moonleap.resource import Resource
from moonleap.terms import Place, Term, split_term
from moonleap.verbs import forms

MARKS = "__moonleap_marks__"
"""Name under which a module holds its marks, in order; two functions of one name are both there."""

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)


@dataclass(frozen=True, slots=True)
class CreationRule:
    """Turns terms that match the pattern into resources."""

    pattern: Pattern
    function: Callable[..., Any]
    takes_block: bool = True


@dataclass(frozen=True, slots=True)
class RelationRule:
    """Enriches resources in a relation; without verb and object it runs once for each subject."""

    subject: Pattern
    verbs: tuple[str, ...]
    object: Pattern | None
    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Extension:
    """Members for a class of resources and those derived from it."""

    target: type
    members: type


Mark = CreationRule | RelationRule | Extension


@dataclass(frozen=True, slots=True)
class Forward:
    """A relation that a rule asks for, between terms or resources."""

    subject: Term | Resource
    verb: str
    object: Term | Resource


def create(pattern: str | Term) -> Callable[[Function], Function]:
    """Mark a function as creation rule: it gets ``(term, block)``, or ``(term)``, and returns a resource."""
    read = read_pattern(pattern)

    def mark(function: Function) -> Function:
        _add(function.__globals__, CreationRule(read, function, _takes_block(function)))
        return function

    return mark


def rule(*parts: Any) -> Callable[[Function], Function]:
    """Mark a function as relation rule.

    ``rule(subject, verb, object)``, also as one list, calls it with both resources of every matching
    relation; ``rule(pattern)`` calls it once with every matching resource after its creation.
    """
    given = parts[0] if len(parts) == 1 and isinstance(parts[0], list | tuple) else parts
    if len(given) not in (1, 3):
        raise TypeError(f"a rule has a subject, a verb and an object, or one pattern; not {given!r}")
    subject = read_pattern(given[0])
    verbs = forms(given[1]) if len(given) == 3 else ()
    object_ = read_pattern(given[2]) if len(given) == 3 else None

    def mark(function: Function) -> Function:
        _add(function.__globals__, RelationRule(subject, verbs, object_, function))
        return function

    return mark


def extend(target: type) -> Callable[[Class], Class]:
    """Mark a class as extension of a class of resources: its members and bases are added within a session."""
    if not isinstance(target, type):
        raise TypeError(f"extend takes a class of resources, not {target!r}")

    def mark(members: Class) -> Class:
        _add(sys.modules[members.__module__].__dict__, Extension(target, members))
        return members

    return mark


def create_forward(
    subject: str | Term | Resource, verb: str | tuple[str, ...], object: str | Term | Resource
) -> Forward:
    """A relation for a rule to return; of a verb with variants the first one is stated."""
    return Forward(_end(subject), forms(verb)[0], _end(object))


def name_of(function: Callable[..., Any]) -> str:
    """`package.module.function`."""
    return f"{function.__module__}.{function.__qualname__}"


def place_of(function: Callable[..., Any]) -> Place:
    """Where a rule is defined."""
    code = getattr(function, "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code else Place("<rule>", 1)


def _takes_block(function: Callable[..., Any]) -> bool:
    """Whether a creation rule takes ``(term, block)``, not the term alone."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters) != 1


def _end(value: Any) -> Term | Resource:
    if isinstance(value, Term | Resource):
        return value
    term = split_term(value) if isinstance(value, str) else None
    if term is None:
        raise ValueError(f"{value!r} is no term: write data:tag, or give a resource")
    return term


def _add(module: MutableMapping[str, Any], mark: Mark) -> None:
    module.setdefault(MARKS, []).append(mark)
