"""Each code of an error or a warning has a case in `cases/errors` and a paragraph in the manual.

A case has files and a fence `console`: a command, then what it says on standard error, then its exit code in
brackets where it is not 0. `MOONLIGHT_GOLD=1` writes the answers of now into the cases; read them in review.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from moonleap.cli import cli
from moonlight import parse
from tests.moonleap.specs import CASES, case_files, write

ROOT = Path(__file__).parents[2]
ERRORS = sorted((CASES / "errors").glob("*.md"))
ELSEWHERE = frozenset(
    {
        *("links-too-deep", "too-many-relations", "too-many-sections"),
        *("busy-output", "cannot-read", "cannot-write", "changed-meanwhile"),
    }
)
"""Codes whose input is too large for a case, or needs two processes or a broken disk; they are in
test_bad_input.py, test_scopes_and_links.py and test_writing_faults.py."""

_CODE = re.compile(r'\b(?:Problem|finding|refusal|report|warn)\(\s*"([a-z-]+)"')


def all_codes() -> set[str]:
    """The codes that the source text of the package gives."""
    files = (ROOT / "moonleap").rglob("*.py")
    return {code for file in files for code in _CODE.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, case_files(path))
    monkeypatch.chdir(tmp_path)
    document = parse(path.read_text(encoding="utf-8"), str(path))
    (console,) = (block for block in document.fences if block.lang == "console")
    command, _, expected = console.text.partition("\n")
    program, *args = shlex.split(command.removeprefix("$ "))
    result = CliRunner().invoke(cli, args, prog_name=program)
    said = result.stderr.replace(f"{tmp_path}{os.sep}", "")
    said += f"[{result.exit_code}]\n" if result.exit_code else ""
    if os.environ.get("MOONLIGHT_GOLD"):
        gold = document.source.text.replace(console.raw, f"```console\n{command}\n{said}```\n")
        path.write_text(gold, encoding="utf-8")
    else:
        assert said == expected


def test_every_code_has_its_case() -> None:
    assert all_codes() - ELSEWHERE == {path.stem for path in ERRORS}


def test_every_code_has_its_paragraph_in_the_manual() -> None:
    manual = (ROOT / "notebooks" / "moonleap_intro.py.md").read_text(encoding="utf-8")
    assert all_codes() == set(re.findall(r"^- \*\*([a-z-]+)\*\*:", manual, re.M))
