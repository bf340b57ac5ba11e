"""Where a component's Python comes from: a module, a block of a Markdown document, or a component file.

Line n of `ComponentSource.code` is line n of the file, whatever the file is, so that tracebacks, the syntax
tree and diagnostics need no map. A component file has sections, each between tags at the start of a line:

    <python>
    class Counter(Component): ...
    </python>
    <template> ... </template>
    <style> ... </style>
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent
from types import MappingProxyType
from typing import TypeVar

from moon_spa.findings import ComponentError, Place, refusal
from moon_spa.spec import Function
from moonlight.dataflow import dataflow
from moonlight.document import Block, Document, parse
from moonlight.hints import did_you_mean
from moonlight.names import without_magics
from moonlight.source import SourceError, normalize, read_source

Node = TypeVar("Node", bound=ast.AST)

UNNAMED = "<component>"
"""Path of a text that comes from no file."""

SECTIONS = ("python", "template", "style")

_OPEN = re.compile(r"^<([A-Za-z][\w-]*)(?:\s[^>]*)?>[ \t]*(?=\n|\Z)", re.MULTILINE)
_TAG = re.compile(r"^[ \t]*</?([A-Za-z][\w-]*)", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PYTHON_TAG = re.compile(r"^<python(?:\s[^>]*)?>", re.MULTILINE)
_LEAVES = frozenset(
    {
        *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level"),
        *("lineno", "module", "name", "rest", "simple", "str", "tag", "type_comment"),
    }
)
"""Fields of nodes that hold no nodes, or contexts."""
PARTS: Mapping[type[ast.AST], tuple[str, ...]] = MappingProxyType(
    {
        kind: ()
        if issubclass(kind, ast.Constant | ast.MatchSingleton | ast.Global | ast.Nonlocal)
        else tuple(name for name in kind._fields if name not in _LEAVES)
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.AST)
    }
)
"""The fields of each class of nodes that hold nodes, or lists of them."""
BLOCKS: Mapping[type[ast.AST], tuple[str, ...]] = MappingProxyType(
    {
        kind: tuple(name for name in ("body", "handlers", "cases", "orelse", "finalbody") if name in parts)
        if not issubclass(kind, ast.expr)
        else ()
        for kind, parts in PARTS.items()
    }
)
"""Those that hold statements, or what has statements."""
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)


@dataclass(frozen=True)
class ComponentSource:
    """Python text with the line numbers of the file `path`, its tree, and what stands beside it."""

    path: str
    code: str
    tree: ast.Module
    template: str | None = None
    style: str | None = None
    template_line: int = 0
    style_line: int = 0

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree."""
        return tuple(all_nodes(self.tree))

    def definitions(self, name: str, line: int) -> Sequence[Function]:
        """The functions of a name and first line, as code objects have them: that of the first decorator."""
        if name == "<lambda>":
            return [node for node in self.nodes if isinstance(node, ast.Lambda) and node.lineno == line]
        return self._functions.get((name, line), ())

    @cached_property
    def _functions(self) -> Mapping[tuple[str, int], Sequence[Function]]:
        """All that `def` makes: it is found without a look at expressions."""
        found: dict[tuple[str, int], list[Function]] = {}
        todo: list[ast.AST] = [self.tree]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                line = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                found.setdefault((node.name, line), []).append(node)
            for name in BLOCKS[type(node)]:
                todo += getattr(node, name)
        return found


@dataclass(frozen=True)
class _Section:
    text: str
    line: int


def read_component(
    source: str | os.PathLike[str], name: str | None = None, path: str | None = None
) -> ComponentSource:
    """The source of a component from a path or from a text; `path` then says what to call it.

    `name` chooses among the blocks of a document. Raises ComponentError for what is no component source.
    """
    text, label = text_of(source, path)
    return from_text(text, label, name)


def text_of(source: str | os.PathLike[str], path: str | None = None) -> tuple[str, str]:
    """The text that `source` is or names, and what to call it. Raises ComponentError for no such file."""
    if isinstance(source, str) and not looks_like_path(source):
        return source, path or UNNAMED
    try:
        found = read_source(source)
    except SourceError as error:
        raise ComponentError((error.diagnostic,)) from None
    return found.text, path or found.path


def looks_like_path(text: str) -> bool:
    """Whether a string is meant as a path: one line that ends as the name of a source file does."""
    return "\n" not in text and text.strip().endswith((".py", ".md", ".html", ".moon"))


def from_text(text: str, path: str, name: str | None = None) -> ComponentSource:
    """The source in a text, told from the path's ending and, without one, from the text."""
    text = normalize(text).removeprefix("\ufeff")
    if path.endswith(".py"):
        return ComponentSource(path, text, parsed(text, path))
    if path.endswith(".md"):
        return _from_document(parse(text, path), name)
    if path.endswith((".html", ".moon")) or _PYTHON_TAG.search(text):
        return from_sections(text, path)
    if _FENCE.search(text) and not _is_python(text):
        return _from_document(parse(text, path), name)
    return ComponentSource(path, text, parsed(text, path))


def parsed(code: str, path: str) -> ast.Module:
    """The syntax tree; ComponentError ``syntax`` at the line of the file."""
    try:
        return ast.parse(code, path)
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        raise refusal("syntax", f"{error.msg}", place, "this is no Python") from None
    except (RecursionError, MemoryError):
        raise too_deep(path) from None
    except ValueError as error:
        raise refusal("syntax", str(error), Place(path, 1), "this is no Python") from None


def too_deep(path: str) -> ComponentError:
    """The error for a source that Python itself does not compile, though it is Python."""
    hint = "give parts of long expressions, and of long chains of elif, names of their own"
    return refusal("syntax", "nested too deeply for Python's compiler", Place(path, 1), hint)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def all_nodes(tree: ast.AST) -> list[ast.AST]:
    """A node and all below it but for contexts as `Load`; `ast.walk` takes ten times as long."""
    found: list[ast.AST] = []
    todo: list[ast.AST | None] = [tree]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        found.append(node)
        for name in PARTS[type(node)]:
            part = getattr(node, name, None)
            if type(part) is list:
                todo += part
            else:
                todo.append(part)
    return found


def shallow(node: Node) -> Node:
    """A copy of a node with the same parts; `copy.copy` takes five times as long."""
    return type(node)(**vars(node))


def below(node: ast.AST) -> list[ast.AST]:
    """The direct parts of a node, in order, but for contexts."""
    found: list[ast.AST] = []
    for name in PARTS[type(node)]:
        part = getattr(node, name, None)
        if type(part) is list:
            found += [one for one in part if one is not None]
        elif part is not None:
            found.append(part)
    return found


def class_names(tree: ast.AST) -> list[str]:
    """Names of the top-level classes that could be components: they have bases."""
    body = tree.body if isinstance(tree, ast.Module) else []
    return [node.name for node in body if isinstance(node, ast.ClassDef) and node.bases]


def _from_document(document: Document, name: str | None) -> ComponentSource:
    """The block that holds the class, with the blocks that it needs."""
    holders: dict[str, Block] = {}
    for block in document.code_blocks:
        if "class" in block.text:
            tree = _block_tree(block, document.path)
            holders.update(dict.fromkeys(class_names(tree), block))
    found = holders.get(name) if name else next(reversed(holders.values()), None)
    if name is None:
        components = [
            n for n, block in holders.items() if _defines_setup(_block_tree(block, document.path), n)
        ]
        found = holders[components[0]] if components else found
    if found is None:
        wanted = f"no block holds the class {name}" if name else "no Python block holds a component"
        hint = did_you_mean(name or "", holders, "write `class Counter(Component)` in a ```py block")
        raise refusal("no-component", wanted, Place(document.path, 1), hint)
    needed = (
        set(dataflow(document).needs(found.index or 0)) if len(document.code_blocks) > 1 else {found.index}
    )
    blocks = [block for block in document.code_blocks if block.index in needed]
    code = _code_of(blocks, str)
    try:
        tree = parsed(code, document.path)
    except ComponentError:
        code = _code_of(blocks, passing_magics)
        tree = parsed(code, document.path)
    return ComponentSource(document.path, code, tree)


def _code_of(blocks: Iterable[Block], python: Callable[[str], str]) -> str:
    """The blocks on their lines."""
    lines: list[str] = []
    for block in blocks:
        lines += [""] * (block.code_line - 1 - len(lines)) + python(block.text).splitlines()
    return "\n".join(lines) + "\n"


def _block_tree(block: Block, path: str) -> ast.Module:
    """What a block defines; a cell magic, as ``%%spa``, defines nothing."""
    try:
        return parsed(_code_of([block], str), path)
    except ComponentError:
        code = "" if block.text.startswith("%%") else _code_of([block], passing_magics)
        return parsed(code, path)


def passing_magics(code: str) -> str:
    """`code` with ``pass`` for the lines of IPython, as ``%spa Counter``, where these are statements."""
    lines, found = code.split("\n"), without_magics(code).split("\n")
    magic = [at for at, (line, other) in enumerate(zip(lines, found, strict=True)) if line != other]
    for at in magic:
        lines[at] = lines[at][: len(lines[at]) - len(lines[at].lstrip())] + "pass"
    text = "\n".join(lines)
    try:
        passed = {node.lineno - 1 for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Pass)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    return text if passed.issuperset(magic) else code


def _defines_setup(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return any(isinstance(part, ast.FunctionDef) and part.name == "setup" for part in node.body)
    return False


def _check_outside(text: str, start: int, end: int, path: str) -> None:
    """Refuse markup between sections, which nobody would see, but for comments."""
    outside = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text[start:end])
    match = _TAG.search(outside)
    if match is None:
        return
    tag = match[1]
    hint = "put it between lines <template> and </template>"
    message = f"<{tag}> stands outside of the sections"
    if tag in SECTIONS:
        hint = f"write <{tag}> and </{tag}> alone, at the start of their lines"
        message = f"the tag <{tag}> of a section has other text on its line"
    line = text.count("\n", 0, start) + outside.count("\n", 0, match.start()) + 1
    raise refusal("unknown-section-tag", message, Place(path, line), hint)


def from_sections(text: str, path: str) -> ComponentSource:
    """A component file: its sections are known by their tags at the start of a line."""
    found: dict[str, _Section] = {}
    position = 0
    while match := _OPEN.search(text, position):
        tag = match[1]
        _check_outside(text, position, match.start(), path)
        place = Place(path, text.count("\n", 0, match.start()) + 1)
        if tag not in SECTIONS:
            hint = did_you_mean(tag, SECTIONS, "a component file has <python>, <template> and <style>")
            raise refusal("unknown-section-tag", f"<{tag}> is no section of a component file", place, hint)
        if tag in found:
            raise refusal("section-twice", f"a second <{tag}> section", place, "keep one of them")
        end = re.compile(rf"^</{tag}>[ \t]*$", re.MULTILINE).search(text, match.end())
        if end is None:
            hint = f"end it with a line </{tag}>"
            raise refusal("section-unclosed", f"the section <{tag}> is never closed", place, hint)
        found[tag] = _Section(text[match.end() : end.start()].removeprefix("\n"), place.line + 1)
        position = end.end()
    _check_outside(text, position, len(text), path)
    if "python" not in found:
        hint = "put the class between lines <python> and </python>"
        raise refusal("no-component", "a component file needs a <python> section", Place(path, 1), hint)
    python = found["python"]
    code = "\n" * (python.line - 1) + dedent(python.text)
    template, style = found.get("template"), found.get("style")
    return ComponentSource(
        path,
        code,
        parsed(code, path),
        template.text if template else None,
        style.text if style else None,
        template.line if template else 0,
        style.line if style else 0,
    )
