"""Command `blocks`: the fences of a document, as JSON for programs or as a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, cast

import click

from moonlight.commandline import show_diagnostics
from moonlight.dataflow import BlockNames, dataflow
from moonlight.document import Block, Document, parse
from moonlight.policy import POLICIES, Policy
from moonlight.source import read_source

_HEADS = ("block", "lines", "kind", "language", "info", "first line")


@click.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--policy", type=click.Choice(POLICIES), help="Instead of the document's own policy.")
def blocks(file: str, as_json: bool, policy: str | None) -> None:
    """List the fences of a document: number, lines, language, code.

    What cannot run has no number. Diagnostics go to standard error, with --json also into the document.
    """
    source = read_source(file)
    document = parse(source.text, file, cast("Policy | None", policy))
    if as_json:
        click.echo(json.dumps(to_json(document), indent=2))
    elif sys.stdout.isatty():
        _show_table(document)
    else:
        click.echo(table([_HEADS, *map(row, document.fences)]), nl=False)
    if show_diagnostics(document.diagnostics):
        sys.exit(1)


def to_json(document: Document) -> dict[str, Any]:
    """``{path, blocks, diagnostics}``, the contract of DESIGN.md."""
    names = {block.index: block for block in dataflow(document).blocks}
    return {
        "path": document.path,
        "blocks": [_block(block, names.get(block.index or 0)) for block in document.fences],
        "diagnostics": [diagnostic.to_json() for diagnostic in document.diagnostics],
    }


def _block(block: Block, names: BlockNames | None) -> dict[str, Any]:
    return {
        "index": block.index,
        "kind": block.kind,
        "lang": block.lang,
        "info": block.info,
        "line": block.span.line,
        "end_line": block.span.end_line,
        "code_line": block.code_line,
        "code": block.text,
        "executable": block.executable,
        "reads": list(names.reads) if names else [],
        "writes": list(names.writes) if names else [],
    }


def row(block: Block) -> tuple[str, ...]:
    """A block as cells of text, in the order of the table's heads."""
    first = next((line.strip() for line in block.text.splitlines() if line.strip()), "")
    cells = (
        str(block.index or "-"),
        f"{block.span.line}-{block.span.end_line}",
        block.kind,
        block.lang or "-",
        _shortened(block.info),
        _shortened(first),
    )
    return tuple("".join(char if char.isprintable() else "\ufffd" for char in cell) for cell in cells)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in rows)
    return "".join(line.rstrip() + "\n" for line in lines)


def _shortened(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _show_table(document: Document) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*_HEADS, box=None, pad_edge=False, header_style="bold")
    for block in document.fences:
        shown.add_row(*map(Text, row(block)), style="" if block.executable else "dim")
    Console().print(shown)
