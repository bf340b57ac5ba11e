"""Blocks and programs to code objects that carry Markdown lines and columns."""

from __future__ import annotations
import __future__

import ast
import re
import sys
import warnings
from functools import reduce
from operator import or_
from types import CodeType
from typing import Any

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block
from moonlight.program import Program
from moonlight.source import normalize

FUTURE_FLAGS: int = reduce(
    or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)

_CLASSES_KNOW_THEIR_LINE = sys.version_info >= (3, 13)
"""Class bodies hold their first line as a constant, which cannot be told from other constants."""

_MAYBE_STRING = frozenset("\"'uUrR# \t\n")
_STRING_FIRST = re.compile(r"(?:[ \t]*(?:\#[^\n]*)?\n)*[ \t]*[uUrR]?[\"']")


class SyntaxRefused(MoonlightError):
    """A block is not Python; the place is the Markdown line."""


def compile_block(
    block: Block, path: str, flags: int = 0, first: bool = True, shifting: bool = False
) -> CodeType:
    """Code of one block. `flags` are the ``__future__`` flags of the blocks before it.

    Only in the `first` block a leading string is the docstring. Raises SyntaxError with Markdown lines and
    columns, also for what Python refuses in other ways. With `shifting` the text is compiled as it stands and
    its lines are moved afterwards, which costs nothing; but warnings of the compiler have wrong lines then.
    """
    text = block.text
    plain = not block.indent and (first or text[:1] not in _MAYBE_STRING or not _STRING_FIRST.match(text))
    if plain and shifting and not (_CLASSES_KNOW_THEIR_LINE and "class" in text):
        try:
            return shifted(compile(text, path, "exec", flags, dont_inherit=True), block.span.line)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # once more, with true lines in the message too
    text = "\n" * (block.code_line - 1) + text
    if plain:
        return _compiled(text, path, flags, block)
    tree: Any = _compiled(text, path, flags | ast.PyCF_ONLY_AST, block)
    _to_the_right(tree, dict(enumerate(_widths(block), block.code_line)))
    if not first and tree.body:
        tree.body.insert(0, ast.copy_location(ast.Pass(), tree.body[0]))
    return _compiled(tree, path, flags, block)


def compile_program(program: Program, path: str, optimize: int = -1) -> CodeType:
    """Code of a whole sparse program, as import needs it; each block has to be Python by itself, as in a run.

    Raises SyntaxError with Markdown lines.
    """
    blocks = [program.document.code_blocks[one.block - 1] for one in program.source_map.segments]
    try:
        code = _compiled_whole(program.text, [block for block in blocks if block.indent], path, optimize)
    except SyntaxError:
        for block in blocks:
            compile_block(block, path)
        raise
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in blocks:
            try:
                compile(block.text, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            except SyntaxError:
                compile_block(block, path)
    return code


def _compiled_whole(text: str, indented: list[Block], path: str, optimize: int) -> CodeType:
    if not indented:
        return _compiled(text, path, 0, None, optimize)
    tree: Any = _compiled(text, path, ast.PyCF_ONLY_AST, None)
    widths: dict[int, int] = {}
    for block in indented:
        widths.update(enumerate(_widths(block), block.code_line))
    _to_the_right(tree, widths)
    return _compiled(tree, path, 0, None, optimize)


def shifted(code: CodeType, lines: int) -> CodeType:
    """`code` and all code in it, `lines` lines further down."""
    line = code.co_firstlineno + lines
    for constant in code.co_consts:
        if type(constant) is CodeType:
            break
    else:
        return code.replace(co_firstlineno=line)
    constants = [shifted(one, lines) if type(one) is CodeType else one for one in code.co_consts]
    return code.replace(co_firstlineno=line, co_consts=tuple(constants))


def future_flags(code: CodeType) -> int:
    """The ``__future__`` flags that hold for the code and have to hold for the blocks behind it."""
    return code.co_flags & FUTURE_FLAGS


def refusal(error: SyntaxError, path: str) -> SyntaxRefused:
    """A syntax error as diagnostic."""
    line = error.lineno or 1
    span = Span(path, line, max(error.end_lineno or line, line), max(error.offset or 1, 1))
    return SyntaxRefused(Diagnostic("syntax", error.msg, span, "mend the block, or mark it `skip`"))


def _compiled(source: Any, path: str, flags: int, block: Block | None, optimize: int = -1) -> CodeType:
    """`compile` that only ever raises SyntaxError."""
    try:
        code: CodeType = compile(source, path, "exec", flags, dont_inherit=True, optimize=optimize)
    except SyntaxError as error:
        if block is not None:
            _place(error, path, block, moved=isinstance(source, ast.AST))
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        line = block.code_line if block is not None else 1
        if isinstance(source, str) and "\0" in source:
            line = source.count("\n", 0, source.index("\0")) + 1
        message = str(error) or "too complex for Python's compiler"
        raise SyntaxError(message, (path, line, None, None)) from None
    return code


def _place(error: SyntaxError, path: str, block: Block, moved: bool) -> None:
    """Put the error on a line of the block, with that line's text and with columns of the Markdown."""
    rows = _rows(block)
    last = block.code_line + max(len(rows), 1) - 1
    line = min(max(error.lineno or block.code_line, block.code_line), last)
    if line != error.lineno:
        error.offset = error.end_offset = None
    error.filename, error.lineno = path, line
    if error.end_lineno is not None:
        error.end_lineno = min(max(error.end_lineno, line), last)
    error.text = rows[line - block.code_line] + "\n" if rows else None
    if block.indent and not moved:
        widths = dict(enumerate(_widths(block), block.code_line))
        if error.offset:
            error.offset += widths.get(line, 0)
        if error.end_offset and error.end_offset > 0:
            error.end_offset += widths.get(error.end_lineno or line, 0)
    place = (path, line, error.offset, error.text, error.end_lineno, error.end_offset)
    error.args = (error.msg, place if error.offset is not None else place[:4])


def _rows(block: Block) -> list[str]:
    """The lines of a block's code as the Markdown has them."""
    count = block.text.count("\n")
    return normalize(block.raw).split("\n")[1 : count + 1]


def _widths(block: Block) -> list[int]:
    """For each line how many characters of indent the Markdown has and the code has not."""
    pairs = zip(_rows(block), block.text.split("\n"), strict=False)
    return [_leading(row) - _leading(line) for row, line in pairs]


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _to_the_right(tree: ast.AST, widths: dict[int, int]) -> None:
    """Move the columns of nodes by the width of the lines where they begin and end."""
    for node in ast.walk(tree):
        place: Any = node
        if not hasattr(node, "lineno"):
            continue
        place.col_offset = max(place.col_offset + widths.get(place.lineno, 0), 0)
        if place.end_col_offset is not None:
            place.end_col_offset = max(place.end_col_offset + widths.get(place.end_lineno, 0), 0)
