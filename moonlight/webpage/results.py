"""Stored outputs as HTML. Those that are the user's own may be HTML and components, others are text."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moonlight import renderers
from moonlight.source import normalize
from moonlight.webpage.pictures import stored_picture

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?=[^\n])", re.MULTILINE)


@dataclass
class Results:
    """Turns outputs into HTML. Outputs with a renderer are collected, and shown together by `finish`."""

    trusted: bool
    typeset: Callable[[str], str]
    """HTML of Markdown."""

    waiting: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    withheld: bool = False
    free: bool = False
    """Whether HTML of a trusted output may have scripts of its own."""

    types: tuple[str, ...] = field(default_factory=renderers.known_types)

    def show(self, outputs: Sequence[Mapping[str, Any]]) -> list[str | tuple[str, int]]:
        """HTML of each output, or its mime type and place among those that a renderer shows."""
        return [self._output(output) for output in outputs]

    def finish(self) -> dict[str, list[str]]:
        """The HTML of outputs with a renderer, by mime type."""
        found: dict[str, list[str]] = {}
        for mime, bundles in self.waiting.items():
            render = renderers.load(mime)
            made = render(bundles) if render else renderers.Rendering((None,) * len(bundles))
            self.scripts += filter(None, [made.script])
            self.styles += made.styles
            found[mime] = [
                self._data(bundle) if one is None else f'<div class="out">{one}</div>'
                for one, bundle in zip(made.fragments, bundles, strict=True)
            ]
        return found

    def _output(self, output: Mapping[str, Any]) -> str | tuple[str, int]:
        kind = output.get("output_type")
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return _pre(_text(output.get("text")), name)
        if kind == "error":
            lines = "\n".join(map(_text, output.get("traceback") or []))
            return _pre(lines or f"{output.get('ename')}: {output.get('evalue')}", "error")
        data = output.get("data")
        if not isinstance(data, Mapping):
            return ""
        for mime in self.types:
            if self.trusted and mime in data:
                same = self.waiting.setdefault(mime, [])
                same.append(data)
                return mime, len(same) - 1
        return self._data(data)

    def _data(self, data: Mapping[str, Any]) -> str:
        """The richest form of a mime bundle that may be shown."""
        self.withheld |= not self.trusted and any(one in data for one in ("text/html", *self.types))
        if self.trusted and "text/html" in data:
            shown = _text(data["text/html"])
            self.free |= "<script" in shown.lower()
            return f'<div class="out">{shown}</div>'
        if "text/markdown" in data:
            return f'<div class="out">{self.typeset(normalize(_text(data["text/markdown"])))}</div>'
        if "text/latex" in data and "<math" in (shown := self.typeset(normalize(_text(data["text/latex"])))):
            return f'<div class="out">{shown}</div>'
        for kind in PICTURES:
            if kind in data and (url := stored_picture(kind, _text(data[kind]))):
                alt = html.escape(_text(data.get("text/plain", "")))
                return f'<div class="out"><img src="{url}" alt="{alt}"></div>'
        for kind in ("text/plain", "text/latex", "text/html"):
            if kind in data:
                return _pre(_text(data[kind]), "result")
        rest = {kind: value for kind, value in data.items() if kind.endswith("json")}
        return _pre(json.dumps(next(iter(rest.values()), None), indent=2, ensure_ascii=False), "result")


def _text(value: Any) -> str:
    """Text of an output, which may be a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _pre(text: str, kind: str) -> str:
    """Text as a terminal leaves it, without colours."""
    shown = _CONTROL.sub("", _OVERWRITTEN.sub("", _ANSI.sub("", text)).replace("\r", ""))
    return f'<pre class="out {kind}">{html.escape(shown)}</pre>'
