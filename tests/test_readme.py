"""The README keeps its word: its example runs as printed, its commands, targets and files exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click import Context

from moonlight.cli import cli
from moonlight.commandline import CommandTable

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def fences(info: str) -> list[str]:
    """Contents of the README's fences of one language, the longer fences with what they hold."""
    found = re.findall(r"^(`{3,})(\w+)\n(.*?)^\1$", TEXT, re.M | re.S)
    return [body for _, language, body in found if language == info]


def sessions() -> list[tuple[str, str]]:
    """Commands of the console fences, and the output that is printed below each."""
    parts = [part for body in fences("console") for part in re.split(r"^\$ ", body, flags=re.M) if part]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def commands() -> set[str]:
    assert isinstance(cli, CommandTable)
    return set(cli.list_commands(Context(cli)))


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A folder with the document of the README."""
    (document,) = fences("markdown")
    (name,) = re.findall(r"Save this as `([\w.]+)`", TEXT)
    (tmp_path / name).write_text(document)
    return tmp_path


@pytest.mark.parametrize(("command", "output"), [pair for pair in sessions() if pair[1]])
def test_example_prints_what_the_readme_shows(command: str, output: str, example: Path) -> None:
    words = shlex.split(command)
    words = ["-m", *words] if words[0] == "moonlight" else words[1:]
    done = subprocess.run([sys.executable, *words], check=False, cwd=example, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == (output, "", 0)


def test_readme_shows_a_session_for_each_use() -> None:
    assert len([output for _, output in sessions() if output]) == 2


def test_readme_names_every_command_and_no_other() -> None:
    assert set(re.findall(r"`moonlight (\w+)", TEXT)) == commands()


def test_readme_names_targets_that_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    prose = re.sub(r"^(`{3,}).*?^\1$", "", TEXT, flags=re.M | re.S)
    named = set(re.findall(r"\bmake (\w+)", "\n".join([*fences("sh"), *re.findall(r"`([^`]+)`", prose)])))
    assert {"lab", "test"} <= named <= targets


def test_links_lead_to_files_that_exist() -> None:
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", TEXT) if not t.startswith("http")]
    assert "docs/screenshot.png" in targets
    assert not [target for target in targets if not (ROOT / target).is_file()]


def test_readme_says_what_it_is_in_ten_lines() -> None:
    introduction = TEXT.partition("\n")[2].partition("![")[0]
    assert len([line for line in introduction.splitlines() if line]) <= 10


def test_readme_and_packaging_ask_for_the_same_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = project["requires-python"].removeprefix(">=")
    assert f"Python {version} or newer" in TEXT
    assert f"Python before {version}" in TEXT


def test_changelog_begins_with_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (newest, *_) = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest == project["version"]
