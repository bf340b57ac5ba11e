"""The graph between blocks, what is stale, order problems, and how it is drawn."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from moonlight.dataflow import Dataflow, dataflow
from moonlight.document import parse
from moonlight.graphview import drawing, svg
from tests.moonlight.conftest import text_of


def flow(*blocks: str) -> Dataflow:
    return dataflow(parse(text_of(*blocks), "d.py.md"))


def edges(*blocks: str) -> list[tuple[int, int, str, bool]]:
    return [(e.source, e.target, e.name, e.may) for e in flow(*blocks).edges]


def test_reader_depends_on_the_last_writer_before_it() -> None:
    assert edges("x = 1", "x = 2", "y = x") == [(2, 3, "x", False)]


def test_block_that_writes_what_it_reads_depends_on_the_writer_before() -> None:
    assert edges("x = 1", "x += 1", "x") == [(1, 2, "x", False), (2, 3, "x", False)]


def test_block_that_may_change_an_object_stands_between() -> None:
    assert edges("xs = []", "xs.append(1)", "print(xs)") == [
        (1, 2, "xs", False),
        (1, 3, "xs", False),
        (2, 3, "xs", True),
    ]


def test_function_depends_on_what_it_needs_when_called_also_from_a_later_block() -> None:
    assert edges("def f(): return x", "x = 1", "f()") == [(2, 1, "x", False), (1, 3, "f", False)]


def test_builtins_are_no_dependency_unless_a_block_binds_them() -> None:
    assert edges("print(1)", "len([])") == []
    assert edges("def print(x): pass", "print(1)") == [(1, 2, "print", False)]


def test_modules_do_not_change_by_calls() -> None:
    assert edges("import os", "os.system('x')", "os.path") == [(1, 2, "os", False), (1, 3, "os", False)]


def test_needs_are_the_blocks_to_run_in_order() -> None:
    found = flow("x = 1", "y = 2", "def f(): return x", "z = f()")
    assert found.needs(4) == [1, 3, 4]
    assert found.needs(2) == [2]


def test_stale_is_all_that_follows_from_an_edit() -> None:
    found = flow("x = 1", "y = 2", "z = x", "w = z + y", "v = 5")
    assert found.stale([1]) == [1, 3, 4]
    assert found.stale([2, 5]) == [2, 4, 5]
    assert found.stale([]) == []


def test_needs_end_where_functions_need_each_other() -> None:
    assert flow("def f(): return g()", "def g(): return f()", "f()").needs(3) == [1, 2, 3]


def test_order_problem_names_both_blocks_and_the_name() -> None:
    (problem,) = flow("x = 1", "y = df", "df = 2").problems
    assert (problem.code, problem.severity, problem.span.line) == ("order", "warning", 11)
    assert problem.message == "block 2 reads `df`, which only block 3 writes"
    assert problem.hint == "move block 3 before block 2"


@pytest.mark.parametrize(
    "blocks",
    [
        ("def f(): return later", "later = 1"),
        ("x = 1", "x = x + 1"),
        ("unknown",),
        ("print(1)", "print = 2"),
        ("for i in range(3): pass\nprint(i)", "i = 5"),
    ],
)
def test_no_order_problem_where_nothing_is_wrong(blocks: tuple[str, ...]) -> None:
    assert [one for one in flow(*blocks).problems if "print" not in one.message] == []


def test_skipped_blocks_take_no_part() -> None:
    document = parse("```python\nx = 1\n```\n```python skip\nx = 2\n```\n```python\nx\n```\n")
    assert [(edge.source, edge.target) for edge in dataflow(document).edges] == [(1, 3)]


def test_block_that_cannot_be_read_has_no_names_and_hinders_nothing() -> None:
    found = flow("x = 1", "%%bash\nls", "x")
    assert [block.opaque for block in found.blocks] == ["", "a cell magic", ""]
    assert found.needs(3) == [1, 3]


def test_drawing_has_a_row_per_block_and_its_sources() -> None:
    document = parse(text_of("x = 1", "xs = []", "xs.append(x)", "%%bash", "f = x, xs"), "d.py.md")
    assert drawing(document, dataflow(document), False, [1, 3, 5]) == (
        "d.py.md: 5 blocks\n"
        "*1  line 5     writes x\n"
        " 2  line 11    writes xs\n"
        "*3  line 17    may change xs\n"
        "    ← 1: x\n"
        "    ← 2: xs\n"
        " 4  line 23    not read: a cell magic\n"
        "*5  line 29    writes f\n"
        "    ← 1: x\n"
        "    ← 2: xs\n"
        "    ← 3: xs?\n"
    )


def test_drawing_of_nothing_is_a_head() -> None:
    document = parse("", "d.py.md")
    assert drawing(document, dataflow(document), False) == "d.py.md: 0 blocks\n"
    assert ElementTree.fromstring(svg(document, dataflow(document))).tag.endswith("svg")


def test_colours_only_where_asked() -> None:
    document = parse(text_of("x = 1", "x"), "d.py.md")
    plain, coloured = (drawing(document, dataflow(document), colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_svg_is_well_formed_and_has_a_box_per_block_and_an_arc_per_pair() -> None:
    document = parse(text_of("x = 1", "y = x", "z = x + y", "x.a = '<&\"'"), "<&>.py.md")
    root = ElementTree.fromstring(svg(document, dataflow(document)))
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}g")) == 4
    assert len(root.findall(f"{space}path")) == 4
    assert root.findtext(f"{space}text") == "<&>.py.md"


def test_names_of_a_thousand_blocks_are_found_quickly() -> None:
    document = parse(text_of("x = 0", *[f"y{i} = x + {i}" for i in range(1000)]), "d")
    assert len(dataflow(document).edges) == 1000
