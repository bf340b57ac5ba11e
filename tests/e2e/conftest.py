"""Fixtures of the browser tests: one JupyterLab for all, a fresh page and folder for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e import driver
from tests.e2e.server import Lab, running_lab


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A window of a size at which Lab shows its side bar and some twenty cells."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab that the tests share."""
    home, root = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("root")
    with running_lab(home, root) as server:
        yield server


@pytest.fixture
def page(context: BrowserContext, lab: Lab) -> Iterator[Page]:
    """An empty page; at the end unsaved edits are forgotten and kernels ended."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    driver.leave(page)
    page.close()


@pytest.fixture
def folder(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A folder of this test below the one that is served."""
    path = lab.root / re.sub(r"\W+", "-", request.node.name)[:80]
    path.mkdir()
    return path


@pytest.fixture
def document(lab: Lab, folder: Path) -> Callable[[str, str], str]:
    """`document(name, text)` writes a file into the test's folder and gives its server path."""

    def write(name: str, text: str) -> str:
        file = folder / name
        file.write_bytes(text.encode())
        return file.relative_to(lab.root).as_posix()

    return write
