"""`st.recursive` for tests that run while their files are edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st


def recursive(
    leaves: st.SearchStrategy[Any],
    extend: Callable[[st.SearchStrategy[Any]], st.SearchStrategy[Any]],
    max_leaves: int = 100,
) -> st.SearchStrategy[Any]:
    """`st.recursive`, which reads the text of `extend` in its file, and finds other lines after an edit.

    It then warns that the function ignores its argument; a partial function has no text.
    """
    return st.recursive(leaves, partial(extend), max_leaves=max_leaves)
