"""The Jupyter kernel: runs the blocks of a document under their Markdown lines.

`%load_ext moon_kernel` brings the magics and the tracking to any other IPython.
"""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext moon_kernel``."""
    from moon_kernel.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext moon_kernel``."""
    from moon_kernel.extension import unload

    unload(shell)
