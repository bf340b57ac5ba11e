"""Command `hook`: let every Python of this environment import documents."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import click

from moonlight.diagnostic import Diagnostic, MoonlightError, Span

NAME = "moonlight_hook.pth"

LINE = (
    "import sys; exec('try:\\n import moonlight.importer as m\\n m.install_hook()\\n"
    'except Exception as e:\\n print("moonlight hook:", e, file=sys.stderr)\')\n'
)
"""One line, as .pth files have it; a Moonlight that is gone must not hinder Python's start."""


class HookError(MoonlightError):
    """The start file of the environment cannot be written."""


@click.command()
@click.option("--enable", "action", flag_value="enable", help="Write the start file.")
@click.option("--disable", "action", flag_value="disable", help="Remove the start file.")
def hook(action: str | None) -> None:
    """Let every Python of this environment import .py.md, child processes included.

    Without an option: tell whether it is so. It costs some milliseconds at each start of Python.
    """
    path = start_file()
    try:
        if action == "enable":
            path.write_text(LINE, encoding="utf-8")
        elif action == "disable":
            path.unlink(missing_ok=True)
    except OSError as error:
        hint = "use a virtual environment, or call moonlight.install_hook() in your program"
        raise HookError(
            Diagnostic("hook", f"{error.strerror or error}", Span(str(path), 1, 1), hint)
        ) from None
    state = "enabled" if path.is_file() else "not enabled"
    click.echo(f"The import hook is {state} for {sys.prefix}")


def start_file() -> Path:
    """The .pth file in the environment's site-packages."""
    return Path(sysconfig.get_path("purelib")) / NAME
