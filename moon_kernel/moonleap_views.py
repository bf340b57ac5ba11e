"""What ``%moonleap`` shows: a summary, findings, the graph, the tree of files and their differences."""

from __future__ import annotations

import html
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from moonleap.deciding import Change
from moonleap.graph import Graph
from moonleap.picture import svg
from moonleap.writing import summary
from moonlight.diagnostic import Diagnostic, printable

MARKS = {
    "new": "+",
    "changed": "~",
    "merged": "⇄",
    "conflict": "✗",
    "removed": "−",
    "kept": "!",
    "foreign": "✗",
    "unresolved": "✗",
}
"""Signs of kinds of changes in a terminal; others have a dot."""

TONES = {
    "new": "good",
    "changed": "note",
    "merged": "note",
    "edited": "note",
    "conflict": "bad",
    "foreign": "bad",
    "unresolved": "bad",
    "removed": "warn",
    "kept": "warn",
    "deleted": "warn",
    "error": "bad",
    "warning": "warn",
    "info": "note",
}
SEVERITIES = ("error", "warning", "info")
MAX_LINES, MAX_FILES, MAX_UNCHANGED, MAX_FINDINGS = 300, 500, 40, 50
MAX_CHARACTERS = 600_000
"""Of all differences together; a page is not a place for more."""

HEADERS = ("diff --git ", "new file mode ", "deleted file mode ")
"""Lines of a difference that repeat what the tree says."""

STYLE = """\
.moonleap-view{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px);\
color:var(--jp-ui-font-color1,inherit);line-height:1.5}
.moonleap-view code,.moonleap-view pre{font-family:var(--jp-code-font-family,ui-monospace,monospace);\
font-size:var(--jp-code-font-size,12px)}
.moonleap-view a code{color:var(--jp-content-link-color,inherit)}
.moonleap-view p{margin:2px 0 6px}
.moonleap-view details>summary{cursor:pointer;padding:1px 4px;border-radius:3px}
.moonleap-view details>summary:hover{background:var(--jp-layout-color2,rgba(128,128,128,.12))}
.moonleap-view .part>summary{font-weight:600;margin-top:4px}
.moonleap-view .picture{overflow:auto;max-height:560px;padding:4px;margin:4px 0 4px 12px;\
border:1px solid var(--jp-border-color2,#8884);border-radius:4px}
.moonleap-view .picture svg{max-width:none}
.moonleap-view ul{list-style:none;margin:0;padding:0 0 0 16px}
.moonleap-view li{margin:0;padding:0;list-style:none}
.moonleap-view .plain{padding:1px 4px 1px 18px}
.moonleap-view .from{opacity:.65;font-size:.92em;padding-left:8px}
.moonleap-view .badge{display:inline-block;min-width:5.6em;text-align:center;font-size:.85em;padding:0 6px;\
margin-right:8px;border-radius:8px;border:1px solid currentColor}
.moonleap-view .tone-good{color:var(--jp-success-color1,#2e7d32)}
.moonleap-view .tone-note{color:var(--jp-info-color1,#0277bd)}
.moonleap-view .tone-warn{color:var(--jp-warn-color1,#b26a00)}
.moonleap-view .tone-bad{color:var(--jp-error-color1,#c62828)}
.moonleap-view .diff{margin:2px 0 8px 18px;padding:6px 0;overflow:auto;max-height:420px;\
line-height:1.35;background:var(--jp-layout-color1,transparent);border:1px solid \
var(--jp-border-color2,#8884);border-radius:4px}
.moonleap-view .diff>*{display:block;padding:0 8px;text-decoration:none;white-space:pre;min-height:1.35em;\
width:max-content;min-width:100%;box-sizing:border-box}
.moonleap-view .diff ins{background:rgba(46,160,67,.18)}
.moonleap-view .diff del{background:rgba(248,81,73,.18)}
.moonleap-view .diff i{opacity:.6;font-style:normal}
.moonleap-view .tone-plain{opacity:.7}
.moonleap-view .hint{opacity:.75;padding-left:18px}"""


@dataclass(frozen=True)
class View:
    """The answer of ``%moonleap``. `link` gives the address of a file and a line, "" for none."""

    title: str
    graph: Graph
    diagnostics: Sequence[Diagnostic] = ()
    out: str = ""
    changes: Sequence[Change] = ()
    state: str = ""
    """What was written, in words."""
    unfolded: bool = False
    only_graph: bool = False
    link: Callable[[str, int], str] = field(default=lambda path, line: "", repr=False)

    # -- text ---------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        lines = [printable(self.summary()), *self._told()]
        if self.only_graph:
            return "\n".join([*lines, self.graph.to_text().rstrip("\n")])
        changed = [change for change in self.changes if change.kind != "unchanged"]
        for change in changed[:MAX_FILES]:
            lines.append(f"  {MARKS.get(change.kind, '·')} {change.kind:<10} {printable(change.path)}")
            if self.unfolded:
                lines += [f"      {line}" for line in map(printable, change.diff()[:MAX_LINES])]
        if len(changed) > MAX_FILES:
            lines.append(f"  … and {_count(len(changed) - MAX_FILES, 'more file')}")
        return "\n".join(lines)

    def summary(self) -> str:
        """One line: what was read, and what happens to how many files."""
        graph = self.graph
        read = f"{self.title}: {_count(len(graph.resources), 'resource')}, "
        read += f"{_count(len(graph.relations), 'relation')}"
        if self.only_graph:
            return read
        return f"{read} → {self.out}: {summary(self.changes)} ({self.state})"

    def _told(self) -> Iterator[str]:
        for found in self.diagnostics[:MAX_FINDINGS]:
            yield found.printable().format()
        if len(self.diagnostics) > MAX_FINDINGS:
            yield f"… and {len(self.diagnostics) - MAX_FINDINGS} more"

    # -- HTML ---------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        parts = [f"<p>{_escape(self.summary())}</p>", self._findings(), self._picture()]
        if not self.only_graph:
            parts.append(self._files())
        return f'<div class="moonleap-view"><style>{STYLE}</style>{"".join(parts)}</div>'

    def _findings(self) -> str:
        if not self.diagnostics:
            return ""
        first = sorted(self.diagnostics, key=lambda found: SEVERITIES.index(found.severity))
        items = "".join(self._finding(found) for found in first[:MAX_FINDINGS])
        if len(self.diagnostics) > MAX_FINDINGS:
            items += f"<li>… and {len(self.diagnostics) - MAX_FINDINGS} more</li>"
        counts = Counter(found.severity for found in first)
        head = ", ".join(_count(number, severity) for severity, number in counts.items())
        opened = counts["info"] < len(self.diagnostics)
        return _part(head, f"<ul>{items}</ul>", opened)

    def _finding(self, found: Diagnostic) -> str:
        place = f"{found.span.path}:{found.span.line}"
        address = self.link(found.span.path, found.span.line)
        where = f'<a href="{_escape(address)}">{_escape(place)}</a>' if address else _escape(place)
        first, *more = found.message.split("\n")
        text = f"{_badge(found.severity)}<code>{where}</code> {_escape(first)}"
        if more:
            text += f'<pre class="hint">{_escape(chr(10).join(more))}</pre>'
        if found.hint:
            text += f'<div class="hint">{_escape(found.hint)}</div>'
        return f"<li>{text}</li>"

    def _picture(self) -> str:
        if not self.graph.resources:
            return ""
        picture = f'<div class="picture">{svg(self.graph, standalone=False)}</div>'
        return _part("Graph", picture, not self.changes or len(self.graph.resources) <= 60)

    def _files(self) -> str:
        if not self.changes:
            return ""
        same = [change for change in self.changes if change.kind == "unchanged"]
        shown = [
            change for change in self.changes if change.kind != "unchanged" or len(same) <= MAX_UNCHANGED
        ]
        left = len(shown) - MAX_FILES
        tree = self._tree(shown[:MAX_FILES])
        if left > 0:
            tree += f'<div class="plain from">… and {_count(left, "more file")}</div>'
        if len(same) > MAX_UNCHANGED:
            tree += f'<div class="plain from">{_count(len(same), "file")} unchanged</div>'
        return _part(f"{_count(len(self.changes), 'file')} in {self.out}", tree, True)

    def _tree(self, changes: Sequence[Change]) -> str:
        """Folders as nested lists; the changes are sorted by path."""
        pieces: list[str] = ["<ul>"]
        above: list[str] = []
        room = MAX_CHARACTERS
        for change in sorted(changes, key=lambda change: change.path.split("/")):
            *folders, name = change.path.split("/")
            pairs = enumerate(zip(above, folders, strict=False))
            common = next((n for n, (a, b) in pairs if a != b), min(len(above), len(folders)))
            pieces.append("</ul></li>" * (len(above) - common))
            pieces += [f'<li><div class="plain">{_escape(new)}/</div><ul>' for new in folders[common:]]
            above = folders
            item = self._file(change, name, room)
            room -= len(item)
            pieces.append(item)
        return "".join([*pieces, "</ul></li>" * len(above), "</ul>"])

    def _file(self, change: Change, name: str, room: int) -> str:
        address = self.link(os.path.join(self.out, change.path), 1)
        if address:
            shown = f'<a href="{_escape(address)}"><code>{_escape(name)}</code></a>'
        else:
            shown = f"<code>{_escape(name)}</code>"
        made = " + ".join(dict.fromkeys(source.term for source in change.sources))
        template = os.path.basename(change.sources[0].template) if change.sources else ""
        origin = f"{made} · {template}" if template else made
        head = f'{_badge(change.kind)}{shown}<span class="from">{_escape(origin)}</span>'
        lines = change.diff()
        if not lines:
            return f'<li><div class="plain">{head}</div></li>'
        opened = " open" if self.unfolded or change.kind in ("merged", "conflict") else ""
        return f"<li><details{opened}><summary>{head}</summary>{diff_html(lines, room)}</details></li>"


def diff_html(lines: Sequence[str], room: int = MAX_CHARACTERS) -> str:
    """A unified diff, without the lines that name its files."""
    pieces = []
    body = [line for line in lines if not line.startswith(("--- ", "+++ ", *HEADERS))]
    for number, line in enumerate(body):
        room -= len(line) + 20
        if number >= MAX_LINES or room < 0:
            pieces.append(f"<i>… {_count(len(body) - number, 'line')} more</i>")
            break
        tag = {"+": "ins", "-": "del", "@": "i"}.get(line[:1], "span")
        pieces.append(f"<{tag}>{_escape(line)}</{tag}>")
    return f'<pre class="diff">{"".join(pieces)}</pre>'


def file_link(base: str) -> Callable[[str, int], str]:
    """Addresses that JupyterLab opens: relative to the document's folder `base`, inside of it."""

    def link(path: str, line: int) -> str:
        full = os.path.abspath(path)
        try:
            relative = os.path.relpath(full, os.path.abspath(base))
        except ValueError:  # another drive
            return ""
        if relative.startswith("..") or not os.path.isfile(full):
            return ""
        address = quote(relative.replace(os.sep, "/").encode("utf-8", "replace"))
        return f"{address}#line={line - 1}" if line > 1 else address

    return link


def _part(head: str, body: str, opened: bool) -> str:
    return f'<details class="part"{" open" * opened}><summary>{_escape(head)}</summary>{body}</details>'


def _badge(kind: str) -> str:
    return f'<span class="badge tone-{TONES.get(kind, "plain")}">{_escape(kind)}</span>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _escape(text: str) -> str:
    lines = text.split("\n")
    return html.escape("\n".join(map(printable, lines)), quote=True)
