"""Shared by all tests: nothing of the user's Jupyter is read or written; the order of the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
REAL_DOCUMENTS = ROOT.parent / "shared" / "data" / "real"

JUPYTER_FOLDERS = (
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
)
"""Environment variables that name the user's folders; those of the environment stay found."""


def pytest_configure(config: pytest.Config) -> None:
    """Give Jupyter and IPython folders of their own before anything imports them."""
    folder = tempfile.TemporaryDirectory(prefix="moonlight-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    for name in JUPYTER_FOLDERS:
        os.environ[name] = str(Path(folder.name, name.lower()))
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, the browser last."""
    for item in items:
        if "e2e" in item.path.relative_to(ROOT).parts:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=_rank)


class OneBrowser(LoadScopeScheduling):
    """Work is handed out file by file, in order; all browser tests go to one process.

    (The group marks of xdist 3.8 have no effect with pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if "e2e" in file.split("/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Distribute as `OneBrowser` does."""
    return OneBrowser(config, log)


def _rank(item: pytest.Item) -> int:
    """0 for the shape of the code, 1 for quick tests, 2 for slow ones, 3 for the browser."""
    if item.get_closest_marker("e2e"):
        return 3
    if item.get_closest_marker("slow"):
        return 2
    return 0 if item.path.name in ("test_architecture.py", "test_imports.py") else 1


@pytest.fixture(scope="session")
def real_documents() -> list[Path]:
    """Real Markdown documents, where they are at hand."""
    if not REAL_DOCUMENTS.is_dir():
        pytest.skip("the collection of real documents is not here")
    return sorted(p for p in REAL_DOCUMENTS.iterdir() if p.suffix in (".md", ".Rmd"))
