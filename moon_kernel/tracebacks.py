"""Keeps tracebacks quick in long documents: they look at the blocks that are in them, at no other."""

from __future__ import annotations

from collections import defaultdict
from types import TracebackType
from typing import Any

from moon_kernel.lineview import focused


def watch(shell: Any) -> None:
    """Narrow the views of documents while IPython collects the frames of a traceback."""
    shown = shell.InteractiveTB
    get_records = shown.get_records

    def records(etb: TracebackType | None, *args: Any, **kwargs: Any) -> Any:
        lines: dict[str, set[int]] = defaultdict(set)
        step = etb
        while step is not None:
            lines[step.tb_frame.f_code.co_filename].add(step.tb_lineno)
            step = step.tb_next
        with focused({path: frozenset(numbers) for path, numbers in lines.items()}):
            return get_records(etb, *args, **kwargs)

    shown.get_records = records
