"""What stands at an element in the browser: attributes, classes, styles, events, and what `l-model` shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from moon_spa import artefact, javascript
from moon_spa.spec import Expr
from moon_spa.templates import attributes, safety
from moon_spa.templates.nodes import Attribute, Element, Event, Expression, Model
from moon_spa.templates.server import BOOLEAN_TEXT, ENUMERATED
from moon_spa.templates.writer import Meanings, Writer
from moon_spa.types import ANY, BOOL, NUMBERS, STR, Record, Type

EVENT: tuple[tuple[str, Type], ...] = (
    *(("type", STR), ("key", STR), ("value", STR), ("checked", BOOL), ("x", ANY), ("y", ANY)),
)
"""The keys of `event`."""


def static(node: Element) -> Iterator[tuple[str, str]]:
    """The attributes that never change, those aside that are joined with bound ones."""
    for attribute in node.attributes:
        text = "".join(part for part in attribute.parts if isinstance(part, str))
        if attribute.name == "class":
            if not node.classes:
                yield "class", " ".join(safety.clean(text).split())
        elif attribute.name == "style":
            if not node.styles:
                yield "style", safety.static_style(text)
        elif not _is_dynamic(attribute):
            yield attribute.name, safety.clean(text)


def bindings(writer: Writer, node: Element, names: Meanings) -> Iterator[str]:
    """What changes: attributes, classes and styles; and what is heard: events."""
    if node.classes or node.styles or any(map(_is_dynamic, node.attributes)):
        writer.features.add("attribute")
    for attribute in node.attributes:
        if _is_dynamic(attribute):
            yield _attribute(writer, node.tag, attribute, names)
    if node.classes:
        parts = ", ".join(_classes(writer, node, names))
        yield f'["a", "class", (s, l) => {writer.helper("class_text")}([{parts}])]'
    if node.styles:
        parts = ", ".join(_styles(writer, node, names))
        yield f'["a", "style", (s, l) => [{parts}].filter(Boolean).join(" ") || null]'
    for event in node.events:
        yield _event(writer, event, names)


def model(writer: Writer, model: Model, names: Meanings) -> str:
    """What an input shows, and where its changes go."""
    writer.features.add("model")
    function = {"check": "bool", "list": "list"}.get(model.kind, "str")
    is_group = model.kind == "group"
    shown = (
        writer.emit(model.value.node, names, model.value)
        if is_group
        else writer.called(function, model.value, names)
    )
    parts = [javascript.text(model.field), f'"{model.kind}"', f"(s, l) => {shown.js}"]
    if model.keys:
        keys = ", ".join(writer.boxed(key, names) for key in model.keys)
        parts.append(artefact.script_json(artefact.descriptor(model.type)))
        parts.append(f"(s, l, old, value) => {writer.helper('put_in')}(old, [{keys}], value)")
    return f"[{', '.join(parts)}]"


def _attribute(writer: Writer, tag: str, attribute: Attribute, names: Meanings) -> str:
    name = javascript.text(attribute.name.lower())
    bound = attribute.parts[0] if attribute.bound else None
    if isinstance(bound, Expression):
        js = _attribute_value(writer, attribute.name, bound, names)
    else:
        js = writer.text(attribute.parts, names)
    if attribute.name.lower() in safety.URL_ATTRIBUTES:
        js = f"{writer.helper('safe_url')}({javascript.text(tag.lower())}, {name}, {js})"
    return f'["a", {javascript.text(attribute.name)}, (s, l) => {js}]'


def _attribute_value(writer: Writer, name: str, expression: Expression, names: Meanings) -> str:
    """Text or null: None and False take an attribute away, True makes it empty."""
    value = writer.emit(expression.node, names, expression)
    if value.type is STR or value.type in NUMBERS:
        return writer.called("str", expression, names).js
    as_text = name.startswith(BOOLEAN_TEXT) or name in ENUMERATED
    return f"{writer.helper('flag_a' if as_text else 'attribute_a')}({writer.boxed(expression, names)})"


def _classes(writer: Writer, node: Element, names: Meanings) -> Iterator[str]:
    for attribute in node.attributes:
        if attribute.name == "class":
            yield javascript.text("".join(str(part) for part in attribute.parts))
    for item in node.classes:
        if item.conditional:
            yield f"({writer.called('bool', item.value, names).js}) && {javascript.text(item.name)}"
        else:
            yield writer.boxed(item.value, names)


def _styles(writer: Writer, node: Element, names: Meanings) -> Iterator[str]:
    for attribute in node.attributes:
        if attribute.name == "style":
            text = "".join(str(part) for part in attribute.parts)
            yield javascript.text(safety.static_style(text))
    for item in node.styles:
        value = writer.emit(item.value.node, names, item.value)
        if not item.name:
            yield f"{writer.helper('declarations')}({writer.boxed(item.value, names)})"
        elif value.type is STR or value.type in NUMBERS:
            yield _declaration(writer, item.name, writer.called("str", item.value, names).js)
        else:
            shown = f"{writer.helper('shown_a')}({writer.boxed(item.value, names)})"
            yield _declaration(writer, item.name, shown)


def _declaration(writer: Writer, name: str, shown: str) -> str:
    return f"{writer.helper('declaration')}({javascript.text(name)}, {shown})"


def _event(writer: Writer, event: Event, names: Meanings) -> str:
    writer.features.add("event")
    if any(map(_reads_event, event.arguments)):
        writer.features.add("event-record")
    flags = [modifier for modifier in event.modifiers if modifier in attributes.FLAGS]
    key = next((attributes.KEYS[m] for m in event.modifiers if m in attributes.KEYS), "")
    inner = {**names, "event": Expr("e", Record(EVENT))}
    arguments = ", ".join(writer.boxed(argument, inner) for argument in event.arguments)
    parts = ['"e"', javascript.text(event.type), javascript.text(event.action)]
    if event.arguments or event.modifiers:
        parts.append(f"(s, l, e) => [{arguments}]" if event.arguments else "0")
    if event.modifiers:
        writer.features.add("event-modifiers")
        parts += [javascript.literal(flags), javascript.text(key)]
    return f"[{', '.join(parts)}]"


def _is_dynamic(attribute: Attribute) -> bool:
    return any(isinstance(part, Expression) for part in attribute.parts)


def _reads_event(argument: Expression) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "event" for one in ast.walk(argument.node))
