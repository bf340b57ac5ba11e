"""Blocks and programs to code objects that carry Markdown lines and columns."""

from __future__ import annotations
import __future__

import ast
from functools import reduce
from operator import or_
from types import CodeType
from typing import Any

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block
from moonlight.program import Program

FUTURE_FLAGS: int = reduce(
    or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class SyntaxRefused(MoonlightError):
    """A block is not Python; the place is the Markdown line."""


def compile_block(block: Block, path: str, flags: int = 0) -> CodeType:
    """Code of one block. `flags` are the ``__future__`` flags of the blocks before it.

    The text is compiled as it stands and the line numbers are shifted afterwards, which costs nothing;
    blocks with an indent go through the syntax tree, so that the columns fit the Markdown lines too.
    Raises SyntaxError with Markdown lines.
    """
    shift = block.code_line - 1
    only_ast = ast.PyCF_ONLY_AST if block.indent else 0
    try:
        result: Any = compile(block.text, path, "exec", flags=flags | only_ast, dont_inherit=True)
    except SyntaxError as error:
        move_error(error, shift)
        raise
    if not block.indent:
        return shifted(result, shift)
    ast.increment_lineno(result, shift)
    _indent(result, len(block.indent.encode()))
    code: CodeType = compile(result, path, "exec", flags=flags, dont_inherit=True)
    return code


def compile_program(program: Program, path: str, optimize: int = -1) -> CodeType:
    """Code of a whole sparse program, as import needs it.

    ``from __future__`` may stand in any block: it holds for the whole module. Raises SyntaxError.
    """
    text = program.text
    late = "__future__" in text
    indented = [block for block in program.document.code_blocks if block.indent]
    if not late and not indented:
        return compile(text, path, "exec", dont_inherit=True, optimize=optimize)
    tree: Any = compile(text, path, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
    flags = _hoist_future(tree) if late else 0
    for block in indented:
        lines = range(block.code_line, block.span.end_line + 1)
        _indent(tree, len(block.indent.encode()), lines)
    code: CodeType = compile(tree, path, "exec", flags, dont_inherit=True, optimize=optimize)
    return code


def shifted(code: CodeType, lines: int) -> CodeType:
    """`code` and all code in it, `lines` lines further down."""
    constants = tuple(
        shifted(constant, lines) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    )
    return code.replace(co_firstlineno=code.co_firstlineno + lines, co_consts=constants)


def move_error(error: SyntaxError, lines: int) -> None:
    """Shift the place of a syntax error."""
    if error.lineno is not None:
        error.lineno += lines
    if error.end_lineno is not None:
        error.end_lineno += lines
    if len(error.args) > 1 and isinstance(error.args[1], tuple):
        place = list(error.args[1])
        place[1] = error.lineno
        if len(place) > 4:
            place[4] = error.end_lineno
        error.args = (error.args[0], tuple(place))


def future_flags(code: CodeType) -> int:
    """The ``__future__`` flags that hold for the code and have to hold for the blocks behind it."""
    return code.co_flags & FUTURE_FLAGS


def refusal(error: SyntaxError, path: str) -> SyntaxRefused:
    """A syntax error as diagnostic."""
    line = error.lineno or 1
    span = Span(path, line, error.end_lineno or line, max(error.offset or 1, 1))
    return SyntaxRefused(Diagnostic("syntax", error.msg, span, "mend the block, or mark it `skip`"))


def _indent(tree: ast.AST, width: int, lines: range | None = None) -> None:
    """Move the columns of the nodes on `lines` (all lines without it) to the right by `width` bytes."""
    for node in ast.walk(tree):
        place: Any = node
        if not hasattr(node, "lineno") or (lines is not None and place.lineno not in lines):
            continue
        place.col_offset += width
        if place.end_col_offset is not None:
            place.end_col_offset += width


def _hoist_future(tree: ast.Module) -> int:
    """Flags of all ``from __future__`` statements, which become plain imports of their names."""
    flags = 0
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level:
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                if feature is None:
                    message = f"future feature {alias.name} is not defined"
                    raise SyntaxError(message, ("", node.lineno, node.col_offset + 1, None))
                flags |= feature.compiler_flag
            tree.body[index] = _plain_import(node)
    return flags


def _plain_import(node: ast.ImportFrom) -> ast.stmt:
    """Statement that binds the same names and is allowed anywhere."""
    names = [alias.asname or alias.name for alias in node.names]
    source = "; ".join(
        f"{name} = __import__('__future__').{alias.name}"
        for name, alias in zip(names, node.names, strict=True)
    )
    statements = ast.parse(source).body
    block = ast.If(ast.Constant(True), statements, [])
    for child in ast.walk(block):
        ast.copy_location(child, node)
    return block
