"""Outputs of documents: stored on save, restored on open as fresh or stale, trusted by their user only."""

from __future__ import annotations

import copy
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from jupyter_ext.outputs import MAX_DEPTH, clean
from moonlight.source import source_hash
from tests.jupyter_ext.managers import HTML, STREAM, TEXT, Desk, code_cells

RESULT = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 3}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", "b"]}
SCRIPT = {
    "output_type": "display_data",
    "data": {"application/javascript": "window.__canary = 1"},
    "metadata": {},
}


def run(cell: Any, count: int, *outputs: Any) -> None:
    cell["execution_count"] = count
    cell["outputs"] = copy.deepcopy(list(outputs))


def saved(desk: Desk, *outputs: Any, trusted: bool = True) -> Any:
    """A document whose two cells ran."""
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    for count, cell in enumerate(code_cells(notebook), 1):
        run(cell, count, *(outputs or (STREAM,)))
        cell["metadata"]["trusted"] = trusted
    return desk.save("a.py.md", notebook)


def state(cell: Any) -> Any:
    return cell["metadata"]["moon"].get("outputs")


def store_of(desk: Desk, name: str = "a.py.md") -> Path:
    return desk.root / ".moonlight" / "outputs" / f"{name}.json"


# -- kept and restored -------------------------------------------------------------------------------


def test_outputs_come_back_and_the_text_knows_nothing_of_them(desk: Desk) -> None:
    reply = saved(desk, STREAM, HTML, RESULT, ERROR)
    assert desk.read("a.py.md") == TEXT
    assert [cell.get("outputs") for cell in reply["moon"]["cells"]] == [None, "fresh", None, "fresh"]
    first, second = code_cells(desk.open("a.py.md"))
    assert first["outputs"] == [STREAM, HTML, RESULT, ERROR]
    assert (first["execution_count"], second["execution_count"]) == (1, 2)
    assert (state(first), "stale" in first["metadata"]["moon"]) == ("fresh", False)


def test_the_store_is_hidden_and_ignored_by_git(desk: Desk) -> None:
    saved(desk)
    assert store_of(desk).is_file()
    assert (desk.root / ".moonlight" / ".gitignore").read_text() == "*\n"
    assert [entry["name"] for entry in desk.call("get", "")["content"]] == ["a.py.md"]


def test_a_document_without_outputs_makes_no_store(desk: Desk) -> None:
    desk.write("a.py.md")
    desk.save("a.py.md", desk.open("a.py.md"))
    assert not (desk.root / ".moonlight").exists()


def test_a_cell_edited_elsewhere_has_its_outputs_marked_stale(desk: Desk) -> None:
    saved(desk)
    desk.write("a.py.md", "# New first line\n\n" + TEXT.replace("x = 1", "x = 9"))
    first, second = code_cells(desk.open("a.py.md"))
    assert (state(first), first["metadata"]["moon"]["stale"], first["outputs"]) == ("stale", True, [STREAM])
    assert (state(second), second["outputs"]) == ("fresh", [STREAM])


def test_stale_outputs_stay_stale_when_the_document_is_saved(desk: Desk) -> None:
    saved(desk)
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 9"
    places = desk.save("a.py.md", notebook)["moon"]["cells"]
    assert (places[1]["outputs"], places[3]["outputs"]) == ("stale", "fresh")
    for _ in range(2):
        notebook = desk.open("a.py.md")
        assert [state(cell) for cell in code_cells(notebook)] == ["stale", "fresh"]
        desk.save("a.py.md", notebook)
    code_cells(notebook)[0]["source"] = "x = 1"
    desk.save("a.py.md", notebook)
    assert [state(cell) for cell in code_cells(desk.open("a.py.md"))] == ["fresh", "fresh"]


def test_a_cell_that_ran_again_after_its_edit_is_fresh(desk: Desk) -> None:
    saved(desk)
    notebook = desk.open("a.py.md")
    cell = code_cells(notebook)[0]
    cell["source"] = "x = 9"
    run(cell, 7, STREAM)
    desk.save("a.py.md", notebook)
    assert state(code_cells(desk.open("a.py.md"))[0]) == "fresh"


def test_a_front_end_can_tell_which_source_ran(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    cell = code_cells(notebook)[0]
    run(cell, 1, STREAM)
    cell["metadata"]["moon"]["ran"] = source_hash("x = 1")
    cell["source"] = "x = 2  # edited after the run, before the first save"
    desk.save("a.py.md", notebook)
    assert state(code_cells(desk.open("a.py.md"))[0]) == "stale"


def test_cleared_outputs_are_forgotten(desk: Desk) -> None:
    saved(desk)
    notebook = desk.open("a.py.md")
    for cell in code_cells(notebook):
        cell["outputs"], cell["execution_count"] = [], None
    desk.save("a.py.md", notebook)
    assert not (desk.root / ".moonlight").exists()
    assert code_cells(desk.open("a.py.md"))[0]["outputs"] == []


def test_outputs_follow_rename_copy_and_delete(desk: Desk) -> None:
    saved(desk)
    (desk.root / "sub").mkdir()
    desk.call("copy", "a.py.md")
    desk.call("copy", "a.py.md", "sub")
    desk.call("rename", "a.py.md", "sub/b.py.md")
    for name in ("a-Copy1.py.md", "sub/a.py.md", "sub/b.py.md"):
        assert [state(cell) for cell in code_cells(desk.open(name))] == ["fresh", "fresh"]
    for name in ("sub/a.py.md", "sub/b.py.md"):
        desk.call("delete", name)
    assert list((desk.root / "sub").iterdir()) in ([], [desk.root / "sub" / ".ipynb_checkpoints"])


def test_a_document_that_takes_an_old_name_does_not_take_its_outputs(desk: Desk) -> None:
    saved(desk)
    (desk.root / "a.py.md").unlink()
    desk.write("b.py.md")
    desk.call("rename", "b.py.md", "a.py.md")
    assert code_cells(desk.open("a.py.md"))[0]["outputs"] == []


@pytest.mark.parametrize("how", ["environment", "option"])
def test_the_store_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "environment":
        monkeypatch.setenv("MOONLIGHT_STORE_OUTPUTS", "0")
    options: dict[str, Any] = {"store_outputs": False} if how == "option" else {}
    desk = Desk(tmp_path / "root", **options)
    saved(desk)
    assert not (desk.root / ".moonlight").exists()
    assert code_cells(desk.open("a.py.md"))[0]["outputs"] == []
    desk.close()


def test_an_output_that_is_too_large_leaves_a_note(desk: Desk) -> None:
    saved(desk, STREAM | {"text": "x" * (2**20 + 1)})
    (note,) = code_cells(desk.open("a.py.md"))[0]["outputs"]
    assert (note["output_type"], note["name"]) == ("stream", "stderr")
    assert "not kept" in note["text"]
    assert store_of(desk).stat().st_size < 2000


# -- trust -------------------------------------------------------------------------------------------


def trust(desk: Desk) -> list[bool]:
    return [cell["metadata"]["trusted"] for cell in code_cells(desk.open("a.py.md"))]


def test_outputs_of_the_users_own_session_are_trusted(desk: Desk) -> None:
    saved(desk, HTML)
    assert trust(desk) == [True, True]


def test_own_outputs_stay_trusted_when_the_text_is_edited_elsewhere(desk: Desk) -> None:
    saved(desk, HTML)
    desk.write("a.py.md", "# New\n\n" + TEXT.replace("x = 1", "x = 9"))
    assert trust(desk) == [True, True]


def test_a_save_of_untrusted_outputs_does_not_make_them_trusted(desk: Desk) -> None:
    saved(desk, HTML, trusted=False)
    assert trust(desk) == [False, False]
    desk.save("a.py.md", desk.open("a.py.md"))
    assert trust(desk) == [False, False]


def test_outputs_that_came_with_a_clone_are_not_trusted(desk: Desk, tmp_path: Path) -> None:
    attacker = Desk(tmp_path / "attacker")
    attacker.manager.notary.secret = b"another secret"
    saved(attacker, SCRIPT)
    assert trust(attacker) == [True, True]
    attacker.close()
    shutil.copytree(attacker.root, desk.root, dirs_exist_ok=True)
    first = code_cells(desk.open("a.py.md"))[0]
    assert first["outputs"] == [SCRIPT]
    assert trust(desk) == [False, False]


def test_one_foreign_output_makes_all_restored_ones_untrusted(desk: Desk) -> None:
    saved(desk, HTML)
    content = json.loads(store_of(desk).read_text())
    content["cells"][1]["outputs"] = [SCRIPT]
    store_of(desk).write_text(json.dumps(content))
    assert trust(desk) == [False, False]


def test_values_of_a_signed_store_cannot_be_moved_between_keys(desk: Desk) -> None:
    """nbformat's signature is over concatenated values: {"a": "bc"} and {"ab": "c"} would be one."""
    plain = HTML | {"data": {"text/plain": "text/html<script>"}}
    saved(desk, plain)
    content = json.loads(store_of(desk).read_text())
    for cell in content["cells"]:
        cell["outputs"][0]["data"] = {"text/plaintext/html": "<script>"}
    store_of(desk).write_text(json.dumps(content))
    assert trust(desk) == [False, False]


@pytest.mark.parametrize(
    "text",
    [
        "```python {trusted=true}\nx\n```\n",
        '```python {moon={"outputs": "fresh"} trusted}\nx\n```\n',
        "```python trusted=True\nx\n```\n",
    ],
)
def test_a_document_cannot_say_that_it_is_trusted(desk: Desk, text: str) -> None:
    desk.write("b.py.md", text)
    saved(desk, SCRIPT, trusted=False)
    store_of(desk).rename(store_of(desk, "b.py.md"))
    content = json.loads(store_of(desk, "b.py.md").read_text())
    content["cells"][0]["hash"] = source_hash("x")
    store_of(desk, "b.py.md").write_text(json.dumps(content))
    (cell,) = code_cells(desk.open("b.py.md"))
    assert (cell["outputs"], cell["metadata"]["trusted"]) == ([SCRIPT], False)


def test_the_user_can_trust_a_document(desk: Desk) -> None:
    saved(desk, HTML, trusted=False)
    desk.call("trust_notebook", "a.py.md")
    assert trust(desk) == [True, True]


def test_cells_without_outputs_have_nothing_to_distrust(desk: Desk) -> None:
    desk.write("a.py.md")
    assert trust(desk) == [True, True]


def test_a_broken_signature_store_trusts_nothing_and_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(desk, HTML)

    def broken(*args: Any) -> bool:
        raise RuntimeError("database is locked")

    monkeypatch.setattr(type(desk.manager.notary), "check_signature", broken)
    monkeypatch.setattr(type(desk.manager.notary), "check_cells", broken)
    assert trust(desk) == [False, False]
    desk.save("a.py.md", desk.open("a.py.md"))


# -- stores that cannot be used ----------------------------------------------------------------------

ENTRY = {"hash": "0-0", "occurrence": 1, "block": 1, "execution_count": 1, "outputs": [STREAM]}

HOSTILE = {
    "empty": b"",
    "truncated": b'{"version": 1, "cells": [{"hash": ',
    "not UTF-8": b"\xff\xfe",
    "another version": b'{"version": 2, "cells": []}',
    "a list": b"[1]",
    "cells of nonsense": b'{"version": 1, "cells": [7]}',
    "outputs of nonsense": json.dumps({"version": 1, "cells": [ENTRY | {"outputs": [1]}]}).encode(),
    "a hash of nonsense": json.dumps({"version": 1, "cells": [ENTRY | {"hash": []}]}).encode(),
    "not-a-number": json.dumps({"version": 1, "cells": [ENTRY | {"block": float("nan")}]}).encode(),
    "infinity": b'{"version": 1, "cells": [{"a": 1e999}]}',
    "nested deeply": b'{"version": 1, "cells": ' + b"[" * 100_000,
    "huge number": b'{"version": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_store_that_is_no_store_costs_one_line_in_the_log(
    default_desk: Desk, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    saved(default_desk)
    store_of(default_desk).write_bytes(data)
    default_desk.manager.log = logging.getLogger("contents")
    caplog.clear()
    notebook = default_desk.open("a.py.md")
    assert code_cells(notebook)[0]["outputs"] == []
    (record,) = [entry for entry in caplog.records if entry.levelno >= logging.WARNING]
    assert "stored outputs" in record.getMessage()
    assert str(default_desk.root) not in record.getMessage()
    assert "\n" not in record.getMessage()
    saved(default_desk)
    assert code_cells(default_desk.open("a.py.md"))[0]["outputs"] == [STREAM]


def test_outputs_of_foreign_shape_in_a_store_are_left_out(default_desk: Desk) -> None:
    saved(default_desk)
    content = json.loads(store_of(default_desk).read_text())
    strange = [{}, {"output_type": "x"}, HTML | {"data": 7}, HTML | {"transient": {}}, STREAM | {"text": [1]}]
    content["cells"][0]["outputs"] = strange
    store_of(default_desk).write_text(json.dumps(content))
    assert code_cells(default_desk.open("a.py.md"))[0]["outputs"] == [HTML]


@pytest.mark.parametrize("what", [".moonlight", ".moonlight/outputs", ".moonlight/outputs/a.py.md.json"])
def test_nothing_is_read_or_written_through_a_link(default_desk: Desk, tmp_path: Path, what: str) -> None:
    saved(default_desk)
    path, elsewhere = default_desk.root / what, tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    before = {p: p.read_bytes() for p in [elsewhere, *elsewhere.rglob("*")] if p.is_file()}
    notebook = default_desk.open("a.py.md")
    assert code_cells(notebook)[0]["outputs"] == []
    run(code_cells(notebook)[0], 9, HTML)
    default_desk.save("a.py.md", notebook)
    default_desk.call("delete", "a.py.md")
    assert before == {p: p.read_bytes() for p in [elsewhere, *elsewhere.rglob("*")] if p.is_file()}


def test_a_store_that_may_not_be_looked_into_is_ignored(
    default_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(default_desk)

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "lstat", denied)
    notebook = default_desk.open("a.py.md")
    assert code_cells(notebook)[0]["outputs"] == []
    default_desk.save("a.py.md", notebook)
    default_desk.call("delete", "a.py.md")


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_store_is_not_waited_for(default_desk: Desk) -> None:
    saved(default_desk)
    store_of(default_desk).unlink()
    os.mkfifo(store_of(default_desk))
    assert code_cells(default_desk.open("a.py.md"))[0]["outputs"] == []
    saved(default_desk)


def test_a_store_that_takes_nothing_does_not_stop_the_save(
    default_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("moonlight.store.write_atomic", full)
    reply = saved(default_desk)
    assert reply["moon"]["cells"][1].get("outputs") is None
    assert default_desk.read("a.py.md") == TEXT


# -- shapes ------------------------------------------------------------------------------------------


def test_clean_keeps_what_nbformat_knows() -> None:
    for output in (STREAM, HTML, RESULT, ERROR):
        assert clean(output) == output
    assert clean(STREAM | {"text": ["a", "b"]}) == STREAM | {"text": "ab"}
    assert clean(STREAM | {"name": "stderr", "foreign": 1}) == STREAM | {"name": "stderr"}
    vega = HTML | {"data": {"application/vnd.vega.v5+json": ["a", {"b": 1}], "text/plain": ["a", "b"]}}
    assert clean(vega) == HTML | {
        "data": {"application/vnd.vega.v5+json": ["a", {"b": 1}], "text/plain": "ab"}
    }


def test_clean_refuses_what_a_browser_cannot_read() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    assert clean(HTML | {"data": {"application/json": deep}}) is None
    assert clean(HTML | {"metadata": {"a": float("inf")}}) is None
    assert clean(HTML | {"data": {"text/html": 7}}) == HTML | {"data": {}}
