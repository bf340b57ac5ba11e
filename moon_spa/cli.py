"""The command `moon-spa`: Python components as ES modules."""

from __future__ import annotations

import click

from moon_spa.commands.build import build
from moon_spa.commands.check import check
from moon_spa.commands.compile import compile_command
from moon_spa.commands.explain import explain
from moon_spa.commands.render import render


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moon-spa")
def cli() -> None:
    """Compiles Python components to JavaScript; what cannot be proven equal stays on the server."""


for _command in (build, check, compile_command, explain, render):
    cli.add_command(_command)


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="moon-spa")
