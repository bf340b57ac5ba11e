"""Contents managers to test: each kind that documents are served with, on a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter_ext.managers import KINDS, Desk


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The asynchronous default manager, the synchronous one, and jupytext's."""
    desk = Desk(tmp_path / "root", request.param)
    yield desk
    desk.close()


@pytest.fixture
def default_desk(tmp_path: Path) -> Iterator[Desk]:
    """The manager that a server has by default."""
    desk = Desk(tmp_path / "root")
    yield desk
    desk.close()
