"""A document as one HTML page that needs no network: prose, code, and the outputs stored beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from moonlight import store
from moonlight.diagnostic import Diagnostic, Span
from moonlight.document import Block, Document, parse
from moonlight.frame import INSIDE, POLICY, framed, hashed
from moonlight.outputs import Entry, Place, Restored, restore
from moonlight.source import read_source, source_hash
from moonlight.store import StoreError
from moonlight.webpage.highlight import highlighter
from moonlight.webpage.results import Results
from moonlight.webpage.typesetting import SECONDS, Typesetter

TRUST = "moonlight.trust"
"""Entry point group: functions that tell whether the user has signed these outputs as their own."""

GENERATOR = "moonlight export"


@dataclass(frozen=True)
class Page:
    """The text of a page, and what is doubtful about it."""

    html: str
    diagnostics: tuple[Diagnostic, ...] = ()


def page_of(path: Path, trust: bool = False) -> Page:
    """The page of a document; nothing of it runs. With `trust` its outputs count as the user's own.

    Raises SourceError where the document cannot be read.
    """
    document = parse(read_source(path).text, str(path))
    found = list(document.diagnostics)
    try:
        entries = store.load(path)
    except StoreError as error:
        entries = []
        found.append(error.diagnostic)
    with Typesetter(path) as typesetter:
        writer = _Writer(document, path, entries, trust or is_signed(entries), typesetter)
        text = writer.page()
    return Page(text, (*found, *writer.doubts()))


def is_signed(entries: Sequence[Entry]) -> bool:
    """Whether something that is installed knows these outputs as the user's own."""
    for entry in entry_points(group=TRUST) if entries else ():
        try:
            if entry.load()(entries):
                return True
        except ImportError:
            continue
    return False


class _Writer:
    """Writes one page."""

    def __init__(
        self,
        document: Document,
        path: Path,
        entries: Sequence[Entry],
        trusted: bool,
        typesetter: Typesetter,
    ) -> None:
        self.document = document
        self.path = path
        self.typesetter = typesetter
        self.results = Results(trusted, lambda text: "".join(typesetter.prose([text])))
        self.colours = highlighter()[1]
        places = [Place(source_hash(_source(one)), one.index or 0) for one in document.code_blocks]
        self.restored = dict(
            zip((one.index for one in document.code_blocks), restore(entries, places), strict=True)
        )

    def page(self) -> str:
        prose = [block for block in self.document.blocks if block.kind == "prose"]
        typeset = self.typesetter.prose([_dedented(block) for block in prose], anchored=True)
        rendered = dict(zip(map(id, prose), typeset, strict=True))
        shown = {block.index: self.results.show(one.entry.outputs) for block, one in self.outputs()}
        later = self.results.finish()
        parts = [self.note()]
        for block in self.document.blocks:
            if block.kind == "prose":
                parts.append(rendered[id(block)])
            elif block.kind == "code":
                parts.append(self.code(block))
                made = [
                    one if isinstance(one, str) else later[one[0]][one[1]]
                    for one in shown.get(block.index, ())
                ]
                if made and (found := self.restored.get(block.index)):
                    parts.append(_outputs(made, found))
        script = "".join(self.results.scripts)
        scripts = "'unsafe-inline' 'unsafe-eval'" if self.results.free else hashed(script)
        body = "<main>\n" + "\n".join(filter(None, parts)) + "\n</main>"
        if script:
            body += f"\n<script>{script}</script>"
        policy = POLICY.format(scripts=scripts, media=INSIDE)
        return framed(
            self.title(), body, [_STYLE, self.colours, *self.results.styles], policy, generator=GENERATOR
        )

    def outputs(self) -> list[tuple[Block, Restored]]:
        """The blocks that have outputs."""
        found = [(block, self.restored[block.index]) for block in self.document.code_blocks]
        return [(block, one) for block, one in found if one is not None and one.entry.outputs]

    def note(self) -> str:
        """What a reader has to know of the outputs."""
        if not any(self.restored.values()) and self.document.code_blocks:
            return '<p class="note">This document has not been run: it shows no outputs.</p>'
        if self.results.withheld:
            return (
                '<p class="note">HTML among the outputs is shown as text: whoever exported this page '
                "had not signed it as their own.</p>"
            )
        return ""

    def code(self, block: Block) -> str:
        number = f'<span class="number">{block.index}</span>' if block.executable else ""
        language = "python" if block.executable else block.lang or "text"
        code = self.typesetter.code(block.text, language)
        return f'<div class="block">{number}<pre class="code">{code}</pre></div>'

    def doubts(self) -> Iterator[Diagnostic]:
        """Warnings about the page that was made."""
        span = Span(str(self.path), 1, 1)
        if self.results.withheld:
            message = "outputs that are HTML are shown as text: you have not signed them as your own"
            hint = "save the document in Jupyter after a run of yours, or export with --trust"
            yield Diagnostic("untrusted-outputs", message, span, hint, "warning")
        if self.typesetter.late:
            message = f"text is shown as written: to typeset it took over {SECONDS:.0f} s, or too much memory"
            yield Diagnostic("not-typeset", message, span, "split the document", "warning")
        elif self.typesetter.plain_formulas:
            message = "formulas are shown as TeX: nothing is installed that draws them"
            hint = "pip install 'moonlight-notebook[math]'"
            yield Diagnostic("plain-formulas", message, span, hint, "info")

    def title(self) -> str:
        own = self.document.metadata.get("title")
        if isinstance(own, str) and own.strip():
            return own.strip()
        for block in self.document.blocks:
            if block.kind == "prose" and block.text.lstrip().startswith("# "):
                return block.text.lstrip()[2:].partition("\n")[0].strip()
        return self.path.name


def _outputs(made: Sequence[str], found: Restored) -> str:
    stale = '<p class="note">From an earlier version of this block.</p>' if found.stale else ""
    return f'<div class="outputs">{stale}{"".join(made)}</div>'


def _source(block: Block) -> str:
    """The block as a notebook has it, without the last line's end."""
    return block.text.removesuffix("\n")


def _dedented(block: Block) -> str:
    """Prose behind a fence in a list goes on with the list's indent; alone it would be code."""
    lines = block.text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    return (
        "\n".join(line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines)
        if indent
        else block.text
    )


_STYLE = """\
:root{color-scheme:light dark;--line:#8883;--soft:#8881;--note:#b26a00}
body{font:1.0625rem/1.6 Georgia,"Times New Roman",serif;margin:0}
main{max-width:46rem;margin:0 auto;padding:2rem 1.2rem 6rem}
h1,h2,h3,h4,h5,h6{font-family:system-ui,sans-serif;line-height:1.25;margin:2em 0 .6em}h1{margin-top:0}
.anchor{opacity:0;text-decoration:none;color:inherit}:hover>.anchor,.anchor:focus{opacity:.5}
pre,code{font:.875rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
pre{overflow:auto;margin:0;padding:.7em .9em}pre.prose{white-space:pre-wrap}
p code,li code,td code{background:var(--soft);padding:.1em .3em;border-radius:3px}
.block,main>pre{position:relative;background:var(--soft);border-radius:5px;margin:1em 0 0}
.number{position:absolute;right:calc(100% + .7em);top:.75em;font:.75rem system-ui,sans-serif;opacity:.5}
.outputs{border-left:3px solid var(--line);margin:0 0 1em .3em;padding-left:.7em;overflow:auto}
.out{margin:.2em 0}pre.out{padding:.3em .4em;white-space:pre-wrap;overflow-wrap:anywhere}
.stderr,.error{background:#c0392b14}img{max-width:100%;height:auto}
table{border-collapse:collapse;font:.875rem system-ui,sans-serif}
th,td{padding:.25em .6em;border-bottom:1px solid var(--line)}
blockquote{margin-left:0;padding-left:1em;border-left:3px solid var(--line)}
.note{font:.875rem system-ui,sans-serif;color:var(--note)}
@media(max-width:52rem){.number{display:none}}@media print{.block{break-inside:avoid}}"""
