"""A folder to start from: a spec of three sentences and rules that make a Python package of it."""

from __future__ import annotations

import keyword
import os
import re
import secrets
import shutil
import sys
from pathlib import Path

from moonleap.findings import refusal
from moonleap.names import kebab_to_snake
from moonleap.terms import Place

STARTER = Path(__file__).parent / "starter"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def start(folder: str) -> list[str]:
    """Make `folder` with a spec and rules, all of it or nothing; returns the files, relative to it.

    The folder's name becomes the name of the Python package. Raises SpecError ``bad-name`` where it cannot
    be one, and ``folder-exists`` where something is in the way.
    """
    target = Path(os.path.abspath(folder))
    here = Place(folder, 1)
    module = kebab_to_snake(target.name)
    if not folder or not _NAME.fullmatch(target.name) or keyword.iskeyword(module):
        hint = "use small letters, digits and hyphens, as in `word-tally`"
        raise refusal("bad-name", f"`{folder and target.name}` cannot be the name of a package", here, hint)
    if module in sys.stdlib_module_names or module in ("tests", "cli_pkg"):
        message = f"a package `{module}` would hide the module of that name"
        raise refusal("bad-name", message, here, "choose another name")
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise refusal("folder-exists", f"`{folder}` is there already", here, "choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        shutil.copytree(STARTER, made, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        spec = made / "spec.md"
        spec.write_text(spec.read_text("utf-8").replace("NAME", target.name), "utf-8")
        if target.is_dir():
            target.rmdir()
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
