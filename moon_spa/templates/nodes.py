"""What a parsed template is: a tree of frozen nodes, every expression already resolved."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from moon_spa.findings import Place
from moon_spa.types import ANY, Type


@dataclass(frozen=True)
class Expression:
    """One expression. Names of the component are written ``state.count``: one name with a dot in it."""

    node: ast.expr
    text: str
    place: Place


@dataclass(frozen=True)
class Text:
    """Adjacent text and ``{{ }}``: always one text node of the page."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True)
class Attribute:
    """``title="a {{ b }}"`` (several parts), ``:title="b"`` (one expression) or ``disabled`` (no part)."""

    name: str
    parts: tuple[str | Expression, ...]
    place: Place
    bound: bool = False


@dataclass(frozen=True)
class ClassItem:
    """A class that is there when `condition` holds, or an expression that gives classes as text."""

    name: str
    value: Expression
    conditional: bool


@dataclass(frozen=True)
class StyleItem:
    """One declaration of ``:style``; without a name the value is the text of several."""

    name: str
    value: Expression


@dataclass(frozen=True)
class Event:
    """``@type.modifiers="action(arguments)"``; `takes_event` when an argument reads ``event``."""

    type: str
    action: str
    arguments: tuple[Expression, ...]
    modifiers: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Model:
    """``l-model="field"`` or ``l-model="item.done"``: what of a state field an input shows and changes.

    `keys` lead from the field to the value, which is of `type`.
    """

    field: str
    kind: str
    value: Expression
    place: Place
    type: Type = ANY
    keys: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Element:
    """One element of the page."""

    tag: str
    attributes: tuple[Attribute, ...]
    classes: tuple[ClassItem, ...]
    styles: tuple[StyleItem, ...]
    events: tuple[Event, ...]
    model: Model | None
    children: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Branch:
    """One ``l-if``, ``l-else-if`` or ``l-else`` (no condition)."""

    condition: Expression | None
    children: tuple[Node, ...]


@dataclass(frozen=True)
class If:
    """The first branch whose condition holds, or nothing."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class For:
    """``l-for="targets in items"``; `depth` is how many loop values surround it, see `client`."""

    targets: tuple[str, ...]
    items: Expression
    key: Expression | None
    children: tuple[Node, ...]
    depth: int
    place: Place


@dataclass(frozen=True)
class Use:
    """A nested component: ``<Card :title="x">…</Card>``; `number` counts those of its name, from 1."""

    name: str
    props: tuple[tuple[str, Expression | str], ...]
    children: tuple[Node, ...]
    place: Place
    number: int = 1

    @property
    def step(self) -> str:
        """Its name in paths of components."""
        return self.name if self.number == 1 else f"{self.name}.{self.number}"


@dataclass(frozen=True)
class Children:
    """``{{ children }}``: what stands between the tags of a nested component."""


Node = Text | Element | If | For | Use | Children
