"""Shared by all tests: nothing of the user's Jupyter is read or written; the order of the tests."""

from __future__ import annotations

import os
import re
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.e2e.server import find_chromium

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

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that asks another machine for something gets nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

BROWSER = re.compile(r"::.*[\[-]chromium[\]-]")
"""What the name of a test in a browser holds."""


def pytest_configure(config: pytest.Config) -> None:
    """Give Jupyter and IPython folders of their own before anything imports them."""
    folder = tempfile.TemporaryDirectory(prefix="moonlight-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    for name in JUPYTER_FOLDERS:
        os.environ[name] = str(Path(folder.name, name.lower()))
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell has begun this in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, the browser last."""
    for item in items:
        if "e2e" in item.path.relative_to(ROOT).parts:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=_rank)


class OneBrowser(LoadScopeScheduling):
    """Work is handed out file by file, in order; all browser tests go to one process.

    Playwright leaves its event loop running there, and names its browser in the names of tests. (The group
    marks of xdist 3.8 have no effect with pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if BROWSER.search(nodeid) or "e2e" in file.split("/") else file


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
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, closed to the network; one for all tests of a process."""
    options = {**browser_type_launch_args, "args": list(CHROMIUM_ARGUMENTS)}
    if path := find_chromium():
        options["executable_path"] = path
    return options


@pytest.fixture(scope="session")
def real_documents() -> list[Path]:
    """Real Markdown documents, where they are at hand."""
    if not REAL_DOCUMENTS.is_dir():
        pytest.skip("the collection of real documents is not here")
    return sorted(p for p in REAL_DOCUMENTS.iterdir() if p.suffix in (".md", ".Rmd"))
