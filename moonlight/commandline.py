"""What the command lines share: commands loaded when they are called, and how each of them ends."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any

import click

from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.hints import closest

FAILED = 1
"""Exit code: the input has errors, printed as diagnostics."""

USAGE = 2
"""Exit code: the command line is wrong, or the command cannot be loaded."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

QUIET = 0.5
"""Seconds before progress is shown."""


class CommandTable(click.Group):
    """A click group that imports a command only to run it or to show its own help.

    `built_in`: name -> `module:function`. `interrupted` is said after Ctrl-C.
    """

    def __init__(
        self, *args: Any, built_in: Mapping[str, str], interrupted: str = "interrupted", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.built_in = built_in
        self.interrupted = interrupted

    def targets(self) -> Mapping[str, str]:
        """Every command by name: the `module:function` that it is."""
        return self.built_in

    def load(self, name: str) -> click.Command:
        """Import a command of `targets`."""
        module, _, function = self.targets()[name].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return sorted(self.targets())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of that name."""
        return self.load(cmd_name) if cmd_name in self.targets() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; a wrong name gets the closest right one."""
        names = self.list_commands(ctx)
        if not args[0].startswith("-") and args[0] not in names:
            close = closest(args[0], names, 0.6)
            hint = f" Did you mean {close!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their first sentence, read from their source text."""
        rows = [(name, summary(target)) for name, target in sorted(self.targets().items())]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; neither Ctrl-C nor refused input ends it with a traceback."""
        try:
            with told_errors():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(self.interrupted, err=True)
            ctx.exit(INTERRUPTED)


@contextmanager
def told_errors() -> Iterator[None]:
    """Print refused input, or a file that the system refuses, as one finding, and end with code 1."""
    try:
        yield
    except MoonlightError as error:
        show_diagnostics([error.diagnostic])
        sys.exit(FAILED)
    except OSError as error:  # without a file name it is about a stream, which click knows to end well
        name = error.filename2 or error.filename
        if not isinstance(name, str):
            raise
        click.echo(f"{name}:1: error: {error.strerror}", err=True)
        sys.exit(FAILED)


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> bool:
    """Print diagnostics to standard error, coloured on a terminal; True where one is an error.

    A terminal takes them for nothing but text, whatever the input holds.
    """
    colour = sys.stderr.isatty()
    failed = False
    for diagnostic in diagnostics:
        click.echo(diagnostic.printable().format(colour), err=True)
        failed = failed or diagnostic.severity == "error"
    return failed


class StatusLine:
    """One line on a terminal's standard error for what takes long; it is silent everywhere else."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._start = time.monotonic() + QUIET
        self._next, self._stage = 0.0, ""
        self._drawn = False

    def show(self, text: str, stage: str = "") -> None:
        """Put another text into the line, after a while; ten times a second, and when a stage begins."""
        now = time.monotonic()
        if self._shown and now >= self._start and (now >= self._next or stage != self._stage):
            self._next, self._stage = now + 0.1, stage
            self._drawn = True
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)


def summary(target: str) -> str:
    """First docstring line of the function `module:function`; "" where its source is not at hand.

    The text is parsed, not run: a list of commands must not cost their imports.
    """
    module, _, function = target.partition(":")
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
