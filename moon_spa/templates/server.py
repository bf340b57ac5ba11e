"""Server rendering: nodes and a render context become HTML that a browser takes over node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moon_spa import tracebacks
from moon_spa.findings import ComponentError, Place, finding, template_finding
from moon_spa.present import At, Part, Spaces, in_row, within
from moon_spa.templates import safety
from moon_spa.templates.evaluation import Scope, evaluate, unpack
from moon_spa.templates.looping import remedy
from moon_spa.templates.markup import VOID
from moon_spa.templates.nodes import (
    Attribute,
    Children,
    Element,
    Expression,
    For,
    If,
    Model,
    Node,
    Text,
    Use,
)
from moonlight.diagnostic import Diagnostic

OPEN, CLOSE, ITEM = "<!--[-->", "<!--]-->", "<!--,-->"
"""Marks around what may change as a whole: branches, loops, components, children; and before loose items."""

MAX_NESTED = 50
"""How deep components may stand inside each other."""

BOOLEAN_TEXT = ("aria-", "data-")
ENUMERATED = frozenset({"contenteditable", "draggable", "spellcheck"})
"""Attributes that say true and false as text."""


class RenderError(Exception):
    """An expression raised; `error` is what it raised, `place` where it stands, `hint` a remedy."""

    def __init__(self, error: Exception, place: Place, hint: str = "") -> None:
        super().__init__(describe(error))
        self.error, self.place, self.hint = error, place, hint


@dataclass(frozen=True)
class View:
    """What is needed to render a component: nodes, the mark of its style, its context for given props.

    `path` and `line` are where its class stands.
    """

    name: str
    nodes: tuple[Node, ...]
    scope_attribute: str
    context: Callable[[Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]
    components: Mapping[str, View] = field(default_factory=dict)
    path: str = ""
    line: int = 1


@dataclass(frozen=True)
class Rendered:
    """HTML, what went wrong in it, and the contexts of nested components that have data of the server."""

    html: str
    diagnostics: tuple[Diagnostic, ...]
    nested: tuple[Mapping[str, Any], ...]


def render(
    view: View,
    context: Spaces,
    given: Mapping[str, Any] | None = None,
    parts: Mapping[str, Part] | None = None,
) -> Rendered:
    """A component as HTML; one that raises is an error box, and what is around it is there.

    `parts` are the components inside, by path, that have another state than their first.
    """
    renderer = _Renderer(parts or {})
    html = renderer.component(view, given or {}, lambda _: context, None, "", 0)
    return Rendered(html, tuple(renderer.found), tuple(renderer.nested))


def describe(error: BaseException) -> str:
    """``ZeroDivisionError: division by zero``."""
    message = str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def error_box(name: str, error: BaseException, line: int = 0) -> str:
    """What stands for a component that raised; the browser shows the same."""
    said = f"{name}: {describe(error)}" + (f" (line {line})" if line else "")
    return f'<div class="moon-error" role="alert">{safety.text(said)}</div>'


@dataclass(frozen=True)
class _Inside:
    """Where a node is rendered: component, scope, what stands for `{{ children }}`, the select around.

    `at` gives the path of a component that stands here.
    """

    view: View
    scope: Scope
    children: Callable[[At], str] | None
    at: At
    depth: int
    chosen: tuple[str, ...] | None = None


class _Renderer:
    """Renders components into one another and collects what went wrong."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = dict(parts)
        self.found: list[Diagnostic] = []
        self.nested: list[Mapping[str, Any]] = []

    def component(
        self,
        view: View,
        given: Mapping[str, Any],
        context: Callable[[Mapping[str, Any]], Spaces],
        children: Callable[[At], str] | None,
        path: str,
        depth: int,
    ) -> str:
        before = len(self.nested)
        hint = ""
        try:
            if depth > MAX_NESTED:
                raise RecursionError(f"more than {MAX_NESTED} components inside each other")
            spaces = context(given)
            if depth and spaces["py"]:
                self.nested.append({"name": view.name, "given": given, **spaces})
            scope = Scope(self.present(view, path, spaces), {})
            here = _Inside(view, scope, children, within(path), depth)
            return "".join(self.all(view.nodes, here))
        except RenderError as error:
            tell, place, hint = template_finding, error.place, error.hint
            raised: Exception = error.error
        except ComponentError as error:
            span = error.diagnostics[0].span
            tell, place = finding, Place(span.path, span.line, span.column)
            raised = error.__cause__ if isinstance(error.__cause__, Exception) else error
        except Exception as error:
            found = tracebacks.failure("setup-failed", error, view.path, view.line)
            tell, place, raised = finding, Place(view.path or view.name, found.line), error
        del self.nested[before:]
        hint = hint or "the rest of the page is shown"
        self.found.append(tell("template-raised", f"{view.name}: {describe(raised)}", place, hint))
        return error_box(view.name, raised, place.line if view.path or place.path != view.name else 0)

    def present(self, view: View, path: str, first: Spaces) -> Spaces:
        """What the component at a path sees; one in the place of another has its first state."""
        part = self.parts.pop(path, None)
        if part is None or part.name != view.name:
            return first
        state = {name: part.state.get(name, value) for name, value in first["state"].items()}
        return {**first, "state": state}

    def all(self, nodes: tuple[Node, ...], inside: _Inside) -> Iterator[str]:
        for node in nodes:
            match node:
                case Text():
                    yield safety.text(self.text(node.parts, inside))
                case Element():
                    yield from self.element(node, inside)
                case If():
                    yield OPEN
                    for branch in node.branches:
                        if branch.condition is None or self.value(branch.condition, inside):
                            yield from self.all(branch.children, inside)
                            break
                    yield CLOSE
                case For():
                    yield OPEN
                    yield from self.loop(node, inside)
                    yield CLOSE
                case Use():
                    yield OPEN
                    yield self.use(node, inside)
                    yield CLOSE
                case Children():
                    yield OPEN
                    yield inside.children(inside.at) if inside.children else ""
                    yield CLOSE

    def value(self, expression: Expression, inside: _Inside) -> Any:
        try:
            return evaluate(expression.node, inside.scope)
        except Exception as error:
            raise RenderError(error, expression.place) from error

    def text(self, parts: tuple[str | Expression, ...], inside: _Inside) -> str:
        return "".join(part if isinstance(part, str) else str(self.value(part, inside)) for part in parts)

    def loop(self, node: For, inside: _Inside) -> Iterator[str]:
        try:
            given = self.value(node.items, inside)
            items = list(given)
        except TypeError as error:
            raise RenderError(error, node.place) from error
        seen: set[Any] = set()
        loose = is_loose(node)
        for index, item in enumerate(items):
            try:
                bound = self.bound(node, item, index, len(items))
            except (TypeError, ValueError) as error:
                raise RenderError(error, node.place, remedy(node, given, item)) from error
            scope = inside.scope.inside(bound)
            row = replace(inside, scope=scope)
            key: Any = index
            if node.key:
                key = self.value(node.key, row)
                if repr(key) in seen:
                    shown = key if isinstance(key, str) else repr(key)
                    raise RenderError(ValueError(f"duplicate key {shown}"), node.key.place)
                seen.add(repr(key))
            if loose:
                yield ITEM
            yield from self.all(node.children, replace(row, at=in_row(inside.at, key)))

    def bound(self, node: For, item: Any, index: int, length: int) -> dict[str, Any]:
        """The values of the loop's names, and `loop`. Raises what an assignment to the names does."""
        values = unpack(item, len(node.targets)) if len(node.targets) > 1 else [item]
        loop = {
            "index": index + 1,
            "index0": index,
            "first": index == 0,
            "last": index == length - 1,
            "length": length,
        }
        return {**dict(zip(node.targets, values, strict=True)), "loop": loop}

    def use(self, node: Use, inside: _Inside) -> str:
        view = inside.view.components[node.name]
        props = {
            name: value if isinstance(value, str) else self.value(value, inside) for name, value in node.props
        }
        return self.component(
            view,
            props,
            view.context,
            lambda at: "".join(self.all(node.children, replace(inside, at=within(at("*"))))),
            inside.at(node.step),
            inside.depth + 1,
        )

    def element(self, node: Element, inside: _Inside) -> Iterator[str]:
        yield f"<{node.tag}"
        static = next((a for a in node.attributes if a.name == "class"), None)
        yield from self.classes(node, static, inside)
        yield from self.styles(node, inside)
        for attribute in node.attributes:
            if attribute.name not in ("class", "style"):
                yield self.attribute(node.tag, attribute, inside)
        if inside.view.scope_attribute:
            yield f" {inside.view.scope_attribute}"
        content, chosen = "", inside.chosen
        if node.model:
            marks, content, chosen = self.model(node.model, node, inside)
            yield marks
        children = replace(inside, chosen=chosen)
        body = content + "".join(self.all(node.children, children))
        if node.tag == "option" and inside.chosen is not None and self.option(node, inside) in inside.chosen:
            yield " selected"
        if node.tag in VOID:
            yield ">"
            return
        # The parser of HTML drops one line end after these.
        yield ">\n" if node.tag in ("pre", "textarea", "listing") and body.startswith("\n") else ">"
        yield f"{body}</{node.tag}>"

    def classes(self, node: Element, static: Attribute | None, inside: _Inside) -> Iterator[str]:
        names = self.text(static.parts, inside).split() if static else []
        for item in node.classes:
            value = self.value(item.value, inside)
            if item.conditional:
                names += item.name.split() if value else []
            elif value is not None and value is not False:
                names += check_text(value, "class", item.value).split()
        if names or (static and not node.classes):
            yield f' class="{safety.attribute(" ".join(names))}"'

    def styles(self, node: Element, inside: _Inside) -> Iterator[str]:
        static = next((a for a in node.attributes if a.name == "style"), None)
        found = [safety.static_style(self.text(static.parts, inside))] if static else []
        for item in node.styles:
            value = self.value(item.value, inside)
            if item.name:
                found.append(safety.declaration(item.name, value, str(value)))
            elif value is not None and value is not False:
                found.append(safety.declarations(check_text(value, "style", item.value)))
        if text := " ".join(filter(None, found)):
            yield f' style="{safety.attribute(text)}"'

    def attribute(self, tag: str, attribute: Attribute, inside: _Inside) -> str:
        value = self.attribute_value(tag, attribute, inside)
        if value is None:
            return ""
        return f' {attribute.name}="{safety.attribute(value)}"' if value else f' {attribute.name}=""'

    def attribute_value(self, tag: str, attribute: Attribute, inside: _Inside) -> str | None:
        """The text of an attribute, None where it is absent."""
        bound = attribute.parts[0] if attribute.bound else None
        if isinstance(bound, Expression):
            value = self.value(bound, inside)
            shown = attribute_text(attribute.name, value)
        else:
            shown = self.text(attribute.parts, inside)
        dynamic = any(isinstance(part, Expression) for part in attribute.parts)
        if shown is not None and dynamic and attribute.name.lower() in safety.URL_ATTRIBUTES:
            return safety.url(tag, attribute.name.lower(), shown)
        return shown

    def model(self, model: Model, node: Element, inside: _Inside) -> tuple[str, str, tuple[str, ...] | None]:
        """Attributes, content, and chosen options that show a state field in an input."""
        value = self.value(model.value, inside)
        match model.kind:
            case "check":
                return (' checked=""' if value else ""), "", inside.chosen
            case "radio" | "group":
                own = next((a for a in node.attributes if a.name == "value"), None)
                shown = self.attribute_value(node.tag, own, inside) if own else "on"
                chosen = shown in value if model.kind == "group" else shown == str(value)
                return (' checked=""' if chosen else ""), "", inside.chosen
            case "select":
                return "", "", (str(value),)
            case "list":
                return "", "", tuple(str(item) for item in value)
        if node.tag == "textarea":
            return "", safety.text(str(value)), inside.chosen
        return f' value="{safety.attribute(str(value))}"', "", inside.chosen

    def option(self, node: Element, inside: _Inside) -> str | None:
        """The value of an `<option>`: its attribute, else its text."""
        own = next((a for a in node.attributes if a.name == "value"), None)
        if own:
            return self.attribute_value(node.tag, own, inside)
        texts = (self.text(child.parts, inside) for child in node.children if isinstance(child, Text))
        return " ".join("".join(texts).split())


def attribute_text(name: str, value: Any) -> str | None:
    """What `:name="value"` writes: nothing for None and False, "" for True, else `str(value)`."""
    if isinstance(value, bool) and (name.startswith(BOOLEAN_TEXT) or name in ENUMERATED):
        return "true" if value else "false"
    if value is None or value is False:
        return None
    return "" if value is True else str(value)


def check_text(value: Any, what: str, expression: Expression) -> str:
    """`value`, which has to be text."""
    if not isinstance(value, str):
        message = f"`:{what}` needs str, not {type(value).__name__}"
        raise RenderError(TypeError(message), expression.place)
    return value


def is_loose(node: For) -> bool:
    """Whether the items of a loop are not one element each, so that each needs a mark before it."""
    return len(node.children) != 1 or not isinstance(node.children[0], Element)
