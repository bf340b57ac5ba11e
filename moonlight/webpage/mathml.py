"""Formulas as MathML, which browsers draw without any script; written by latex2mathml, checked here."""

from __future__ import annotations

import html
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ELEMENTS = frozenset(
    {
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom", "menclose"),
        *("mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "mover", "munder", "munderover"),
        *("mtable", "mtr", "mtd"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("accent", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle"),
        *("fence", "form", "height", "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize"),
        *("mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing"),
        *("rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"),
    }
)
"""What formulas may consist of: no links, no styles, no HTML."""

Formula = Callable[[str, bool], str]
"""From TeX, and whether it stands on a line of its own, to HTML."""


def formulas() -> Formula | None:
    """The writer of formulas; None where latex2mathml is not installed."""
    try:
        from latex2mathml import converter
    except ImportError:
        return None
    return lambda tex, alone: _mathml(converter, tex, alone)


def source(tex: str, alone: bool) -> str:
    """A formula as it was written."""
    mark = "$$" if alone else "$"
    return f'<code class="math">{mark}{html.escape(tex)}{mark}</code>'


def _mathml(converter: ModuleType, tex: str, alone: bool) -> str:
    try:
        return _written(converter.convert_to_element(tex, display="block" if alone else "inline"))
    except Exception:  # whatever it makes of a formula that is wrong: its text is shown
        return source(tex, alone)


def _written(element: Element) -> str:
    """The text of an element; its own is encoded here, for latex2mathml leaves that undone."""
    inside = html.escape(html.unescape(element.text or ""), quote=False)
    inside += "".join(_written(one) for one in element)
    if element.tag not in ELEMENTS:
        return inside
    known = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in known.items())
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"
