"""Properties of the format, for any text, any notebook and any edits."""

from __future__ import annotations

import copy
import re
from typing import Any

import nbformat
from hypothesis import given
from hypothesis import strategies as st

from jupyter_ext import metadata as kept
from jupyter_ext.cells import layout, trimmed
from jupyter_ext.format import read_plain, reads, write_layout, writes
from moonlight import parse
from moonlight.source import normalize, source_hash, text_hash
from tests import strategies


def said(notebook: dict[str, Any], onto: bool = False) -> list[tuple[Any, ...]]:
    """What a notebook says that the text must keep: per cell its type, source, metadata, attachments."""
    return [entry for cell in notebook["cells"] if (entry := _said(cell, onto)) is not None]


def _said(cell: dict[str, Any], onto: bool) -> tuple[Any, ...] | None:
    kind, source = cell["cell_type"], normalize(cell["source"])
    metadata = kept.of_cell(cell, {} if onto else None)
    attachments = cell.get("attachments") or {} if kind == "markdown" else {}
    if kind == "markdown":
        source = trimmed(source)
    empty = not (source.strip() or metadata or attachments)
    new = kind == "markdown" or "moon" not in cell["metadata"]
    return None if empty and new else (kind, source, metadata, attachments)


@given(strategies.texts())
def test_text_through_notebook_is_the_text(text: str) -> None:
    assert writes(reads(text), onto=text) == text


@given(strategies.texts())
def test_notebook_of_any_text_is_valid(text: str) -> None:
    nbformat.validate(reads(text))


@given(strategies.texts())
def test_cells_cover_the_text_in_order(text: str) -> None:
    document = parse(text)
    found = layout(document)
    assert found.head + "".join(cell.raw + cell.gap for cell in found.cells) == text
    line = 1 + normalize(found.head).count("\n")
    for cell in found.cells:
        assert cell.line == line
        assert cell.lines == len(normalize(cell.raw).removesuffix("\n").split("\n"))
        line += cell.lines + normalize(cell.gap).count("\n")


@given(strategies.texts())
def test_ids_are_stable_unique_and_legal(text: str) -> None:
    ids = [cell["id"] for cell in read_plain(text)["cells"]]
    assert ids == [cell.id for cell in layout(parse(text)).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", name) for name in ids)


@given(strategies.texts(), st.data())
def test_editing_one_cell_changes_its_bytes_only(text: str, data: st.DataObject) -> None:
    notebook = read_plain(text)
    if not notebook["cells"]:
        return
    at = data.draw(st.integers(0, len(notebook["cells"]) - 1))
    notebook["cells"][at]["source"] += "\nchanged = 1"
    before = layout(parse(text)).cells
    written = writes(notebook, onto=text)
    prefix = text[: len(text) - len("".join(c.raw + c.gap for c in before[at:]))]
    suffix = "".join([before[at].gap, *(c.raw + c.gap for c in before[at + 1 :])])
    assert written.startswith(prefix)
    assert written.endswith(suffix)


@given(strategies.texts(), st.data())
def test_any_edits_read_back_as_these_cells(text: str, data: st.DataObject) -> None:
    notebook = data.draw(strategies.edited(read_plain(text)))
    written = write_layout(notebook, onto=text)
    again = read_plain(written.text)
    assert _written(notebook, written) == _heard(again)
    second = data.draw(strategies.edited(_saved(notebook, written)))
    twice = write_layout(second, onto=written.text)
    assert _written(second, twice) == _heard(read_plain(twice.text))


@given(strategies.texts(), st.data())
def test_layout_of_a_save_is_what_a_reader_finds(text: str, data: st.DataObject) -> None:
    notebook = data.draw(strategies.edited(read_plain(text)))
    written = write_layout(notebook, onto=text)
    again = read_plain(written.text)
    assert [moon for moon in written.cells if moon] == [cell["metadata"]["moon"] for cell in again["cells"]][
        -len([moon for moon in written.cells if moon]) or len(again["cells"]) :
    ]
    assert len(written.cells) == len(notebook["cells"])
    assert (written.head, written.newline) == (
        again["metadata"]["moon"]["head"],
        again["metadata"]["moon"]["newline"],
    )


@given(strategies.texts(), st.data())
def test_a_second_save_without_edits_changes_nothing(text: str, data: st.DataObject) -> None:
    notebook = data.draw(strategies.edited(read_plain(text)))
    written = write_layout(notebook, onto=text)
    assert writes(_saved(notebook, written), onto=written.text) == written.text
    assert writes(read_plain(written.text), onto=written.text) == written.text


@given(strategies.notebooks())
def test_notebook_through_text_keeps_what_it_says(notebook: dict[str, Any]) -> None:
    text = writes(notebook)
    again = read_plain(text)
    assert said(notebook) == said(again)
    assert writes(again, onto=text) == text
    nbformat.validate(nbformat.from_dict(again))


@given(strategies.notebooks(), st.data())
def test_foreign_notebook_writes_onto_any_text(notebook: dict[str, Any], data: st.DataObject) -> None:
    text = data.draw(strategies.texts())
    written = write_layout(notebook, onto=text)
    again = read_plain(written.text)
    assert _texts(said(notebook)) == _texts(_heard(again))


def _texts(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Type and source of the cells that are not blank: a blank fence may stay, or be no cell."""
    return [entry[:2] for entry in found if entry[1].strip()]


def _heard(notebook: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Per cell of a notebook that was read: type, source, hash."""
    return [
        (cell["cell_type"], cell["source"], cell["metadata"]["moon"]["hash"], cell.get("attachments", {}))
        for cell in notebook["cells"]
    ]


def _written(notebook: dict[str, Any], written: Any) -> list[tuple[Any, ...]]:
    """The cells of a notebook that were written, as a reader should hear them."""
    found = []
    for cell, moon in zip(notebook["cells"], written.cells, strict=True):
        kind, source = cell["cell_type"], normalize(cell["source"])
        source = trimmed(source) if kind == "markdown" else source
        if moon is None:
            assert not source.strip()
            continue
        assert moon["hash"] == source_hash(source)
        attachments = cell.get("attachments", {}) if kind == "markdown" else {}
        found.append((kind, source, moon["hash"], attachments))
    return found


def _saved(notebook: dict[str, Any], written: Any) -> dict[str, Any]:
    """The notebook in the browser after a save: facts refreshed, nothing else touched."""
    after = copy.deepcopy(notebook)
    after["metadata"]["moon"] |= {"base": text_hash(written.text), "head": written.head}
    for cell, moon in zip(after["cells"], written.cells, strict=True):
        cell["metadata"].pop("moon", None)
        if moon is not None:
            cell["metadata"]["moon"] = moon
    return after
