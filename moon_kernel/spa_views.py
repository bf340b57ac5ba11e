"""What ``%spa`` shows: the table of actions, and Python beside the JavaScript that it became."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moon_kernel.trace import Table, one_line
from moonlight.diagnostic import Diagnostic

if TYPE_CHECKING:
    from moon_spa.compiler import CompiledComponent
    from moon_spa.spec import Placed

STYLE = """\
.moon-spa{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px);\
color:var(--jp-ui-font-color1,inherit)}
.moon-spa .sides{display:flex;flex-wrap:wrap;gap:8px}
.moon-spa figure{flex:1 1 320px;min-width:0;margin:4px 0}
.moon-spa figcaption{font-weight:600;margin-bottom:2px}
.moon-spa .sides pre{white-space:pre;margin:0;padding:6px 8px;overflow:auto;max-height:480px;line-height:1.4;\
font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:var(--jp-code-font-size,12px);\
border:1px solid var(--jp-border-color2,#8884);border-radius:4px}
.moon-spa .error{color:var(--jp-error-color1,#c62828)}
.moon-spa .warning{color:var(--jp-warn-color1,#b26a00)}
.moon-spa .hint{opacity:.75}"""


@dataclass(frozen=True)
class ComponentView:
    """A compiled component: its actions, its code on both sides, or both."""

    component: CompiledComponent
    python: str
    actions: bool = True
    code: bool = True

    def __repr__(self) -> str:
        parts = [findings_text(self.component.diagnostics)]
        if self.actions:
            parts.append(repr(self.table()))
        if self.code:
            parts.append(self.component.setup_js)
        return "\n\n".join(filter(None, parts))

    def _repr_html_(self) -> str:
        parts = [findings_html(self.component.diagnostics)]
        if self.actions:
            parts.append(self.table()._repr_html_())
        if self.code:
            sides = _side("Python", self.python) + _side("JavaScript", self.component.setup_js)
            parts.append(f'<div class="sides">{sides}</div>')
        return _box(parts)

    def table(self) -> Table:
        """One row per action and hook: its side, the reason, and the line."""
        rows = [_row(name, placed) for (_, name), placed in self.component.placed.items()]
        return Table(("action", "side", "why", "line"), rows, [""] * len(rows), "No actions.")


@dataclass(frozen=True)
class Findings:
    """What is wrong with a component, at lines of the document."""

    diagnostics: Sequence[Diagnostic]

    def __repr__(self) -> str:
        return findings_text(self.diagnostics)

    def _repr_html_(self) -> str:
        return _box([findings_html(self.diagnostics)])


def findings_text(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings as a terminal shows them, without control characters of the document."""
    lines = "\n".join(found.format() for found in diagnostics).split("\n")
    return "\n".join(one_line(line, 1000) for line in lines)


def findings_html(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings as HTML."""
    shown = []
    for found in diagnostics:
        head, _, hint = found.format().partition("\n")
        more = f'<br><span class="hint">{html.escape(hint)}</span>' if hint else ""
        shown.append(f'<p class="{found.severity}">{html.escape(head)}{more}</p>')
    return "".join(shown)


def _row(name: str, placed: Placed) -> tuple[str, str, str, str]:
    """Cells of an action."""
    line = str(placed.line) if placed.line else ""
    return one_line(name), placed.side, one_line(placed.reason, 200), line


def _side(title: str, code: str) -> str:
    return f"<figure><figcaption>{title}</figcaption><pre>{html.escape(code)}</pre></figure>"


def _box(parts: Iterable[str]) -> str:
    return f'<div class="moon-spa"><style>{STYLE}</style>{"".join(parts)}</div>'
