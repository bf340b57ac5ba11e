"""What executes each block: plain Python, compiled beforehand, or an executor of another package."""

from __future__ import annotations

import warnings
from importlib.metadata import entry_points
from types import CodeType
from typing import Any, NamedTuple, Protocol

from moonlight.compiling import compile_block, future_flags, refusal
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block, Document
from moonlight.hints import closest
from moonlight.names import is_ipython
from moonlight.program import selected

EXECUTORS = "moonlight.executors"
"""Entry point group of executors; plain Python is built in, ``ipython`` comes from `moon_kernel`."""


class RunError(MoonlightError):
    """A block cannot be executed, or was not found."""


class Executor(Protocol):
    """Executes blocks in one namespace; raises what a block raises."""

    def __call__(self, block: Block) -> None: ...


class Step(NamedTuple):
    """A block with its code, or with the executor that takes it."""

    block: Block
    code: CodeType | None
    executor: Executor | None


def planned(blocks: list[Block], document: Document, path: str, namespace: dict[str, Any]) -> list[Step]:
    """The steps of a run: plain Python until a block is IPython, then the IPython executor for all.

    Raises SyntaxError for a block that is neither, RunError ``ipython-syntax`` where there is no executor.
    """
    steps: list[Step] = []
    warned: list[tuple[int, int]] = []
    executor: Executor | None = None
    flags = 0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number, block in enumerate(blocks):
            code = None
            try:
                code = compile_block(block, path, flags, first=not number, shifting=True)
            except SyntaxError as error:
                if not is_ipython(block.text):
                    raise
                if executor is None:
                    executor = _ipython(document, error, namespace, path)
            if caught:
                warned.append((number, flags))
                caught.clear()
            if code is not None:
                flags |= future_flags(code)
            steps.append(Step(block, code if executor is None else None, executor))
    for number, before in warned:
        if steps[number].code is not None:  # once more, for warnings with true lines
            code = compile_block(blocks[number], path, before, first=not number)
            steps[number] = steps[number]._replace(code=code)
    return steps


def _ipython(document: Document, error: SyntaxError, namespace: dict[str, Any], path: str) -> Executor:
    found = [entry for entry in entry_points(group=EXECUTORS) if entry.name == "ipython"]
    try:
        factory = found[0].load() if found else None
    except ImportError:
        factory = None
    if factory is None:
        line = error.lineno or 1
        text = document.source.slice(line, line).strip()
        message = f"`{text[:60]}` is IPython syntax, which plain Python cannot run"
        hint = "install ipykernel beside Moonlight, or mark the block `skip`"
        raise RunError(Diagnostic("ipython-syntax", message, Span(document.path, line, line), hint))
    executor: Executor = factory(namespace, path)
    return executor


def check_syntax(document: Document) -> list[Diagnostic]:
    """Syntax errors of all blocks that take part, as diagnostics; nothing is executed."""
    found = []
    flags = 0
    for number, block in enumerate(selected(document)):
        try:
            flags |= future_flags(compile_block(block, document.path, flags, first=not number))
        except SyntaxError as error:
            if not is_ipython(block.text):
                found.append(refusal(error, document.path).diagnostic)
    return found


def find_block(document: Document, wanted: str) -> Block:
    """The block with this number or ``name=``; RunError ``unknown-block`` names the closest."""
    names = {
        str(block.options.get("name")): block for block in document.code_blocks if "name" in block.options
    }
    if wanted in names:
        return names[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(document.code_blocks):
        return document.code_blocks[int(wanted) - 1]
    close = closest(wanted, names, 0.6)
    count = len(document.code_blocks)
    hint = f"did you mean {close!r}?" if close else f"blocks have the numbers 1 to {count}"
    raise RunError(Diagnostic("unknown-block", f"no block {wanted!r}", Span(document.path, 1, 1), hint))
