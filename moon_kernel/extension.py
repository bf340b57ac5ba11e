"""``%load_ext moon_kernel``: tracking and magics for a stock kernel or a terminal."""

from __future__ import annotations

import os
from typing import Any

from moon_kernel.channel import TraceChannel
from moon_kernel.hooks import ShellHooks
from moon_kernel.magics import register_magics
from moon_kernel.moonleap_cells import register_moonleap
from moon_kernel.session import Session
from moon_kernel.spa_cells import register_spa

_LOADED = "_moonlight_loaded"
"""Attribute of the shell that holds what was loaded into it."""


def load(shell: Any) -> None:
    """Follow this shell's cells; they keep their stock names, and lines of their own."""
    kernel = getattr(shell, "kernel", None)
    if getattr(shell, _LOADED, None) is not None or hasattr(kernel, "moon"):
        return  # the kernel `moon` has it all
    session = Session.from_environment(os.environ)
    hooks = ShellHooks(shell, session)
    channel = TraceChannel(kernel, session) if kernel is not None else None
    register_magics(shell, session, hooks.recorder)
    marks = register_moonleap(shell, lambda: session.path)
    cells = register_spa(shell)
    setattr(shell, _LOADED, (hooks, marks, channel, cells))


def unload(shell: Any) -> None:
    """Stop following; the magics stay until the session ends."""
    loaded = getattr(shell, _LOADED, None)
    if loaded is None:
        return
    hooks, marks, channel, cells = loaded
    hooks.remove()
    marks.remove()
    cells.remove()
    if channel is not None:
        channel.close()
    setattr(shell, _LOADED, None)
