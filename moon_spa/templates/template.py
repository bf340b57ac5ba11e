"""A template compiled once: nodes for the server, a script for the browser, a scoped style, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from inspect import Signature

from moon_spa.findings import ComponentError, Place
from moon_spa.templates import styles
from moon_spa.templates.client import ClientTemplate, Surroundings, compile_client
from moon_spa.templates.expressions import Names
from moon_spa.templates.nodes import Node
from moon_spa.templates.parser import Known, parse_template
from moon_spa.types import Type
from moonlight.diagnostic import Diagnostic, Span


@dataclass(frozen=True)
class Offer:
    """What a component offers its template; actions with their signatures where those are known."""

    state: Mapping[str, Type] = field(default_factory=dict)
    py: Iterable[str] = ()
    props: Iterable[str] = ()
    actions: Mapping[str, Signature | None] = field(default_factory=dict)
    components: Iterable[str] = ()


@dataclass(frozen=True)
class Template:
    """A compiled template. `style` holds for elements with the attribute `mark` only."""

    nodes: tuple[Node, ...]
    style: str
    mark: str
    client: ClientTemplate
    diagnostics: tuple[Diagnostic, ...]


def compile_template(name: str, text: str, place: Place, offer: Offer, style: str = "") -> Template:
    """The template `text` that begins at `place`; `style` is CSS from elsewhere, put before its own.

    Raises ComponentError with all that is wrong; what is doubtful stays in `diagnostics` as warnings.
    """
    spaces = (frozenset(offer.py), frozenset(offer.state), frozenset(offer.props))
    names = Names(*spaces, actions=frozenset(offer.actions))
    known = Known(names, offer.state, offer.actions, frozenset(offer.components))
    parsed = parse_template(text, place.path, place.line, place.column, known)
    if any(found.severity == "error" for found in parsed.diagnostics):
        raise ComponentError(parsed.diagnostics)
    css = "\n".join(filter(None, (style, parsed.style)))
    mark = styles.scope_attribute(name, css)
    scoped = _scoped(style, place, mark) + _scoped(parsed.style, parsed.style_place or place, mark)
    around = Surroundings(offer.state, offer.py, offer.props)
    client = compile_client(parsed.nodes, around, mark)
    return Template(parsed.nodes, scoped, mark, client, (*parsed.diagnostics, *client.doubts))


def _scoped(css: str, place: Place, mark: str) -> str:
    """Scoped CSS. Raises ComponentError at the line that is wrong."""
    try:
        return styles.scoped(css, mark) if css.strip() else ""
    except styles.StyleError as error:
        line = place.line + css.count("\n", 0, error.offset)
        found = Diagnostic("template-style", error.message, Span(place.path, line, line), error.hint)
        raise ComponentError([found]) from error
