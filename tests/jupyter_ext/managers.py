"""A contents manager on a folder, with the few calls that tests make."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager, LargeFileManager
from tornado.web import HTTPError
from traitlets.config import Config

from jupyter_ext.contents import derived

KINDS = ("async", "sync", "jupytext")

TEXT = "# Title\n\nSome prose.\n\n```python\nx = 1\n```\n\n- item\n\n~~~py\nprint(x)\n~~~\n"

HTML = {"output_type": "display_data", "data": {"text/html": "<b>hi</b>"}, "metadata": {}}
STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n"}


def base_of(kind: str) -> type:
    if kind != "jupytext":
        return {"async": AsyncLargeFileManager, "sync": LargeFileManager}[kind]
    from jupytext.async_contentsmanager import build_async_jupytext_contents_manager_class

    built: type = build_async_jupytext_contents_manager_class(AsyncLargeFileManager)
    return built


class Desk:
    """A served folder: `get`, `save` and the rest without `await`."""

    def __init__(self, root: Path, kind: str = "async", **options: Any) -> None:
        root.mkdir(exist_ok=True)
        self.root = root
        notary = {"db_file": ":memory:", "secret": b"secret", "data_dir": str(root.parent)}
        config = Config({"NotebookNotary": notary, "FileContentsManager": {"delete_to_trash": False}})
        self.manager: Any = derived(base_of(kind))(root_dir=str(root), config=config, **options)

    def close(self) -> None:
        self.manager.notary.close()

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        result = getattr(self.manager, name)(*args, **kwargs)
        if not inspect.isawaitable(result):
            return result

        async def wait() -> Any:
            return await result

        return asyncio.run(wait())

    def write(self, name: str, text: str = TEXT) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def open(self, name: str) -> Any:
        """A notebook as a client has it."""
        return self.call("get", name)["content"]

    def save(self, name: str, notebook: Any) -> Any:
        model = {"type": "notebook", "format": "json", "content": copy.deepcopy(notebook)}
        return self.call("save", model, name)

    def attempt(self, name: str, *args: Any, **kwargs: Any) -> HTTPError | None:
        """The refusal of a call, None where it was good. A refusal is 4xx, one line, no host path."""
        try:
            self.call(name, *args, **kwargs)
        except HTTPError as error:
            if not 400 <= error.status_code < 500:
                raise
            if str(self.root) in str(error) or "\n" in str(error.log_message):
                raise AssertionError("not a message for users") from error
            return error
        return None

    def refused(self, name: str, *args: Any, **kwargs: Any) -> HTTPError:
        """The refusal of a call that has to be refused."""
        error = self.attempt(name, *args, **kwargs)
        assert error is not None
        return error

    def attempt_save(self, name: str, notebook: Any) -> HTTPError | None:
        model = {"type": "notebook", "format": "json", "content": notebook}
        return self.attempt("save", json.loads(json.dumps(model)), name)

    def refused_save(self, name: str, notebook: Any) -> HTTPError:
        return self.refused("save", {"type": "notebook", "format": "json", "content": notebook}, name)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def temporaries(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.name.startswith(".~")]
