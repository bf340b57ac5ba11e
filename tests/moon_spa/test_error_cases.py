"""Each code of a refused component has a case in `cases/errors`.

A case has a file and a fence `console`: a command, then what it says on standard error, then its exit code in
brackets where it is not 0. `MOONLIGHT_GOLD=1` writes the answers of now into the cases; read them in review.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from moon_spa.cli import cli
from moonlight import parse

ROOT = Path(__file__).parents[2]
ERRORS = sorted((Path(__file__).parent / "cases" / "errors").glob("*.md"))
FRONT_END = (
    *("bindings", "compiler", "findings", "loading", "lostchanges", "operations", "placing", "results"),
    *("scope", "sections", "setup", "source", "undeclared"),
)
ELSEWHERE = frozenset(
    {
        "too-slow",
        "too-busy",
        "name-clash",
        "int-or-float",
        "bad-result",
        "lost-change",
        "first-value",
        "undeclared",
        "prop-changed",
        "unused-operation",
    }
)
"""A deadline of seconds, in test_scope.py, and warnings, in test_sections.py and elsewhere."""

_CODE = re.compile(r'\b(?:finding|refusal)\(\s*"([a-z-]+)"')


def all_codes() -> set[str]:
    """The codes that the source text of the front end gives."""
    texts = ((ROOT / "moon_spa" / f"{name}.py").read_text(encoding="utf-8") for name in FRONT_END)
    return {code for text in texts for code in _CODE.findall(text)}


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = parse(path.read_text(encoding="utf-8"), str(path))
    for block in document.fences:
        if "file" in block.options:
            (tmp_path / str(block.options["file"])).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (console,) = (block for block in document.fences if block.lang == "console")
    command, _, expected = console.text.partition("\n")
    program, *args = shlex.split(command.removeprefix("$ "))
    result = CliRunner().invoke(cli, args, prog_name=program)
    said = result.stderr + (f"[{result.exit_code}]\n" if result.exit_code else "")
    if os.environ.get("MOONLIGHT_GOLD"):
        gold = document.source.text.replace(console.raw, f"```console\n{command}\n{said}```\n")
        path.write_text(gold, encoding="utf-8")
    else:
        assert said == expected
        assert result.exit_code == 1


def test_every_code_has_its_case() -> None:
    assert all_codes() - ELSEWHERE == {path.stem for path in ERRORS}
