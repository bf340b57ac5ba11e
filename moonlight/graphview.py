"""The data flow of a document as text for terminals and as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from html import escape

from moonlight.dataflow import BlockNames, Dataflow
from moonlight.document import Document

_ROW, _TOP, _LEFT, _WIDTH = 44, 36, 16, 250


_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" \
font-family="sans-serif" font-size="12">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#57606a"/></marker></defs>"""


def drawing(document: Document, flow: Dataflow, colour: bool, stale: Collection[int] = ()) -> str:
    """A row per block: what it writes, what it reads and from where; stale blocks are marked ``*``."""
    uses: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edge in flow.edges:
        uses[edge.target][edge.source].append(f"{edge.name}?" if edge.may else edge.name)
    width = len(str(flow.blocks[-1].index)) if flow.blocks else 1
    rows = [f"{document.path}: {len(flow.blocks)} blocks\n"]
    for names in flow.blocks:
        line = document.code_blocks[names.index - 1].span.line
        mark = "*" if names.index in stale else " "
        head = f"{mark}{names.index:>{width}}"
        rows.append(f"{_bold(head, colour)}  line {line:<5} {_summary(names)}\n")
        indent = " " * (width + 3)
        for source, read in sorted(uses[names.index].items()):
            arrow = "\x1b[36m←\x1b[0m" if colour else "←"
            rows.append(f"{indent}{arrow} {source:>{width}}: {', '.join(sorted(set(read)))}\n")
    return "".join(rows)


def _summary(names: BlockNames) -> str:
    if names.opaque:
        return f"not read: {names.opaque}"
    parts = []
    if names.writes:
        parts.append("writes " + ", ".join(names.writes))
    if names.may_change:
        parts.append("may change " + ", ".join(names.may_change))
    return "; ".join(parts) or "writes nothing"


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def svg(document: Document, flow: Dataflow) -> str:
    """A picture: the blocks from top to bottom, an arc for each dependency, dashed where it is a maybe."""
    rows = {names.index: number for number, names in enumerate(flow.blocks)}
    pairs: dict[tuple[int, int, bool], list[str]] = defaultdict(list)
    for edge in flow.edges:
        pairs[edge.source, edge.target, edge.may].append(edge.name)
    reach = max((abs(rows[a] - rows[b]) for a, b, _ in pairs), default=1)
    width = _LEFT + _WIDTH + 40 + min(reach, 12) * 22 + 120
    height = _TOP + len(rows) * _ROW + 12
    parts = [
        _HEAD.format(width=width, height=height),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-weight="bold">{escape(document.path)}</text>',
    ]
    parts += [_node(document, names, rows[names.index]) for names in flow.blocks]
    parts += [_arc(rows[a], rows[b], used, may) for (a, b, may), used in sorted(pairs.items())]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _node(document: Document, names: BlockNames, row: int) -> str:
    y = _TOP + row * _ROW
    line = document.code_blocks[names.index - 1].span.line
    summary = _summary(names)
    text = summary if len(summary) <= 40 else summary[:39] + "…"
    return (
        f'<g><title>{escape(summary)}</title><rect x="{_LEFT}" y="{y}" width="{_WIDTH}" height="34" rx="5" '
        f'fill="#f6f8fa" stroke="#d0d7de"/><text x="{_LEFT + 8}" y="{y + 14}" font-weight="bold">'
        f"{names.index}<tspan font-weight='normal' fill='#57606a'> line {line}</tspan></text>"
        f'<text x="{_LEFT + 8}" y="{y + 28}" fill="#24292f">{escape(text)}</text></g>'
    )


def _arc(source: int, target: int, names: list[str], may: bool) -> str:
    x = _LEFT + _WIDTH
    start, end = (_TOP + row * _ROW + 17 for row in (source, target))
    bend = x + 24 + min(abs(source - target), 12) * 22
    dashes = ' stroke-dasharray="4 3"' if may else ""
    label = ", ".join(sorted(set(names)))
    label = label if len(label) <= 18 else label[:17] + "…"
    return (
        f'<path d="M{x} {start}C{bend} {start} {bend} {end} {x + 2} {end}" fill="none" stroke="#57606a"'
        f'{dashes} marker-end="url(#arrow)"/>'
        f'<text x="{(x + 3 * bend) // 4 + 4}" y="{(start + end) // 2 + 4}" fill="#0969da">'
        f"{escape(label)}</text>"
    )
