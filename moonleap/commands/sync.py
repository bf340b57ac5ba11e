"""`moonleap sync`: from the shadow project to the real one."""

from __future__ import annotations

import sys

import click

from moonleap.commands.carryout import Mode, carry_out, prepare, write_options
from moonleap.commands.show import working
from moonleap.syncing import plan_sync


@click.command()
@click.argument("out", metavar="OUT")
@click.argument("project", metavar="PROJECT")
@click.option("--new", is_flag=True, help="Copy files too that were never synced.")
@write_options
def sync(
    out: str,
    project: str,
    new: bool,
    dry_run: bool,
    diff: bool,
    check: bool,
    force: bool,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Copy from the generated shadow project OUT to your real PROJECT, keeping what you edited there.

    The first time, take the useful parts: `--only` names them, `--new` takes all; everything else is offered.
    From then on each sync merges what is new in those files with your edits. A file that PROJECT has already
    is merged when `--only` names it. PROJECT/.moonleap remembers what was copied: keep it with the project.

    Ends with 1 when there are errors or conflicts.
    """
    mode = Mode(dry_run, diff, check, as_json)
    prepare(project, mode)
    with working():
        made = plan_sync(out, project, new=new, force=force, only=only)
    done = carry_out(made, mode)
    kinds = {change.kind for change in made.changes}
    if "offered" in kinds and mode.writes:
        click.echo("`--new` copies what is offered, `--only PATH` a part of it", err=True)
    if "foreign" in kinds and mode.writes:
        click.echo("what is foreign differs in the project; `--only FILE` merges it", err=True)
    sys.exit(0 if done else 1)
