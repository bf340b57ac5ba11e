"""Hypothesis strategies: texts made of what Markdown finds interesting, notebooks, and edits of notebooks.

Examples are the same in every run. `MOONLIGHT_EXAMPLES=5000` searches that many, at random.
"""

from __future__ import annotations

import copy
import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

WANTED = os.environ.get("MOONLIGHT_EXAMPLES")

settings.register_profile(
    "moonlight",
    max_examples=int(WANTED or 120),
    derandomize=WANTED is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("moonlight")

PROSE = (
    *("", "", "", "text", "more *text*", "# One", "## Two ##", "Title", "===", "---", "***", "...", "+++"),
    *("- item", "  - nested", "1. one", "10) ten", "* * *", "  continued", "    indented", "\ttab", "   "),
    *("> quote", "> > deep", ">", "| a | b |", "|---|---|", "[ref]: there", "![p](attachment:p.png)", "\\"),
    *(
        "<!-- cell -->",
        '<!-- cell {"tags": ["a"]} -->',
        "<!-- cell {bad -->",
        "<!-- /cell -->",
        "<!--cell-->",
    ),
    *('<!-- cell {"end": "x1"} -->', "<!-- /cell x1 -->", "<!-- a remark", "-->", "<!-- x -->", "<div>"),
    *("</div>", "<script>", "</script>", "<pre>", "<?php", "?>", "<b>inline</b>", "&amp;", "$$", "a: 1"),
)
FENCES = (
    *(
        "```python",
        "``` python",
        "```py name=load",
        "~~~python",
        "````python",
        "```{python}",
        "```python skip",
    ),
    *(
        "```",
        "```",
        "```",
        "````",
        "~~~",
        "~~~~",
        "```js",
        "```{=html}",
        "```{code-cell} ipython3",
        "```pycon",
    ),
    *(
        "- ```python",
        "  ```python",
        "  ```",
        "   ```",
        "    ```",
        "1. ```py",
        "\t```python",
        "\t```",
        "> ```py",
    ),
    *(
        "> ```",
        "- - ```python",
        "- > ```python",
        '```python tags=["a", "b"]',
        "``` a`b",
        "~~~ a`b",
        "```python3.11",
    ),
)
CODE = (
    "x = 1",
    "def f():",
    "    return 1",
    "print(f'{x}')",
    "%time x",
    "!ls",
    "'''",
    "# remark",
    "\tx",
    "for i in x:",
)
ODD = (
    "\ufeff",
    "\x0c",
    "a\x0cb",
    "\x00",
    "\u2028",
    "a\x85b",
    "\x1c",
    "\u00a0",
    "\u3000",
    "é😀",
    "\x0b",
    "\u200b",
)

LINES = st.sampled_from((*PROSE, *FENCES, *CODE, *ODD)) | st.text(max_size=6)
ENDS = st.sampled_from(("\n", "\n", "\n", "\r\n", "\r"))


@st.composite
def texts(draw: st.DrawFn, lines: int = 24) -> str:
    """A text of any line ends, now and then mixed, with and without front matter and last line end."""
    body = draw(st.lists(LINES, max_size=lines))
    if draw(st.integers(0, 7)) == 0:
        front = draw(
            st.lists(st.sampled_from(("title: x", "a: [", "moonlight: {policy: lenient}", "---")), max_size=3)
        )
        body = ["---", *front, draw(st.sampled_from(("---", "...", "--"))), *body]
    end = draw(ENDS)
    mixed = draw(st.integers(0, 9)) == 0
    text = "".join(line + (draw(ENDS) if mixed else end) for line in body)
    if draw(st.integers(0, 3)) == 0:
        text = text.removesuffix(end)
    return ("\ufeff" if draw(st.integers(0, 15)) == 0 else "") + text


SOURCES = st.lists(LINES, max_size=7).map("\n".join)
WORDS = st.sampled_from(
    ("a", "slide", "x-y", "é", "a b", "`", '"', "'", "-->", "</script>", "{", "}", "=", ",", "#", ".")
)
KEYS = (
    st.sampled_from(
        ("name", "tags", "slideshow", "jupyter", "key", "a b", "é", "x.y", "skip", "collapsed", "end")
    )
    | WORDS
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
TAGS = st.lists(WORDS.filter(lambda word: "," not in word), max_size=3, unique=True)
METADATA: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.builds(
    lambda tags, rest: {**rest, **({"tags": tags} if tags is not None else {})},
    st.none() | TAGS,
    st.dictionaries(KEYS, VALUES, max_size=2),
)
PIXEL = {"image/png": "iVBORw0KGgo="}
RAW_FORMATS = st.sampled_from(
    ("", "text/html", "text/latex", "text/restructuredtext", "slides", "odd format}")
)


@st.composite
def cells(draw: st.DrawFn, source: st.SearchStrategy[str] = SOURCES) -> dict[str, Any]:
    """A cell as a foreign notebook may hold it, without an id."""
    kind = draw(st.sampled_from(("markdown", "markdown", "code", "code", "raw")))
    cell: dict[str, Any] = {"cell_type": kind, "source": draw(source), "metadata": dict(draw(METADATA))}
    if kind == "code":
        outputs = [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
        cell |= {"execution_count": 1, "outputs": draw(st.sampled_from(([], outputs)))}
    elif kind == "raw":
        if mimetype := draw(RAW_FORMATS):
            cell["metadata"]["raw_mimetype"] = mimetype
    elif draw(st.integers(0, 5)) == 0:
        cell["attachments"] = {"p.png": PIXEL}
    return cell


def notebooks(max_cells: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    """A notebook as another program wrote it."""
    return st.lists(cells(), max_size=max_cells).map(
        lambda made: {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [{"id": f"cell-{n}", **copy.deepcopy(cell)} for n, cell in enumerate(made)],
        }
    )


OPERATIONS = ("edit", "append", "insert", "delete", "move", "split", "merge", "type", "paste", "tag", "clear")


@st.composite
def edited(draw: st.DrawFn, notebook: dict[str, Any], steps: int = 4) -> dict[str, Any]:
    """The notebook after some of what a person does in the browser; the cells' metadata goes along."""
    nb = copy.deepcopy(notebook)
    for number in range(draw(st.integers(1, steps))):
        _edit(draw, nb["cells"], draw(st.sampled_from(OPERATIONS)), f"new-{number}")
    return nb


def _edit(draw: st.DrawFn, cells_: list[dict[str, Any]], operation: str, new_id: str) -> None:
    if operation == "insert" or not cells_:
        cells_.insert(draw(st.integers(0, len(cells_))), {"id": new_id, **draw(cells())})
        return
    at = draw(st.integers(0, len(cells_) - 1))
    cell = cells_[at]
    if operation == "edit":
        cell["source"] = draw(SOURCES)
    elif operation == "append":
        cell["source"] += "\n" + draw(LINES)
    elif operation == "delete":
        del cells_[at]
    elif operation == "clear":
        cell["source"] = ""
    elif operation == "move":
        cells_.insert(draw(st.integers(0, len(cells_) - 1)), cells_.pop(at))
    elif operation == "split":
        lines = cell["source"].split("\n")
        cut = draw(st.integers(0, len(lines)))
        copied = {**copy.deepcopy(cell), "id": new_id, "source": "\n".join(lines[cut:])}
        copied["metadata"].pop("moon", None)
        cell["source"] = "\n".join(lines[:cut])
        cells_.insert(at + 1, copied)
    elif operation == "merge" and at + 1 < len(cells_):
        cell["source"] += "\n" + cells_.pop(at + 1)["source"]
    elif operation == "type":
        _retype(cell, draw(st.sampled_from(("code", "markdown", "raw"))))
    elif operation == "paste":
        cells_.insert(draw(st.integers(0, len(cells_))), {**copy.deepcopy(cell), "id": new_id})
    elif operation == "tag":
        cell["metadata"]["tags"] = draw(TAGS)


def _retype(cell: dict[str, Any], kind: str) -> None:
    cell["cell_type"] = kind
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
