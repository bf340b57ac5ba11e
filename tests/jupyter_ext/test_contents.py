"""`.py.md` files through a contents manager: served, saved, created, copied, renamed, deleted."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.contents.checkpoints import AsyncCheckpoints
from jupyter_server.services.contents.filecheckpoints import (
    AsyncGenericFileCheckpoints,
    GenericFileCheckpoints,
)
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from jupyter_server.services.contents.manager import AsyncContentsManager
from tornado.web import HTTPError

from jupyter_ext.contents import derived
from moonlight.source import source_hash, text_hash
from tests.jupyter_ext.managers import TEXT, Desk, code_cells, temporaries

# -- served ------------------------------------------------------------------------------------------


def test_a_document_is_served_as_notebook_with_the_hash_of_its_bytes(desk: Desk) -> None:
    path = desk.write("a.py.md")
    model = desk.call("get", "a.py.md", require_hash=True)
    assert (model["type"], model["format"], model["mimetype"]) == ("notebook", "json", None)
    assert [cell.cell_type for cell in model["content"].cells] == ["markdown", "code", "markdown", "code"]
    assert model["content"].metadata.moon.base == text_hash(TEXT)
    assert model["hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model["hash_algorithm"] == "sha256"
    assert desk.call("get", "a.py.md", content=False, require_hash=True)["hash"] == model["hash"]


def test_as_file_a_document_is_its_text(desk: Desk) -> None:
    desk.write("a.py.md", "# A\r\n\r\nno end")
    model = desk.call("get", "a.py.md", type="file")
    assert (model["type"], model["format"], model["content"]) == ("file", "text", "# A\r\n\r\nno end")


def test_without_content_a_document_is_a_notebook_too(desk: Desk) -> None:
    desk.write("a.py.md")
    model = desk.call("get", "a.py.md", content=False)
    assert (model["type"], model["content"], model["format"]) == ("notebook", None, None)


def test_listings_call_documents_notebooks_and_hide_their_outputs(desk: Desk) -> None:
    for name in ("a.py.md", "B.PY.MD", "c.py", "d.ipynb"):
        desk.write(name, "{}")
    notebook = desk.open("a.py.md")
    notebook.cells.append({"cell_type": "code", "source": "1", "metadata": {}, "execution_count": 1})
    desk.save("a.py.md", notebook)
    listed = {entry["name"]: entry["type"] for entry in desk.call("get", "")["content"]}
    assert listed.pop("c.py") in ("file", "notebook")  # jupytext's manager opens scripts too
    assert listed == {"a.py.md": "notebook", "B.PY.MD": "notebook", "d.ipynb": "notebook"}


def test_a_folder_named_like_a_document_is_a_folder(desk: Desk) -> None:
    desk.write("x.py.md/inside.txt")
    assert desk.call("get", "x.py.md")["type"] == "directory"
    desk.refused("get", "x.py.md", type="notebook")
    desk.refused_save("x.py.md", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
    assert desk.read("x.py.md/inside.txt") == TEXT


def test_plain_markdown_and_text_stay_what_the_wrapped_manager_makes_of_them(desk: Desk) -> None:
    desk.write("a.md", "# A\n")
    model = desk.call("get", "a.md", type="file")
    assert (model["type"], model["content"]) == ("file", "# A\n")
    desk.call("save", {"type": "file", "format": "text", "content": "# B\n"}, "a.md")
    assert desk.read("a.md") == "# B\n"


def test_an_ipynb_is_kept_as_before_without_our_metadata(desk: Desk) -> None:
    desk.write("a.py.md")
    desk.save("copy.ipynb", desk.open("a.py.md"))
    stored = json.loads(desk.read("copy.ipynb"))
    assert "moon" not in stored["metadata"]
    assert all("moon" not in cell["metadata"] for cell in stored["cells"])
    assert len(desk.open("copy.ipynb").cells) == 4


# -- saved -------------------------------------------------------------------------------------------


def test_an_untouched_notebook_saves_the_same_bytes(desk: Desk) -> None:
    for name, text in {"a.py.md": TEXT, "b.py.md": TEXT.replace("\n", "\r\n"), "c.py.md": "x"}.items():
        desk.write(name, text)
        desk.save(name, desk.open(name))
        assert desk.read(name) == text


def test_a_save_changes_the_edited_cell_only_and_tells_where_the_cells_are_now(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 1\ny = 2"
    reply = desk.save("a.py.md", notebook)
    now = TEXT.replace("x = 1\n", "x = 1\ny = 2\n")
    assert desk.read("a.py.md") == now
    assert (reply["type"], reply["content"], reply["hash"]) == ("notebook", None, text_hash(now))
    moon = reply["moon"]
    assert (moon["base"], moon["head"], moon["newline"]) == (text_hash(now), 0, "\n")
    assert [cell["line"] for cell in moon["cells"]] == [1, 5, 10, 12]
    assert moon["cells"][1]["hash"] == source_hash("x = 1\ny = 2")
    assert moon["cells"][3]["block"] == 2
    assert temporaries(desk.root) == []


def test_what_a_client_refreshes_from_the_reply_saves_again(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    for source in ("x = 2", "x = 3\n\nx", "x = 4"):
        code_cells(notebook)[0]["source"] = source
        moon = desk.save("a.py.md", notebook)["moon"]
        notebook.metadata.moon.base = moon["base"]
        for cell, place in zip(notebook.cells, moon["cells"], strict=True):
            cell.metadata["moon"] = place
        assert desk.read("a.py.md") == TEXT.replace("x = 1", source)


def test_a_new_empty_cell_is_not_written_and_has_no_place(desk: Desk) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    notebook.cells.append({"cell_type": "code", "source": "", "metadata": {}, "outputs": []})
    assert desk.save("a.py.md", notebook)["moon"]["cells"][-1] is None
    assert desk.read("a.py.md") == TEXT


def test_a_file_save_writes_the_text(desk: Desk) -> None:
    desk.write("a.py.md")
    reply = desk.call("save", {"type": "file", "format": "text", "content": "# B\r\n"}, "a.py.md")
    assert reply["type"] == "file"
    assert desk.read("a.py.md") == "# B\r\n"


def test_a_base64_upload_keeps_its_bytes(desk: Desk) -> None:
    desk.call("save", {"type": "file", "format": "base64", "content": "/wA="}, "a.py.md")
    assert (desk.root / "a.py.md").read_bytes() == b"\xff\0"


def test_an_upload_in_chunks_arrives(desk: Desk) -> None:
    for chunk, content in ((1, "# A\n"), (-1, "# B\n")):
        model = {"type": "file", "format": "text", "content": content, "chunk": chunk}
        desk.call("save", model, "a.py.md")
    assert desk.read("a.py.md") == "# A\n# B\n"


def test_an_ipynb_saved_as_document_keeps_its_cells(desk: Desk) -> None:
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 2,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# T\n", "text"]},
            {"cell_type": "markdown", "metadata": {}, "source": "more"},
            {"cell_type": "code", "metadata": {"tags": ["a"]}, "source": ["1\n", "2"], "outputs": []},
        ],
    }
    desk.save("x.py.md", notebook)
    read = desk.open("x.py.md")
    assert [cell.source for cell in read.cells] == ["# T\ntext", "more", "1\n2"]
    assert read.cells[2].metadata.tags == ["a"]


def test_attachments_go_beside_the_document(desk: Desk) -> None:
    picture = {"pic.png": {"image/png": "iVBORw0KGgo="}}
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![](attachment:pic.png)",
        "attachments": picture,
    }
    desk.save("x.py.md", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    (file,) = (desk.root / "x.files").iterdir()
    assert file.read_bytes() == b"\x89PNG\r\n\x1a\n"
    assert f"x.files/{file.name}" in desk.read("x.py.md")


def test_attachments_are_not_written_through_a_link(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (desk.root / "x.files").symlink_to(tmp_path / "elsewhere")
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![](attachment:pic.png)",
        "attachments": {"pic.png": {"image/png": "iVBORw0KGgo="}},
    }
    desk.refused_save("x.py.md", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (desk.root / "x.py.md").exists()


def test_a_document_behind_a_link_is_replaced_where_it_is(desk: Desk) -> None:
    target = desk.write("folder/real.py.md")
    (desk.root / "a.py.md").symlink_to(target)
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    desk.save("a.py.md", notebook)
    assert (desk.root / "a.py.md").is_symlink()
    assert "x = 2" in target.read_text()


def test_hooks_see_the_notebook_before_and_the_file_after(desk: Desk) -> None:
    seen: list[Any] = []

    def before(model: Any, path: str, contents_manager: Any) -> None:
        seen.append((model["type"], path))
        for cell in code_cells(model["content"]):
            cell["outputs"] = []

    def after(model: Any, os_path: str, contents_manager: Any) -> None:
        seen.append((model["type"], Path(os_path).name))

    desk.manager.register_pre_save_hook(before)
    desk.manager.register_post_save_hook(after)
    desk.write("a.py.md")
    desk.save("a.py.md", desk.open("a.py.md"))
    assert seen == [("notebook", "a.py.md"), ("notebook", "a.py.md")]


def test_the_permissions_of_a_document_stay(desk: Desk) -> None:
    path = desk.write("a.py.md")
    path.chmod(0o640)
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    desk.save("a.py.md", notebook)
    assert path.stat().st_mode & 0o777 == 0o640


# -- new, copied, renamed, deleted -------------------------------------------------------------------


def test_two_new_documents_get_two_names(desk: Desk) -> None:
    first = desk.call("new_untitled", path="", type="notebook", ext=".py.md")
    second = desk.call("new_untitled", path="", type="file", ext="py.md")
    assert (first["path"], second["path"]) == ("untitled.py.md", "untitled1.py.md")
    assert (first["type"], second["type"]) == ("notebook", "notebook")
    cells = desk.open("untitled.py.md").cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [("markdown", "# Untitled"), ("code", "")]


def test_a_name_that_another_process_takes_first_is_not_overwritten(
    default_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_desk.write("untitled.py.md", "# Theirs\n")
    there = default_desk.manager.exists
    late = {"untitled.py.md"}  # it appears between the question and the creation

    def exists(self: Any, path: str) -> bool:
        if path in late:
            late.discard(path)
            return False
        return bool(there(path))

    monkeypatch.setattr(type(default_desk.manager), "exists", exists)
    assert default_desk.call("new_untitled", ext=".py.md")["path"] == "untitled1.py.md"
    assert default_desk.read("untitled.py.md") == "# Theirs\n"


def test_other_new_files_are_the_wrapped_managers(desk: Desk) -> None:
    assert desk.call("new_untitled", type="notebook")["path"] == "Untitled.ipynb"
    assert desk.call("new_untitled", type="file", ext=".md")["path"] == "untitled.md"
    assert desk.call("new_untitled", type="directory")["path"] == "Untitled Folder"


def test_new_without_content_makes_a_document_that_opens(desk: Desk) -> None:
    assert desk.call("new", {"type": "notebook"}, "n.py.md")["type"] == "notebook"
    assert len(desk.open("n.py.md").cells) == 2


def test_a_copy_is_named_before_both_suffixes_and_has_the_bytes(desk: Desk) -> None:
    desk.write("sub/x.py.md", "# A\r\n")
    for expected in ("sub/x-Copy1.py.md", "sub/x-Copy2.py.md"):
        model = desk.call("copy", "sub/x.py.md")
        assert (model["path"], model["type"]) == (expected, "notebook")
        assert desk.read(expected) == "# A\r\n"
    assert desk.call("copy", "sub/x-Copy1.py.md", "")["path"] == "x.py.md"


def test_a_copy_of_what_is_no_text_has_its_bytes(desk: Desk) -> None:
    (desk.root / "x.py.md").write_bytes(b"\xff\x00")
    desk.call("copy", "x.py.md")
    assert (desk.root / "x-Copy1.py.md").read_bytes() == b"\xff\x00"


def test_a_copy_never_lands_on_another_document(desk: Desk) -> None:
    desk.write("x.py.md")
    desk.write("y.py.md", "# mine\n")
    assert desk.refused("copy", "x.py.md", "y.py.md").status_code == 409
    assert desk.read("y.py.md") == "# mine\n"


def test_rename_and_delete_work_and_leave_the_users_files(desk: Desk) -> None:
    desk.write("x.py.md")
    desk.write("x.files/pic.png", "picture")
    desk.call("rename", "x.py.md", "y.py.md")
    assert desk.read("y.py.md") == TEXT
    desk.call("delete", "y.py.md")
    assert not (desk.root / "y.py.md").exists()
    assert desk.read("x.files/pic.png") == "picture"


def test_rename_onto_another_document_is_refused(desk: Desk) -> None:
    desk.write("x.py.md")
    desk.write("y.py.md", "# mine\n")
    assert desk.refused("rename", "x.py.md", "y.py.md").status_code == 409
    assert desk.read("y.py.md") == "# mine\n"


# -- checkpoints -------------------------------------------------------------------------------------


def with_checkpoints(root: Path, kind: str, generic: bool) -> Desk:
    if not generic:
        return Desk(root, kind)
    by_kind = {"sync": GenericFileCheckpoints}
    return Desk(root, kind, checkpoints_class=by_kind.get(kind, AsyncGenericFileCheckpoints))


@pytest.mark.parametrize("generic", [False, True], ids=["file", "generic"])
@pytest.mark.parametrize("kind", ["async", "sync", "jupytext"])
def test_a_checkpoint_gives_the_markdown_bytes_back(tmp_path: Path, kind: str, generic: bool) -> None:
    desk = with_checkpoints(tmp_path / "root", kind, generic)
    if generic:
        desk.manager.checkpoints.root_dir = str(desk.root)
    text = "# A\r\n\r\n~~~py\r\nx\r\n~~~"
    desk.write("a.py.md", text)
    checkpoint = desk.call("create_checkpoint", "a.py.md")
    desk.write("a.py.md", "# B\n")
    assert [entry["id"] for entry in desk.call("list_checkpoints", "a.py.md")] == [checkpoint["id"]]
    desk.call("restore_checkpoint", checkpoint["id"], "a.py.md")
    assert desk.read("a.py.md") == text
    desk.call("delete_checkpoint", checkpoint["id"], "a.py.md")
    assert desk.call("list_checkpoints", "a.py.md") == []
    desk.close()


def test_the_first_save_makes_a_checkpoint(desk: Desk) -> None:
    desk.write("a.py.md")
    desk.save("a.py.md", desk.open("a.py.md"))
    assert len(desk.call("list_checkpoints", "a.py.md")) == 1


def test_a_save_is_good_when_its_checkpoint_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(desk.manager.checkpoints), "create_checkpoint", fail)
    assert desk.save("a.py.md", notebook)["moon"]["base"] == text_hash(desk.read("a.py.md"))


# -- the wrapped manager -----------------------------------------------------------------------------


class Memory(AsyncContentsManager):
    """A manager whose files are no files."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.texts: dict[str, str] = {}

    async def dir_exists(self, path: str) -> bool:
        return path.strip("/") == ""

    async def file_exists(self, path: str) -> bool:
        return path.strip("/") in self.texts

    async def get(self, path: str, content: Any = True, type: Any = None, format: Any = None) -> Any:  # type: ignore[override]
        if path not in self.texts:
            raise HTTPError(404, "no such file")
        text = self.texts[path] if content else None
        keys = ("created", "last_modified", "mimetype", "writable")
        base = dict.fromkeys(keys) | {"name": path, "path": path, "type": type or "file"}
        return base | {"content": text, "format": "text" if content else None}

    async def save(self, model: Any, path: str = "") -> Any:
        assert model["type"] == "file"
        self.texts[path] = model["content"]
        return await self.get(path, content=False)


def memory_desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "root")
    desk.close()
    desk.manager = derived(Memory)(config=desk.manager.config, checkpoints_class=AsyncCheckpoints)
    return desk


def test_a_manager_without_files_is_served_through(tmp_path: Path) -> None:
    desk = memory_desk(tmp_path)
    desk.manager.texts["a.py.md"] = TEXT
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    desk.save("a.py.md", notebook)
    assert desk.manager.texts["a.py.md"] == TEXT.replace("x = 1", "x = 2")
    assert desk.refused_save("a.py.md", notebook).status_code == 409
    assert desk.call("new_untitled", ext=".py.md")["path"] == "untitled.py.md"
    desk.close()


def test_without_atomic_writing_a_document_is_saved_by_the_wrapped_manager(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "root", use_atomic_writing=False)
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    desk.save("a.py.md", notebook)
    assert desk.read("a.py.md") == TEXT.replace("x = 1", "x = 2")
    desk.close()


def test_a_class_that_serves_documents_is_not_wrapped_again() -> None:
    once = derived(AsyncFileContentsManager)
    assert derived(once) is once
