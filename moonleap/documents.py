"""Documents as specs: a `.py.md` holds a spec, and in its Python blocks the rules.

1. With cells ``%%moonleap`` the text of such a cell is the spec, and the Python blocks above it hold the
   rules: what a notebook does when it runs from the top down to that cell. Of several cells one is chosen by
   its name, ``%%moonleap NAME``, as ``DOCUMENT#NAME``; without a name it is the only one that has none.
2. Without such cells the prose is the spec, and all Python blocks hold the rules.

Blocks that are marked ``skip``, and other cells with a magic, take no part; lines with a magic or a command
are left out. Settings and links are those of the document's folder. No other Markdown file runs code.
"""

from __future__ import annotations
import __future__

import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import CodeType, ModuleType

from moonleap.findings import refusal
from moonleap.reading import read_text, similar_file
from moonleap.terms import Place
from moonleap.tracing import described
from moonlight.hints import did_you_mean
from moonlight.info import language, options
from moonlight.markdown import outline
from moonlight.outline import Fence, Outline
from moonlight.source import normalize

SUFFIX = ".py.md"
MAGIC = "%%moonleap"
VALUED = frozenset({"-o", "--output", "--only"})
"""Options of the cell magic that take a value."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?=\n|\Z)")
_MAGIC_LINE = re.compile(r"^([ \t]*)[%!][^\n]*", re.M)
_FUTURE: int = reduce(or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))


@dataclass(frozen=True, slots=True)
class Code:
    """A Python block; `line` is that of its first code line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """The blocks of a document that hold the rules of its spec."""

    path: str
    blocks: tuple[Code, ...]

    @contextmanager
    def loaded(self) -> Iterator[ModuleType]:
        """The blocks as the main module, which they are in a notebook too, while the context lasts.

        Raises SpecError ``package-failed`` where a block raises or is no Python.
        """
        module = ModuleType("__main__")
        module.__file__ = os.path.abspath(self.path)
        before = sys.modules["__main__"]
        sys.modules["__main__"] = module
        try:
            self._run(module)
            yield module
        finally:
            sys.modules["__main__"] = before

    def _run(self, module: ModuleType) -> None:
        flags = 0
        for block in self.blocks:
            try:
                code = _compiled(block, self.path, flags)
                flags |= code.co_flags & _FUTURE
                exec(code, module.__dict__)
            except (Exception, SystemExit) as error:
                line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
                message = f"the block at line {block.line} {described(error)}"
                hint = "correct the block, or mark it `skip`; the spec itself was not judged"
                place = Place(self.path, line or block.line)
                raise refusal("package-failed", message, place, hint) from error


@dataclass(frozen=True, slots=True)
class SpecDocument:
    """What a document says: the text of its spec, on the document's lines, and its rules."""

    path: str
    text: str
    rules: DocumentRules

    @property
    def folder(self) -> str:
        """Where its settings and linked files lie."""
        return os.path.dirname(self.path) or "."


def is_document(path: str) -> bool:
    """Whether a path, with or without the name of a cell, is that of a document."""
    return split_name(path)[0].endswith(SUFFIX) and not os.path.isdir(path)


def split_name(path: str) -> tuple[str, str]:
    """``("intro.py.md", "shop")`` of ``intro.py.md#shop``."""
    file, mark, name = path.partition(SUFFIX + "#")
    return (file + SUFFIX, name) if mark else (path, "")


def read_document(path: str) -> SpecDocument:
    """The spec that a document holds.

    Raises MoonlightError where the file cannot be read, or SpecError ``unknown-cell`` where it is not clear
    which cell is meant.
    """
    file, name = split_name(path)
    file = os.path.normpath(file)
    text = normalize(read_text(file, lambda: similar_file(file, end=SUFFIX))).removeprefix("\ufeff")
    body = _FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text, count=1)
    fences = [fence for fence in _python(outline(body)) if not options(fence.info).get("skip")]
    cells = [fence for fence in fences if is_spec_cell(fence.code)]
    blocks = [fence for fence in fences if not fence.code.lstrip().startswith("%%")]
    if not cells and not name:
        return SpecDocument(file, body, DocumentRules(file, tuple(map(_code, blocks))))
    cell = _chosen(cells, name, file)
    above = tuple(_code(block) for block in blocks if block.line < cell.line)
    spec, line = cell_text(cell.code)
    return SpecDocument(file, on_line(spec, cell.line + line), DocumentRules(file, above))


def cell_text(code: str) -> tuple[str, int]:
    """What stands below the magic of a cell, and the line of the cell where that begins."""
    empty = len(code) - len(code.lstrip("\n"))
    return code.lstrip("\n").partition("\n")[2], empty + 2


def on_line(text: str, line: int) -> str:
    """The text with empty lines above it, so that it begins at a line."""
    return "\n" * (line - 1) + text


def is_spec_cell(code: str) -> bool:
    """Whether the cell's magic is ``%%moonleap``."""
    return code.split(None, 1)[:1] == [MAGIC]


def cell_name(code: str) -> str:
    """The name behind ``%%moonleap``, "" where there is none."""
    line = code.lstrip().partition("\n")[0]
    return name_in(split_words(line.removeprefix(MAGIC)))


def split_words(line: str) -> list[str]:
    """The words of a magic's line; quotes hold words together."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def name_in(words: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of one."""
    valued = False
    for word in words:
        if not valued and not word.startswith("-"):
            return word
        valued = not valued and word in VALUED
    return ""


def _chosen(cells: Sequence[Fence], name: str, path: str) -> Fence:
    names = [cell_name(cell.code) for cell in cells]
    found = [cell for cell, own in zip(cells, names, strict=True) if own == name]
    if len(cells) == 1 and not name:
        return cells[0]
    if len(found) == 1:
        return found[0]
    place = Place(path, (found or cells)[-1].line if cells else 1)
    known = ", ".join(filter(None, names))
    if name and not found:
        otherwise = f"there are {known}" if known else "write `%%moonleap NAME` to name a cell"
        raise refusal(
            "unknown-cell", f"no cell `%%moonleap {name}`", place, did_you_mean(name, names, otherwise)
        )
    message = f"{len(cells)} cells with `%%moonleap`: which one?"
    if name:
        message = f"{len(found)} cells `%%moonleap {name}`: which one?"
    hint = f"name one, as in `{path}#{next(filter(None, names), 'NAME')}`"
    raise refusal("unknown-cell", message, place, hint)


def _python(found: Outline) -> Iterator[Fence]:
    """The Python fences that are blocks: not those in quotes, nor inside of a cell of prose."""
    regions = [(marker.line, marker.end_line) for marker in found.markers if marker.end_line]
    for fence in found.fences:
        inside = any(first <= fence.line <= last for first, last in regions)
        if fence.line and fence.container != "quote" and not inside and language(fence.info) == "python":
            yield fence


def _code(fence: Fence) -> Code:
    return Code(fence.code, fence.line + 1)


def _compiled(block: Code, path: str, flags: int) -> CodeType:
    """The code on its lines; without magics where it is no Python with them."""
    text = on_line(block.text, block.line)
    try:
        code: CodeType = compile(text, path, "exec", flags, dont_inherit=True)
    except SyntaxError:
        plain = _MAGIC_LINE.sub(r"\1pass", text)
        if plain == text:
            raise
        code = compile(plain, path, "exec", flags, dont_inherit=True)
    return code
