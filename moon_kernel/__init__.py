"""The Jupyter kernel: runs the blocks of a document under their Markdown lines.

`%load_ext moon_kernel` brings the magics and the tracking to any other IPython. `live` and `Store` are for
components of a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moon_kernel.spa_state import Store
    from moon_kernel.spa_widget import live

__all__ = ["Store", "live", "load_ipython_extension", "unload_ipython_extension"]


def __getattr__(name: str) -> Any:
    """What needs widgets is loaded when it is used."""
    if name == "live":
        from moon_kernel.spa_widget import live

        return live
    if name == "Store":
        from moon_kernel.spa_state import Store

        return Store
    raise AttributeError(f"module 'moon_kernel' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext moon_kernel``."""
    from moon_kernel.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext moon_kernel``."""
    from moon_kernel.extension import unload

    unload(shell)
