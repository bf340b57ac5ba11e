"""Documents in temporary folders, the command line as a process of its own, the import hook for a test."""

from __future__ import annotations

import importlib
import linecache
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from moonlight.importer import install_hook, uninstall_hook

Write = Callable[..., Path]
Process = subprocess.CompletedProcess[str]
Run = Callable[..., Process]
ROOT = Path(__file__).parent.parent.parent


def text_of(*blocks: str) -> str:
    """A document with a heading, and each block in a fence below a line of prose."""
    return "# Title\n" + "".join(f"\nProse.\n\n```python\n{block.rstrip()}\n```\n" for block in blocks)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a document of these blocks; block 1's code begins on line 6."""

    def written(*blocks: str, name: str = "doc.py.md", raw: str | None = None) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((text_of(*blocks) if raw is None else raw).encode())
        return path

    return written


@pytest.fixture
def python(tmp_path: Path) -> Run:
    """Run this Python in the temporary folder."""

    def run(
        *arguments: object,
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        stdin: str = "",
    ) -> Process:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        command = [*prefix, sys.executable, *map(str, arguments)]
        return subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=60,
        )

    return run


@pytest.fixture
def moonlight(python: Run) -> Run:
    """Run the command line as a process."""

    def run(*arguments: object, **options: object) -> Process:
        return python("-m", "moonlight", *arguments, **options)

    return run


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Documents in the temporary folder can be imported; modules from there are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    install_hook()
    importlib.invalidate_caches()
    yield
    uninstall_hook()
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None) or ""
        if origin.startswith(str(tmp_path)) or origin == "":
            del sys.modules[name]
    for path in [path for path in linecache.cache if path.startswith(str(tmp_path))]:
        del linecache.cache[path]
