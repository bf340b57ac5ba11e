"""Whatever is in a file or in a request: a clear refusal or a good save, and the file stays as it was."""

from __future__ import annotations

import copy
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonlight.source import MAX_BYTES
from tests.jupyter_ext.managers import HTML, STREAM, TEXT, Desk, code_cells

# -- files -------------------------------------------------------------------------------------------

BAD_BYTES = {
    "not UTF-8": (b"# A\n\xff\n", "not UTF-8", 2),
    "UTF-16": ("# A\n".encode("utf-16"), "UTF-8", 1),
    "NUL": (b"# A\nb\0c\n", "NUL", 2),
    "too large": (b"a" * (MAX_BYTES + 1), "16 MB", 1),
}


@pytest.mark.parametrize(("data", "word", "line"), BAD_BYTES.values(), ids=BAD_BYTES)
def test_bytes_that_are_no_document_are_refused_with_a_remedy(
    desk: Desk, data: bytes, word: str, line: int
) -> None:
    path = desk.root / "sub" / "bad.py.md"
    path.parent.mkdir()
    path.write_bytes(data)
    error = desk.refused("get", "sub/bad.py.md")
    message = str(error.log_message)
    assert message.startswith(f"sub/bad.py.md:{line}: " if line > 1 else "sub/bad.py.md: ")
    assert word in message
    assert len(message.split(". ")) > 1  # what to do
    assert desk.refused("get", "sub/bad.py.md", type="notebook").status_code == error.status_code
    assert desk.call("get", "sub/bad.py.md", content=False)["type"] == "notebook"
    assert desk.call("get", "sub/bad.py.md", type="file")["content"]
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "text",
    [
        "---\njupyter: {x: .inf}\n---\n",
        '<!-- cell {"a": NaN} -->\nx\n',
        "```python {a=1e999}\nx\n```\n",
    ],
)
def test_numbers_that_json_lacks_never_reach_a_browser(desk: Desk, text: str) -> None:
    desk.write("a.py.md", text)
    if not desk.attempt("get", "a.py.md"):
        notebook = desk.open("a.py.md")
        json.dumps(notebook, allow_nan=False)
        desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == text


def test_an_empty_file_is_a_notebook_without_cells_and_stays_empty(desk: Desk) -> None:
    desk.write("a.py.md", "")
    notebook = desk.open("a.py.md")
    assert notebook.cells == []
    desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == ""


@pytest.mark.timeout(20)
def test_a_pipe_is_refused_without_waiting_for_a_writer(desk: Desk) -> None:
    os.mkfifo(desk.root / "x.py.md")
    assert "not a regular file" in str(desk.refused("get", "x.py.md").log_message)
    desk.refused("get", "x.py.md", type="file")
    desk.refused_save("x.py.md", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
    desk.refused("save", {"type": "file", "format": "text", "content": "a"}, "x.py.md")


def test_a_socket_is_refused(default_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(default_desk.root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("x.py.md")
        assert "not a regular file" in str(default_desk.refused("get", "x.py.md").log_message)


def test_an_unreadable_file_is_refused(default_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = default_desk.write("x.py.md")
    there = os.open

    def refuse(name: Any, *args: Any, **kwargs: Any) -> int:
        if os.fspath(name) == str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return there(name, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    error = default_desk.refused("get", "x.py.md")
    assert error.status_code == 403
    assert "x.py.md: permission denied" in str(error.log_message)


def test_what_is_missing_is_not_found(desk: Desk) -> None:
    assert desk.refused("get", "none.py.md").status_code == 404
    assert desk.refused("get", "none/none.py.md").status_code == 404
    assert desk.refused("trust_notebook", "none.py.md").status_code == 404
    (desk.root / "broken.py.md").symlink_to(desk.root / "nowhere")
    assert desk.refused("get", "broken.py.md").status_code == 404


@pytest.mark.parametrize("name", ["../out.py.md", "a\0.py.md", "x" * 300 + ".py.md", ".hidden.py.md"])
def test_names_outside_of_what_is_served_are_refused(default_desk: Desk, name: str) -> None:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    default_desk.refused_save(name, notebook)
    default_desk.refused("save", {"type": "file", "format": "text", "content": "a"}, name)
    assert list(default_desk.root.iterdir()) == []
    assert not (default_desk.root.parent / "out.py.md").exists()


def test_a_folder_that_is_missing_refuses_the_save(desk: Desk) -> None:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    assert desk.refused_save("none/a.py.md", notebook).status_code == 404
    assert desk.refused("new_untitled", path="none", ext=".py.md").status_code == 404


# -- requests ----------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [{"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "id": "a"}],
}


def cell(**changes: Any) -> dict[str, Any]:
    return GOOD | {"cells": [GOOD["cells"][0] | changes]}


REFUSED: dict[str, Any] = {
    "null": None,
    "text": "# A",
    "a list": [],
    "no cells": {"nbformat": 4, "metadata": {}},
    "cells that are an object": GOOD | {"cells": {}},
    "a cell that is text": GOOD | {"cells": ["1"]},
    "a cell without type": GOOD | {"cells": [{"source": "text that must not vanish"}]},
    "an unknown cell type": cell(cell_type="sql"),
    "a source that is a number": cell(source=1),
    "a source of numbers": cell(source=[1]),
    "metadata that are a list": cell(metadata=[1]),
    "nbformat 5": GOOD | {"nbformat": 5},
    "nbformat as text": GOOD | {"nbformat": "4"},
    "nbformat 3 without anything": {"nbformat": 3},
    "nbformat 3 with nonsense": {"nbformat": 3, "worksheets": [1], "metadata": {}},
    "another language": GOOD | {"metadata": {"kernelspec": {"name": "ir", "language": "R"}}},
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_notebook_is_refused_and_nothing_written(default_desk: Desk, content: Any) -> None:
    default_desk.write("a.py.md")
    for name in ("a.py.md", "new.py.md"):
        error = default_desk.refused_save(name, content)
        assert error.status_code == 400
        assert str(error.log_message).startswith(name)
    assert default_desk.read("a.py.md") == TEXT
    assert not (default_desk.root / "new.py.md").exists()


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


ACCEPTED: dict[str, Any] = {
    "no id": cell(id=None),
    "an id of nonsense": cell(id={"a": 1}),
    "equal ids": GOOD | {"cells": GOOD["cells"] * 2},
    "no metadata": {"nbformat": 4, "nbformat_minor": 5, "cells": GOOD["cells"]},
    "null metadata": GOOD | {"metadata": None},
    "metadata of nonsense": GOOD | {"metadata": {"moon": 7, "kernelspec": [], "language_info": None}},
    "moon of nonsense": GOOD | {"metadata": {"moon": {"base": [1], "force": "no"}}},
    "a cell's moon of nonsense": cell(metadata={"moon": [1]}),
    "a cell's moon of more nonsense": cell(metadata={"moon": {"cell": "x", "ran": 7, "block": None}}),
    "no nbformat": {key: GOOD[key] for key in ("metadata", "cells")},
    "nbformat 4.0": GOOD | {"nbformat_minor": 0},
    "nbformat 4.99": GOOD | {"nbformat_minor": 99},
    "foreign members": cell(foreign={"a": [1]}),
    "null metadata of a cell": cell(metadata=None),
    "outputs that are missing": GOOD | {"cells": [{"cell_type": "code", "source": "1", "metadata": {}}]},
    "outputs that are text": cell(outputs="x"),
    "outputs of every shape": cell(
        outputs=[None, 1, [], {}, {"output_type": 1}, {"output_type": "stream"}, STREAM, HTML]
    ),
    "outputs nested deeply": cell(outputs=[HTML | {"data": {"application/json": deep(300)}}]),
    "a count that is text": cell(execution_count="x"),
    "a count that is huge": cell(execution_count=10**400),
    "not-a-number in outputs": cell(outputs=[HTML | {"metadata": {"a": float("nan")}}]),
    "a lone surrogate in outputs": cell(outputs=[STREAM | {"text": "\udcff"}]),
}


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_what_surrounds_the_sources_never_stops_a_save(desk: Desk, content: Any) -> None:
    desk.save("a.py.md", copy.deepcopy(content))
    notebook = desk.open("a.py.md")
    assert {cell.source for cell in notebook.cells} == {"1"}
    json.loads(json.dumps(notebook, allow_nan=False))
    desk.save("a.py.md", notebook)


def test_a_notebook_of_nbformat_3_is_upgraded(desk: Desk) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "T", "metadata": {}},
        {"cell_type": "code", "input": "1", "language": "python", "outputs": [], "metadata": {}},
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    desk.save("a.py.md", old)
    assert [cell.source for cell in desk.open("a.py.md").cells] == ["## T", "1"]


@pytest.mark.parametrize("char", ["\0", "\ud800"])
def test_characters_that_no_text_file_keeps_are_refused_with_their_place(desk: Desk, char: str) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    notebook.cells[2]["source"] = f"a\nb{char}"
    message = str(desk.refused_save("a.py.md", notebook).log_message)
    assert "a.py.md: cell 3, line 2 holds" in message
    assert "emove that character" in message
    assert desk.read("a.py.md") == TEXT


def test_a_text_with_a_lone_surrogate_is_refused_with_its_line(desk: Desk) -> None:
    desk.write("a.py.md")
    error = desk.refused("save", {"type": "file", "format": "text", "content": "a\n\ud800"}, "a.py.md")
    assert "a.py.md:2" in str(error.log_message)
    assert desk.read("a.py.md") == TEXT


def test_a_lone_surrogate_in_metadata_is_refused_or_kept(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    notebook.cells[1].metadata["tags"] = ["\ud800"]
    if desk.attempt_save("a.py.md", notebook):
        assert desk.read("a.py.md") == TEXT
    else:
        assert desk.open("a.py.md").cells[1].metadata["tags"] == ["\ud800"]


def test_metadata_nested_beyond_reason_are_refused_or_kept(desk: Desk) -> None:
    desk.write("a.py.md")
    for levels in (20, 95, 105, 400, 900):
        text = desk.read("a.py.md")
        notebook = json.loads(json.dumps(desk.open("a.py.md")))
        notebook["cells"][1]["metadata"]["deep"] = deep(levels)
        if desk.attempt_save("a.py.md", notebook):
            assert levels > 100
            assert desk.read("a.py.md") == text
        desk.open("a.py.md")


def test_a_text_that_could_not_be_opened_again_is_not_written(default_desk: Desk) -> None:
    default_desk.write("a.py.md")
    notebook = default_desk.open("a.py.md")
    notebook.cells[0]["source"] = "a" * (MAX_BYTES + 1)
    error = default_desk.refused_save("a.py.md", notebook)
    assert error.status_code == 413
    assert default_desk.read("a.py.md") == TEXT


@pytest.mark.parametrize("model", [{}, {"content": "x"}, {"type": "notebook"}, {"type": "file"}])
def test_a_model_that_lacks_its_members_is_refused(desk: Desk, model: Any) -> None:
    desk.write("a.py.md")
    assert desk.refused("save", model, "a.py.md").status_code == 400
    assert desk.read("a.py.md") == TEXT


# -- anything ----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["cell_type", "source", "metadata", "outputs", "execution_count", "id", "attachments"])
CELLS = st.dictionaries(KEYS, JSON | st.sampled_from(["code", "markdown", "raw"]), max_size=7)
MEMBERS = st.sampled_from(["nbformat", "nbformat_minor", "metadata", "worksheets"])
NOTEBOOKS = st.builds(
    lambda rest, cells: rest | {"cells": cells},
    st.dictionaries(MEMBERS, JSON | st.just(4), max_size=4),
    st.lists(CELLS, max_size=4),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=NOTEBOOKS | JSON)
def test_any_json_is_saved_or_refused_and_never_breaks_the_file(default_desk: Desk, content: Any) -> None:
    desk = default_desk
    desk.write("a.py.md")
    if desk.attempt_save("a.py.md", content):
        assert desk.read("a.py.md") == TEXT
    Path(desk.root / "b.py.md").unlink(missing_ok=True)
    if desk.attempt_save("b.py.md", content):
        assert not (desk.root / "b.py.md").exists()
    else:
        desk.open("b.py.md")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_open_or_are_refused_and_save_as_they_were(default_desk: Desk, data: bytes) -> None:
    path = default_desk.root / "a.py.md"
    path.write_bytes(data)
    if not default_desk.attempt("get", "a.py.md"):
        notebook = default_desk.open("a.py.md")
        for entry in code_cells(notebook):
            entry["execution_count"] = 1
        default_desk.save("a.py.md", notebook)
    assert path.read_bytes() == data
