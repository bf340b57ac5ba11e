"""Command `graph`: which block needs which."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from moonlight.commandline import show_diagnostics
from moonlight.dataflow import Dataflow, dataflow
from moonlight.document import Document, parse
from moonlight.graphview import drawing, svg
from moonlight.source import read_source, write_atomic


@click.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--svg", "svg_to", metavar="OUT.svg", help="Write a picture; `-` prints it.")
@click.option("--stale", metavar="N,N", help="Also tell what is out of date after an edit of these blocks.")
def graph(file: str, as_json: bool, svg_to: str | None, stale: str | None) -> None:
    """Draw which block of a document needs which, by the names they write and read."""
    document = parse(read_source(file).text, file)
    flow = dataflow(document)
    edited = _numbers(stale)
    if as_json:
        click.echo(json.dumps(to_json(document, flow, edited), indent=2))
    elif svg_to == "-":
        click.echo(svg(document, flow))
    elif svg_to:
        write_atomic(Path(svg_to), svg(document, flow))
    else:
        click.echo(drawing(document, flow, sys.stdout.isatty(), flow.stale(edited)), nl=False)
    if show_diagnostics([*document.diagnostics, *flow.problems]):
        sys.exit(1)


def to_json(document: Document, flow: Dataflow, edited: list[int]) -> dict[str, Any]:
    """``{path, blocks, edges, stale, diagnostics}``."""
    return {
        "path": document.path,
        "blocks": [
            {
                "index": names.index,
                "line": document.code_blocks[names.index - 1].span.line,
                "reads": list(names.reads),
                "writes": list(names.writes),
                "may_change": list(names.may_change),
                "opaque": names.opaque,
            }
            for names in flow.blocks
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "name": edge.name, "may": edge.may}
            for edge in flow.edges
        ],
        "stale": flow.stale(edited) if edited else [],
        "diagnostics": [found.to_json() for found in (*document.diagnostics, *flow.problems)],
    }


def _numbers(text: str | None) -> list[int]:
    try:
        return [int(number) for number in text.split(",")] if text else []
    except ValueError:
        raise click.UsageError("--stale takes block numbers, as in --stale 2,5") from None
