"""Resources: the objects that terms become, and the members that extensions give them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, Self

from moonleap.blocks import SpecBlock
from moonleap.terms import Place, Term

Extender = Callable[[type], type]

_extender: ContextVar[Extender | None] = ContextVar("moonleap_extender", default=None)


@dataclass(frozen=True, slots=True)
class Origin:
    """Why a relation is there: a line states it, or a rule returned it because of another relation."""

    place: Place
    rule: str = ""
    cause: Relation | None = None
    depth: int = 0
    rule_place: Place | None = None

    def __str__(self) -> str:
        return self.rule or str(self.place)


@dataclass(frozen=True, eq=False, slots=True)
class Relation:
    """Two resources and a verb; `block` is the one that states it, or whose relation fired a rule."""

    subject: Resource
    verb: str
    object: Resource
    block: SpecBlock
    origin: Origin

    def __str__(self) -> str:
        return f"{term_of(self.subject)} /{self.verb} {term_of(self.object)}"


@dataclass(slots=True)
class Node:
    """What the graph knows of a resource; `maker` is the creation rule's function."""

    term: Term
    block: SpecBlock
    place: Place
    origin: Origin | None = None
    maker: Callable[..., Any] | None = None
    outgoing: list[Relation] = field(default_factory=list)
    incoming: list[Relation] = field(default_factory=list)
    trees: dict[str, Any] = field(default_factory=dict)


class Resource:
    """Base class of all resources; rules enrich them, extensions add members to their class.

    A class is extended within a session only: what is created there is an instance of a class derived for it.
    """

    _moonleap: Node | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        extender = _extender.get()
        made: Self = object.__new__(cls if extender is None else extender(cls))
        return made

    def __init__(self) -> None:
        """Without fields a resource takes no arguments; `__new__` alone would swallow them."""

    def __str__(self) -> str:
        return str(self._moonleap.term) if self._moonleap else super().__str__()


def node_of(resource: Resource) -> Node:
    """The graph's side of a resource; raises ValueError for one that no session created."""
    if resource._moonleap is None:
        raise ValueError(f"{type(resource).__name__} is not in a graph: return it from a creation rule")
    return resource._moonleap


def term_of(resource: Resource) -> Term:
    """The term that was used to create a resource."""
    return node_of(resource).term


def block_of(resource: Resource) -> SpecBlock:
    """The block that describes a resource."""
    return node_of(resource).block


class Prop:
    """A computed property of an extension: ``merged = Prop(lambda self: …)``."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.function(instance)


class MemFun:
    """A function that becomes a method of the extended class: ``render = MemFun(custom_render)``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self.function, instance)
