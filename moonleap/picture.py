"""The graph of a spec as SVG: resources as boxes, coloured by section, relations as labelled arrows."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from moonleap.blocks import SpecBlock
from moonleap.graph import Graph
from moonleap.layout import Bundle, Layout, Point, Size, Strand, lay_out
from moonleap.resource import Relation, Resource, block_of, node_of, term_of

LIMIT = 150
"""How many resources are shown; of more than these it is those that the spec names first."""
LINES = 400
"""How many relations are drawn."""
CHARACTER, SMALL = 7.25, 6.1
"""Width of a character of a term, and of a verb."""
LONGEST = 44
"""Characters of a term that are shown; its tooltip has them all."""
MARGIN, SHELF = 16, 1100
COLOURS = ("#3b82c4", "#c2703d", "#4f9d5d", "#a35cc0", "#c14f6b", "#2f9c99", "#97873a", "#7072d8")
"""Sections in turn; each is seen on white and on black."""

STYLE = """\
.moonleap-graph{color:var(--jp-ui-font-color1,#1f2328);font-family:var(--jp-code-font-family,ui-monospace,\
Menlo,Consolas,"DejaVu Sans Mono",monospace);font-size:12px}
.moonleap-graph text{fill:currentColor}
.moonleap-graph .kind,.moonleap-graph .note{font-size:10px;opacity:.7}
.moonleap-graph .verb{font-size:10px;text-anchor:middle;opacity:.85}
.moonleap-graph .box rect{fill-opacity:.13;stroke-width:1.2}
.moonleap-graph .line{fill:none;stroke:currentColor;stroke-opacity:.42}
.moonleap-graph .tip{fill:currentColor;fill-opacity:.6;stroke:none}
.moonleap-graph .derived .line,.moonleap-graph .derived rect{stroke-dasharray:4 3}
.moonleap-graph .derived .verb{font-style:italic}
.moonleap-graph .of:hover .line{stroke-opacity:1;stroke-width:1.8}
.moonleap-graph .of:hover .box rect{fill-opacity:.3}
@media (prefers-color-scheme:dark){.moonleap-graph{color:var(--jp-ui-font-color1,#e6edf3)}}"""


@dataclass(frozen=True, slots=True)
class _Bunch:
    """Relations of one subject with one verb, stated or derived; they share a label."""

    verb: str
    relations: tuple[Relation, ...]
    derived: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Resources that are connected, and where their drawing begins."""

    members: tuple[Resource, ...]
    bunches: tuple[_Bunch, ...]
    layout: Layout
    at: Point


def svg(graph: Graph, limit: int = LIMIT, standalone: bool = True) -> str:
    """The picture; the same graph gives the same bytes. Only a standalone one has an XML namespace and style
    for a page of its own colours; inside of HTML the page's CSS variables of Jupyter count in both."""
    shown = list(graph.resources[:limit])
    bunches, hidden = _bunches(shown)
    parts = _packed(_parts(shown, bunches))
    width = max([220.0, *(part.at.x + part.layout.width + MARGIN for part in parts)])
    note = _note(len(graph.resources), len(shown), hidden)
    colours = _colours(graph.blocks, shown)
    legend, legend_height = _legend(colours, width, bool(note))
    drawn = max((part.at.y + part.layout.height for part in parts), default=MARGIN)
    height = drawn + MARGIN + legend_height
    pieces = [_head(width, height, standalone)]
    for part in parts:
        pieces += _part(part, colours)
    pieces.append(f'<g transform="translate(0 {_n(drawn + MARGIN)})">')
    if note:
        pieces.append(f'<text class="note" x="{MARGIN}" y="12">{_text(note)}</text>')
    return "\n".join([*pieces, *legend, "</g>", "</svg>"]) + "\n"


def _note(resources: int, shown: int, hidden: int) -> str:
    parts = []
    if resources > shown:
        parts.append(f"showing {shown} of {resources} resources: those that the spec names first")
    if hidden:
        parts.append(f"{hidden} relations are not drawn")
    if not resources:
        parts.append("no resources: the spec names no terms")
    return "; ".join(parts)


def _bunches(shown: Sequence[Resource]) -> tuple[list[_Bunch], int]:
    """The relations between the shown resources, and how many of them are too many."""
    known = {id(resource) for resource in shown}
    room, hidden = LINES, 0
    found: list[_Bunch] = []
    for resource in shown:
        groups: dict[tuple[str, bool], list[Relation]] = defaultdict(list)
        for relation in node_of(resource).outgoing:
            if id(relation.object) not in known:
                continue
            if room:
                groups[relation.verb, bool(relation.origin.rule)].append(relation)
                room -= 1
            else:
                hidden += 1
        found += [_Bunch(verb, tuple(group), derived) for (verb, derived), group in groups.items()]
    return found, hidden


def _parts(shown: Sequence[Resource], bunches: Sequence[_Bunch]) -> list[_Part]:
    """Connected parts of the graph, each laid out by itself."""
    leader = {id(resource): id(resource) for resource in shown}

    def find(key: int) -> int:
        while leader[key] != key:
            leader[key] = key = leader[leader[key]]
        return key

    for bunch in bunches:
        for relation in bunch.relations:
            leader[find(id(relation.object))] = find(id(relation.subject))
    members: dict[int, list[Resource]] = defaultdict(list)
    groups: dict[int, list[_Bunch]] = defaultdict(list)
    for resource in shown:
        members[find(id(resource))].append(resource)
    for bunch in bunches:
        groups[find(id(bunch.relations[0].subject))].append(bunch)
    return [_laid_out(found, groups[key]) for key, found in members.items()]


def _laid_out(members: Sequence[Resource], bunches: Sequence[_Bunch]) -> _Part:
    index = {id(resource): number for number, resource in enumerate(members)}
    bundles = [
        Bundle(
            index[id(bunch.relations[0].subject)],
            tuple(index[id(relation.object)] for relation in bunch.relations),
            Size(_wide("/" + bunch.verb) * SMALL + 8, 13),
        )
        for bunch in bunches
    ]
    layout = lay_out([_size(resource) for resource in members], bundles)
    return _Part(tuple(members), tuple(bunches), layout, Point(0, 0))


def _packed(parts: Sequence[_Part]) -> list[_Part]:
    """The parts beside each other on shelves; the first one, and whatever is wide, has its own."""
    shelf = max([SHELF, *(part.layout.width for part in parts)])
    found: list[_Part] = []
    x = y = float(MARGIN)
    tallest = 0.0
    for part in parts:
        if x > MARGIN and x + part.layout.width > shelf:
            x, y, tallest = float(MARGIN), y + tallest + 24, 0.0
        found.append(_Part(part.members, part.bunches, part.layout, Point(x, y)))
        x += part.layout.width + 32
        tallest = max(tallest, part.layout.height)
    return found


# -- drawing ------------------------------------------------------------------------------------------------


def _head(width: float, height: float, standalone: bool) -> str:
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return f'<svg{space} class="moonleap-graph" role="img" {size}>\n<style>{STYLE}</style>'


def _part(part: _Part, colours: dict[int, tuple[str, str]]) -> list[str]:
    """A group for every resource: its box and the lines that leave it, so that they light up together."""
    lines: dict[int, list[str]] = defaultdict(list)
    loops: dict[int, list[str]] = defaultdict(list)
    for number, bunch in enumerate(part.bunches):
        subject = bunch.relations[0].subject
        lines[id(subject)].append(_bunch(bunch, part.layout, number))
        if any(relation.object is subject for relation in bunch.relations):
            loops[id(subject)].append(f"/{bunch.verb}")
    pieces = [f'<g transform="translate({_n(part.at.x)} {_n(part.at.y)})">']
    for resource, place in zip(part.members, part.layout.boxes, strict=True):
        box = _box(resource, place, colours[block_of(resource).index][0], loops[id(resource)])
        pieces += ['<g class="of">', *lines[id(resource)], box, "</g>"]
    return [*pieces, "</g>"]


def _box(resource: Resource, place: Point, colour: str, loops: list[str]) -> str:
    node, size = node_of(resource), _size(resource)
    kind, term = _kind(resource), _cut(str(node.term))
    told = [
        str(node.term),
        kind or "a plain Resource",
        f"described by: {node.block.title} ({node.block.place})",
    ]
    told += [f"made by the rule {node.origin.rule}"] if node.origin else [f"named: {node.place}"]
    y = place.y - size.height / 2
    area = f'x="{_n(place.x)}" y="{_n(y)}" width="{_n(size.width)}" height="{_n(size.height)}"'
    derived = " derived" if node.origin else ""
    pieces = [
        f'<g class="box{derived}"><title>{_text(chr(10).join(told))}</title>',
        f'<rect {area} rx="6" fill="{colour}" stroke="{colour}"/>',
        f'<text x="{_n(place.x + 10)}" y="{_n(y + 18)}">{_text(term)}</text>',
    ]
    small = "  ".join(filter(None, [kind, *(f"↻ {loop}" for loop in loops)]))
    if small:
        pieces.append(f'<text class="kind" x="{_n(place.x + 10)}" y="{_n(y + 31)}">{_text(small)}</text>')
    return "".join([*pieces, "</g>"])


def _bunch(bunch: _Bunch, layout: Layout, number: int) -> str:
    told = "\n".join(f"{relation}  ({relation.origin})" for relation in bunch.relations)
    strands = layout.strands.get(number, [])
    path = "".join(map(_strand, strands))
    tips = "".join(dict.fromkeys(_tip(strand) for strand in strands if strand.arrow))
    derived = ' class="derived"' if bunch.derived else ""
    labels = "".join(
        f'<text class="verb" x="{_n(at.x)}" y="{_n(at.y + 3.5)}">{_text("/" + bunch.verb)}</text>'
        for at in layout.labels.get(number, [])
    )
    if not strands:
        return ""
    drawn = f'<path class="line" d="{path}"/><path class="tip" d="{tips}"/>{labels}'
    return f"<g{derived}><title>{_text(told)}</title>{drawn}</g>"


def _strand(strand: Strand) -> str:
    """A curve that leaves and arrives level; it stops where its arrow begins."""
    start, end = strand.start, strand.end
    stop = end.x - (_side(strand) * 5 if strand.arrow else 0)
    if start.y == end.y:
        return f"M{_n(start.x)} {_n(start.y)}H{_n(stop)}"
    middle = _n((start.x + stop) / 2)
    return f"M{_n(start.x)} {_n(start.y)}C{middle} {_n(start.y)} {middle} {_n(end.y)} {_n(stop)} {_n(end.y)}"


def _tip(strand: Strand) -> str:
    end, back = strand.end, -7 * _side(strand)
    return f"M{_n(end.x)} {_n(end.y)}l{back} -3.5v7z"


def _side(strand: Strand) -> int:
    return 1 if strand.end.x > strand.start.x else -1


def _legend(colours: dict[int, tuple[str, str]], width: float, noted: bool) -> tuple[list[str], float]:
    """The sections with their colours, in rows; and how high that is."""
    pieces = []
    x, y = float(MARGIN), 30.0 if noted else 12.0
    for colour, title in colours.values():
        shown = _cut(title)
        needed = 16 + _wide(shown) * SMALL + 18
        if x > MARGIN and x + needed > width:
            x, y = float(MARGIN), y + 17
        pieces.append(
            f'<rect x="{_n(x)}" y="{_n(y - 9)}" width="10" height="10" rx="3" fill="{colour}"/>'
            f'<text class="note" x="{_n(x + 15)}" y="{_n(y)}">{_text(shown)}</text>'
        )
        x += needed
    return pieces, y + 10


def _colours(blocks: Sequence[SpecBlock], shown: Sequence[Resource]) -> dict[int, tuple[str, str]]:
    """Colour and title of each section that describes something, by its index."""
    used = {block_of(resource).index for resource in shown}
    found = [block for block in blocks if block.index in used]
    return {block.index: (COLOURS[n % len(COLOURS)], block.title) for n, block in enumerate(found)}


def _size(resource: Resource) -> Size:
    kind = _kind(resource)
    loops = any(relation.object is resource for relation in node_of(resource).outgoing)
    small = _wide(kind) + (14 if loops else 0)
    width = max(_wide(_cut(str(term_of(resource)))) * CHARACTER, small * SMALL)
    return Size(width + 20, 38 if small else 28)


def _kind(resource: Resource) -> str:
    return "" if type(resource) is Resource else _cut(type(resource).__name__)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _wide(text: str) -> int:
    """Columns of a text: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _text(text: str) -> str:
    """Text for XML: escaped, without the characters that XML forbids."""
    allowed = "".join(
        c if (c >= " " and c not in "\x7f\ufffe\uffff") or c == "\n" else "\ufffd" for c in text
    )
    return escape(allowed.encode("utf-8", "replace").decode("utf-8"))


def _n(number: float) -> str:
    """A number with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
