"""The command `moon-spa`: Python components as ES modules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from moonlight.commandline import CommandTable

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "build": "moon_spa.commands.build:build",
        "check": "moon_spa.commands.check:check",
        "compile": "moon_spa.commands.compile:compile_command",
        "explain": "moon_spa.commands.explain:explain",
        "render": "moon_spa.commands.render:render",
    }
)
"""Name -> `module:function`."""


@click.command(cls=CommandTable, built_in=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moon-spa")
def cli() -> None:
    """Compiles Python components to JavaScript; what cannot be proven equal stays on the server."""


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="moon-spa")
