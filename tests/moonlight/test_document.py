"""Documents: the rules of "The document", one by one, and what holds for every text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from moonlight import parse
from moonlight.document import Document
from moonlight.policy import POLICIES
from moonlight.source import normalize
from tests import strategies

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "000_3a0cd50586a12f73.txt"


def codes(document: Document) -> list[str]:
    return [diagnostic.code for diagnostic in document.diagnostics]


def blocks(text: str) -> list[tuple[int | None, int, int, str]]:
    """Number, first line, last line and code of each fence that is a block."""
    return [(b.index, b.span.line, b.span.end_line, b.text) for b in parse(text).fences]


# -- for every text --------------------------------------------------------------------------------------


@given(strategies.texts())
def test_blocks_join_to_the_text(text: str) -> None:
    for policy in POLICIES:
        assert "".join(block.raw for block in parse(text, policy=policy).blocks) == text


@given(strategies.texts())
def test_spans_cover_the_lines_in_order(text: str) -> None:
    document = parse(text)
    line = 1
    for block in document.blocks:
        assert block.span.line == line
        assert block.raw == document.source.slice(block.span.line, block.span.end_line)
        line = block.span.end_line + 1
    assert line == (document.source.line_count + 1 if text and not text.endswith(("\n", "\r")) else line)


@given(strategies.texts())
def test_executable_blocks_are_numbered_from_one(text: str) -> None:
    document = parse(text)
    assert [block.index for block in document.code_blocks] == list(range(1, len(document.code_blocks) + 1))
    assert all((block.index is None) != block.executable for block in document.blocks)


@given(strategies.texts())
def test_code_lines_stand_where_the_block_says(text: str) -> None:
    document = parse(text)
    for block in document.code_blocks:
        for offset, line in enumerate(block.text.split("\n")[:-1]):
            number = block.code_line + offset
            there = normalize(document.source.slice(number, number)).removesuffix("\n")
            assert there.expandtabs(4).endswith(line.expandtabs(4).lstrip()) or "\t" in there
            assert block.span.line < number <= block.span.end_line


@given(strategies.texts())
def test_line_ends_change_nothing_but_bytes(text: str) -> None:
    plain = normalize(text)
    known = [(b.index, b.kind, b.text, b.span) for b in parse(plain).blocks]
    for end in ("\r\n", "\r"):
        other = parse(plain.replace("\n", end))
        assert [(b.index, b.kind, b.text, b.span) for b in other.blocks] == known


@given(strategies.texts())
def test_every_diagnostic_is_inside_the_text_and_says_what_to_do(text: str) -> None:
    document = parse(text, "a.py.md")
    for diagnostic in document.diagnostics:
        assert 1 <= diagnostic.span.line <= document.source.line_count
        assert diagnostic.span.path == "a.py.md"
        assert diagnostic.message
        assert diagnostic.hint
    lines = [diagnostic.span.line for diagnostic in document.diagnostics]
    assert lines == sorted(lines)


@pytest.mark.parametrize("text", ["", "\n", "\r", "\ufeff", "\x00", "\ud800", "a", " ", "\ufeff\r\n", "\x0c"])
def test_smallest_texts(text: str) -> None:
    document = parse(text)
    assert "".join(block.raw for block in document.blocks) == text
    assert not document.fences


# -- fences ------------------------------------------------------------------------------------------------


def test_block_knows_its_fence() -> None:
    (block,) = parse("a\n\n  ~~~~ python name=x  \n  x = 1\n   y\nz\n  ~~~~~\n").code_blocks
    assert (block.span.line, block.span.end_line, block.code_line) == (3, 7, 4)
    assert (block.fence, block.info, block.indent, block.closed) == ("~~~~", "python name=x", "  ", True)
    assert (block.text, block.lang, block.options) == ("x = 1\n y\nz\n", "python", {"name": "x"})


FENCES: dict[str, tuple[str, list[tuple[int | None, int, int, str]]]] = {
    "backticks": ("```py\nx\n```\n", [(1, 1, 3, "x\n")]),
    "tildes": ("~~~py\nx\n~~~\n", [(1, 1, 3, "x\n")]),
    "longer closing fence": ("```py\nx\n`````\n", [(1, 1, 3, "x\n")]),
    "shorter fence inside": ("````py\n```\nx\n````\n", [(1, 1, 4, "```\nx\n")]),
    "other fence inside": ("~~~py\n```\n~~~\n", [(1, 1, 3, "```\n")]),
    "closing fence with text": ("```py\n``` x\n```\n", [(1, 1, 3, "``` x\n")]),
    "indented by three": ("   ```py\n   x\n   ```\n", [(1, 1, 3, "x\n")]),
    "indented by four is code": ("    ```py\n    x\n    ```\n", []),
    "after a tab is code": ("\t```py\n\tx\n\t```\n", []),
    "right after a paragraph": ("text\n```py\nx\n```\ntext\n", [(1, 2, 4, "x\n")]),
    "empty": ("```py\n```\n", [(1, 1, 2, "")]),
    "blank lines": ("```py\n\n\n```\n", [(1, 1, 4, "\n\n")]),
    "two at once": ("```py\n1\n```\n```py\n2\n```\n", [(1, 1, 3, "1\n"), (2, 4, 6, "2\n")]),
    "backtick in info": ("``` a`b\nx\n```\n", [(None, 3, 3, "")]),
    "tildes with backtick in info": ("~~~ py`b\nx\n~~~\n", [(None, 1, 3, "x\n")]),
    "inline code": ("``` py x ```\n", []),
    "in an HTML comment": ("<!--\n```py\nx\n```\n-->\n", []),
    "in an HTML block": ("<div>\n```py\nx\n```\n</div>\n", []),
    "after an HTML block": ("<div>\n\n```py\nx\n```\n\n</div>\n", [(1, 3, 5, "x\n")]),
    "in a fence": ("````md\n```py\nx\n```\n````\n", [(None, 1, 5, "```py\nx\n```\n")]),
    "under a heading": ("# A\n```py\nx\n```\n", [(1, 2, 4, "x\n")]),
    "a list item's first line": ("- ```py\n  x\n  ```\n", [(1, 1, 3, "x\n")]),
    "in a list item": ("- a\n\n  ```py\n  x\n   y\n  ```\n- b\n", [(1, 3, 6, "x\n y\n")]),
    "in an ordered list": ("10. a\n    ```py\n    x\n    ```\n", [(1, 2, 4, "x\n")]),
    "in a nested list": ("- a\n  - b\n    ```py\n    x\n    ```\n", [(1, 3, 5, "x\n")]),
    "with blank lines in a list item": ("- a\n  ```py\n  x\n\n  y\n  ```\n", [(1, 2, 6, "x\n\ny\n")]),
    "twice in a list": ("- ```py\n  1\n  ```\n- ```py\n  1\n  ```\n", [(1, 1, 3, "1\n"), (2, 4, 6, "1\n")]),
    "behind the list": ("- a\n\n```py\nx\n```\n", [(1, 3, 5, "x\n")]),
    "in a quote": ("> ```py\n> x\n> ```\n", []),
    "in a quote in a list": ("- > ```py\n  > x\n  > ```\n", []),
    "of another language": ("```js\nx\n```\n", [(None, 1, 3, "x\n")]),
    "raw": ("```{=html}\n<b>\n```\n", [(None, 1, 3, "<b>\n")]),
    "in a region": ("<!-- cell -->\n```py\nx\n```\n<!-- /cell -->\n", []),
    "line separators inside": ("```py\na\u2028b\x0c\x85\n```\n", [(1, 1, 3, "a\u2028b\x0c\x85\n")]),
}


@pytest.mark.parametrize("name", FENCES)
def test_fence(name: str) -> None:
    text, expected = FENCES[name]
    assert blocks(text) == expected


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_unclosed_fence_reaches_to_the_end_and_is_told(end: str) -> None:
    document = parse("a\n\n```python\nx = 1" + end)
    (block,) = document.code_blocks
    assert (block.span.line, block.closed, block.text.strip()) == (3, False, "x = 1")
    assert codes(document) == ["unclosed-fence"]


def test_fence_that_its_list_item_ends_is_told() -> None:
    document = parse("- ```py\n  x = 1\n\ntext\n")
    assert [block.text for block in document.code_blocks] == ["x = 1\n"]
    assert codes(document) == ["unclosed-fence"]


def test_quoted_python_is_prose_and_told() -> None:
    document = parse("> ```py\n> x\n> ```\n\n> ```js\n> x\n> ```\n")
    assert not document.fences
    assert codes(document) == ["quoted-block"]
    assert document.diagnostics[0].severity == "info"


AMBIGUOUS = "- ```py\n  x\n  ```\n\n      ```py\n      x\n      ```\n"


def test_fence_that_cannot_be_located_never_runs_and_is_told() -> None:
    document = parse(AMBIGUOUS)
    assert not document.code_blocks
    assert codes(document) == ["ambiguous-fence"]


def test_code_in_list_items_keeps_its_own_indent() -> None:
    (block,) = parse("1.  a\n\n    ```py\n    def f():\n        return 1\n    ```\n").code_blocks
    assert block.text == "def f():\n    return 1\n"
    assert block.indent == "    "


def test_numbers_count_what_runs_only() -> None:
    text = "```py\n```\n```js\n```\n> ```py\n> ```\n\n```\nx = 1\n```\n```py skip\n```\n"
    assert [block.index for block in parse(text).fences] == [1, None, None, 2]
    assert [block.index for block in parse(text, policy="lenient").fences] == [1, None, 2, 3]


# -- prose -------------------------------------------------------------------------------------------------


def starts(text: str) -> list[int]:
    """Lines at which prose begins a cell by itself."""
    return [block.span.line for block in parse(text).blocks if block.starts_cell]


PROSE = {
    "heading": ("a\n\n# B\n\nc\n", [3]),
    "underlined headings": ("a\n\nB\n===\n\nC\n---\n", [3, 6]),
    "underlined heading of two lines": ("a\n\nB\nC\n===\n", [3]),
    "rule is no heading": ("a\n\n---\n\nb\n", []),
    "hash without blank is no heading": ("#a\n", []),
    "heading in a list": ("- # A\n", []),
    "heading in a quote": ("> # A\n", []),
    "heading in a fence": ("```md\n# A\n```\n", []),
    "heading in HTML": ("<div>\n# A\n</div>\n", []),
    "marker": ("a\n\n<!-- cell -->\nb\n", [3]),
    "marker without blanks": ("a\n\n<!--cell-->\nb\n", [3]),
    "marker in a list": ("- a\n\n  <!-- cell -->\n", []),
    "marker in a fence": ("```md\n<!-- cell -->\n```\n", []),
    "other comment": ("a\n\n<!-- cells -->\n<!-- cell x -->\n", []),
    "marker with text behind it": ("<!-- cell --> text\n", []),
}


@pytest.mark.parametrize("name", PROSE)
def test_prose_is_cut_at(name: str) -> None:
    text, expected = PROSE[name]
    assert starts(text) == expected


def test_region_is_one_block_of_prose() -> None:
    text = "<!-- cell -->\n# A\n\n```py\nx\n```\n\n# B\n<!-- /cell -->\n\n# C\n"
    document = parse(text)
    assert (document.blocks[0].region, document.blocks[0].starts_cell) == (True, True)
    assert document.blocks[0].text == "# A\n\n```py\nx\n```\n\n# B\n"
    assert not document.fences


def test_named_region_ends_at_its_name() -> None:
    text = '<!-- cell {"end": "x1"} -->\n<!-- cell -->\n<!-- /cell -->\n<!-- /cell x1 -->\n'
    assert parse(text).blocks[0].raw == text


def test_name_of_a_region_is_that_of_the_marker_itself() -> None:
    text = '<!-- cell {"a": {"end": "x"}} -->\nb\n<!-- /cell -->\n'
    (block,) = parse(text).blocks
    assert (block.region, block.options) == (True, {"a": {"end": "x"}})


def test_region_that_nothing_closes_is_a_marker() -> None:
    assert not any(block.region for block in parse("<!-- cell -->\n# A\n").blocks)


def test_marker_metadata_that_is_no_json_is_told_and_kept() -> None:
    document = parse('<!-- cell {"a": } -->\nb\n')
    assert codes(document) == ["cell-metadata"]
    assert document.blocks[0].options == {}


# -- front matter --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("close", ["---", "...", "---  "])
def test_front_matter_is_read(close: str) -> None:
    document = parse(f"---\ntitle: A\n{close}\n\n```py\nx\n```\n")
    assert document.metadata == {"title": "A"}
    assert document.blocks[0].kind == "front-matter"
    assert document.code_blocks[0].span.line == 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_behind_a_bom(end: str) -> None:
    document = parse("\ufeff---\ntitle: A\n---\n```py\nx\n```\n".replace("\n", end))
    assert document.metadata == {"title": "A"}
    assert document.code_blocks[0].span.line == 4


BAD = {
    "not YAML": "a: [\n",
    "a list": "- a\n",
    "a text": "just text\n",
    "an alias": "a: &x 1\nb: *x\n",
    "a tag": "a: !!python/object:os.system x\n",
    "a tab": "\ta: 1\n",
    "deep": "[" * 5000 + "\n",
    "deep lists": "- " * 32_000 + "\n",
    "deep keys": "? " * 32_000 + "\n",
    "long": "a: " + "x" * 70_000 + "\n",
    "a bad date": "a: 2020-99-99\n",
    "control characters": "a: \x01\n",
}


@pytest.mark.parametrize("name", BAD)
def test_front_matter_that_is_no_mapping_is_kept_and_told_once(name: str) -> None:
    text = f"---\n{BAD[name]}---\n\ntext\n"
    document = parse(text)
    assert codes(document) == ["front-matter"]
    assert document.metadata == {}
    assert document.blocks[0].raw == text[: -len("\ntext\n")]


@pytest.mark.parametrize(
    "text",
    [
        "---\n\ntitle\n---\n",
        "---\ntitle: A\n",
        " ---\na: 1\n---\n",
        "\n---\na: 1\n---\n",
        "----\na: 1\n---\n",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert all(block.kind != "front-matter" for block in parse(text).blocks)


def test_empty_front_matter_has_no_metadata_and_no_problem() -> None:
    document = parse("---\n---\n")
    assert (document.metadata, codes(document)) == ({}, [])


@pytest.mark.parametrize("value", ["loose", "3", "[strict]", "{}"])
def test_unknown_policy_is_told_and_strict_holds(value: str) -> None:
    document = parse(f"---\nmoonlight: {{policy: {value}}}\n---\n")
    assert codes(document) == ["unknown-policy"]
    assert document.policy == "strict"


@pytest.mark.parametrize("value", ["3", "[a]", "text", "", "{other: 1}"])
def test_other_settings_are_no_problem(value: str) -> None:
    assert codes(parse(f"---\nmoonlight: {value}\n---\n")) == []


# -- documents ---------------------------------------------------------------------------------------------


def test_block_at_a_line() -> None:
    document = parse("a\n\n```py\nx\n```\n")
    found = document.block_at(4)
    assert found is document.code_blocks[0]
    assert document.block_at(6) is None


def test_equal_texts_are_parsed_once() -> None:
    assert parse("some text", "a") is parse("some text", "a")
    assert parse("some text", "a").path == "a"
    assert parse("some text", "b").path == "b"


def test_example_of_the_seed_is_two_blocks() -> None:
    text = (
        '# My experiment\n\nSome explanation here.\n\n```python\nx = 2 + 2\nprint("x =", x)\n```\n\n'
        "More text.\n\n```python\ndef square(n):\n    return n * n\n```\n"
    )
    assert blocks(text) == [
        (1, 5, 8, 'x = 2 + 2\nprint("x =", x)\n'),
        (2, 12, 15, "def square(n):\n    return n * n\n"),
    ]


@pytest.mark.skipif(not SEED.exists(), reason="the seeds are not here")
def test_the_seed_itself_is_a_document() -> None:
    document = parse(SEED.read_text(encoding="utf-8"), SEED.name)
    names = [block.text.split("\n")[0] for block in document.code_blocks]
    assert "class MoonlightFS:" in names
    assert "__moonlight_enter_block(block_id=3)" in names


def test_real_documents_are_partitions_with_any_line_ends(real_documents: list[Path]) -> None:
    for path in real_documents:
        text = path.read_bytes().decode()
        plain = normalize(text)
        fences = [(b.index, b.span.line, b.text) for b in parse(plain).fences]
        for variant in (
            text,
            plain.replace("\n", "\r\n"),
            plain.replace("\n", "\r"),
            "\ufeff" + plain,
            plain.rstrip(),
        ):
            document = parse(variant)
            assert "".join(block.raw for block in document.blocks) == variant, path.name
            if variant != plain.rstrip():
                assert [(b.index, b.span.line, b.text) for b in document.fences] == fences, path.name
