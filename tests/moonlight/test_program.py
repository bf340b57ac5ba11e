"""Programs: sparse line for line, linear as in the seed, and their maps."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given

from moonlight import parse
from moonlight.document import Block
from moonlight.program import linear, selected, sparse
from moonlight.sourcemap import Segment, SourceMap
from tests import strategies

TEXT = "# A\n\n```python\nx = 2 + 2\nprint(x)\n```\n\nText.\n\n```py\ndef square(n):\n    return n * n\n```\n"


def test_linear_program_is_that_of_the_seed() -> None:
    assert linear(parse(TEXT, "docs/intro.py.md")).text == (
        "# --- Block 1 from intro.py.md: line 3 ---\n"
        "x = 2 + 2\nprint(x)\n"
        "\n"
        "# --- Block 2 from intro.py.md: line 10 ---\n"
        "def square(n):\n    return n * n\n"
    )


def test_linear_map_leads_to_markdown_and_back() -> None:
    program = linear(parse(TEXT))
    assert [program.source_map.source_line(n) for n in range(1, 9)] == [None, 4, 5, None, None, 11, 12, None]
    assert [program.source_map.generated_line(n) for n in (3, 4, 5, 6, 11, 13)] == [None, 2, 3, None, 6, None]


@given(strategies.texts())
def test_line_of_the_sparse_program_is_the_line_of_the_markdown(text: str) -> None:
    document = parse(text)
    program = sparse(document)
    lines = program.text.split("\n")
    assert len(lines) == document.source.line_count + 1
    for block in selected(document):
        for offset, line in enumerate(block.text.split("\n")[:-1]):
            number = block.code_line + offset
            assert lines[number - 1] == line
            assert program.source_map.source_line(number) == number
            assert line.strip() in document.source.slice(number, number).expandtabs(4) or "\t" in line
    code = {n for b in selected(document) for n in range(b.code_line, b.code_line + b.text.count("\n"))}
    assert all(not line for n, line in enumerate(lines, 1) if n not in code)


@given(strategies.texts())
def test_linear_program_holds_the_same_code_in_the_same_order(text: str) -> None:
    document = parse(text)
    program = linear(document)
    lines = program.text.split("\n")
    for segment in program.source_map.segments:
        block = document.code_blocks[segment.block - 1]
        assert lines[segment.line - 1 : segment.line - 1 + segment.count] == block.text.split("\n")[:-1]
        assert segment.source_line == block.code_line


def test_traceback_of_the_sparse_program_names_the_markdown_line() -> None:
    text = "# A\n\n- item\n\n  ```python\n  x = 1\n  1 / 0\n  ```\n"
    code = compile(sparse(parse(text)).text, "a.py.md", "exec")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    assert traceback.extract_tb(caught.value.__traceback__)[-1].lineno == 7


SKIPS = [("", True, True), ("skip", False, False), ("skip=import", True, False), ("skip=run", False, True)]


@pytest.mark.parametrize(("option", "run", "imported"), SKIPS)
def test_skip_takes_a_block_out(option: str, run: bool, imported: bool) -> None:
    document = parse(f"```python {option}\nx = 1\n```\n")
    assert bool(list(selected(document))) == run
    assert bool(list(selected(document, "import"))) == imported
    assert [block.index for block in document.code_blocks] == [1]


def test_document_without_code_is_an_empty_program() -> None:
    assert linear(parse("text")).text == ""
    assert sparse(parse("text\n")).text.strip() == ""


def test_map_of_nothing_knows_no_line() -> None:
    assert SourceMap(()).source_line(1) is None
    assert SourceMap(()).generated_line(1) is None
    assert SourceMap((Segment(2, 5, 0, 1),)).source_line(2) is None


def test_empty_blocks_have_no_lines() -> None:
    document = parse("```python\n```\n")
    assert isinstance(document.code_blocks[0], Block)
    assert linear(document).source_map.segments == ()
