"""Outline: exact lines of fences, as CommonMark has them, in time that grows with the text."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from mistune.block_parser import BlockParser
from mistune.core import BlockState

from moonlight.document import parse
from moonlight.markdown import outline
from moonlight.outline import Outline
from moonlight.source import normalize
from tests import strategies


def lines(found: Outline) -> list[tuple[int, int, str, str]]:
    return [(fence.line, fence.end_line, fence.indent, fence.code) for fence in found.fences]


LISTS: dict[str, tuple[str, list[tuple[int, int, str, str]]]] = {
    "bullet": ("- ```py\n  x\n  ```\n", [(1, 3, "  ", "x\n")]),
    "wide bullet": ("-   ```py\n    x\n    ```\n", [(1, 3, "    ", "x\n")]),
    "number": ("1. a\n\n   ```py\n   x\n   ```\n", [(3, 5, "   ", "x\n")]),
    "two levels": ("- - ```py\n    x\n    ```\n", [(1, 3, "    ", "x\n")]),
    "three levels": (
        "- a\n  1. b\n     - c\n       ```py\n       x\n       ```\n",
        [(4, 6, "       ", "x\n")],
    ),
    "less indented code": ("- a\n  ```py\n  if x:\n    y\n  ```\n", [(2, 5, "  ", "if x:\n  y\n")]),
    "tab": ("-\ta\n\n\t```py\n\tx\n\t```\n", [(3, 5, "\t", "x\n")]),
    "text like a fence inside": (
        "- ````md\n  ```py\n  x\n  ```\n  ````\n",
        [(1, 5, "  ", "```py\nx\n```\n")],
    ),
    "equal fences": (
        "- ```py\n  x\n  ```\n- ```py\n  x\n  ```\n",
        [(1, 3, "  ", "x\n"), (4, 6, "  ", "x\n")],
    ),
    "list in between": ("- a\n\ntext\n\n- ```py\n  x\n  ```\n", [(5, 7, "  ", "x\n")]),
    "blank last lines": ("- ```py\n  x\n\n\n  ```\n", [(1, 5, "  ", "x\n\n\n")]),
}


@pytest.mark.parametrize(
    "breaker", ["<!-- cell -->\nb", "<div>", "# B", "***", "> b", "```js\n```", "1. b", "text"]
)
def test_unclosed_fence_ends_with_its_list(breaker: str) -> None:
    found = outline(f"- ```py\n  x\n\n{breaker}\n")
    assert lines(found)[0] == (1, 2, "  ", "x\n")
    assert found.ambiguous == ()


@pytest.mark.parametrize("name", LISTS)
def test_fence_in_a_list(name: str) -> None:
    text, expected = LISTS[name]
    assert lines(outline(text)) == expected


def test_list_that_ends_a_quote_is_not_quoted() -> None:
    found = outline("> a\n- ```py\n  x\n  ```\n")
    assert lines(found) == [(2, 4, "  ", "x\n")]
    assert found.quoted == ()


def test_lines_count_from_the_given_first_line() -> None:
    found = outline("# A\n\n- ```py\n  x\n  ```\n\n<!-- cell -->\nb\n<!-- /cell -->\n", first_line=11)
    assert found.headings == (11,)
    assert [fence.line for fence in found.fences] == [13]
    assert [(marker.line, marker.end_line) for marker in found.markers] == [(17, 19)]


def test_quotes_are_told_with_their_first_line() -> None:
    assert outline("a\n\n> b\n> ```py\n> x\n> ```\n").quoted == ((3, "py"),)


@given(strategies.texts())
def test_structure_is_that_of_mistune(text: str) -> None:
    """Our short cuts for plain lines and for lists without fences find what mistune finds."""
    text = normalize(text).replace("<!-- cell", "<!-- call").replace("<!--cell", "<!--call")
    plain = BlockParser()
    state = BlockState()
    state.process(text)
    plain.parse(state)
    fences = [token for token in state.tokens if token["type"] == "block_code" and token["style"] == "fenced"]
    found = outline(text)
    assert [fence.code for fence in found.fences if not fence.container] == [t["raw"] for t in fences]
    headings = [token for token in state.tokens if token["type"] == "heading"]
    assert len(found.headings) == len(headings)
    located = [fence.code for fence in found.fences if fence.container]
    nested = [token["raw"] for token in _nested(state.tokens)]
    assert len(located) + len(found.ambiguous) == len(nested)


def _nested(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Fences in lists, those in quotes left out."""
    for token in tokens:
        if token["type"] == "list":
            for item in token["children"]:
                inner = item["children"]
                yield from (t for t in inner if t["type"] == "block_code" and t["style"] == "fenced")
                yield from _nested(inner)


def test_bare_import_does_not_load_mistune() -> None:
    check = (
        "import sys, moonlight, moonlight.markdown, moonlight.document; assert 'mistune' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


Family = Callable[[int], str]
FAMILIES: dict[str, Family] = {
    "blocks": lambda n: "# A\n\ntext\n\n```python\nx = 1\n```\n\n" * n,
    "list of fences": lambda n: "- a\n\n  ```python\n  x = 1\n  ```\n" * n,
    "equal fences in one list": lambda n: "- ```py\n  x\n  ```\n" * n,
    "openers in one list": lambda n: "- a\n" + "  ```py x\n" * n,
    "longer and longer fences": lambda n: "- a\n" + "".join(f"  {'`' * (3 + k % 300)}py\n" for k in range(n)),
    "unclosed fences of two kinds": lambda n: "- a\n" + "  ```\n  ~~~\n" * n,
    "markers": lambda n: "<!-- cell -->\n\n" * n,
    "closing markers": lambda n: "<!-- /cell -->\n\n" * n,
    "named regions that stay open": lambda n: '<!-- cell {"end": "x"} -->\n\n' * n + "<!-- /cell y -->\n" * n,
    "regions": lambda n: "<!-- cell -->\na\n<!-- /cell -->\n" * n,
    "open comments": lambda n: "<!-- a\n" * n,
    "headings": lambda n: "# A\n" * n,
    "underlined headings": lambda n: "A\n===\n" * n,
    "one paragraph": lambda n: "text\n" * n,
    "one line": lambda n: "text " * n,
    "blank lines": lambda n: "\n" * n,
    "front matter that never ends": lambda n: "---\n" + "a: 1\n" * n,
    "quote": lambda n: "> a\n" * n,
    "quoted fences": lambda n: "> ```py\n> x\n> ```\n\n" * n,
    "brackets": lambda n: "[" * n,
    "reference definitions": lambda n: "".join(f"[a{k}]: b\n" for k in range(n)),
    "open reference definitions": lambda n: "[a\n" * n,
    "info strings": lambda n: "```python " + 'a="' * n + "\n```\n",
    "braces in info": lambda n: "```python " + "{" * n + "\n```\n",
    "list markers": lambda n: "- \n" * n,
    "HTML blocks": lambda n: "<div>\n\n" * n,
    "backticks": lambda n: "`" * n + "\n",
    "blanks": lambda n: " " * n + "```py\n",
    "mixed line ends": lambda n: "a\r\nb\rc\n" * n,
}
"""Attacks, and plain texts, that grow with n."""


def seconds(text: str) -> float:
    """The shortest of three parses of texts that no cache has seen."""
    times = []
    for number in range(3):
        fresh = text + f"\nend {number} {time.perf_counter_ns()}\n"
        start = time.process_time()
        parse(fresh)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_time_grows_with_the_text(name: str) -> None:
    family = FAMILIES[name]
    size = 250
    while size < 2**17 and seconds(family(size)) < 0.02:
        size *= 2
    if size >= 2**17:
        return  # at once, however long: too short a time to compare
    for _ in range(3):  # a busy machine gets another chance
        ratio = seconds(family(2 * size)) / seconds(family(size))
        if ratio < 3:
            break
    assert ratio < 3, f"{name}: twice {size} takes {ratio:.1f} times as long"
