"""Where the template of a component stands, which components it uses, and what the server renders it with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import Signature, signature
from typing import Any

from moon_spa.casts import prop_casts
from moon_spa.component import Component
from moon_spa.findings import Place
from moon_spa.setup import Setup
from moon_spa.source import ComponentSource
from moon_spa.spec import Callback, ComponentSpec
from moon_spa.templates.grouping import learned
from moon_spa.templates.template import Offer, Template, compile_template
from moon_spa.types import Type

SECTIONS = ("template", "style")

_TAG = re.compile(r"<([A-Z]\w*)")


@dataclass(frozen=True)
class Specs:
    """The specs of a component and of all that its templates name, by name, its own first.

    `elsewhere` are those that the namespace of the source has: they have sources of their own.
    """

    own: dict[str, ComponentSpec]
    elsewhere: dict[str, type[Component]]


def specs_of(scope: dict[str, Any], cls: type[Component], given: Mapping[str, Any]) -> Specs:
    """Collect the specs; `given` are the names that the scope began with.

    Runs code of the user. A component is known by the name that it has in the scope of the module.
    """
    found: dict[str, ComponentSpec] = {}
    elsewhere: dict[str, type[Component]] = {}
    waiting: list[tuple[str, type[Component]]] = [(cls.__name__, cls)]
    while waiting:
        name, one = waiting.pop()
        if name in found:
            continue
        spec = Setup(scope, one).spec()
        if one is not cls:  # the sections of a component file are the first one's
            own = [text if isinstance(text := getattr(one, key, None), str) else None for key in SECTIONS]
            spec = replace(spec, template=own[0], style=own[1])
        found[name] = spec
        for tag in _TAG.findall(found[name].template or ""):
            other = scope.get(tag)
            if not (isinstance(other, type) and issubclass(other, Component) and other is not Component):
                continue
            if tag in given and given[tag] is other:
                elsewhere[tag] = other
            else:
                waiting.append((tag, other))
    return Specs(found, elsewhere)


def template_of(
    spec: ComponentSpec, source: ComponentSource, types: Mapping[str, Type], components: Iterable[str]
) -> Template | None:
    """The compiled template, None for a component without one. Raises ComponentError."""
    if spec.template is None:
        return None
    text, place = _text_and_place(spec, source)
    props = {*spec.props, *prop_casts(spec.fields)}
    actions = {name: _signature(action) for name, action in spec.actions.items()}
    offer = Offer(types, spec.data, props, actions, components)
    return compile_template(spec.name, text, place, offer, spec.style or "")


def with_models(spec: ComponentSpec) -> ComponentSpec:
    """A component whose state has the types that the inputs of its template give it."""
    types = {one.name: one.type for one in spec.fields}
    found = learned(types, spec.template or "")
    if found is types:
        return spec
    return replace(spec, fields=tuple(replace(one, type=found[one.name]) for one in spec.fields))


def _signature(action: Callback) -> Signature | None:
    """What an action takes; declared operations take nothing."""
    if action.function is None:
        return Signature()
    try:
        return signature(action.function)
    except (TypeError, ValueError):
        return None


def _text_and_place(spec: ComponentSpec, source: ComponentSource) -> tuple[str, Place]:
    """The template as the file has it, so that its lines and columns are the file's."""
    assert spec.template is not None
    if spec.template == source.template:
        return source.template, Place(spec.path, source.template_line, 1)
    literal = _literal(spec, source.tree)
    if literal is None:
        return spec.template, Place(spec.path, spec.line, 1)
    written = ast.get_source_segment(source.code, literal) or ""
    for quotes in ('"""', "'''", '"', "'"):
        if written.startswith(quotes) and written.removeprefix(quotes).removesuffix(quotes) == literal.value:
            place = Place(spec.path, literal.lineno, literal.col_offset + len(quotes) + 1)
            return str(literal.value), place
    return spec.template, Place(spec.path, literal.lineno, 1)


def _literal(spec: ComponentSpec, tree: ast.Module) -> ast.Constant | None:
    """Where the class assigns its text to `template`; another text there is not what the class has."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != spec.name:
            continue
        for part in node.body:
            match part:
                case (
                    ast.Assign(targets=[ast.Name(id="template")], value=ast.Constant() as value)
                    | ast.AnnAssign(target=ast.Name(id="template"), value=ast.Constant() as value)
                ) if value.value == spec.template:
                    return value
    return None
