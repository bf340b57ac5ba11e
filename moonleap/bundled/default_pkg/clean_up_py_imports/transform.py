"""Cleans up the imports of generated Python: what is there twice or unused goes, the rest is sorted.

    transforms = [process_clean_up_py_imports]
    post_transforms = [post_process_clean_up_py_imports]

Imports at the top level of outputs of `*.py.j2` are cleaned up where they stand. Between the lines
``{% clean_up_py_imports %}`` and ``{% end_clean_up_py_imports %}`` of a template (to its end without the
second) they are also gathered at the first import, so that loops may write imports anywhere in between.

Kept are: `__future__`, `*`, `a as a` and names in `__all__` (re-exports), all names of `__init__.py` and of
stubs, statements with a comment, imports inside of other statements (`try`, `if TYPE_CHECKING`), names in
annotations that are strings, and all names where the code looks them up itself (`globals()`, `eval`).
A text that is no Python stays as it is.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from .names import bound_elsewhere, used_names
from .statements import Statement, kept_aliases, rendered, statements

START, END = "# <clean_up_py_imports>", "# </clean_up_py_imports>"
"""Comments that stand for the marks between template and output."""

_MARK = re.compile(r"\s*\{%[-+]?\s*(end_)?clean_up_py_imports\s*[-+]?%\}\s*")


def process_clean_up_py_imports(lines: list[str], template: str = "") -> list[str]:
    """Turn the marks of a template into comments, which jinja2 passes on."""
    marks = ((_MARK.fullmatch(line), line) for line in lines)
    return [line if mark is None else END if mark[1] else START for mark, line in marks]


def post_process_clean_up_py_imports(lines: list[str], template: str = "") -> list[str]:
    """Clean up the imports of an output, between marks or everywhere; `template` is the template's path."""
    plain, regions = _without_marks(lines)
    name = template.replace("\\", "/").rpartition("/")[2].removesuffix(".j2")
    if not regions and name and not name.endswith((".py", ".pyi")):
        return plain
    keeps_all = name.endswith(("__init__.py", ".pyi"))
    tree = _parsed(plain)
    if tree is None:
        return plain
    changed = _cleaned(plain, tree, regions, keeps_all)
    after = _parsed(changed)
    return changed if after is not None and _rest(after) == _rest(tree) else plain


def _without_marks(lines: Sequence[str]) -> tuple[list[str], list[range]]:
    """Lines without marks, and the ranges of line numbers between them."""
    plain: list[str] = []
    regions: list[range] = []
    start: int | None = None
    for line in lines:
        if line.strip() == START:
            start = len(plain) + 1 if start is None else start
        elif line.strip() == END:
            regions += [range(start, len(plain) + 1)] if start is not None else []
            start = None
        else:
            plain.append(line)
    if start is not None:
        regions.append(range(start, len(plain) + 1))
    return plain, regions


def _parsed(lines: Sequence[str]) -> ast.Module | None:
    """The text as Python; None where it is none, or its lines are not those of Python."""
    text = "\n".join(lines)
    if re.search(r"[\r\f\0]", text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _rest(tree: ast.Module) -> list[str]:
    """Everything but imports."""
    return [ast.dump(node) for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]


def _cleaned(lines: list[str], tree: ast.Module, regions: list[range], keeps_all: bool) -> list[str]:
    elsewhere = bound_elsewhere(tree)
    found = statements(tree, lines)
    kept = kept_aliases(found, None if keeps_all else used_names(tree, lines), elsewhere)
    changed: dict[int, list[str]] = {}
    dropped: set[int] = set()
    for run in _gathered(found, regions, elsewhere) if regions else _runs(found, lines):
        block = rendered([(statement, kept[statement]) for statement in run])
        changed[run[0].lines[0]] = block
        dropped.update(number for statement in run for number in statement.lines)
        if not regions:
            dropped.update(range(run[0].lines[0], run[-1].lines[-1]))
    return list(_put_together(lines, changed, dropped))


def _runs(found: Sequence[Statement], lines: Sequence[str]) -> Iterator[list[Statement]]:
    """Statements with nothing but blank lines between them."""
    run: list[Statement] = []
    for statement in found:
        if run and any(line.strip() for line in lines[run[-1].lines[-1] : statement.lines[0] - 1]):
            yield run
            run = []
        if statement.is_alone:
            run.append(statement)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _gathered(
    found: Sequence[Statement], regions: list[range], elsewhere: set[str]
) -> Iterator[list[Statement]]:
    """The statements between each pair of marks that may stand at the first of them."""
    for region in regions:
        run = [
            statement
            for statement in found
            if statement.lines[0] in region
            and statement.is_alone
            and not any(alias.name == "*" or alias.bound in elsewhere for alias in statement.aliases)
        ]
        if run:
            yield run


def _put_together(lines: Sequence[str], changed: dict[int, list[str]], dropped: set[int]) -> Iterator[str]:
    """The lines with the blocks in place; where all of a block went, the blank lines below it go too."""
    last, is_gap = "", False
    for number, line in enumerate(lines, 1):
        for new in changed.get(number, ()):
            yield new
            last = new
        if number in dropped:
            is_gap = not last.strip()
        elif line.strip() or not is_gap:
            yield line
            last, is_gap = line, False
