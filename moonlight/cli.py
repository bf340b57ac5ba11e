"""The command `moonlight`: commands of the engine, and those that upper packages contribute."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

import click

from moonlight.commandline import USAGE, CommandTable

GROUP = "moonlight.commands"
"""Entry point group through which upper packages add commands."""

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "blocks": "moonlight.commands.blocks:blocks",
        "check": "moonlight.commands.check:check",
        "export": "moonlight.commands.export:export",
        "graph": "moonlight.commands.graph:graph",
        "hook": "moonlight.commands.hook:hook",
        "run": "moonlight.commands.run:run",
        "zip": "moonlight.commands.zip:zip_",
    }
)
"""Commands of the engine: name -> `module:function`, each a module of `moonlight.commands`."""


class BrokenCommand(click.ClickException):
    """A command that another package contributes cannot be loaded."""

    exit_code = USAGE


class OpenTable(CommandTable):
    """A table to which other packages add commands by entry points; a built-in one wins over its namesake."""

    def targets(self) -> Mapping[str, str]:
        """Every command by name: the `module:function` that it is."""
        return {**{entry.name: entry.value for entry in entry_points(group=GROUP)}, **self.built_in}

    def load(self, name: str) -> click.Command:
        """Import a command; whatever its package does wrong becomes one line with its name."""
        if name in self.built_in:
            return super().load(name)
        entry = next(entry for entry in entry_points(group=GROUP) if entry.name == name)
        try:
            command = entry.load()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise _broken(entry, reason) from error
        if not isinstance(command, click.Command):
            raise _broken(entry, f"not a click command: {type(command).__name__}")
        return command


def _broken(entry: EntryPoint, reason: str) -> BrokenCommand:
    origin = entry.dist.name if entry.dist else "moonlight"
    return BrokenCommand(f"{entry.name} ({origin}, {entry.value}): {reason}")


@click.command(cls=OpenTable, built_in=BUILT_IN, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moonlight")
def cli() -> None:
    """Markdown files that are at once document, notebook and Python module."""


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="moonlight")
