"""What an import loads: a process that only imports one of our modules, and what it then holds."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ALLOWED: dict[str, set[str]] = {
    "moonlight": {"moonlight"},
    "moonlight.document": {"moonlight"},
    "moonlight.tracking": {"moonlight"},
    "moonlight.cli": {"moonlight", "click", "colorama"},
    "moonleap": {"moonleap"},
    "moonleap.graph": {"moonleap", "moonlight"},
    "moonleap.cli": {"moonleap", "moonlight", "click", "colorama"},
    "moon_spa": {"moon_spa"},
    "moon_spa.compiler": {"moon_spa", "moonlight"},
    "moon_spa.bridge": {"moon_spa", "moonlight"},
    "moon_spa.cli": {"moon_spa", "moonlight", "click", "colorama"},
    "moon_kernel": {"moon_kernel", "moonlight"},
    "jupyter_ext": {"jupyter_ext", "moonlight"},
    "jupyter_ext.lab": {"jupyter_ext", "moonlight", "click", "colorama"},
}
"""Module -> top-level packages, of ours and of others, that importing it may load."""

NEEDLESS = ("asyncio", "http.client", "importlib.metadata", "ssl", "unittest", "xml.dom")
"""Slow parts of the standard library that reading documents has no use for."""

SLOW = ("nbformat", "jupytext", "jsonschema")


@lru_cache(maxsize=32)
def loaded_by(statement: str) -> frozenset[str]:
    """Modules that a fresh interpreter holds after running `statement`."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return frozenset(output.splitlines()[-1].split())


def packages_loaded_by(module: str) -> set[str]:
    """Top-level packages outside the standard library that importing `module` adds."""
    names = loaded_by(f"import {module}") - loaded_by("pass")
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)


@pytest.mark.parametrize("module", ALLOWED)
def test_import_loads_nothing_that_it_does_not_need(module: str) -> None:
    assert packages_loaded_by(module) <= ALLOWED[module]


def test_import_of_the_engine_leaves_slow_parts_of_the_standard_library_alone() -> None:
    assert not loaded_by("import moonlight").intersection(NEEDLESS)


def modules_of(package: str) -> list[str]:
    """All modules of a package but `__main__`, which is a program."""
    folder = Path(__file__).parent.parent / package
    names = [
        ".".join((package, *file.relative_to(folder).with_suffix("").parts))
        for file in sorted(folder.rglob("*.py"))
    ]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


@pytest.mark.parametrize("package", ["moonlight", "moonleap", "moon_kernel"])
def test_no_module_of_kernel_and_engine_loads_the_slow_third_parties(package: str) -> None:
    statement = "import " + ", ".join(modules_of(package))
    assert not loaded_by(statement).intersection(SLOW)


@pytest.mark.parametrize("package", ["moonlight", "moonleap", "moon_spa"])
def test_list_of_commands_loads_none_of_them(package: str) -> None:
    names = loaded_by(f"import {package}.cli as c\ntry: c.cli(['--help'])\nexcept SystemExit: pass")
    assert "click" in names
    assert not {name for name in names if name.startswith(f"{package}.commands.")}
    others = {name.partition(".")[0] for name in names}
    assert not others & {*SLOW, "jupyter_ext", "jupyter_server", "jupyterlab", "IPython", "tornado", "yaml"}


def test_what_is_loaded_is_seen() -> None:
    assert "nbformat" not in loaded_by("pass")
    assert "yaml" in loaded_by("import yaml")
