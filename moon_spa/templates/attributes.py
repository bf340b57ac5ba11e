"""The attributes of an element: plain and bound ones, `:class`, `:style`, `@event`, `l-model`."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import Signature
from typing import Protocol

from moon_spa.findings import Place
from moon_spa.templates import safety
from moon_spa.templates.expressions import Names
from moon_spa.templates.grouping import chooses_several
from moon_spa.templates.markup import SVG_ATTRIBUTES, DataPart, TagAttribute, split_text
from moon_spa.templates.nodes import Attribute, ClassItem, Event, Expression, Model, StyleItem
from moon_spa.types import ANY, BOOL, FLOAT, INT, STR, DictOf, ListOf, Record, SetOf, Type, as_dict, describe
from moonlight.hints import did_you_mean

KEYS = {
    "enter": "Enter",
    "escape": "Escape",
    "esc": "Escape",
    "space": " ",
    "tab": "Tab",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "delete": "Delete",
    "backspace": "Backspace",
}
FLAGS = ("prevent", "stop", "self", "once")
DIRECTIVES = ("l-if", "l-else-if", "l-else", "l-for", "l-model")
INPUT_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("text", "search", "email", "url", "tel", "password", "number", "range"), "text"),
    **dict.fromkeys(("date", "time", "month", "week", "datetime-local", "color", "hidden"), "text"),
    "checkbox": "check",
    "radio": "radio",
}
MODEL_TYPES: Mapping[str, tuple[Type, ...]] = {
    "text": (STR, INT, FLOAT),
    "radio": (STR, INT, FLOAT),
    "select": (STR, INT, FLOAT),
    "check": (BOOL,),
    "list": (ListOf(STR),),
    "group": (ListOf(STR), SetOf(STR)),
}
"""The types of state that each kind of input can show and change."""

_EVENT_TYPE = re.compile(r"[a-z][a-z0-9-]*")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_][\w.:-]*", re.ASCII)


class Reader(Protocol):
    """What the parser does for the readers of this module."""

    @property
    def state(self) -> Mapping[str, Type]: ...
    @property
    def actions(self) -> Mapping[str, Signature | None]: ...
    def place(self, offset: int) -> Place: ...
    def report(self, code: str, message: str, place: Place, hint: str = "") -> None: ...
    def expression(self, text: str, offset: int, names: Names) -> Expression: ...
    def resolved(self, node: ast.expr, text: str, offset: int, names: Names) -> Expression: ...
    def python(self, text: str, offset: int) -> ast.expr | None: ...
    def parts(self, parts: Iterable[DataPart], names: Names) -> Iterator[str | Expression]: ...


@dataclass
class Given:
    """What the attributes of one element say."""

    attributes: list[Attribute] = field(default_factory=list)
    classes: list[ClassItem] = field(default_factory=list)
    styles: list[StyleItem] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    model: Model | None = None


def read(reader: Reader, tag: str, given: tuple[TagAttribute, ...], names: Names) -> Given:
    """The attributes of an element, sorted by what they do."""
    found = Given()
    for attribute in given:
        name, place = attribute.name, reader.place(attribute.offset)
        text, offset = html.unescape(attribute.value or ""), attribute.value_offset
        if name.startswith("@"):
            found.events += _event(reader, name[1:], text, offset, names, place)
        elif name == "l-model":
            found.model = _model(reader, tag, given, attribute, names)
        elif name.startswith(("l-", "v-")):
            hint = did_you_mean(f"l-{name[2:]}", DIRECTIVES, f"there are {', '.join(DIRECTIVES)}")
            reader.report("template-directive", f"no directive `{name}`", place, hint)
        elif name == ":class":
            found.classes += _classes(reader, text, offset, names)
        elif name == ":style":
            found.styles += _styles(reader, text, offset, names)
        else:
            found.attributes += _plain(reader, tag, attribute, text, names, place)
    _check_clashes(reader, found, tag)
    return found


def _plain(
    reader: Reader, tag: str, attribute: TagAttribute, text: str, names: Names, place: Place
) -> Iterator[Attribute]:
    """``name="text {{ x }}"`` or ``:name="x"``."""
    bound = attribute.name.startswith(":")
    name = attribute.name.removeprefix(":")
    name = SVG_ATTRIBUTES.get(name.lower(), name)
    if bound:
        parts: tuple[str | Expression, ...] = (reader.expression(text, attribute.value_offset, names),)
    elif attribute.value is None:
        parts = ()
    else:
        parts = tuple(reader.parts(split_text(attribute.value, attribute.value_offset), names))
    dynamic = any(isinstance(part, Expression) for part in parts)
    if not _ATTRIBUTE_NAME.fullmatch(name):
        reader.report("template-markup", f"`{name}` is no name of an attribute", place)
    elif reason := safety.refused_attribute(tag, name, None if dynamic else text):
        hint = f'write `@{name[2:].lower()}="action"`' if name.lower().startswith("on") else ""
        hint = hint or ('write `@click="action"`' if "runs script" in reason else "")
        reader.report("template-unsafe", f"`{name}` {reason}", place, hint)
    elif dynamic and name in ("class", "style"):
        hint = f'write `:{name}="…"` beside a plain `{name}`'
        reader.report("template-attribute", f"`{{{{ }}}}` in `{name}`", place, hint)
    else:
        yield Attribute(name, parts, place, bound)


def _event(reader: Reader, name: str, text: str, offset: int, names: Names, place: Place) -> Iterator[Event]:
    type_, *modifiers = name.split(".")
    known = (*FLAGS, *KEYS)
    if type_.startswith("on") and type_ != "online":
        reader.report("template-event", f"no event `{type_}`", place, f"write `@{type_[2:]}`")
    if not _EVENT_TYPE.fullmatch(type_):
        reader.report("template-event", f"`@{name}` names no event", place, 'write `@click="action"`')
        return
    for modifier in modifiers:
        if modifier not in known or (modifier in KEYS and not type_.startswith("key")):
            keys = "" if modifier not in KEYS else " here: it belongs to `@keydown` and `@keyup`"
            hint = f"there are {', '.join(known)}"
            reader.report("template-event", f"no modifier `.{modifier}`{keys}", place, hint)
    node = reader.python(text, offset)
    match node:
        case ast.Name(id=action):
            arguments: list[ast.expr] = []
        case ast.Call(func=ast.Name(id=action), args=arguments, keywords=[]):
            pass
        case None:
            return
        case _:
            hint = "write the name of an action, or `action(arguments)` with arguments by position"
            reader.report("template-event", f"`@{type_}` calls one action", reader.place(offset), hint)
            return
    if action not in reader.actions:
        listed = "actions are public methods, or listed in setup"
        hint = did_you_mean(action, sorted(reader.actions), listed)
        reader.report("template-event", f"no action `{action}`", reader.place(offset), hint)
        return
    if wrong := _wrong_arguments(reader.actions[action], len(arguments)):
        hint = f"write `{action}(…)`; `event` is what has happened: event.value, event.key, event.checked"
        reader.report("template-event", f"`{action}` here: {wrong}", reader.place(offset), hint)
        return
    inner = names.with_event()
    yield Event(
        type_,
        action,
        tuple(reader.resolved(argument, text, offset, inner) for argument in arguments),
        tuple(modifiers),
        place,
    )


def _wrong_arguments(signature: Signature | None, count: int) -> str:
    """What Python says of a call with `count` arguments, "" where it takes them."""
    if signature is None:
        return ""
    try:
        signature.bind(*[None] * count)
    except TypeError as error:
        return str(error)
    return ""


def _classes(reader: Reader, text: str, offset: int, names: Names) -> Iterator[ClassItem]:
    """The items of ``:class``: a mapping from names to conditions, a text, or a list of both."""
    node = reader.python(text, offset)
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
        if isinstance(item, ast.Dict):
            for name, value in _entries(reader, item, offset, "a class"):
                yield ClassItem(name, reader.resolved(value, text, offset, names), True)
        elif item is not None:
            yield ClassItem("", reader.resolved(item, text, offset, names), False)


def _styles(reader: Reader, text: str, offset: int, names: Names) -> Iterator[StyleItem]:
    """The items of ``:style``: properties with their values, a text of declarations, or a list of both."""
    node = reader.python(text, offset)
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
        if isinstance(item, ast.Dict):
            for name, value in _entries(reader, item, offset, "a property"):
                if not safety.is_property(name):
                    reader.report("template-attribute", f"`{name}` is no CSS property", reader.place(offset))
                yield StyleItem(_property(name), reader.resolved(value, text, offset, names))
        elif item is not None:
            yield StyleItem("", reader.resolved(item, text, offset, names))


def _property(name: str) -> str:
    """A CSS property as style sheets write it: ``fontSize`` and ``font_size`` are ``font-size``."""
    if name.startswith("--"):
        return name
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name).replace("_", "-")


def _entries(reader: Reader, node: ast.Dict, offset: int, what: str) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.strip():
            yield key.value.strip(), value
        else:
            reader.report("template-attribute", f"the name of {what} is a plain text", reader.place(offset))


def _model(
    reader: Reader, tag: str, given: tuple[TagAttribute, ...], model: TagAttribute, names: Names
) -> Model | None:
    place, text = reader.place(model.offset), html.unescape(model.value or "")
    value = reader.expression(text, model.value_offset, names)
    path = names.path(value.node)
    if path is None:
        hint = did_you_mean(
            text.strip(), reader.state, "declare it in setup's `state`, or loop over a list of it"
        )
        reader.report("template-model", f"`l-model` needs a place in state, not `{text}`", place, hint)
        return None
    field_name, keys = _field_and_keys(path)
    type_ = reader.state.get(field_name, ANY)
    for key in keys:
        if isinstance(inner := _inside(type_, key), str):
            reader.report("template-model", f"`{value.text}`: {inner}", place)
            return None
        type_ = inner
    kind = _model_kind(tag, {a.name: a.value or "" for a in given}, type_)
    if not kind:
        reader.report(
            "template-model", f"`l-model` on this `<{tag}>`", place, "use an input, select or textarea"
        )
        return None
    if type_ not in (*MODEL_TYPES[kind], ANY):
        wanted = " or ".join(map(describe, MODEL_TYPES[kind]))
        message = f"`{value.text}` is {describe(type_)}; this input changes {wanted}"
        is_group = isinstance(type_, ListOf | SetOf) and kind == "check"
        reader.report("template-model", message, place, "give the checkbox a `value`" if is_group else "")
        return None
    return Model(
        field_name, kind, value, place, type_, tuple(Expression(key, value.text, place) for key in keys)
    )


def _field_and_keys(path: ast.expr) -> tuple[str, list[ast.expr]]:
    """The state field of a path, and the keys behind it."""
    keys: list[ast.expr] = []
    while isinstance(path, ast.Subscript):
        keys.insert(0, path.slice)
        path = path.value
    assert isinstance(path, ast.Name)
    return path.id.partition(".")[2], keys


def _inside(owner: Type, key: ast.expr) -> Type | str:
    """The type of what stands under a key, or why an action could not assign to it."""
    match owner, key:
        case ListOf(item) | DictOf(_, item), _:
            return item
        case Record(fields), ast.Constant(value=name):
            return dict(fields).get(str(name)) or f"there is no key {name!r}"
        case Record(), _:
            return as_dict(owner).value
    return ANY if owner is ANY else f"{describe(owner)} has no items that can be set"


def _model_kind(tag: str, given: Mapping[str, str], type_: Type) -> str:
    if tag == "textarea":
        return "text"
    if tag == "select":
        return "list" if chooses_several(tag, given) else "select"
    if isinstance(type_, ListOf | SetOf) and chooses_several(tag, given):
        return "group"
    if tag != "input" or ":type" in given:
        return ""
    return INPUT_KINDS.get(given.get("type", "text").lower(), "")


def _check_clashes(reader: Reader, found: Given, tag: str) -> None:
    """One attribute has one source."""
    taken = {"text": "value", "select": "value", "list": "value"}
    taken |= dict.fromkeys(("check", "group", "radio"), "checked")
    seen: set[str] = {taken[found.model.kind]} if found.model else set()
    for attribute in found.attributes:
        low = attribute.name.lower()
        if low in seen:
            reader.report(
                "template-duplicate", f"`{low}` has two sources in `<{tag}>`", attribute.place, "keep one"
            )
        seen.add(low)
