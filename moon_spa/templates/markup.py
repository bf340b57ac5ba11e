"""HTML of a template as a tree of tags with offsets: strict, so that browsers build the same tree."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from moon_spa.templates import nesting

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ],
)
RAW_TEXT = frozenset({"textarea", "title"})
MAX_DEPTH = 200

_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_END_TAG = re.compile(r"</([A-Za-z][^\s/>]*)\s*>")
_MARK = re.compile(r"<[A-Za-z/!?]")
_ATTRIBUTE = re.compile(r"""[^\s"'<>/=]+""")
_SPACE = re.compile(r"\s*")
_UNQUOTED = re.compile(r"""[^\s"'=<>`]+""")

SVG_TAGS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *("animateMotion", "animateTransform", "clipPath", "foreignObject", "glyphRef", "linearGradient"),
        *("radialGradient", "textPath", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite"),
        *("feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight", "feDropShadow"),
        *("feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feImage", "feMerge"),
        *("feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting", "feSpotLight"),
        *("feTile", "feTurbulence"),
    )
}
"""Names of SVG as a browser makes them of any case: nodes that a script makes need this one."""

SVG_ATTRIBUTES: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *("attributeName", "attributeType", "baseFrequency", "calcMode", "clipPathUnits", "diffuseConstant"),
        *("edgeMode", "filterUnits", "glyphRef", "gradientTransform", "gradientUnits", "kernelMatrix"),
        *("kernelUnitLength", "keyPoints", "keySplines", "keyTimes", "lengthAdjust", "limitingConeAngle"),
        *("markerHeight", "markerUnits", "markerWidth", "maskContentUnits", "maskUnits", "numOctaves"),
        *("pathLength", "patternContentUnits", "patternTransform", "patternUnits", "pointsAtX", "pointsAtY"),
        *("pointsAtZ", "preserveAlpha", "preserveAspectRatio", "primitiveUnits", "refX", "refY"),
        *("repeatCount", "repeatDur", "requiredExtensions", "specularConstant", "specularExponent"),
        *("spreadMethod", "startOffset", "stdDeviation", "stitchTiles", "surfaceScale", "systemLanguage"),
        *(
            "tableValues",
            "targetX",
            "targetY",
            "textLength",
            "viewBox",
            "xChannelSelector",
            "yChannelSelector",
        ),
        "zoomAndPan",
    )
}
"""The same for attributes."""


class MarkupError(Exception):
    """What is wrong at an offset of the template, and what to write instead."""

    def __init__(self, code: str, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.offset, self.hint = code, message, offset, hint


@dataclass(frozen=True)
class TagAttribute:
    """An attribute as written; `value` is None without ``=``; `value_offset` is where its text begins."""

    name: str
    value: str | None
    offset: int
    value_offset: int


@dataclass(frozen=True)
class Tag:
    """An element as written."""

    name: str
    attributes: tuple[TagAttribute, ...]
    offset: int
    children: list[Tag | Data] = field(default_factory=list)


@dataclass(frozen=True)
class Data:
    """Text between tags, entities decoded where it is not an expression."""

    parts: tuple[DataPart, ...]
    offset: int

    @property
    def is_blank(self) -> bool:
        """Only white space."""
        return all(not part.expression and not part.text.strip() for part in self.parts)


@dataclass(frozen=True)
class DataPart:
    """A run of text, or the inside of ``{{ }}``."""

    text: str
    offset: int
    expression: bool


def read_markup(text: str, components: Collection[str] = ()) -> list[Tag | Data]:
    """The tags and texts of a template. Raises MarkupError at the first thing that is not well-formed.

    A name in capitals alone is HTML, but for those of `components`.
    """
    return _Reader(text, components).read()


def split_text(text: str, offset: int) -> tuple[DataPart, ...]:
    """A text cut at its ``{{ }}``."""
    parts, position = [], 0
    while (start := text.find("{{", position)) >= 0:
        if start > position:
            parts.append(DataPart(html.unescape(text[position:start]), offset + position, False))
        end = expression_end(text, start, offset)
        parts.append(DataPart(text[start + 2 : end - 2], offset + start + 2, True))
        position = end
    if position < len(text):
        parts.append(DataPart(html.unescape(text[position:]), offset + position, False))
    return tuple(parts)


def expression_end(text: str, start: int, offset: int = 0) -> int:
    """Offset after the ``}}`` that closes the ``{{`` at `start`; quotes and brackets inside are skipped."""
    position, depth, quote = start + 2, 0, ""
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif text.startswith("}}", position) and depth <= 0:
            return position + 2
        elif char in ")]}":
            depth -= 1
        position += 1
    raise MarkupError(
        "template-open", "`{{` is not closed", offset + start, "write `}}` after the expression"
    )


class _Reader:
    """One pass over the text with a stack of open tags."""

    def __init__(self, text: str, components: Collection[str]) -> None:
        self.text, self.components = text, components
        self.position = 0
        self.root: list[Tag | Data] = []
        self.open: list[Tag] = []

    def read(self) -> list[Tag | Data]:
        while self.position < len(self.text):
            if self.text.startswith("<!--", self.position):
                self._comment()
            elif self.text.startswith("</", self.position):
                self._end_tag()
            elif _NAME.match(self.text, self.position + 1) and self.text[self.position] == "<":
                self._start_tag()
            elif self.text.startswith(("<!", "<?"), self.position):
                raise self._error("template-markup", "declarations do not belong in a template")
            else:
                self._text(self._text_end())
        if self.open:
            tag = self.open[-1]
            raise MarkupError("template-open", f"`<{tag.name}>` is not closed", tag.offset, _close(tag.name))
        return self.root

    def _error(self, code: str, message: str, hint: str = "") -> MarkupError:
        return MarkupError(code, message, self.position, hint)

    def _add(self, node: Tag | Data) -> None:
        children = self.open[-1].children if self.open else self.root
        last = children[-1] if children else None
        if isinstance(node, Data) and isinstance(last, Data):
            children[-1] = Data(last.parts + node.parts, last.offset)
        else:
            children.append(node)

    def _comment(self) -> None:
        end = self.text.find("-->", self.position + 4)
        if end < 0:
            raise self._error("template-open", "comment is not closed", "write `-->` after it")
        self.position = end + 3

    def _text_end(self) -> int:
        """Where the text that starts here ends: at the next tag outside of ``{{ }}``."""
        position = self.position
        while position < len(self.text):
            if self.text.startswith("{{", position):
                position = expression_end(self.text, position)
            elif position > self.position and _MARK.match(self.text, position):
                break
            else:
                position += 1
        return position

    def _text(self, end: int) -> None:
        if end > self.position:
            data = Data(split_text(self.text[self.position : end], self.position), self.position)
            parent = self.open[-1].name if self.open else ""
            if parent in nesting.CHILDREN and parent not in ("option", "select") and not data.is_blank:
                raise self._error(
                    "template-nesting", f"text directly inside `<{parent}>`", "put it into a cell"
                )
            self._add(data)
        self.position = end

    def _end_tag(self) -> None:
        match = _END_TAG.match(self.text, self.position)
        if not match:
            raise self._error("template-markup", "closing tag is not complete")
        name = _tag_name(match[1], self.components)
        if not self.open or self.open[-1].name != name:
            hint = _close(self.open[-1].name) if self.open else "remove it"
            raise self._error("template-markup", f"`</{name}>` closes nothing that is open here", hint)
        self.open.pop()
        self.position = match.end()

    def _start_tag(self) -> None:
        start = self.position
        match = _NAME.match(self.text, start + 1)
        assert match
        name = _tag_name(match[0], self.components)
        self.position = match.end()
        attributes = tuple(self._attributes(name))
        closed = self.text.startswith("/>", self.position)
        self.position += 2 if closed else 1
        tag = Tag(name, attributes, start)
        self._check_nesting(tag)
        self._add(tag)
        if closed or name in VOID:
            return
        self.open.append(tag)
        if len(self.open) > MAX_DEPTH:
            raise MarkupError("template-depth", f"more than {MAX_DEPTH} elements inside each other", start)
        if name in RAW_TEXT:
            end = self.text.find(f"</{name}", self.position)
            self._text(end if end >= 0 else len(self.text))
        elif name in ("style", "script"):
            end = self.text.find(f"</{name}", self.position)
            stop = end if end >= 0 else len(self.text)
            part = DataPart(self.text[self.position : stop], self.position, False)
            tag.children.append(Data((part,), self.position))
            self.position = stop

    def _attributes(self, tag: str) -> Iterator[TagAttribute]:
        seen: set[str] = set()
        while True:
            self.position = self._skip_space()
            if self.position >= len(self.text):
                raise self._error(
                    "template-open", f"`<{tag}` is not closed", "write `>` after its attributes"
                )
            if self.text.startswith(">", self.position) or self.text.startswith("/>", self.position):
                return
            match = _ATTRIBUTE.match(self.text, self.position)
            if not match:
                raise self._error("template-markup", f"unexpected {self.text[self.position]!r} in `<{tag}>`")
            if match[0] in seen:
                raise self._error("template-duplicate", f"`{match[0]}` stands twice in `<{tag}>`", "keep one")
            seen.add(match[0])
            yield self._value(match[0], match.start(), match.end())

    def _value(self, name: str, start: int, end: int) -> TagAttribute:
        self.position = end
        equals = self._skip_space()
        if not self.text.startswith("=", equals):
            return TagAttribute(name, None, start, end)
        self.position = equals + 1
        self.position = self._skip_space()
        quote = self.text[self.position : self.position + 1]
        if quote and quote in "\"'":
            stop = self.text.find(quote, self.position + 1)
            if stop < 0:
                raise self._error("template-open", f"the value of `{name}` is not closed", f"write {quote}")
            value, begin = self.text[self.position + 1 : stop], self.position + 1
            self.position = stop + 1
        else:
            match = _UNQUOTED.match(self.text, self.position)
            if not match:
                raise self._error("template-markup", f"`{name}=` has no value", 'write `name="value"`')
            value, begin = match[0], self.position
            self.position = match.end()
        return TagAttribute(name, value, start, begin)

    def _skip_space(self) -> int:
        match = _SPACE.match(self.text, self.position)
        return match.end() if match else self.position

    def _check_nesting(self, tag: Tag) -> None:
        """Refuses what an HTML parser would move elsewhere: the server's tree must be the browser's."""
        around: list[str] = []
        for outer in self.open:
            if outer.name[0].isupper():
                around = []  # where that one puts it is seen when both are known
            elif outer.name != "template":
                around.append(outer.name)
        if tag.name == "template" or tag.name[0].isupper():
            return
        if found := nesting.misplaced(tag.name, around):
            message, hint = found
            raise MarkupError("template-nesting", message, tag.offset, hint)


def _tag_name(name: str, components: Collection[str]) -> str:
    """Tags are lower case, those of SVG as SVG has them; a capital first letter names a component."""
    if name in components or (name[0].isupper() and not name.isupper()):
        return name
    return SVG_TAGS.get(name.lower(), name.lower())


def _close(name: str) -> str:
    return f"close it with `</{name}>`"
