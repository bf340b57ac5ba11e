"""Fixtures of the compiler's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moon_spa.node import Node


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One Node process for all tests."""
    process = Node()
    yield process
    process.close()
