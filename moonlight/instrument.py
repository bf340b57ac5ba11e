"""The linear program with the seed's calls in it: enter and leave for each block, lines on request."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import PurePath

from moonlight.compiling import move_error, refusal
from moonlight.document import Block, Document
from moonlight.program import Purpose, selected

_HEAD = """\
from moonlight import runtime as _moonlight
from moonlight.runtime import __moonlight_enter_block, __moonlight_leave_block, __moonlight_line
__moonlight_document__ = {path!r}
"""
_FUTURE = re.compile(r"^from __future__ import [^\n#]*(?:#[^\n]*)?$", re.M)


def instrumented(document: Document, purpose: Purpose = "run", lines: bool = False) -> str:
    """The program as text which tells `moonlight.runtime` what runs.

    Each block stands in ``try … finally``, so it is left whatever happens; with `lines`, a call with the
    Markdown line precedes each statement. Raises SyntaxRefused for a block that is no Python.
    """
    name = PurePath(document.path).name
    futures: dict[str, None] = {}
    parts = []
    for block in selected(document, purpose):
        futures.update((line.strip(), None) for line in _FUTURE.findall(block.text))
        header = f"# --- Block {block.index} from {name}: line {block.span.line} ---"
        parts.append(f"\n{header}\n{_wrapped(block, document.path, lines)}")
    head = "".join(f"{line}\n" for line in futures) + _HEAD.format(path=name)
    return head + "".join(parts)


def _wrapped(block: Block, path: str, lines: bool) -> str:
    text = _FUTURE.sub("pass  # the import stands at the top", block.text)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        move_error(error, block.code_line - 1)
        raise refusal(error, path) from None
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
