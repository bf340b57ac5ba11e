"""Templates of the tests: compiled with the types of the given state, rendered on the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from moon_spa.findings import Place
from moon_spa.templates.expressions import Names
from moon_spa.templates.parser import Known as Known
from moon_spa.templates.parser import Parsed, parse_template
from moon_spa.templates.server import Rendered, View, render
from moon_spa.templates.template import Offer, Template, compile_template
from moon_spa.types import type_of

ACTIONS = dict.fromkeys(("act", "pick"), None)


def parsed(text: str, state: Mapping[str, Any] | None = None, py: Any = (), props: Any = ()) -> Parsed:
    """A template as it is parsed from the file ``card.py.md``, line 10, column 5."""
    state = state or {}
    names = Names(frozenset(py), frozenset(state), frozenset(props), actions=frozenset(ACTIONS))
    types = {name: type_of(value) for name, value in state.items()}
    known = Known(names, types, ACTIONS, frozenset({"Card"}))
    return parse_template(text, "card.py.md", 10, 5, known)


def compiled(
    name: str,
    text: str,
    context: Mapping[str, Mapping[str, Any]],
    components: Any = (),
    actions: Any = ACTIONS,
) -> Template:
    """A template for a render context."""
    state = {key: type_of(value) for key, value in context.get("state", {}).items()}
    offer = Offer(state, context.get("py", {}), context.get("props", {}), actions, components)
    return compile_template(name, text, Place("card.py.md", 1, 1), offer)


def rendered(
    text: str,
    state: Mapping[str, Any] | None = None,
    py: Mapping[str, Any] | None = None,
    props: Mapping[str, Any] | None = None,
    components: Mapping[str, View] | None = None,
) -> Rendered:
    """A template on the server; one that is wrong fails the test."""
    found = parsed(text, state, py or (), props or ())
    assert not [d.format() for d in found.diagnostics if d.severity == "error"]
    view = View("Page", found.nodes, "", lambda given: {}, components or {})
    return render(view, {"state": state or {}, "py": py or {}, "props": props or {}})


def html(text: str, state: Mapping[str, Any] | None = None, **spaces: Any) -> str:
    """HTML without the marks around what changes."""
    found = rendered(text, state, **spaces)
    assert not found.diagnostics, found.diagnostics
    return unmarked(found.html)


def unmarked(text: str) -> str:
    """HTML without the comments that the browser needs to find its place."""
    return re.sub(r"<!--[\[\],]-->", "", text)


def card(text: str, py: Any = None) -> View:
    """A component `Card` whose data is made from its props by `py`."""
    make: Callable[[Mapping[str, Any]], Mapping[str, Any]] = py or (lambda props: {})
    found = parse_template(text, "card.py.md", 1, 1, Known(Names(py=frozenset(make({"title": "", "n": 1})))))
    assert not [d for d in found.diagnostics if d.severity == "error"], found.diagnostics
    return View("Card", found.nodes, "", lambda props: {"props": props, "state": {}, "py": make(props)})
