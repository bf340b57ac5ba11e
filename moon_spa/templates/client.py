"""A template for the browser: its nodes as a JavaScript literal that `browser/mount.mjs` builds and updates.

Values of loops live in one array: a loop at depth `d` puts its names from `d` on, then its `loop` record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from moon_spa import javascript
from moon_spa.features import Feature
from moon_spa.findings import ComponentError, template_finding
from moon_spa.spec import Expr
from moon_spa.templates import elements, safety
from moon_spa.templates.looping import LOOP, SINGLE, gone_through, remedy, unpacked
from moon_spa.templates.nodes import (
    Children,
    Element,
    Expression,
    For,
    If,
    Node,
    Text,
    Use,
)
from moon_spa.templates.server import is_loose
from moon_spa.templates.writer import Meanings, Writer, without_marks
from moon_spa.types import ANY, BOOL, INT, STR, ListOf, Record, TupleOf, Type, describe
from moonlight.diagnostic import Diagnostic

SPACES: Mapping[str, str] = {
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
}
"""Elements that begin another name space: what is inside of them is in it too."""


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
    text, lines = without_marks(f"(__moon) => {js}")
    helpers, features = frozenset(compiler.emitter.helpers), frozenset(compiler.features)
    components, doubts = frozenset(compiler.components), tuple(compiler.doubts)
    return ClientTemplate(text, helpers, components, lines, features, doubts)


class _Compiler(Writer):
    """Writes the nodes, and collects the components that they name."""

    def __init__(self, scope_attribute: str) -> None:
        super().__init__()
        self.scope_attribute = scope_attribute
        self.components: set[str] = set()

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
        static = dict(elements.static(node))
        if self.scope_attribute:
            static[self.scope_attribute] = ""
        parts = [f"t: {javascript.text(node.tag)}"]
        if space := SPACES.get(node.tag):
            parts.append(f'x: "{space}"')
        if static:
            parts.append(f"a: {javascript.literal(static)}")
        if bindings := [*elements.bindings(self, node, names)]:
            parts.append(f"b: [{', '.join(bindings)}]")
        if node.children:
            parts.append(f"c: {self.nodes(node.children, names)}")
        if node.model:
            parts.append(f"m: {elements.model(self, node.model, names)}")
        return f"{{ {', '.join(parts)} }}"
