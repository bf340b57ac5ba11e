"""The command `moonlight`: its commands are known by name and loaded when they are called."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

import click

from moonlight.diagnostic import MoonlightError

GROUP = "moonlight.commands"
"""Entry point group through which upper packages add commands."""

DOCUMENT_ERRORS = 1
"""Exit code: the document or spec has errors, printed as diagnostics."""

USAGE = 2
"""Exit code: the command line is wrong, or the command cannot be loaded."""

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


class CommandTable(click.Group):
    """A click group that imports a command only to run it or to show its own help."""

    def __init__(self, *args: Any, built_in: Mapping[str, str] = BUILT_IN, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.built_in = built_in

    def entries(self) -> dict[str, EntryPoint]:
        """Every command by name; a built-in one wins over a contributed one of its name."""
        own = (EntryPoint(name, value, GROUP) for name, value in self.built_in.items())
        return {entry.name: entry for entry in (*entry_points(group=GROUP), *own)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return sorted({*self.commands, *self.entries()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of that name, BrokenCommand when it fails."""
        entry = self.entries().get(cmd_name)
        return _load(entry) if entry else super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; a wrong name gets the closest right one."""
        names = self.list_commands(ctx)
        if not args[0].startswith("-") and args[0] not in names:
            close = get_close_matches(args[0], names, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their first sentence, read from their source text."""
        rows = [(name, summary(entry.value)) for name, entry in sorted(self.entries().items())]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; refused input or an unusable file is printed as diagnostic, code 1."""
        try:
            return super().invoke(ctx)
        except MoonlightError as error:
            click.echo(error.diagnostic.format(), err=True)
            ctx.exit(DOCUMENT_ERRORS)
        except OSError as error:  # without a file name it is about a stream, which click knows to end well
            if error.filename is None:
                raise
            click.echo(f"{error.filename}:1: error: {error.strerror}", err=True)
            ctx.exit(DOCUMENT_ERRORS)


def summary(value: str) -> str:
    """First docstring line of the function `module:function`; "" where its source is not at hand.

    The text is parsed, not run: a list of commands must not cost their imports.
    """
    module, _, function = value.partition(":")
    try:
        tree = ast.parse(_source(module))
    except (ImportError, SyntaxError, OSError):
        return ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""


def _source(module: str) -> str:
    """Source text of a module, found without importing its packages."""
    where: Any = None
    name = ""
    source = None
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        spec = PathFinder.find_spec(name, where)
        if spec is None:
            raise ImportError(f"no module {name}", name=name)
        where = spec.submodule_search_locations
        source = getattr(spec.loader, "get_source", None)
    text = source(module) if source else None
    return text or ""


def _load(entry: EntryPoint) -> click.Command:
    """Import a command; whatever its package does wrong becomes one line with its name."""
    origin = entry.dist.name if entry.dist else "moonlight"
    try:
        command = entry.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise BrokenCommand(f"{entry.name} ({origin}, {entry.value}): {reason}") from error
    if not isinstance(command, click.Command):
        kind = type(command).__name__
        raise BrokenCommand(f"{entry.name} ({origin}, {entry.value}): not a click command: {kind}")
    return command


@click.command(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moonlight")
def cli() -> None:
    """Markdown files that are at once document, notebook and Python module."""


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="moonlight")
