"""Code objects carry Markdown lines and columns; what is no Python names its Markdown line."""

from __future__ import annotations

import ast
import traceback
import warnings
from contextlib import suppress
from types import CodeType
from typing import Any

import pytest

from moonlight.calls import functions
from moonlight.compiling import compile_block, compile_program, future_flags, refusal
from moonlight.document import Block, parse
from moonlight.program import sparse

LIST = "1. item\n\n   ```python\n   def f(x):\n       return 1 / x\n\n   f(0)\n   ```\n"


def block_of(code: str, before: int = 3) -> Block:
    return parse("x\n" * before + f"\n```python\n{code}\n```\n", "d.py.md").code_blocks[0]


def refused(text: str, which: int = 0) -> SyntaxError:
    with pytest.raises(SyntaxError) as caught:
        compile_block(parse(text, "d.py.md").code_blocks[which], "d.py.md")
    return caught.value


def lines(code: CodeType) -> set[int]:
    return {line for one in [code, *functions(code)] for *_, line in one.co_lines() if line}


@pytest.mark.parametrize("shifting", [False, True])
def test_code_has_the_lines_of_the_markdown(shifting: bool) -> None:
    block = block_of("a = 1\n\ndef f():\n    return [g() for g in a]")
    code = compile_block(block, "d.py.md", shifting=shifting)
    # Python gives the start of a module the line before its first; that is the fence.
    assert {6, 8, 9} <= lines(code) <= {5, 6, 8, 9} | {code.co_firstlineno}
    assert functions(code)[0].co_firstlineno == 8
    assert code.co_filename == "d.py.md"


def test_shifted_and_padded_code_are_equal() -> None:
    block = block_of("class A:\n    def f(self):\n        return lambda: 1\nx = A().f()()")
    plain, moved = compile_block(block, "d"), compile_block(block, "d", shifting=True)
    for one, other in zip(functions(plain), functions(moved), strict=True):
        assert list(one.co_positions()) == list(other.co_positions())
        assert one.co_firstlineno == other.co_firstlineno


def test_columns_of_an_indented_fence_fit_the_markdown() -> None:
    block = parse(LIST, "d.py.md").code_blocks[0]
    code = compile_block(block, "d.py.md")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    row = LIST.split("\n")[(frame.lineno or 0) - 1]
    assert row[frame.colno : frame.end_colno] == "1 / x"


def test_columns_of_a_fence_that_tabs_indent_fit_the_markdown() -> None:
    text = "- x\n\n\t```python\n\tif 1:\n\t\ty = 1 / 0\n\t```\n"
    code = compile_block(parse(text, "d.py.md").code_blocks[0], "d.py.md")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert text.split("\n")[(frame.lineno or 0) - 1][frame.colno : frame.end_colno] == "1 / 0"


def test_lines_of_an_indented_fence_that_stand_further_left_keep_their_columns() -> None:
    text = "1. a\n\n   ```python\n   x = '''a\n  b'''; 1 / 0\n   ```\n"
    code = compile_block(parse(text, "d.py.md").code_blocks[0], "d.py.md")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert text.split("\n")[4][frame.colno : frame.end_colno] == "1 / 0"


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\ndef f(:\n    pass", 7, "invalid syntax"),
        ("x = 1\nf(1,\n  2", 7, "'(' was never closed"),
        ("if x:", 6, "expected an indented block"),
        ("y = (1,\n]", 7, "line 6"),
        ("return 5", 6, "'return' outside function"),
        ("x = 1\nbreak", 7, "'break' outside loop"),
        ("a = 'abc", 6, "unterminated string literal"),
        ("a = '''abc\nd", 6, "unterminated triple-quoted string"),
        ("  x = 1", 6, "unexpected indent"),
        ("if 1:\n\tx = 1\n        y = 2", 8, "inconsistent use of tabs"),
        ("x = '\0'", 6, "null bytes"),
        ("from __future__ import braces", 6, "not a chance"),
        ("x = 1\nfrom __future__ import annotations", 7, "must occur at the beginning"),
    ],
)
def test_syntax_error_names_the_markdown_line(code: str, line: int, words: str) -> None:
    error = refused("x\n\ny\n\n```python\n" + code + "\n```\n")
    assert (error.lineno, error.filename) == (line, "d.py.md")
    assert words in error.msg
    assert (error.text or "").rstrip("\n") == code.split("\n")[line - 6].rstrip("\n") or error.text is None


def test_deeply_nested_code_is_a_syntax_error_and_nothing_worse() -> None:
    for code in ("(" * 5000 + ")" * 5000, "-" * 200_000 + "1", "x" + ".y" * 100_000):
        with suppress(SyntaxError):
            compile_block(block_of(code), "d.py.md")


def test_caret_of_a_syntax_error_in_an_indented_fence_stands_under_its_cause() -> None:
    error = refused("1. item\n\n   ```python\n   x = 1\n   y = = 2\n   ```\n")
    assert (error.lineno, error.text) == (5, "   y = = 2\n")
    assert (error.text or "")[(error.offset or 0) - 1] == "="
    shown = "".join(traceback.format_exception_only(error)).split("\n")
    assert shown[2].index("^") == shown[1].index("= =") + 2


def test_unfinished_block_at_the_end_of_the_document_names_its_line() -> None:
    error = refused("# t\n\n```python\nx = 1\nwhile x:\n")
    assert error.lineno == 5


def test_refusal_is_a_diagnostic_with_line_column_and_hint() -> None:
    found = refusal(refused("```python\nx = = 1\n```\n"), "d.py.md").diagnostic
    assert (found.code, found.span.line, found.span.column) == ("syntax", 2, 5)
    assert found.hint


def test_future_flags_of_a_block_hold_for_the_next() -> None:
    first = compile_block(block_of("from __future__ import annotations"), "d")
    names: dict[str, Any] = {}
    exec(compile_block(block_of("def f(x: Nowhere): pass"), "d", future_flags(first)), names)
    assert names["f"].__annotations__ == {"x": "Nowhere"}


def test_only_the_first_block_has_a_docstring() -> None:
    names: dict[str, Any] = {}
    exec(compile_block(block_of('"""Mine."""\nx = 1'), "d"), names)
    exec(compile_block(block_of('# c\n\n"""Not mine."""\ny = 2'), "d", first=False), names)
    assert (names["__doc__"], names["y"]) == ("Mine.", 2)


def test_warning_of_the_compiler_has_its_markdown_line() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile_block(block_of("x = 1\ny = 1 is 2"), "d.py.md")
    assert [(one.lineno, one.filename) for one in caught] == [(7, "d.py.md")]


def test_future_import_in_a_late_block_holds_for_the_module() -> None:
    text = '# t\n\n```python\n"""Doc."""\ndef f(x: Nowhere): pass\n```\n\n'
    text += "```python\nx = 1\nfrom __future__ import annotations\ny = 2\n```\n"
    program = sparse(parse(text, "d.py.md"))
    names: dict[str, Any] = {}
    code = compile_program(program, "d.py.md")
    exec(code, names)
    assert (names["__doc__"], names["y"], names["f"].__annotations__) == ("Doc.", 2, {"x": "Nowhere"})
    assert lines(code) - {1} <= {4, 5, 9, 10, 11}


def test_program_with_indented_fences_has_their_columns() -> None:
    code = compile_program(sparse(parse(LIST + "\n```python\nx = 1\n```\n", "d.py.md")), "d.py.md")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert LIST.split("\n")[(frame.lineno or 0) - 1][frame.colno : frame.end_colno] == "1 / x"


def test_every_node_of_an_indented_block_lies_on_its_text() -> None:
    code = compile_block(parse(LIST, "d.py.md").code_blocks[0], "d.py.md")
    rows = LIST.split("\n")
    for one in [code, *functions(code)]:
        for line, end_line, column, end in one.co_positions():
            if line and column is not None and end is not None and line > 1 and line == end_line:
                assert column <= end <= len(rows[line - 1]), (line, column, end)


def test_optimisation_level_is_passed_on() -> None:
    program = sparse(parse("```python\nassert 0\nx = 1\n```\n", "d"))
    names: dict[str, Any] = {}
    exec(compile_program(program, "d", optimize=1), names)
    assert names["x"] == 1
    assert isinstance(ast.parse(program.text), ast.Module)
