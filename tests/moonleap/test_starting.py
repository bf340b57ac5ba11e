"""The starter: what `moonleap new` makes works, and stays the user's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from moonleap import generate
from moonleap.commands.new import new
from moonleap.findings import SpecError
from moonleap.starting import start


def run_tests(folder: Path) -> str:
    command = [sys.executable, "-m", "unittest"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def test_three_sentences_become_a_package_whose_tests_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(new, ["word-tally"])
    assert result.exit_code == 0, result.output
    made = generate("word-tally")
    assert [found.format() for found in made.diagnostics] == []
    made.write("out")
    assert "Ran 3 tests" in run_tests(tmp_path / "out")
    command = [sys.executable, "-m", "word_tally", "greet", "Ada", "--greeting", "Hi"]
    said = subprocess.run(command, cwd="out", capture_output=True, text=True, check=True).stdout
    assert said == "greet name='Ada', greeting='Hi'\n"


def test_what_the_user_writes_into_a_command_stays_when_the_spec_grows(tmp_path: Path) -> None:
    spec_dir, out = tmp_path / "tally", tmp_path / "out"
    start(str(spec_dir))
    generate(str(spec_dir)).write(out)
    count = out / "tally/commands/count.py"
    count.write_text(count.read_text().replace('return "count "', 'return "counted: "'))
    spec = spec_dir / "spec.md"
    spec.write_text(spec.read_text().replace("a words:flag", "a words:flag and a lines:flag"))
    generate(str(spec_dir)).write(out)
    assert 'return "counted: "' in count.read_text()
    assert "lines: bool" in count.read_text()
    (out / "tests/test_lines.py").write_text(
        "import unittest\nfrom tally.commands import count\n\n"
        "class LinesTest(unittest.TestCase):\n"
        "    def test_lines(self):\n"
        '        self.assertTrue(count("x", False, True).startswith("counted: "))\n'
    )
    assert "Ran 4 tests" in run_tests(out)


@pytest.mark.parametrize("name", ["Tally", "1st", "a b", "class", "json", "tests", "a--b", "cli-pkg"])
def test_a_name_that_cannot_be_a_package_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        start(str(tmp_path / name))
    assert refused.value.code == "bad-name"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SpecError) as refused:
        start("")
    assert refused.value.code == "bad-name"


def test_nothing_that_is_there_is_touched(tmp_path: Path) -> None:
    (tmp_path / "tally").mkdir()
    (tmp_path / "tally" / "mine").write_text("mine")
    with pytest.raises(SpecError) as refused:
        start(str(tmp_path / "tally"))
    assert refused.value.code == "folder-exists"
    assert [path.name for path in (tmp_path / "tally").iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "tally").mkdir()
    assert "spec.md" in start(str(tmp_path / "tally"))
