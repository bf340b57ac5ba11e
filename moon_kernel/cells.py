"""Which cell runs, for what is kept from one run of it to the next."""

from __future__ import annotations

from typing import Any

from moonlight.tracking import current_run


def cell_of(info: Any) -> str | tuple[str, int] | None:
    """What identifies a cell over its runs: what the client calls it, or path and block; None for neither."""
    return getattr(info, "cell_id", None) or _block()


def _block() -> tuple[str, int] | None:
    """The block of a document that runs."""
    run = current_run()
    if run is None or run.path is None or run.block is None:
        return None
    return run.path, run.block
