"""Compiles a cell under its document's path, on its Markdown lines."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from contextvars import ContextVar
from dataclasses import dataclass

from ipykernel.compiler import XCachingCompiler

from moon_kernel.alignment import align
from moon_kernel.lineview import LineView, Piece


@dataclass(frozen=True, slots=True)
class Target:
    """A cell whose place is known: it is compiled as the lines of `view` from `code_line` on."""

    view: LineView
    key: Hashable
    code: str
    block: int | None
    code_line: int

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
_announced: ContextVar[Target | None] = ContextVar("moonlight_target", default=None)
_compiling: ContextVar[_Compiling | None] = ContextVar("moonlight_compiling", default=None)


def announce(target: Target | None) -> None:
    """The next cell that this context compiles is `target`, if its code is the same."""
    _announced.set(target)


class MoonCompiler(XCachingCompiler):  # type: ignore[misc, unused-ignore]
    """ipykernel's compiler; an announced cell gets its document's path and lines."""

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        """The document's path for an announced cell, ipykernel's made-up name for any other."""
        target = _announced.get()
        if target is None or raw_code != target.code:
            _compiling.set(None)
            name: str = super().cache(transformed_code, number, raw_code)
            return name
        _announced.set(None)
        aligned = align(raw_code, transformed_code)
        lines = [line + "\n" for line in aligned.removesuffix("\n").split("\n")]
        piece = Piece(target.code_line, target.code, lines, target.block)
        target.view.put(target.key, piece)
        # Empty lines in front cost less than walking the tree; they are right for warnings too.
        padded = "\n" * (target.code_line - 1) + aligned
        _compiling.set(_Compiling(target, transformed_code, padded, piece))
        return target.path

    def ast_parse(self, source: str, filename: str = _NAMELESS, symbol: str = "exec") -> ast.AST:
        """As IPython's; with Markdown lines for the cell that `cache` was just asked about."""
        current = _compiling.get()
        if current is None or filename != current.target.path or source != current.transformed:
            tree: ast.AST = super().ast_parse(source, filename, symbol)
            return tree
        try:
            return self._parse(current.padded, filename, symbol)
        except BaseException:
            current.piece.valid = False
            raise

    def _parse(self, padded: str, filename: str, symbol: str) -> ast.AST:
        flags = self.flags | ast.PyCF_ONLY_AST
        tree: ast.AST = compile(padded, filename, symbol, flags, dont_inherit=True)
        return tree
