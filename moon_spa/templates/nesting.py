"""Where elements may stand: the parser of HTML moves or drops what stands elsewhere, so that is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from moon_spa.findings import Place, template_finding
from moon_spa.templates.nodes import Children, Element, For, If, Node, Use
from moonlight.diagnostic import Diagnostic

CHILDREN: Mapping[str, frozenset[str]] = {
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"}),
    **dict.fromkeys(("tbody", "thead", "tfoot"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
    "colgroup": frozenset({"col"}),
    "select": frozenset({"option", "optgroup", "hr"}),
    "optgroup": frozenset({"option"}),
    "option": frozenset(),
}
"""The only elements that may stand directly in these."""

_PARENTS: Mapping[str, frozenset[str]] = {
    "tr": frozenset({"tbody", "thead", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    **dict.fromkeys(("tbody", "thead", "tfoot", "caption", "colgroup"), frozenset({"table"})),
    "col": frozenset({"colgroup"}),
}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CLOSES_P = _HEADINGS | {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "dialog",
        "div",
        "dl",
        "fieldset",
        "figcaption",
    ),
    *(
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
    ),
    *("section", "table", "ul"),
}
_ENDS_SVG = _HEADINGS | {
    *(
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "hr",
        "i",
        "img",
    ),
    *("li", "menu", "nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong", "strike", "sub", "sup"),
    *("table", "tt", "u", "ul", "var"),
}
_SVG = frozenset({"svg", "math"})
_HTML_IN_SVG = frozenset({"foreignObject", "desc", "title", "annotation-xml"})
_BOUNDARIES = frozenset({"button", "caption", "marquee", "object", "td", "th"}) | _HTML_IN_SVG
_NOT_INSIDE_ITSELF = frozenset({"a", "button", "form", "option"})
_ENDED_BY: Mapping[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}
_LISTS = (_CLOSES_P - {"address", "div", "p"}) | _BOUNDARIES
"""What an item of a list may stand in, inside of another item."""


def misplaced(tag: str, around: Sequence[str]) -> tuple[str, str] | None:
    """Why an element may not stand in these, the innermost last, and what to write; None where it may."""
    parent = around[-1] if around else ""
    if _is_svg(around):
        if tag not in _ENDS_SVG:
            return None
        return (
            f"`<{tag}>` inside `<{parent}>`: browsers end the drawing before it",
            "put it into a `<foreignObject>`",
        )
    if tag == "image":
        return "`<image>` belongs to SVG", "write `<img>`"
    if not parent:
        return None
    inside = f"`<{tag}>` inside `<{parent}>`"
    if parent in CHILDREN and tag not in CHILDREN[parent]:
        return inside, "put `<tbody>` around the rows" if (parent, tag) == ("table", "tr") else ""
    if tag in _PARENTS and parent not in _PARENTS[tag]:
        return inside, ""
    if tag in _CLOSES_P and "p" in _up_to(around, _BOUNDARIES):
        return (
            f"`<{tag}>` inside `<p>`: browsers close the paragraph before it",
            "use `<div>` for the outer one",
        )
    if tag in _NOT_INSIDE_ITSELF and tag in around:
        return f"`<{tag}>` inside `<{tag}>`", ""
    if tag in _HEADINGS and parent in _HEADINGS:
        return f"{inside}: browsers end one heading before the other", ""
    if ended := _ENDED_BY.get(tag, frozenset()).intersection(_up_to(around, _LISTS)):
        return f"`<{tag}>` inside `<{min(ended)}>`: browsers end one before the other", "put a list around it"
    return None


def _is_svg(around: Sequence[str]) -> bool:
    """Whether the innermost of these that says so is of SVG or MathML."""
    return next((tag in _SVG for tag in reversed(around) if tag in _SVG | _HTML_IN_SVG), False)


def _up_to(around: Sequence[str], ends: frozenset[str]) -> Iterator[str]:
    """The elements around, from the innermost to the first of `ends`, without it."""
    for tag in reversed(around):
        if tag in ends:
            return
        yield tag


@dataclass(frozen=True, eq=False)
class _Inside:
    """A component where another one has it: its way there, and what stands between its tags, with its own.

    `use` is the tag in the template that is looked at.
    """

    use: Use
    names: tuple[str, ...]
    nodes: tuple[Node, ...]
    owner: _Inside | None


def misplaced_parts(name: str, components: Mapping[str, tuple[Node, ...]]) -> Iterator[Diagnostic]:
    """Warnings of elements that the components in `name` bring to where browsers do not keep them."""
    told: set[tuple[Place, str]] = set()
    for use, (message, hint) in _found(components.get(name, ()), (), None, components):
        if (use.place, message) not in told:
            told.add((use.place, message))
            said = f"`<{use.name}>` brings {message}"
            yield template_finding("template-nesting", said, use.place, hint, "warning")


def _found(
    nodes: tuple[Node, ...],
    around: tuple[str, ...],
    inside: _Inside | None,
    components: Mapping[str, tuple[Node, ...]],
    use: Use | None = None,
) -> Iterator[tuple[Use, tuple[str, str]]]:
    """What is wrong in `nodes`, which stand in `around`; `use` brings them there."""
    for node in nodes:
        match node:
            case Element():
                outer = around
                if use and (wrong := misplaced(node.tag, around)):
                    yield use, wrong
                    outer = ()
                yield from _found(node.children, (*outer, node.tag), inside, components, use)
            case If():
                for branch in node.branches:
                    yield from _found(branch.children, around, inside, components, use)
            case For():
                yield from _found(node.children, around, inside, components, use)
            case Children() if inside:
                yield from _found(inside.nodes, around, inside.owner, components, inside.use)
            case Use():
                names = (*(inside.names if inside else ()), node.name)
                if names.count(node.name) < 3:  # one that has itself looks the same from there on
                    inner = _Inside(use or node, names, node.children, inside)
                    yield from _found(components.get(node.name, ()), around, inner, components, inner.use)
