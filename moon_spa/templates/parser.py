"""From tags to nodes: directives, attributes and text with their resolved expressions."""

from __future__ import annotations

import ast
import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import Signature

from moon_spa.findings import Place, template_finding
from moon_spa.templates import attributes, markup, safety
from moon_spa.templates.expressions import (
    ExpressionError,
    Names,
    parse_expression,
    parse_python,
    place_at,
    resolve_expression,
)
from moon_spa.templates.markup import Data, DataPart, MarkupError, Tag, TagAttribute, read_markup, split_text
from moon_spa.templates.nodes import (
    Branch,
    Children,
    Element,
    Expression,
    For,
    If,
    Node,
    Text,
    Use,
)
from moon_spa.types import Type
from moonlight.diagnostic import Diagnostic, Severity

CONDITIONS = ("l-if", "l-else-if", "l-else")
_FOR = re.compile(r"\s*(?P<targets>.+?)\s+in\s+(?P<items>.+)", re.DOTALL)
_TARGETS = re.compile(r"\(?\s*([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*,?\s*\)?")


@dataclass(frozen=True)
class Parsed:
    """The nodes of a template, the CSS of its ``<style>``, and what was found; no nodes where it is wrong."""

    nodes: tuple[Node, ...]
    style: str
    style_place: Place | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Known:
    """What a component offers its template: names, types of its state, actions, nested components."""

    names: Names = field(default_factory=Names)
    state: Mapping[str, Type] = field(default_factory=dict)
    actions: Mapping[str, Signature | None] = field(default_factory=dict)
    components: frozenset[str] = frozenset()


def parse_template(
    text: str, path: str, line: int = 1, column: int = 1, known: Known | None = None
) -> Parsed:
    """`text` as nodes; `line` and `column` are where it begins in the file. Never raises."""
    return _Parser(text, Place(path, line, column), known or Known()).parse()


class _Parser:
    """Builds the nodes of one template and collects what is wrong with it."""

    def __init__(self, text: str, start: Place, known: Known) -> None:
        self.text, self.start, self.known = text, start, known
        self.found: list[Diagnostic] = []
        self.style = ""
        self.uses: Counter[str] = Counter()
        self.style_place: Place | None = None
        self.clashes: set[str] = set()
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def parse(self) -> Parsed:
        try:
            roots = _trimmed(self._styles(read_markup(self.text, self.known.components)))
            nodes = tuple(self.nodes(roots, self.known.names, 0))
        except MarkupError as error:
            self.report(error.code, error.message, self.place(error.offset), error.hint)
            nodes = ()
        wrong = any(found.severity == "error" for found in self.found)
        return Parsed(() if wrong else nodes, self.style, self.style_place, tuple(self.found))

    def place(self, offset: int) -> Place:
        line = bisect_right(self.lines, offset) - 1
        column = offset - self.lines[line] + (1 if line else self.start.column)
        return Place(self.start.path, self.start.line + line, column)

    def report(
        self, code: str, message: str, place: Place, hint: str = "", severity: Severity = "error"
    ) -> None:
        self.found.append(template_finding(code, message, place, hint, severity))

    def warn(self, code: str, message: str, place: Place, hint: str) -> None:
        if message not in self.clashes:
            self.clashes.add(message)
            self.report(code, message, place, hint, "warning")

    # Expressions

    def expression(self, text: str, offset: int, names: Names, loop: bool = False) -> Expression:
        """A resolved expression; `None` stands for one that is wrong, which is reported."""
        begin = len(text) - len(text.lstrip())
        text, place = text[begin:], self.place(offset + begin)
        try:
            return parse_expression(text, place, names, self.warn, loop)
        except ExpressionError as error:
            self.report_expression(error, place)
            return Expression(ast.Constant(None), text, place)

    def report_expression(self, error: ExpressionError, place: Place) -> None:
        self.report(
            "template-expression", error.message, place_at(place, error.line, error.column), error.hint
        )

    def resolved(self, node: ast.expr, text: str, offset: int, names: Names) -> Expression:
        """A part of Python that was read before, resolved."""
        place = self.place(offset)
        try:
            return resolve_expression(node, text, place, names, self.warn)
        except ExpressionError as error:
            self.report_expression(error, place)
            return Expression(ast.Constant(None), text, place)

    @property
    def state(self) -> Mapping[str, Type]:
        """Types of the state fields, for `l-model`."""
        return self.known.state

    @property
    def actions(self) -> Mapping[str, Signature | None]:
        """The actions, for events."""
        return self.known.actions

    def value(self, attribute: TagAttribute, names: Names) -> Expression:
        """The expression of a directive or of ``:name``."""
        return self.expression(html.unescape(attribute.value or ""), attribute.value_offset, names)

    def parts(self, parts: Iterable[DataPart], names: Names) -> Iterator[str | Expression]:
        for part in parts:
            if part.expression:
                yield self.expression(part.text, part.offset, names)
            elif part.text:
                yield part.text.replace("\r\n", "\n").replace("\r", "\n")

    # Nodes

    def nodes(self, tags: list[Tag | Data], names: Names, depth: int) -> Iterator[Node]:
        """The nodes of siblings; an `l-if` takes the branches that follow it."""
        position = 0
        while position < len(tags):
            tag = tags[position]
            position += 1
            if isinstance(tag, Data):
                yield from self.text_nodes(tag, names)
                continue
            conditions = [a for a in tag.attributes if a.name in CONDITIONS]
            if not conditions:
                yield from self.looped(tag, names, depth)
            elif conditions[0].name != "l-if":
                message = f"`{conditions[0].name}` without an `l-if` before it"
                self.report(
                    "template-branch", message, self.place(conditions[0].offset), "write `l-if` first"
                )
            else:
                branches = [self.branch(tag, names, depth)]
                while (after := _next_branch(tags, position)) is not None:
                    position = after + 1
                    follower = tags[after]
                    assert isinstance(follower, Tag)
                    branches.append(self.branch(follower, names, depth))
                    if branches[-1].condition is None:
                        break
                yield If(tuple(branches))

    def branch(self, tag: Tag, names: Names, depth: int) -> Branch:
        attribute = next(a for a in tag.attributes if a.name in CONDITIONS)
        if any(a.name == "l-for" for a in tag.attributes):
            message = f"`{attribute.name}` and `l-for` on one element"
            hint = "put one of them on a `<template>` around it"
            self.report("template-branch", message, self.place(attribute.offset), hint)
        condition = None if attribute.name == "l-else" else self.value(attribute, names)
        if condition is None and attribute.value:
            self.report("template-branch", "`l-else` takes no condition", self.place(attribute.offset))
        return Branch(condition, tuple(self.bare(tag, names, depth)))

    def looped(self, tag: Tag, names: Names, depth: int) -> Iterator[Node]:
        loop = next((a for a in tag.attributes if a.name == "l-for"), None)
        self.check_keys(tag, loop is not None)
        if loop is None:
            yield from self.bare(tag, names, depth)
            return
        place = self.place(loop.offset)
        match = _FOR.fullmatch(html.unescape(loop.value or ""))
        targets = _TARGETS.fullmatch(match["targets"]) if match else None
        if not match or not targets:
            hint = 'write `l-for="item in items"` or `l-for="key, value in mapping.items()"`'
            self.report("template-loop", "`l-for` is not `names in items`", place, hint)
            return
        bound = tuple(name.strip() for name in targets[1].split(","))
        self.check_targets(bound, place)
        items = self.expression(match["items"], loop.value_offset + match.start("items"), names, True)
        inner = names.inside(bound, items.node, depth)
        keyed = next((a for a in tag.attributes if a.name == ":key"), None)
        key = self.value(keyed, inner) if keyed else None
        if "," in targets[0] and len(bound) == 1:
            self.report("template-loop", "a loop over tuples of one", place, "write one name without a comma")
        children = tuple(self.bare(tag, inner, depth + len(bound) + 1))
        yield For(bound, items, key, children, depth, place)

    def check_keys(self, tag: Tag, loops: bool) -> None:
        """A key belongs to a loop, and is an expression there."""
        for attribute in tag.attributes:
            place = self.place(attribute.offset)
            if attribute.name == ":key" and not loops:
                self.warn("template-loop", "`:key` means nothing here", place, "write it beside the `l-for`")
            elif attribute.name == "key" and loops:
                hint = f'write `:key="{attribute.value or "item"}"`'
                self.report("template-loop", "`key` of a loop is a plain text here", place, hint)

    def check_targets(self, bound: tuple[str, ...], place: Place) -> None:
        for name in bound:
            if name in ("loop", "py", "state", "props", "event", "children") or bound.count(name) > 1:
                self.report("template-loop", f"`{name}` cannot be the name of a loop variable here", place)
            elif spaces := self.known.names.spaces(name):
                self.warn("template-clash", f"loop variable `{name}` hides `{spaces[0]}.{name}`", place, "")

    def bare(self, tag: Tag, names: Names, depth: int) -> Iterator[Node]:
        """The node of a tag, its `l-if` and `l-for` aside."""
        structural = {*CONDITIONS, "l-for", ":key"}
        rest = tuple(a for a in tag.attributes if a.name not in structural)
        if tag.name == "template":
            if rest or len(rest) == len(tag.attributes):
                message = "`<template>` is for `l-if`, `l-else-if`, `l-else` and `l-for` only"
                self.report("template-markup", message, self.place(tag.offset))
            yield from self.nodes(tag.children, names, depth)
        elif tag.name[0].isupper():
            yield self.use(tag, rest, names, depth)
        else:
            if reason := safety.refused_tag(tag.name):
                self.report("template-unsafe", f"`<{tag.name}>` {reason}", self.place(tag.offset))
            yield self.element(tag, rest, names, depth)

    def element(self, tag: Tag, rest: tuple[TagAttribute, ...], names: Names, depth: int) -> Element:
        given = attributes.read(self, tag.name, rest, names)
        children = tuple(self.nodes(tag.children, names, depth))
        if given.model and tag.name == "textarea" and children:
            self.report(
                "template-model", "`l-model` fills the `<textarea>`", self.place(tag.offset), "leave it empty"
            )
        place = self.place(tag.offset)
        if tag.name in markup.RAW_TEXT and any(not isinstance(child, Text) for child in children):
            message = f"`{{{{ children }}}}` inside `<{tag.name}>`: browsers read what is in it as text"
            self.report("template-nesting", message, place, "give the text as a prop")
        return Element(
            tag.name,
            tuple(given.attributes),
            tuple(given.classes),
            tuple(given.styles),
            tuple(given.events),
            given.model,
            children,
            place,
        )

    def use(self, tag: Tag, rest: tuple[TagAttribute, ...], names: Names, depth: int) -> Use:
        if tag.name not in self.known.components:
            self.report("template-component", f"no component `{tag.name}`", self.place(tag.offset))
        self.uses[tag.name] += 1
        number = self.uses[tag.name]
        props: list[tuple[str, Expression | str]] = []
        for attribute in rest:
            name = attribute.name.removeprefix(":").replace("-", "_")
            if attribute.name.startswith(("@", "l-")):
                message = f"`{attribute.name}` on a component"
                hint = "put it on an element around the component"
                self.report("template-component", message, self.place(attribute.offset), hint)
            elif not name.isidentifier() or name == "children":
                self.report(
                    "template-component", f"no name of a prop: `{name}`", self.place(attribute.offset)
                )
            elif attribute.name.startswith(":"):
                props.append((name, self.value(attribute, names)))
            elif attribute.value is None:
                props.append((name, Expression(ast.Constant(True), "True", self.place(attribute.offset))))
            else:
                props.append((name, self.text_prop(attribute, names)))
        children = tuple(self.nodes(tag.children, names, depth))
        return Use(tag.name, tuple(props), children, self.place(tag.offset), number)

    def text_prop(self, attribute: TagAttribute, names: Names) -> Expression | str:
        """A prop given as text; with ``{{ }}`` in it the text of all parts."""
        split = split_text(attribute.value or "", attribute.value_offset)
        parts = list(self.parts(split, names))
        if all(isinstance(part, str) for part in parts):
            return "".join(part for part in parts if isinstance(part, str))
        values: list[ast.expr] = [
            ast.Constant(part) if isinstance(part, str) else ast.FormattedValue(part.node, -1, None)
            for part in parts
        ]
        return Expression(ast.JoinedStr(values), attribute.value or "", self.place(attribute.value_offset))

    def text_nodes(self, data: Data, names: Names) -> Iterator[Node]:
        """One text node; `{{ children }}` alone in its braces cuts the text in two."""
        run: list[DataPart] = []
        for part in data.parts:
            if part.expression and part.text.strip() == "children" and "children" not in names.loops:
                yield from self.run(run, names)
                run = []
                yield Children()
            else:
                run.append(part)
        yield from self.run(run, names)

    def run(self, parts: list[DataPart], names: Names) -> Iterator[Node]:
        if found := tuple(self.parts(parts, names)):
            yield Text(_joined(found))

    def _styles(self, roots: list[Tag | Data]) -> list[Tag | Data]:
        """`roots` without the ``<style>``, whose text is kept."""
        kept: list[Tag | Data] = []
        for tag in roots:
            if not isinstance(tag, Tag) or tag.name != "style":
                kept.append(tag)
                continue
            inside = tag.children[0] if tag.children else None
            if self.style_place or [a for a in tag.attributes if a.name != "scoped"]:
                self.report(
                    "template-style", "one `<style>` without attributes is enough", self.place(tag.offset)
                )
            elif isinstance(inside, Data):
                self.style = "".join(part.text for part in inside.parts)
                self.style_place = self.place(inside.offset)
        return kept

    def python(self, text: str, offset: int) -> ast.expr | None:
        """Unresolved Python, for the directives that look at its shape; None where it is wrong."""
        try:
            return parse_python(text)
        except ExpressionError as error:
            self.report_expression(error, self.place(offset))
            return None


def _joined(parts: tuple[str | Expression, ...]) -> tuple[str | Expression, ...]:
    """`parts` with neighbouring texts as one."""
    joined: list[str | Expression] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def _trimmed(tags: list[Tag | Data]) -> list[Tag | Data]:
    """`tags` without the white space at both ends of the template."""
    kept = list(tags)
    for end in (0, -1):
        while kept and isinstance(data := kept[end], Data) and data.is_blank:
            del kept[end]
    return [_strip(tag, position == 0, position == len(kept) - 1) for position, tag in enumerate(kept)]


def _strip(tag: Tag | Data, first: bool, last: bool) -> Tag | Data:
    if isinstance(tag, Tag):
        return tag
    parts = list(tag.parts)
    if first and not parts[0].expression:
        parts[0] = DataPart(parts[0].text.lstrip(), parts[0].offset, False)
    if last and not parts[-1].expression:
        parts[-1] = DataPart(parts[-1].text.rstrip(), parts[-1].offset, False)
    return Data(tuple(parts), tag.offset)


def _next_branch(tags: list[Tag | Data], position: int) -> int | None:
    """Where the `l-else-if` or `l-else` stands that follows after white space only."""
    while position < len(tags):
        tag = tags[position]
        if isinstance(tag, Tag):
            return position if any(a.name in CONDITIONS[1:] for a in tag.attributes) else None
        if not tag.is_blank:
            return None
        position += 1
    return None
