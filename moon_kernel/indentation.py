"""Markdown lines for the one syntax error that IPython finds before it compiles: a bad dedent."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from IPython.core.inputtransformer2 import leading_empty_lines

from moon_kernel.compiler import Target

_found: ContextVar[IndentationError | None] = ContextVar("moonlight_indentation", default=None)


def watch(shell: Any) -> None:
    """Note the error that IPython keeps to itself until it shows it as of a file ``<tokenize>``."""
    manager = shell.input_transformer_manager
    transform = manager.transform_cell

    def transform_cell(cell: str) -> str:
        _found.set(None)
        try:
            transformed: str = transform(cell)
        except IndentationError as error:
            if leading_empty_lines in manager.cleanup_transforms and error.lineno is not None:
                error.lineno += len(cell) - len(cell.lstrip("\n"))
            _found.set(error)
            raise
        return transformed

    manager.transform_cell = transform_cell


def place(target: Target) -> None:
    """Give the error that was found in `target`, if any, its place in the document."""
    error = _found.get()
    _found.set(None)
    if error is None or error.lineno is None or error.filename == target.path:
        return
    error.lineno += target.code_line - 1
    error.filename = target.path
    error.args = (error.msg, (target.path, error.lineno, error.offset, error.text))
    piece = target.piece(target.code)
    piece.valid = False
    target.view.put(piece)
