"""``from __future__`` in any block: moved to where Python allows it; nothing else in the text moves."""

from __future__ import annotations
import __future__

import ast
import warnings


def hoisted(text: str, new_line: bool = False) -> tuple[str, bool]:
    """`text` with its late ``from __future__`` imports at its top; True where that took a line of its own.

    They go behind the docstring, on its last line; without one, to line 1, which has to be empty, or with
    `new_line` before it. Text that is no Python and features that do not exist stay as they are.
    """
    tree = _parsed(text)
    if tree is None:
        return text, False
    docstring, late = _layout(tree)
    if not late:
        return text, False
    lines = text.split("\n")
    statement = "from __future__ import " + ", ".join(dict.fromkeys(name for n in late for name in _names(n)))
    for node in late:
        _take_out(lines, node)
    if docstring is None:
        lines[:1] = [statement, *lines[:1]] if new_line else [statement]
        return "\n".join(lines), new_line
    row, column = docstring.end_lineno or 1, docstring.end_col_offset or 0
    data = lines[row - 1].encode()
    lines[row - 1] = f"{data[:column].decode()}; {statement}{data[column:].decode()}"
    return "\n".join(lines), False


def without_futures(text: str) -> tuple[str, list[str]]:
    """`text` with ``pass`` for each ``from __future__`` import, and the names that these import."""
    tree = _parsed(text)
    if tree is None:
        return text, []
    lines = text.split("\n")
    found = [node for node in tree.body if _is_future(node)]
    for node in found:
        _take_out(lines, node)
    return "\n".join(lines), [name for node in found for name in _names(node)]


def _parsed(text: str) -> ast.Module | None:
    """The tree of a text that speaks of ``__future__``; None for all others and for what is no Python."""
    if "__future__" not in text:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _layout(tree: ast.Module) -> tuple[ast.stmt | None, list[ast.stmt]]:
    """The docstring, and the future imports that stand behind other statements."""
    docstring = tree.body[0] if ast.get_docstring(tree, clean=False) is not None else None
    late = []
    allowed = True
    for node in tree.body:
        if not _is_future(node):
            allowed = allowed and node is docstring
        elif not allowed:
            late.append(node)
    return docstring, late


def _is_future(node: ast.stmt) -> bool:
    if not isinstance(node, ast.ImportFrom) or node.module != "__future__" or node.level:
        return False
    return all(alias.name in __future__.all_feature_names for alias in node.names)


def _names(node: ast.stmt) -> list[str]:
    assert isinstance(node, ast.ImportFrom)
    return [f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in node.names]


def _take_out(lines: list[str], node: ast.stmt) -> None:
    """Put ``pass`` in the place of a statement; its further lines become empty."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    behind = lines[last].encode()[node.end_col_offset :].decode()
    lines[first : last + 1] = [f"{before}pass{behind}", *[""] * (last - first)]
