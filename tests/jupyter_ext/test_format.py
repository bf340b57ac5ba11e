"""The format: cells of a document, and what a save writes, example by example."""

from __future__ import annotations

import base64
import copy
import hashlib
from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_ext.cells import layout
from jupyter_ext.format import read_plain, reads, write_layout, writes
from jupyter_ext.writing import FormatError
from moonlight import parse
from moonlight.source import source_hash

TEXT = """\
---
title: T
---

# One

text

```python name=a
x = 1
```
## Two

- item

  ~~~py
  y = 2
  ~~~

end
"""


def read(text: str) -> dict[str, Any]:
    return read_plain(text)


def cells(text: str) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in read(text)["cells"]]


def md(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}, **more}


def code(source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def raw(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "raw", "source": source, "metadata": metadata}


def nb(*found: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(found)}


def saved(text: str, change: Any) -> str:
    """The text after an edit in the browser: `change` gets the list of cells."""
    notebook = read(text)
    change(notebook["cells"])
    return writes(notebook, onto=text)


# -- reading ---------------------------------------------------------------------------------------------


def test_document_has_these_cells() -> None:
    assert cells(TEXT) == [
        ("raw", "---\ntitle: T\n---"),
        ("markdown", "# One\n\ntext"),
        ("code", "x = 1"),
        ("markdown", "## Two\n\n- item"),
        ("code", "y = 2"),
        ("markdown", "end"),
    ]


def test_cells_know_their_place() -> None:
    moon = [cell["metadata"]["moon"] for cell in read(TEXT)["cells"]]
    assert [(place["line"], place["lines"], place["gap"]) for place in moon] == [
        (1, 3, 1),
        (5, 3, 1),
        (9, 3, 0),
        (12, 3, 1),
        (16, 3, 1),
        (20, 1, 0),
    ]
    assert [(place["block"], place["code_line"]) for place in moon if "block" in place] == [(1, 10), (2, 17)]
    assert moon[2]["hash"] == source_hash("x = 1")


def test_notebook_knows_its_text() -> None:
    moon = read("\ufeff\r\n\r\nx\r\n")["metadata"]["moon"]
    assert (moon["head"], moon["newline"], moon["diagnostics"]) == (2, "\r\n", [])
    assert moon["base"] == hashlib.sha256("\ufeff\r\n\r\nx\r\n".encode()).hexdigest()


def test_reads_gives_nodes() -> None:
    notebook = reads('---\njupyter: {"a": {"b": [{"c": 1}]}}\n---\n')
    assert notebook.metadata.a.b[0].c == 1
    assert copy.deepcopy(notebook) == notebook == nbformat.from_dict(dict(notebook))


def test_ids_hang_on_content_and_position_among_equals() -> None:
    ids = [cell["id"] for cell in read("```py\nx\n```\n\n```py\nx\n```\n\n```py\ny\n```\n")["cells"]]
    again = [cell["id"] for cell in read("# T\n\n```py\ny\n```\n```py\nx\n```\n```py\nx\n```\n")["cells"]]
    assert len(set(ids)) == 3
    assert again[1:] == [ids[2], ids[0], ids[1]]


MARKDOWN = {
    "headings cut": ("a\n\n# B\nc\n", ["a", "# B\nc"]),
    "markers cut": ("a\n\n<!-- cell -->\nb\n", ["a", "b"]),
    "a marker before a heading is its cell's": ('a\n\n<!-- cell {"tags": ["x"]} -->\n# B\n', ["a", "# B"]),
    "blank lines are no cell": ("\n\n\t\n", []),
    "a region is one cell": ("<!-- cell -->\n# A\n\n# B\n<!-- /cell -->\n\nc\n", ["# A\n\n# B", "c"]),
    "blank edges go": ("\n\n   \na\n\n\n", ["a"]),
    "indents stay": ("    a\n\n  b  \n", ["    a\n\n  b  "]),
}


@pytest.mark.parametrize("name", MARKDOWN)
def test_prose(name: str) -> None:
    text, expected = MARKDOWN[name]
    assert cells(text) == [("markdown", source) for source in expected]
    assert writes(read(text), onto=text) == text


def test_metadata_is_what_the_text_says() -> None:
    marked = '<!-- cell {"tags": ["b"]} -->\nx\n'
    text = f'```python {{#load .a}} key="v"\n```\n\n{marked}\n```{{=html}} tags=["c"]\n```\n'
    found = [dict(cell["metadata"]) for cell in read(text)["cells"]]
    for metadata in found:
        del metadata["moon"]
    assert found == [
        {"name": "load", "tags": ["a"], "key": "v"},
        {"tags": ["b"]},
        {"raw_mimetype": "html", "tags": ["c"]},
    ]


@pytest.mark.parametrize("option", ['tags=["a,b"]', "tags=3", 'tags=[""]', "name=3", "collapsed=1"])
def test_what_nbformat_forbids_stays_in_the_text_and_out_of_the_notebook(option: str) -> None:
    text = f"```python {option}\nx\n```\n"
    notebook = reads(text)
    nbformat.validate(notebook)
    assert set(notebook.cells[0].metadata) == {"moon"}
    notebook.cells[0].source = "y"
    assert writes(notebook, onto=text) == f"```python {option}\ny\n```\n"


# -- edits -----------------------------------------------------------------------------------------------


def test_editing_keeps_fence_info_and_indent() -> None:
    def change(found: list[Any]) -> None:
        found[4]["source"] = "y = 3\n\nif y:\n    z"

    expected = TEXT.replace("  y = 2\n", "  y = 3\n\n  if y:\n      z\n")
    assert saved(TEXT, change) == expected


def test_source_with_a_fence_gets_a_longer_fence() -> None:
    text = "```python\nx\n```\n"
    assert (
        saved(text, lambda found: found[0].update(source="'''\n```\n'''"))
        == "````python\n'''\n```\n'''\n````\n"
    )
    assert writes(nb(code("~~~~\n````"))) == "`````python\n~~~~\n````\n`````\n"


def test_new_cells_look_like_their_neighbours() -> None:
    text = "```{python}\nx\n```\n"
    assert saved(text, lambda found: found.append(code("y"))) == text + "\n```{python}\ny\n```\n"
    text = "# A\r\n"
    assert (
        saved(text, lambda found: found.append(code("y\nz"))) == text + "\r\n```python\r\ny\r\nz\r\n```\r\n"
    )


def test_new_code_in_a_list_item_belongs_to_it() -> None:
    text = "- a\n\n  ```py\n  x\n  ```\n\n  b\n"
    written = saved(text, lambda found: found.insert(2, code("y")))
    assert "  ```py\n  y\n  ```\n" in written
    assert [source for kind, source in cells(written) if kind == "code"] == ["x", "y"]


def test_new_empty_cells_are_not_written_and_old_ones_stay() -> None:
    text = "```python\n```\n\ntext\n"
    assert saved(text, lambda found: found.extend([code(""), md("  \n"), raw("")])) == text
    written = write_layout(nb(code("x"), code(""), md("y")))
    assert [place is None for place in written.cells] == [False, True, False]


def test_deleting_leaves_no_hole() -> None:
    assert saved("# A\n\n```py\nx\n```\n\nend\n", lambda found: found.pop(1)) == "# A\n\n<!-- cell -->\nend\n"
    assert saved("# A\n\n```py\nx\n```\n\n# B\n", lambda found: found.pop(1)) == "# A\n\n# B\n"


def test_moving_carries_the_bytes() -> None:
    text = "# A\n\n~~~py  name=x\nx\n~~~~\n\n# B\n"
    assert saved(text, lambda found: found.append(found.pop(1))) == "# A\n\n# B\n\n~~~py  name=x\nx\n~~~~\n"


def test_splitting_prose_writes_a_marker_where_the_cut_would_vanish() -> None:
    def split(found: list[Any]) -> None:
        found[0]["source"] = "one"
        found.insert(1, md("two"))

    assert saved("one\n\ntwo\n", split) == "one\n\n<!-- cell -->\ntwo\n"
    assert cells(saved("one\n\ntwo\n", split)) == [("markdown", "one"), ("markdown", "two")]


def test_prose_that_reads_as_more_is_put_into_a_region() -> None:
    assert writes(nb(md("```python\nx\n```"))) == "<!-- cell -->\n```python\nx\n```\n<!-- /cell -->\n"
    assert writes(nb(md("# A\n\n# B"))) == "<!-- cell -->\n# A\n\n# B\n<!-- /cell -->\n"


def test_prose_with_our_own_markers_gets_a_named_region() -> None:
    source = "a\n<!-- cell -->\nb\n<!-- /cell -->\nc"
    text = writes(nb(md(source), md("d")))
    assert cells(text) == [("markdown", source), ("markdown", "d")]
    assert writes(read(text), onto=text) == text


def test_changing_the_type_writes_the_other_form() -> None:
    text = "# A\n\n```py\nx\n```\n"
    assert saved(text, lambda found: found[1].update(cell_type="markdown", source="# x")) == "# A\n\n# x\n"
    assert (
        saved(text, lambda found: found[0].update(cell_type="code")) == "```py\n# A\n```\n\n```py\nx\n```\n"
    )
    assert saved(text, lambda found: found[1].update(cell_type="raw")) == "# A\n\n```{=}\nx\n```\n"


def test_pasted_copy_leaves_the_original_its_bytes() -> None:
    text = "~~~py name=x\nx = 1\n~~~\n"

    def paste(found: list[Any]) -> None:
        found.insert(0, {**copy.deepcopy(found[0]), "id": "copy", "source": "x = 2"})

    assert saved(text, paste) == "```py name=x\nx = 2\n```\n\n" + text


@pytest.mark.parametrize(
    "text", ["# A\n\n```py\nx\n```", "# A\r\n\r\n```py\r\nx\r\n```", "\ufeff# A\r\r```py\rx\r```\r\r"]
)
def test_line_ends_bom_and_missing_last_line_end_stay(text: str) -> None:
    assert saved(text, lambda found: found[1].update(source="y")) == text.replace("x", "y")


def test_views_are_not_written_for_a_click() -> None:
    text = "```python collapsed=true\nx\n```\n\n```python\ny\n```\n"

    def click(found: list[Any]) -> None:
        del found[0]["metadata"]["collapsed"]
        found[1]["metadata"] |= {"collapsed": True, "scrolled": False, "trusted": True, "ExecuteTime": {}}

    assert saved(text, click) == text


@pytest.mark.parametrize("value", [None, {}, [], "", "a b", '"', "`", "-->", 1.5, True, [{"a": None}]])
@pytest.mark.parametrize(
    "key", ["key", "a b", "#x", ".y", "end", "attachments", "metadata", "`", "é=", '"q"']
)
def test_metadata_of_any_key_and_value_comes_back(key: str, value: Any) -> None:
    made = nb(code("x", **{key: value}), {**md("y"), "metadata": {key: value}}, raw("z", **{key: value}))
    for cell in read(writes(made))["cells"]:
        assert {k: v for k, v in cell["metadata"].items() if k != "moon"} == {key: value}


def test_formats_of_raw_cells_come_back() -> None:
    formats = ["text/html", "text/latex", "slides", "odd one}", "", 'a"b', "`"]
    text = writes(nb(*(raw("x", raw_mimetype=name) for name in formats)))
    assert [cell["metadata"]["raw_mimetype"] for cell in read(text)["cells"]] == formats
    assert text.startswith("```{=text/html}\nx\n```\n")


# -- front matter and metadata of the notebook --------------------------------------------------------------


def test_metadata_of_a_notebook_goes_to_the_front_matter() -> None:
    text = writes(nb(md("a"), authors=["A"], kernelspec={"language": "python"}, widgets={}, language_info={}))
    assert text == '---\njupyter: {"authors": ["A"]}\n---\n\na\n'
    assert read(text)["metadata"]["authors"] == ["A"]


def test_new_metadata_leaves_the_authors_front_matter_as_it_is() -> None:
    notebook = read("---\ntitle: T # my title\n---\n\na\n")
    notebook["metadata"]["x"] = 1
    expected = '---\ntitle: T # my title\njupyter: {"x": 1}\n---\n\na\n'
    assert writes(notebook, onto="---\ntitle: T # my title\n---\n\na\n") == expected


def test_what_another_tool_says_under_jupyter_stays() -> None:
    text = "---\njupyter:\n  kernelspec: {name: python3}\n  jupytext: {main_language: python}\n---\n\na\n"
    notebook = read(text)
    notebook["metadata"]["x"] = 1
    metadata = parse(writes(notebook, onto=text)).metadata["jupyter"]
    assert metadata == {"kernelspec": {"name": "python3"}, "jupytext": {"main_language": "python"}, "x": 1}


def test_pairing_is_the_one_thing_of_jupytext_that_is_kept() -> None:
    text = writes(
        nb(md("a"), jupytext={"formats": "ipynb,.py.md", "text_representation": {"extension": ".md"}})
    )
    assert parse(text).metadata == {"jupyter": {"jupytext": {"formats": "ipynb,.py.md"}}}
    assert read(text)["metadata"]["jupytext"] == {"formats": "ipynb,.py.md"}


def test_front_matter_with_a_tag_stays_front_matter() -> None:
    assert saved(TEXT, lambda found: found[0]["metadata"].update(tags=["x"])) == TEXT


def test_front_matter_stays_when_what_follows_needs_a_region() -> None:
    text = "---\n---\n---\ntitle: x\n---"
    written = saved(text, lambda found: found[1].update(source="---\nchanged"))
    assert written.startswith("---\n---\n<!-- cell -->\n---\nchanged\n<!-- /cell -->\n")


def test_front_matter_that_is_added_is_the_first_line() -> None:
    assert (
        saved("\n\n# A\n", lambda found: found.insert(0, raw("---\na: 1\n---"))) == "---\na: 1\n---\n\n# A\n"
    )


# -- attachments -------------------------------------------------------------------------------------------

DATA = base64.b64encode(b"picture").decode()


def test_attachments_become_files_with_a_path_and_stay_inside_without() -> None:
    cell = md("![p](attachment:p.png)", attachments={"p.png": {"image/png": DATA}})
    written = write_layout(nb(cell), path="docs/x.py.md")
    ((name, data),) = written.files.items()
    assert (written.text, data) == (f"![p](x.files/{name})\n", b"picture")
    inside = writes(nb(cell))
    assert read(inside)["cells"][0]["attachments"] == {"p.png": {"image/png": DATA}}


@pytest.mark.parametrize(
    "bundle",
    [{}, {"a/b": "x", "c/d": "y"}, {"image/png": 3}, {"image/png": "%%%"}, "text", {"image/png": [DATA]}],
)
def test_attachments_of_odd_shape_stay_in_the_text(bundle: Any) -> None:
    written = write_layout(nb(md("![p](attachment:p)", attachments={"p": bundle})), path="x.py.md")
    assert written.files == {}
    assert read(written.text)["cells"][0]["attachments"] == {"p": bundle}


def test_equal_names_with_other_bytes_are_two_files() -> None:
    other = base64.b64encode(b"other").decode()
    found = [
        md("![](attachment:p.png)", attachments={"p.png": {"image/png": d}}) for d in (DATA, other, DATA)
    ]
    assert len(write_layout(nb(*found), path="x.py.md").files) == 2


# -- refused, and odd notebooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [{}, {"cells": None}, {"cells": "text"}, {"cells": 3}])
def test_what_has_no_cells_is_refused(made: Any) -> None:
    with pytest.raises(FormatError) as caught:
        writes(made)
    assert caught.value.code == "not-a-notebook"


def test_other_languages_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        writes(nb(code("x"), kernelspec={"name": "ir", "language": "R"}))
    assert caught.value.code == "not-python"
    assert writes(nb(code("x"), kernelspec={"language": "IPython"})) == "```python\nx\n```\n"


def test_what_cannot_be_kept_is_refused_with_the_cell() -> None:
    with pytest.raises(FormatError, match="cell 2 cannot be written") as caught:
        writes(nb(md("a"), code("x", limit=float("nan"))))
    assert caught.value.code == "not-representable"


ODD: list[Any] = [
    {"cell_type": "code", "source": ["a\n", "b"]},
    {"cell_type": "code"},
    {"cell_type": "code", "source": None, "metadata": None},
    {"cell_type": "heading", "source": "x"},
    {"source": "x", "metadata": {"moon": "y", "tags": "z"}},
    {"cell_type": "code", "source": "x", "metadata": {"moon": {"cell": -1}}, "id": None},
    {"cell_type": "code", "source": "x", "metadata": {"moon": {"cell": True}}, "id": 3},
    {"cell_type": "code", "source": "x", "metadata": {"moon": {"cell": 10**9}}, "outputs": "broken"},
    {"cell_type": "markdown", "source": "x", "attachments": "broken"},
    "no cell",
    None,
]


@pytest.mark.parametrize("cell", ODD)
@pytest.mark.parametrize("onto", [None, TEXT])
def test_odd_cells_are_written_without_an_exception(cell: Any, onto: str | None) -> None:
    written = write_layout(nb(md("before"), cell, md("# after")), onto=onto)
    texts = [source for _, source in cells(written.text)]
    assert "before" in texts
    assert "# after" in texts


@pytest.mark.parametrize(
    "odd", ["\r", "\x0c", "\x00", "\u2028", "\ufeff", "\ud800", "\x85", "a\r\nb", "\x1b[0m"]
)
@pytest.mark.parametrize("make", [code, md, raw])
def test_odd_characters_come_back(odd: str, make: Any) -> None:
    made = make(f"a{odd}b\n{odd}c")
    (cell,) = read(writes(nb(made)))["cells"]
    assert cell["source"] == made["source"].replace("\r\n", "\n").replace("\r", "\n")


# -- places after a save, and real documents -----------------------------------------------------------------


def test_second_save_continues_from_the_places_of_the_first() -> None:
    notebook = read(TEXT)
    notebook["cells"].insert(1, code("new = 1"))
    first = write_layout(notebook, onto=TEXT)
    for cell, moon in zip(notebook["cells"], first.cells, strict=True):
        cell["metadata"]["moon"] = moon
    notebook["metadata"]["moon"]["base"] = hashlib.sha256(first.text.encode()).hexdigest()
    notebook["cells"][1]["source"] = "new = 2"
    assert writes(notebook, onto=first.text) == first.text.replace("new = 1", "new = 2")


def test_real_documents_come_back_byte_for_byte(real_documents: list[Path]) -> None:
    for path in real_documents:
        plain = path.read_bytes().decode()
        unix = plain.replace("\r\n", "\n")
        for text in (
            plain,
            unix.replace("\n", "\r\n"),
            unix.replace("\n", "\r"),
            "\ufeff" + plain,
            plain.rstrip(),
        ):
            assert writes(read(text), onto=text) == text, path.name


def test_edits_of_real_documents_are_local(real_documents: list[Path]) -> None:
    for path in real_documents:
        text = path.read_bytes().decode()
        for number, cell in enumerate(layout(parse(text)).cells):
            if cell.type == "code" and number % 3 == 0:
                after = saved(
                    text, lambda found, n=number: found[n].update(source=found[n]["source"] + "\nadded = 1")
                )
                kept = [line for line in after.splitlines(keepends=True) if "added = 1" not in line]
                assert "".join(kept) == text, f"{path.name}: cell {number}"


def test_real_notebooks_come_back_through_canonical_text(real_documents: list[Path]) -> None:
    for path in real_documents:
        notebook = read(path.read_bytes().decode())
        del notebook["metadata"]["moon"]
        for cell in notebook["cells"]:
            del cell["metadata"]["moon"]
        again = read(writes(notebook))
        kinds = [(cell["cell_type"], cell["source"]) for cell in notebook["cells"] if cell["source"]]
        assert [(c["cell_type"], c["source"]) for c in again["cells"] if c["source"]] == kinds, path.name
