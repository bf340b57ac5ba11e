"""`moonleap explain`: which spec line, section, rule and template made a thing."""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from moonleap.explain import Context, FileStory, ResourceStory, explain, to_json
from moonleap.explaintext import to_text
from moonleap.generation import Generation, generate
from moonleap.graph import SpecInput
from moonleap.outputpath import OWN_FOLDER
from moonleap.settings import read_settings
from moonleap.writing import plan
from moonlight.commandline import show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError


@click.command(name="explain")
@click.argument("spec_dir", metavar="SPEC_DIR")
@click.argument("name", metavar="TERM|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-o", "--output", "out", metavar="OUT", help="Tell how the files stand in this output folder.")
def explain_command(spec_dir: str, name: str, as_json: bool, out: str | None) -> None:
    """Tell what made a TERM's resources, or a generated FILE, and why.

    For a term: the section that describes it and the rule for that, the function that created it, its
    relations with their lines or with the rules they follow from, its properties, its files. For a file, as
    its path in the output folder: resources, template, renderer and programs that work on it.
    """
    with redirect_stdout(sys.stderr):  # what rules print is not part of the answer
        cache = None if out is None else Path(out, OWN_FOLDER, "cache")
        generation = generate(spec_dir, post_process=out is not None, cache=cache, cache_frozen=True)
    stories: list[ResourceStory | FileStory] = []
    found = [one for one in generation.diagnostics if one.severity == "error"]
    try:
        stories = explain(generation.graph, _below(name, out), _context(generation, spec_dir, out))
    except MoonlightError as error:
        found.append(error.diagnostic)
    _print(stories, found, as_json)
    if found:
        sys.exit(1)


def _print(stories: list[ResourceStory | FileStory], found: list[Diagnostic], as_json: bool) -> None:
    if as_json:
        answer = {
            "found": [to_json(story) for story in stories],
            "diagnostics": [one.to_json() for one in found],
        }
        click.echo(json.dumps(answer, indent=2))
        return
    click.echo(to_text(stories, sys.stdout.isatty()), nl=False)
    show_diagnostics(found)


def _below(name: str, out: str | None) -> str:
    """A file's path in the output folder, also where it was named with that folder."""
    if out is None:
        return name
    path, folder = os.path.normpath(name), os.path.normpath(out)
    return os.path.relpath(path, folder) if path.startswith(folder + os.sep) else name


def _context(generation: Generation, spec_dir: str, out: str | None) -> Context:
    files = generation.files
    if not files:
        return Context()
    steps = read_settings(SpecInput(spec_dir).found().spec_dir).post_process
    processors = {file.path: tuple(tool.name for tool in steps.tools_for(file.path)) for file in files}
    statuses = {change.path: change.kind for change in plan(generation, out).changes} if out else {}
    return Context(files, processors, statuses)
