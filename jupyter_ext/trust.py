"""Whether stored outputs are the user's own: signed by Jupyter's notary when a trusted notebook was saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from jupyter_ext.outputs import receipt
from moonlight.outputs import Entry


def is_signed(entries: Sequence[Entry]) -> bool:
    """What the notary of this user says; False where there is none to ask."""
    from nbformat.sign import NotebookNotary

    try:
        notary = NotebookNotary()
        with closing(notary.store):
            return bool(notary.check_signature(receipt(entries)))
    except (OSError, sqlite3.Error, ValueError):
        return False
