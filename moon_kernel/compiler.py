"""Compiles a cell under its document's path, on its Markdown lines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from ipykernel.compiler import XCachingCompiler

from moon_kernel.alignment import align
from moon_kernel.lineview import LineView, Piece


@dataclass(frozen=True, slots=True)
class Target:
    """Code whose place is known: it is compiled as the lines of `view` from `code_line` on.

    `cell` and `cell_line` are the same again, or those of the cell whose magic's body the code is.
    """

    view: LineView
    owner: Hashable
    code: str
    block: int | None
    code_line: int
    cell: str
    cell_line: int

    @classmethod
    def of_cell(cls, view: LineView, owner: Hashable, code: str, block: int | None, code_line: int) -> Target:
        """A whole cell."""
        return cls(view, owner, code, block, code_line, code, code_line)

    def body(self, source: str) -> Target | None:
        """The target for `source`, if it is what stands below this cell's magic ``%%name``."""
        head, newline, body = self.code.lstrip("\n").partition("\n")
        if not (newline and head.startswith("%%") and body.rstrip("\n") == source.rstrip("\n")):
            return None
        line = self.code_line + self.code.count("\n") - body.count("\n")
        return replace(self, code=source, code_line=line)

    def piece(self, aligned: str) -> Piece:
        """What the view shows of it."""
        lines = [line + "\n" for line in aligned.removesuffix("\n").split("\n")]
        return Piece(self.owner, self.code_line, self.cell_line, self.cell, lines, self.block)

    @property
    def path(self) -> str:
        return self.view.file.path


@dataclass(frozen=True, slots=True)
class _Compiling:
    target: Target
    transformed: str
    padded: str
    piece: Piece


_NAMELESS = "<unknown>"
_TIMED = ("<timed exec>", "<timed eval>")
_announced: ContextVar[Target | None] = ContextVar("moonlight_target", default=None)
_compiling: ContextVar[_Compiling | None] = ContextVar("moonlight_compiling", default=None)


def announce(target: Target | None) -> None:
    """The next cell that this context compiles is `target`, if its code is the same."""
    _announced.set(target)


class MoonCompiler(XCachingCompiler):  # type: ignore[misc, unused-ignore]
    """ipykernel's compiler; an announced cell gets its document's path and lines."""

    watch_calls: Callable[[CodeType, int], None] | None = None
    """Is told the code of each block before it runs."""

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        """The document's path for an announced cell, ipykernel's made-up name for any other."""
        target = _announced.get()
        if target is None or raw_code != target.code:
            _compiling.set(None)
            name: str = super().cache(transformed_code, number, raw_code)
            return name
        _announced.set(None)
        _compiling.set(_prepare(target, raw_code, transformed_code))
        return target.path

    def ast_parse(self, source: str, filename: str = _NAMELESS, symbol: str = "exec") -> ast.AST:
        """As IPython's; with Markdown lines for the cell that `cache` was just asked about."""
        current = _compiling.get()
        if current is not None:
            if filename == current.target.path and source == current.transformed:
                return self._parse(current, filename, symbol)
            # %%time hands over its body without a name; it compiles the tree with another one.
            body = self._body(current.target, source) if filename == _NAMELESS else None
            if body is not None:
                return self._parse(body, body.target.path, symbol)
        tree: ast.AST = super().ast_parse(source, filename, symbol)
        return tree

    def __call__(self, source: Any, filename: str, symbol: str, **options: Any) -> CodeType:
        """As codeop's; a tree of %%time has its document's path."""
        current = _compiling.get()
        if current is not None and filename in _TIMED and _first_line(source) > current.target.code_line:
            filename = current.target.path
        code: CodeType = super().__call__(source, filename, symbol, **options)
        if self.watch_calls is not None and current is not None and filename == current.target.path:
            block = current.target.block
            if block is not None:
                self.watch_calls(code, block)
        return code

    def _body(self, target: Target, source: str) -> _Compiling | None:
        body = target.body(source)
        return _prepare(body, source, source) if body is not None else None

    def _parse(self, current: _Compiling, filename: str, symbol: str) -> ast.AST:
        flags = self.flags | ast.PyCF_ONLY_AST
        try:
            tree: ast.AST = compile(current.padded, filename, symbol, flags, dont_inherit=True)
        except BaseException:
            current.piece.valid = False
            raise
        return tree


def _prepare(target: Target, raw: str, transformed: str) -> _Compiling:
    """The code on its lines, and in the view."""
    aligned = align(raw, transformed)
    piece = target.piece(aligned)
    target.view.put(piece)
    # Empty lines in front cost less than walking the tree; they are right for warnings too.
    return _Compiling(target, transformed, "\n" * (target.code_line - 1) + aligned, piece)


def _first_line(tree: Any) -> int:
    """Line of the first statement of a tree, or of its expression; 0 for anything else."""
    body = getattr(tree, "body", None)
    node = body[0] if isinstance(body, list) and body else body
    return getattr(node, "lineno", 0)
