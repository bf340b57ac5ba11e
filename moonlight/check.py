"""What is wrong with a document: its own diagnostics, syntax, order, files in its shadow, ruff's rules."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moonlight.compiling import SyntaxRefused
from moonlight.dataflow import dataflow
from moonlight.diagnostic import Diagnostic, Severity, Span
from moonlight.document import Document
from moonlight.executors import check_syntax
from moonlight.instrument import instrumented
from moonlight.names import without_magics
from moonlight.program import linear, selected, sparse

NOT_FOR_BLOCKS = "E402,E302,E303,E305,W391,B018,D100,I001,INP001,PIE790"
"""Rules that a document breaks by being one: imports where they are needed, results as last expressions;
``pass`` stands for a magic."""

_ERRORS = ("E9", "F63", "F7", "F82")
_PATIENCE = 60.0


def check(document: Document, ruff: str | None) -> list[Diagnostic]:
    """All findings, in the order of the lines; `ruff` is its program, None to go without. Runs no block."""
    syntax = check_syntax(document)
    found = [*document.diagnostics, *syntax, *dataflow(document).problems, *shadowed(document)]
    if ruff is not None:
        found += ruff_findings(document, ruff, {one.span.line for one in syntax})
    return sorted(found, key=lambda one: (one.span.line, one.span.column))


def shadowed(document: Document) -> Iterator[Diagnostic]:
    """``shadowed-py``: a file beside the document that import never sees, and that is not its export."""
    beside = Path(document.path.removesuffix(".md"))
    if not document.path.endswith(".py.md") or not beside.is_file():
        return
    if beside.read_text(encoding="utf-8", errors="replace") not in exports(document):
        message = f"`{beside.name}` beside this document is never imported: the document is"
        hint = f"remove it, or renew it: moonlight export {document.path} -o {beside}"
        yield Diagnostic("shadowed-py", message, Span(document.path, 1, 1), hint, "warning")


def exports(document: Document) -> Iterator[str]:
    """Every text that `moonlight export` may have made of the document."""
    yield linear(document).text
    yield linear(document, "import").text
    yield sparse(document).text
    yield sparse(document, "import").text
    try:
        yield instrumented(document)
        yield instrumented(document, lines=True)
    except SyntaxRefused:
        return


def find_ruff() -> str | None:
    """Ruff of this environment, else the one on the PATH."""
    own = Path(sys.executable).with_name("ruff.exe" if os.name == "nt" else "ruff")
    return str(own) if own.is_file() else shutil.which("ruff")


def ruff_findings(document: Document, ruff: str, wrong: set[int]) -> Iterator[Diagnostic]:
    """What ruff, with the settings that hold for the file, says of the code, in lines of the Markdown.

    Lines in `wrong` are left out: their syntax has been told already.
    """
    name = os.path.abspath(document.path.removesuffix(".md"))
    options = ["check", "--output-format", "json", "--no-cache", "--extend-ignore", NOT_FOR_BLOCKS]
    command = [ruff, *options, "--stdin-filename", name, "-"]
    text = _plain(document)
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        found = json.loads(done.stdout or b"[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return
    indents = {
        line: len(block.indent)
        for block in selected(document)
        for line in range(block.code_line, block.span.end_line + 1)
    }
    for one in found:
        line = one["location"]["row"]
        told = line in wrong or one["code"] in (None, "invalid-syntax") or _is_ipythons(one)
        if line in indents and not told:
            yield _finding(one, document.path, indents[line])


def _is_ipythons(one: dict[str, Any]) -> bool:
    """Whether ruff misses a name that IPython and every notebook have."""
    names = ("`get_ipython`", "`display`")
    return one["code"] == "F821" and any(name in one["message"] for name in names)


def _finding(one: dict[str, Any], path: str, indent: int) -> Diagnostic:
    code, place = one["code"], one["location"]
    severity: Severity = "error" if code.startswith(_ERRORS) else "warning"
    span = Span(path, place["row"], one["end_location"]["row"], place["column"] + indent)
    hint = (one.get("fix") or {}).get("message") or ""
    return Diagnostic(code, f"{one['message']} ({code})", span, hint, severity)


def _plain(document: Document) -> str:
    """The sparse program without IPython syntax, line for line."""
    lines = sparse(document).text.split("\n")
    for block in selected(document):
        count = block.text.count("\n")
        start = block.code_line - 1
        rows = lines[start : start + count]
        if any(row.lstrip().startswith(("%", "!", "?")) or row.rstrip().endswith("?") for row in rows):
            magic = block.text.lstrip().startswith("%%")
            lines[start : start + count] = (
                [""] * count if magic else without_magics("\n".join(rows)).split("\n")
            )
    return "\n".join(lines)
