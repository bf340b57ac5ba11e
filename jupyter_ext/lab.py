"""`moonlight lab`: JupyterLab on a folder or on one document, for this machine only."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import click

LOOPBACK = "127.0.0.1"

DEFAULTS = (
    f"--ServerApp.ip={LOOPBACK}",
    "--Application.log_level=WARN",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)
"""Options of ours that the user's own ones, given after `--`, replace."""

ADDRESSES = ("--ip", "--ServerApp.ip")
VERBOSE = ("--debug", "--log-level", "--show-config")


@click.command()
@click.argument("path", default=".")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- LAB OPTIONS]")
def lab(path: str, options: tuple[str, ...]) -> None:
    """Open JupyterLab on PATH, a folder or a document.

    PATH is the current folder when it is not given. What follows `--` goes to JupyterLab
    as it is, for instance `moonlight lab notebooks -- --port=9000`.
    """
    if path.startswith("-"):  # click drops the `--`: these are options without a PATH
        path, options = ".", (path, *options)
    target = Path(path).resolve()
    if not target.exists():
        raise click.BadParameter(f"no such file or folder: {path}", param_hint="PATH")
    if any(_name(option) in ADDRESSES for option in options):
        raise click.UsageError(
            f"moonlight lab listens on {LOOPBACK} only; `jupyter lab` takes another address"
        )
    root = is_root()
    browser = has_browser(sys.platform, os.environ)
    if root:
        click.echo("Running as root: JupyterLab is told to allow it (--allow-root).", err=True)
    if not browser:
        click.echo("No browser here: open the http address below yourself.", err=True)
    click.echo(f"JupyterLab on {target} (Ctrl-C stops it)", err=True)
    start(arguments(target, options, root=root, browser=browser))


def arguments(target: Path, options: Sequence[str], *, root: bool, browser: bool) -> list[str]:
    """The command line for JupyterLab on an absolute path; `options` win over ours."""
    given = {_name(option) for option in options}
    own = [option for option in DEFAULTS if _name(option) not in given]
    if given.intersection(VERBOSE):
        own.remove("--Application.log_level=WARN")
    if root:
        own.append("--allow-root")
    if not browser:
        own.append("--no-browser")
    folder = target if target.is_dir() else target.parent
    own.append(f"--ServerApp.root_dir={folder}")
    if folder != target:
        own.append(f"--LabApp.default_url=/lab/tree/{quote(target.name)}")
    return [*own, *options]


def has_browser(platform: str, environ: Mapping[str, str]) -> bool:
    """Whether a browser window can be opened here.

    Without a display Python would still find a text browser such as lynx, which cannot show Lab.
    """
    shown = any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    if platform not in ("win32", "darwin") and not shown:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def is_root() -> bool:
    """Whether this process belongs to root, which Jupyter refuses unless told otherwise."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def start(argv: list[str]) -> None:
    """Run JupyterLab in this process until it is stopped."""
    from jupyterlab.labapp import LabApp

    server = LabApp.initialize_server(argv)
    # Ctrl-C is the same orderly stop as a TERM signal. Jupyter's own way asks first on a terminal,
    # and elsewhere lets KeyboardInterrupt hit whatever runs, which may not end it.
    signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))
    server.start()


def _name(option: str) -> str:
    return option.partition("=")[0]
