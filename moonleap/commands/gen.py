"""`moonleap gen`: from a spec to files, keeping what was edited in them."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import click

from moonleap.commands.carryout import Mode, carry_out, prepare, write_options
from moonleap.commands.show import working
from moonleap.generation import generate
from moonleap.outputpath import OWN_FOLDER
from moonleap.writing import plan

DEFAULT_OUT = "moonleap_out"


@click.command()
@click.argument("spec_dir", metavar="SPEC_DIR")
@click.option(
    "-o", "--output", "out", metavar="OUT", default=DEFAULT_OUT, show_default=True, help="The output folder."
)
@write_options
@click.option("--no-post-process", is_flag=True, help="Do not run the formatters of the settings.")
@click.option("--strict", is_flag=True, help="Tell terms without a rule; relations no rule uses are errors.")
def gen(
    spec_dir: str,
    out: str,
    dry_run: bool,
    diff: bool,
    check: bool,
    force: bool,
    only: tuple[str, ...],
    as_json: bool,
    no_post_process: bool,
    strict: bool,
) -> None:
    """Generate the files of a spec into OUT, all of them or none.

    Edit them: the next run joins your edits with what is generated then. Where both changed the same lines
    you get the conflict markers of Git. A file that nothing generates any more is removed unless you edited
    it, a file that you deleted stays deleted, and a file that is not Moonleap's is never overwritten.

    Ends with 1 when there are errors or conflicts.
    """
    mode = Mode(dry_run, diff, check, as_json)
    own = Path(out, OWN_FOLDER)
    was_there = os.path.lexists(own)
    prepare(out, mode)
    try:
        with working() as progress:
            generation = generate(
                spec_dir,
                strict=strict,
                post_process=not no_post_process,
                progress=progress,
                cache=own / "cache",
                cache_frozen=not mode.writes,
            )
            made = plan(generation, out, force=force, only=only)
        done = carry_out(made, mode)
    finally:
        if not was_there and not os.path.lexists(own / "manifest.json"):
            _remove_cache(own)
    sys.exit(0 if done else 1)


def _remove_cache(own: Path) -> None:
    """Leave nothing of a first run that wrote nothing."""
    if os.path.islink(own):
        return
    shutil.rmtree(own / "cache", ignore_errors=True)
    with suppress(OSError):
        own.rmdir()
        own.parent.rmdir()
