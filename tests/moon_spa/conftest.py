"""Fixtures of the compiler's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.moon_spa.node import Node


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One Node process for all tests."""
    process = Node()
    yield process
    process.close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, closed to the network."""
    closed = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    options = {**browser_type_launch_args, "args": closed}
    if path := next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None):
        options["executable_path"] = path
    return options
