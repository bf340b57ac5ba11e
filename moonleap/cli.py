"""The command `moonleap`: from a spec to files."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from types import MappingProxyType

import click

from moonlight.commandline import CommandTable

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "expand": "moonleap.commands.expand:expand",
        "explain": "moonleap.commands.explain:explain_command",
        "gen": "moonleap.commands.gen:gen",
        "graph": "moonleap.commands.graph:graph",
        "new": "moonleap.commands.new:new",
        "sync": "moonleap.commands.sync:sync",
    }
)
"""Name -> `module:function`."""


@click.command(
    cls=CommandTable,
    built_in=COMMANDS,
    interrupted="interrupted: the output is whole, run it again to complete it",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="moonlight-notebook", prog_name="moonleap")
def cli() -> None:
    """Turns a spec in annotated natural language into resources, relations and files."""


def main() -> None:
    """Run the command line of this process."""
    try:
        cli(prog_name="moonleap")
    finally:
        gc.freeze()  # the process ends: to look for garbage once more takes longer than some commands
