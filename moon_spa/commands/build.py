"""Command `build`: a folder of components as a site."""

from __future__ import annotations

import re
from pathlib import Path

import click

from moon_spa.analysis.placement import Mode
from moon_spa.commands.output import MODE, may_import_beside, or_exit
from moon_spa.site.build import build as build_site
from moon_spa.site.config import read_site
from moon_spa.site.files import write_site
from moonlight.commandline import show_diagnostics


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("-o", "--output", metavar="SITE", required=True, help="The folder of the site.")
@click.option(
    "--base", metavar="/PATH/", default="/", help="Where it will stand on its server: for 404.html."
)
@click.option("--force", is_flag=True, help="Also replace files that are not of the site.")
@MODE
def build(folder: str, output: str, base: str, force: bool, mode: Mode) -> None:
    """Make a site of the components in a folder: pages for any static server, and for opening from disk.

    `site.yml` says which component stands at which address; without it the names of the files do. The modules
    run, as an import would run them. All files are written, or none.
    """
    if not re.fullmatch(r"/(?:[\w.~%-]+/)*", base, re.ASCII):
        raise click.BadParameter("it begins and ends with /", param_hint="--base")
    may_import_beside(Path(folder, "site.yml"))
    site = or_exit(lambda: read_site(Path(folder)))
    built = or_exit(lambda: build_site(site, base, mode))
    show_diagnostics(built.diagnostics)
    done = or_exit(lambda: write_site(output, built.files, force))
    pages = sum(name.endswith(".html") for name in built.files)
    click.echo(f"{output}: {pages} pages, {len(done.written)} files written, {len(done.removed)} removed")
