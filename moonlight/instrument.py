"""The linear program with the seed's calls in it: enter and leave for each block, lines on request."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import PurePath

from moonlight.compiling import compile_block, refusal
from moonlight.document import Block, Document
from moonlight.futures import without_futures
from moonlight.program import Purpose, selected

_HEAD = """\
from moonlight import runtime as _moonlight
from moonlight.runtime import __moonlight_enter_block, __moonlight_leave_block, __moonlight_line
__moonlight_document__ = {path!r}
"""


def instrumented(document: Document, purpose: Purpose = "run", lines: bool = False) -> str:
    """The program as text which tells `moonlight.runtime` what runs.

    Each block stands in ``try … finally``, so it is left whatever happens; with `lines`, a call with the
    Markdown line precedes each statement. Raises SyntaxRefused for a block that is no Python.
    """
    name = PurePath(document.path).name
    futures: dict[str, None] = {}
    docstring = None
    parts = []
    for number, block in enumerate(selected(document, purpose)):
        _check(block, document.path)
        text, names = without_futures(block.text)
        futures.update(dict.fromkeys(names))
        tree = _parsed(text)
        if number == 0:
            docstring = ast.get_docstring(tree, clean=False)
        header = f"# --- Block {block.index} from {name}: line {block.span.line} ---"
        parts.append(f"\n{header}\n{_wrapped(block, tree, text, lines)}")
    head = f"{docstring!r}\n" if docstring is not None else ""
    head += f"from __future__ import {', '.join(futures)}\n" if futures else ""
    return head + _HEAD.format(path=name) + "".join(parts)


def _check(block: Block, path: str) -> None:
    try:
        compile_block(block, path)
    except SyntaxError as error:
        raise refusal(error, path) from None


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _wrapped(block: Block, tree: ast.Module, text: str, lines: bool) -> str:
    calls = dict(_line_calls(tree, text, block)) if lines else {}
    inside = _string_lines(text)
    body = []
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        if number in calls:
            body.append(f"    {calls[number]}")
        body.append(line if number in inside or not line.strip() else f"    {line}")
    if not tree.body:
        body.append("    pass")
    number_text = f"block_id={block.index}"
    return "\n".join(
        [
            f"__moonlight_enter_block({number_text})",
            "try:",
            *body,
            "finally:",
            f"    __moonlight_leave_block({number_text})\n",
        ]
    )


def _string_lines(text: str) -> set[int]:
    """Lines that begin inside a string: indenting them would change it."""
    inside: set[int] = set()
    starts: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind in ("FSTRING_START", "TSTRING_START"):
            starts.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            inside.update(range(starts.pop() + 1, token.end[0] + 1))
    return inside


def _line_calls(tree: ast.Module, text: str, block: Block) -> Iterator[tuple[int, str]]:
    """``(line of the block, call)`` before each statement that is the first on its line."""
    rows = text.split("\n")
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, in_class = stack.pop()
        in_class = in_class or isinstance(node, ast.ClassDef)
        for child in ast.iter_child_nodes(node):
            stack.append((child, in_class))
            if not isinstance(child, ast.stmt) or _is_docstring(node, child):
                continue
            line = min([child.lineno, *(d.lineno for d in getattr(child, "decorator_list", []))])
            row = rows[line - 1].encode()
            before = row[: child.col_offset]
            if before.strip() or row[child.col_offset :].startswith(b"elif"):
                continue
            function = "_moonlight.line" if in_class else "__moonlight_line"
            call = f"{function}({block.index}, {block.code_line + line - 1})"
            yield line, before.decode() + call


def _is_docstring(parent: ast.AST, statement: ast.stmt) -> bool:
    """A docstring has to stay the first statement of its body."""
    if not isinstance(parent, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    value = statement.value if isinstance(statement, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return bool(parent.body) and parent.body[0] is statement and is_text
