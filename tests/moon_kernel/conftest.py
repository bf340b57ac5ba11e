"""A kernel per test module; a document per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moon_kernel.client import Client


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(tmp_path_factory.mktemp("kernel"))
    yield client
    client.close()


@pytest.fixture
def kernel(process: Client) -> Client:
    """The module's kernel, without what earlier tests defined."""
    process.path.unlink(missing_ok=True)
    process.run("%reset -f")
    return process
