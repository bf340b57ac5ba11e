"""The command `moonleap`: its commands are known by name and loaded when they are called."""

from __future__ import annotations

import errno
import gc
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

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

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


class CommandTable(click.Group):
    """A click group that imports a command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; a wrong name gets the closest right one."""
        close = get_close_matches(args[0], COMMANDS, n=1)
        if close and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; neither Ctrl-C nor a file that the system refuses ends it with a traceback."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE or not isinstance(error.filename, str):
                raise
            raise click.FileError(error.filename2 or error.filename, error.strerror) from None
        except KeyboardInterrupt:
            click.echo("interrupted: the output is whole, run it again to complete it", err=True)
            ctx.exit(INTERRUPTED)


@click.command(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moonleap")
def cli() -> None:
    """Turns a spec in annotated natural language into resources, relations and files."""


def main() -> None:
    """Run the command line of this process."""
    try:
        cli(prog_name="moonleap")
    finally:
        gc.freeze()  # the process ends: to look for garbage once more takes longer than some commands
