"""A template for the browser: its nodes as a JavaScript literal that `browser/mount.mjs` builds and updates.

Values of loops live in one array: a loop at depth `d` puts its names from `d` on, then its `loop` record.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from moon_spa import artefact, javascript
from moon_spa.features import Feature
from moon_spa.findings import ComponentError, template_finding
from moon_spa.spec import Expr
from moon_spa.templates import attributes, safety
from moon_spa.templates.emission import Emitter, NotCompiledError
from moon_spa.templates.looping import LOOP, SINGLE, gone_through, remedy, unpacked
from moon_spa.templates.nodes import (
    Attribute,
    Children,
    Element,
    Event,
    Expression,
    For,
    If,
    Model,
    Node,
    Text,
    Use,
)
from moon_spa.templates.server import BOOLEAN_TEXT, ENUMERATED, is_loose
from moon_spa.types import ANY, BOOL, INT, NONE, NUMBERS, STR, ListOf, Record, TupleOf, Type, describe
from moonlight.diagnostic import Diagnostic

EVENT: tuple[tuple[str, Type], ...] = (
    *(("type", STR), ("key", STR), ("value", STR), ("checked", BOOL), ("x", ANY), ("y", ANY)),
)
"""The keys of `event`."""

SPACES: Mapping[str, str] = {
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
}
"""Elements that begin another name space: what is inside of them is in it too."""

_MARK = re.compile(r"\0(\d+)\0")
"""Begins a line of the text while it is made: the line of the file that it is from."""


@dataclass(frozen=True)
class ClientTemplate:
    """``(__moon) => [nodes]`` with the helpers that it calls and the components that it names.

    `lines` are pairs of a line of `js`, from 1, and a line of the file: those of expressions that may raise.
    `features` are what it needs of the runtime, `doubts` are warnings.
    """

    js: str
    helpers: frozenset[str]
    components: frozenset[str]
    lines: tuple[tuple[int, int], ...] = ()
    features: frozenset[Feature] = frozenset()
    doubts: tuple[Diagnostic, ...] = ()

    @property
    def reads_props(self) -> bool:
        """Whether what it shows depends on a prop."""
        return "s.props" in self.js


@dataclass(frozen=True)
class Surroundings:
    """What the names of a template are in the browser: types of state fields, keys of data and props."""

    state: Mapping[str, Type] = field(default_factory=dict)
    py: Iterable[str] = ()
    props: Iterable[str] = ()

    def environment(self) -> dict[str, Expr]:
        """The JavaScript of every resolved name."""
        names = {
            "state": self.state,
            "py": dict.fromkeys(self.py, ANY),
            "props": dict.fromkeys(self.props, ANY),
        }
        found = {"props": Expr("s.props", ANY), "py": Expr("s.py", ANY)}
        found["state"] = Expr("s.state", Record(tuple(self.state.items())))
        for space, keys in names.items():
            for key, type_ in keys.items():
                found[f"{space}.{key}"] = Expr(javascript.member(f"s.{space}", key), type_)
        return found


def compile_client(
    nodes: tuple[Node, ...], around: Surroundings, scope_attribute: str = ""
) -> ClientTemplate:
    """The template for the browser. Raises ComponentError where an expression cannot be shown equal there."""
    compiler = _Compiler(scope_attribute)
    js = compiler.nodes(nodes, around.environment())
    if compiler.found:
        raise ComponentError(compiler.found)
    helpers = frozenset(compiler.emitter.helpers)
    lines = f"(__moon) => {js}".split("\n")
    found = [(at, int(match[1])) for at, line in enumerate(lines, 1) if (match := _MARK.match(line))]
    text = "\n".join(_MARK.sub("", line) for line in lines)
    features = frozenset(compiler.features)
    components, doubts = frozenset(compiler.components), tuple(compiler.doubts)
    return ClientTemplate(text, helpers, components, tuple(found), features, doubts)


Meanings = Mapping[str, Expr]


class _Compiler:
    """Writes the nodes and collects helpers, components and findings."""

    def __init__(self, scope_attribute: str) -> None:
        self.scope_attribute = scope_attribute
        self.emitter = Emitter()
        self.components: set[str] = set()
        self.features: set[Feature] = set()
        self.found: list[Diagnostic] = []
        self.doubts: list[Diagnostic] = []

    # Expressions

    def emit(self, node: ast.expr, names: Meanings, source: Expression, boxed: bool = False) -> Expr:
        """An expression in the browser, on its own line where it may raise; what has no equal is reported."""
        place = source.place
        try:
            found = self.emitter.emit(node, names, boxed)
            js = f"\n\0{place.line}\0{found.js}" if "__moon." in found.js else found.js
            return replace(found, js=js)
        except NotCompiledError as error:
            hint = "compute it in setup's `data`, or in an action"
            message = f"`{source.text}` cannot be shown equal in the browser: {error}"
            self.found.append(template_finding("template-browser", message, place, hint))
            return Expr("null", NONE)

    def called(self, function: str, expression: Expression, names: Meanings) -> Expr:
        """The expression inside of a call of a built-in function."""
        node = expression.node
        name = ast.copy_location(ast.Name(function, ast.Load()), node)
        return self.emit(ast.copy_location(ast.Call(name, [node], []), node), names, expression)

    def boxed(self, expression: Expression, names: Meanings) -> str:
        """The expression as a value of any type."""
        return self.emit(expression.node, names, expression, boxed=True).js

    def text(self, parts: tuple[str | Expression, ...], names: Meanings) -> str:
        """The text of all parts."""
        shown = [
            javascript.text(part) if isinstance(part, str) else self.shown(part, names) for part in parts
        ]
        return " + ".join(shown) if shown else '""'

    def shown(self, expression: Expression, names: Meanings) -> str:
        js = self.called("str", expression, names).js
        return js if _is_simple(js) else f"({js})"

    # Nodes

    def nodes(self, nodes: tuple[Node, ...], names: Meanings) -> str:
        return f"[{', '.join(self.node(node, names) for node in nodes)}]"

    def node(self, node: Node, names: Meanings) -> str:
        match node:
            case Text(parts=parts) if all(isinstance(part, str) for part in parts):
                return javascript.text(safety.clean("".join(str(part) for part in parts)))
            case Text(parts=parts):
                return f"(s, l) => {self.text(parts, names)}"
            case Element():
                return self.element(node, names)
            case If(branches=branches):
                self.features.add("if")
                written = (
                    f"[{self.condition(branch.condition, names)}, {self.nodes(branch.children, names)}]"
                    for branch in branches
                )
                return f"{{ i: [{', '.join(written)}] }}"
            case For():
                return self.loop(node, names)
            case Use():
                return self.use(node, names)
            case Children():
                self.features.add("children")
                return "0"

    def condition(self, condition: Expression | None, names: Meanings) -> str:
        return f"(s, l) => {self.called('bool', condition, names).js}" if condition else "0"

    def loop(self, node: For, names: Meanings) -> str:
        self.features.add("for")
        items = self.emit(gone_through(node.items.node), names, node.items)
        if not isinstance(items.type, ListOf):
            items = self.called("list", node.items, names)
        item = items.type.item if isinstance(items.type, ListOf) else ANY
        if len(node.targets) > 1 and item in SINGLE:
            hint = remedy(node)
            message = (
                f"{len(node.targets)} names for an item of `{node.items.text}`, which is {describe(item)}"
            )
            self.doubts.append(template_finding("template-loop", message, node.place, hint, "warning"))
        types = unpacked(item, len(node.targets))
        inner = dict(names)
        for at, (name, type_) in enumerate(zip(node.targets, types, strict=True)):
            inner[name] = Expr(f"l[{node.depth + at}]", type_)
        inner["loop"] = Expr(f"l[{node.depth + len(node.targets)}]", Record(LOOP))
        inner[f"index.{node.depth}"] = Expr(f"{inner['loop'].js}.index0", INT)
        children = self.nodes(node.children, inner)
        parts = [f"f: (s, l) => {items.js}"]
        if len(node.targets) > 1:
            parts.append(f"n: {self.unpacking(item, len(node.targets))}")
        if node.key:
            parts.append(f"k: (s, l) => {self.key(node.key, inner)}")
        if any(inner["loop"].js in part for part in (*parts, children)):
            parts.append("o: 1")
        if is_loose(node):
            parts.append("z: 1")
        return f"{{ {', '.join(parts)}, c: {children} }}"

    def key(self, expression: Expression, names: Meanings) -> str:
        """A value that a Map tells from the keys of other rows as Python would."""
        value = self.emit(expression.node, names, expression)
        if value.type in (INT, STR, BOOL):
            return value.js
        if value.type is not ANY:
            return self.called("repr", expression, names).js
        return f"{self.helper('key_a')}({self.boxed(expression, names)})"

    def helper(self, name: str) -> str:
        """A helper, which is shipped from now on."""
        self.emitter.helpers.add(name)
        return f"__moon.{name}"

    def unpacking(self, item: Type, count: int) -> str:
        """A function from an item of a loop to the values of its names."""
        if isinstance(item, TupleOf) and len(item.items) == count:
            return "(item) => item"
        return f"(item) => {self.helper('unpack')}({self.helper('iter_a')}(item), {count})"

    def use(self, node: Use, names: Meanings) -> str:
        self.components.add(node.name)
        self.features.add("use")
        props = (
            f"[{javascript.text(name)}, "
            + (javascript.text(value) if isinstance(value, str) else f"(s, l) => {self.boxed(value, names)}")
            + "]"
            for name, value in node.props
        )
        inside = f", c: {self.nodes(node.children, names)}" if node.children else ""
        step = f", n: {javascript.text(node.step)}" if node.step != node.name else ""
        return f"{{ u: {javascript.text(node.name)}{step}, p: [{', '.join(props)}]{inside} }}"

    def element(self, node: Element, names: Meanings) -> str:
        static = dict(self.static(node))
        if self.scope_attribute:
            static[self.scope_attribute] = ""
        parts = [f"t: {javascript.text(node.tag)}"]
        if space := SPACES.get(node.tag):
            parts.append(f'x: "{space}"')
        if static:
            parts.append(f"a: {javascript.literal(static)}")
        if bindings := [*self.bindings(node, names)]:
            parts.append(f"b: [{', '.join(bindings)}]")
        if node.children:
            parts.append(f"c: {self.nodes(node.children, names)}")
        if node.model:
            parts.append(f"m: {self.model(node.model, names)}")
        return f"{{ {', '.join(parts)} }}"

    def static(self, node: Element) -> Iterator[tuple[str, str]]:
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

    def bindings(self, node: Element, names: Meanings) -> Iterator[str]:
        if node.classes or node.styles or any(map(_is_dynamic, node.attributes)):
            self.features.add("attribute")
        for attribute in node.attributes:
            if _is_dynamic(attribute):
                yield self.attribute(node.tag, attribute, names)
        if node.classes:
            parts = ", ".join(self.classes(node, names))
            yield f'["a", "class", (s, l) => {self.helper("class_text")}([{parts}])]'
        if node.styles:
            parts = ", ".join(self.styles(node, names))
            yield f'["a", "style", (s, l) => [{parts}].filter(Boolean).join(" ") || null]'
        for event in node.events:
            yield self.event(event, names)

    def attribute(self, tag: str, attribute: Attribute, names: Meanings) -> str:
        name = javascript.text(attribute.name.lower())
        bound = attribute.parts[0] if attribute.bound else None
        if isinstance(bound, Expression):
            js = self.attribute_value(attribute.name, bound, names)
        else:
            js = self.text(attribute.parts, names)
        if attribute.name.lower() in safety.URL_ATTRIBUTES:
            js = f"{self.helper('safe_url')}({javascript.text(tag.lower())}, {name}, {js})"
        return f'["a", {javascript.text(attribute.name)}, (s, l) => {js}]'

    def attribute_value(self, name: str, expression: Expression, names: Meanings) -> str:
        """Text or null: None and False take an attribute away, True makes it empty."""
        value = self.emit(expression.node, names, expression)
        if value.type is STR or value.type in NUMBERS:
            return self.called("str", expression, names).js
        as_text = name.startswith(BOOLEAN_TEXT) or name in ENUMERATED
        return f"{self.helper('flag_a' if as_text else 'attribute_a')}({self.boxed(expression, names)})"

    def classes(self, node: Element, names: Meanings) -> Iterator[str]:
        for attribute in node.attributes:
            if attribute.name == "class":
                yield javascript.text("".join(str(part) for part in attribute.parts))
        for item in node.classes:
            if item.conditional:
                yield f"({self.called('bool', item.value, names).js}) && {javascript.text(item.name)}"
            else:
                yield self.boxed(item.value, names)

    def styles(self, node: Element, names: Meanings) -> Iterator[str]:
        for attribute in node.attributes:
            if attribute.name == "style":
                text = "".join(str(part) for part in attribute.parts)
                yield javascript.text(safety.static_style(text))
        for item in node.styles:
            value = self.emit(item.value.node, names, item.value)
            if not item.name:
                yield f"{self.helper('declarations')}({self.boxed(item.value, names)})"
            elif value.type is STR or value.type in NUMBERS:
                yield self.declaration(item.name, self.called("str", item.value, names).js)
            else:
                shown = f"{self.helper('shown_a')}({self.boxed(item.value, names)})"
                yield self.declaration(item.name, shown)

    def declaration(self, name: str, shown: str) -> str:
        return f"{self.helper('declaration')}({javascript.text(name)}, {shown})"

    def event(self, event: Event, names: Meanings) -> str:
        self.features.add("event")
        if any(map(_reads_event, event.arguments)):
            self.features.add("event-record")
        flags = [modifier for modifier in event.modifiers if modifier in attributes.FLAGS]
        key = next((attributes.KEYS[m] for m in event.modifiers if m in attributes.KEYS), "")
        inner = {**names, "event": Expr("e", Record(EVENT))}
        arguments = ", ".join(self.boxed(argument, inner) for argument in event.arguments)
        parts = [
            '"e"',
            javascript.text(event.type),
            javascript.text(event.action),
        ]
        if event.arguments or event.modifiers:
            parts.append(f"(s, l, e) => [{arguments}]" if event.arguments else "0")
        if event.modifiers:
            self.features.add("event-modifiers")
            parts += [javascript.literal(flags), javascript.text(key)]
        return f"[{', '.join(parts)}]"

    def model(self, model: Model, names: Meanings) -> str:
        self.features.add("model")
        function = {"check": "bool", "list": "list"}.get(model.kind, "str")
        is_group = model.kind == "group"
        shown = (
            self.emit(model.value.node, names, model.value)
            if is_group
            else self.called(function, model.value, names)
        )
        parts = [javascript.text(model.field), f'"{model.kind}"', f"(s, l) => {shown.js}"]
        if model.keys:
            keys = ", ".join(self.boxed(key, names) for key in model.keys)
            parts.append(artefact.script_json(artefact.descriptor(model.type)))
            parts.append(f"(s, l, old, value) => {self.helper('put_in')}(old, [{keys}], value)")
        return f"[{', '.join(parts)}]"


def _is_dynamic(attribute: Attribute) -> bool:
    return any(isinstance(part, Expression) for part in attribute.parts)


def _reads_event(argument: Expression) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "event" for one in ast.walk(argument.node))


def _is_simple(js: str) -> bool:
    """Whether the text binds tighter than a sum: a call, a name or a literal."""
    js = _MARK.sub("", js.lstrip("\n"))
    return js.replace("_", "").replace(".", "").replace("[", "").replace("]", "").isalnum() or (
        js.startswith("__moon.") and js.endswith(")") and js.count("(") == 1
    )
