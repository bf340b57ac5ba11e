"""Saves against the text they were read from: a conflict answers 409 and loses neither side."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tornado.web import HTTPError

from jupyter_ext.bases import MAX_TEXTS, BaseTexts, FileLocks
from jupyter_ext.format import write_layout
from tests.jupyter_ext.managers import TEXT, Desk, code_cells, temporaries

OTHER = TEXT.replace("Some prose", "Other prose")


def edited(desk: Desk, name: str = "a.py.md") -> Any:
    notebook = desk.open(name)
    code_cells(notebook)[0]["source"] = "x = 2"
    return notebook


def test_a_file_that_changed_on_disk_is_not_overwritten(desk: Desk) -> None:
    desk.write("sub/a.py.md")
    notebook = edited(desk, "sub/a.py.md")
    desk.write("sub/a.py.md", OTHER)
    error = desk.refused_save("sub/a.py.md", notebook)
    assert error.status_code == 409
    assert "sub/a.py.md" in str(error.log_message)
    assert "from line 3 on" in str(error.log_message)
    assert "overwrite" in str(error.log_message)
    assert desk.read("sub/a.py.md") == OTHER
    assert temporaries(desk.root) == []


def test_force_overwrites_with_the_untouched_cells_as_they_were_read(desk: Desk) -> None:
    text = TEXT.replace("~~~py\nprint(x)\n~~~\n", "* item\n\n  ~~~ py  a=1\n  x\n  ~~~")
    desk.write("a.py.md", text)
    notebook = edited(desk)
    desk.write("a.py.md", "# All new\n")
    notebook.metadata.moon.force = True
    reply = desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == text.replace("x = 1", "x = 2")
    assert "force" not in reply["moon"]
    assert "force" not in desk.open("a.py.md").metadata.moon


@pytest.mark.parametrize("force", [1, "true", None, {}])
def test_only_true_is_force(default_desk: Desk, force: Any) -> None:
    default_desk.write("a.py.md")
    notebook = edited(default_desk)
    default_desk.write("a.py.md", OTHER)
    notebook.metadata.moon.force = force
    assert default_desk.refused_save("a.py.md", notebook).status_code == 409


def test_force_works_after_a_restart_of_the_server(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = edited(desk)
    desk.write("a.py.md", OTHER)
    desk.manager.bases = BaseTexts()
    notebook.metadata.moon.force = True
    desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == TEXT.replace("x = 1", "x = 2")


def test_force_replaces_what_is_no_text_any_more(desk: Desk) -> None:
    path = desk.write("a.py.md")
    notebook = edited(desk)
    path.write_bytes(b"\xff\xfe")
    assert desk.refused_save("a.py.md", notebook).status_code == 409
    assert path.read_bytes() == b"\xff\xfe"
    notebook.metadata.moon.force = True
    desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == TEXT.replace("x = 1", "x = 2")


def test_a_document_deleted_while_open_is_written_again_with_its_bytes(desk: Desk) -> None:
    text = TEXT.replace("\n", "\r\n")
    path = desk.write("a.py.md", text)
    notebook = edited(desk)
    path.unlink()
    desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == text.replace("x = 1", "x = 2")


def test_saving_a_copy_under_a_new_name_keeps_the_bytes_of_untouched_cells(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = edited(desk)
    desk.write("a.py.md", OTHER)
    desk.save("a-copy.py.md", notebook)
    assert desk.read("a-copy.py.md") == TEXT.replace("x = 1", "x = 2")
    assert desk.read("a.py.md") == OTHER


def without_base(notebook: Any) -> Any:
    del notebook.metadata["moon"]
    for cell in notebook.cells:
        cell.metadata.pop("moon", None)
    return notebook


def test_a_client_without_base_cannot_overwrite_another_text(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = without_base(edited(desk))
    assert desk.refused_save("a.py.md", notebook).status_code == 409
    assert desk.read("a.py.md") == TEXT


def test_a_client_without_base_may_save_what_is_there(desk: Desk) -> None:
    desk.write("a.py.md")
    desk.save("a.py.md", without_base(desk.open("a.py.md")))
    assert desk.read("a.py.md") == TEXT


def test_a_client_without_base_may_make_a_new_file(desk: Desk) -> None:
    desk.write("a.py.md")
    desk.save("b.py.md", without_base(edited(desk)))
    assert "x = 2" in desk.read("b.py.md")


def test_of_two_saves_from_one_base_exactly_one_wins(default_desk: Desk) -> None:
    desk = default_desk
    for turn in range(5):
        desk.write("a.py.md")
        notebooks = [desk.open("a.py.md") for _ in range(4)]
        for number, notebook in enumerate(notebooks):
            code_cells(notebook)[0]["source"] = f"x = {turn}{number}"

        async def save_all(notebooks: list[Any] = notebooks) -> list[Any]:
            models = [{"type": "notebook", "format": "json", "content": nb} for nb in notebooks]
            saves = [desk.manager.save(model, "a.py.md") for model in models]
            return await asyncio.gather(*saves, return_exceptions=True)

        replies = asyncio.run(save_all())
        won = [number for number, reply in enumerate(replies) if isinstance(reply, dict)]
        lost = [reply for reply in replies if isinstance(reply, HTTPError)]
        assert (len(won), [error.status_code for error in lost]) == (1, [409, 409, 409])
        assert f"x = {turn}{won[0]}\n" in desk.read("a.py.md")


def test_a_change_while_the_text_is_made_is_seen_before_the_replacement(
    default_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = default_desk
    path = desk.write("a.py.md")
    notebook = edited(desk)

    def slow(*args: Any) -> Any:
        path.write_text(OTHER)
        return write_layout(*args)

    monkeypatch.setattr("jupyter_ext.saving.write_layout", slow)
    assert desk.refused_save("a.py.md", notebook).status_code == 409
    assert desk.read("a.py.md") == OTHER


def test_base_texts_are_bounded_and_the_last_used_stay() -> None:
    bases = BaseTexts()
    first = bases.keep("first")
    keys = [bases.keep(f"text {number}") for number in range(MAX_TEXTS)]
    assert bases.get(first) is None
    assert bases.get(keys[-1]) == f"text {MAX_TEXTS - 1}"
    assert bases.get(keys[0]) == "text 0"
    bases.keep("one more")
    assert bases.get(keys[0]) == "text 0"
    assert bases.get(None) is None


def test_a_lock_is_the_files_whatever_path_leads_to_it(tmp_path: Path) -> None:
    locks = FileLocks()
    (tmp_path / "a").write_text("")
    os.symlink(tmp_path / "a", tmp_path / "b")
    lock = locks.of(str(tmp_path / "a"))
    assert locks.of(str(tmp_path / "b")) is lock
    assert locks.of(str(tmp_path / "c")) is not lock
    order: list[int] = []

    def second() -> None:
        with locks.of(str(tmp_path / "b")):
            order.append(2)

    with ThreadPoolExecutor(1) as pool:
        with lock:
            later = pool.submit(second)
            order.append(1)
        later.result(timeout=5)
    assert order == [1, 2]
