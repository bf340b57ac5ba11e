"""Cases: a Markdown file in `cases/` with a console has a title, files, and what a command says about them.

A fence with `file=NAME` is a file (`hex`: its bytes, `size`: as many blanks). The fence `console` has the
command after `$ `, then what stands on standard error, then the exit code in brackets where it is not 0.
`MOONLIGHT_GOLD=1` writes the answers of now into the cases; read them in review.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from moonlight import parse
from moonlight.cli import cli
from moonlight.document import Block

CASES = sorted(
    path
    for path in (Path(__file__).parent / "cases").glob("*.md")
    if "```console\n$ " in path.read_text("utf-8")
)
CODES = (
    *("front-matter", "unknown-policy", "quoted-block", "ambiguous-fence", "unclosed-fence", "cell-metadata"),
    *("not-a-file", "too-large", "not-utf8", "not-encodable", "not-a-notebook", "not-python"),
    *("not-representable", "file-exists"),
)


def content(block: Block) -> bytes:
    """Bytes of the file that a fence describes."""
    if block.lang == "hex":
        return bytes.fromhex(block.text)
    if block.lang == "size":
        return b" " * int(block.text)
    return block.text.encode()


def answer(command: str) -> str:
    """What a command says on standard error, and its exit code."""
    program, *args = shlex.split(command)
    assert program == "moonlight"
    result = CliRunner().invoke(cli, args, prog_name=program)
    code = f"[{result.exit_code}]\n" if result.exit_code else ""
    return result.stderr + code


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = parse(path.read_text(encoding="utf-8"), str(path))
    monkeypatch.chdir(tmp_path)
    for block in document.fences:
        if "file" in block.options:
            Path(str(block.options["file"])).write_bytes(content(block))
    (console,) = (block for block in document.fences if block.lang == "console")
    first, _, expected = console.text.partition("\n")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    said = answer(first.removeprefix("$ "))
    if os.environ.get("MOONLIGHT_GOLD"):
        gold = document.source.text.replace(console.raw, f"```console\n{first}\n{said}```\n")
        path.write_text(gold, encoding="utf-8")
    else:
        assert said == expected
    assert before == {file.name: file.read_bytes() for file in tmp_path.iterdir()}


def test_every_code_has_its_case() -> None:
    assert set(CODES) <= {path.stem for path in CASES}
