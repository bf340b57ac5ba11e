"""The command `moonleap`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moonleap.cli import cli
from tests.moonleap.specs import IMPORTS, SETTINGS, write

SPEC = "# The foo:project {s}\n\n:It /uses the bar:service.\n\n## The [bar:service](bar.md)\n\nold\n"
FILES = {
    "spec.md": SPEC,
    "bar.md": "The bar:service /has an :endpoint.\n",
    "settings.yml": SETTINGS + "  s: []\n  bar: []\n",
    "rules.py": IMPORTS
    + """
class Service(Resource): ...
@create("service")
def create_service(term, block): return Service()
@rule("service", has, "endpoint")
def has_endpoint(service, endpoint):
    print("a rule may print")
    return [create_forward(endpoint, "in", service)]
@rule("project", uses, "service")
def project_uses(project, service): ...
@rule("endpoint", "in", "service")
def endpoint_in(endpoint, service): ...
""",
}


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args, prog_name="moonleap")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "foo", FILES)


def test_graph_prints_one_json_document_of_the_agreed_shape(folder: Path) -> None:
    result = run("graph", "foo", "--json")
    assert (result.exit_code, result.stderr) == (0, "a rule may print\n")
    assert json.loads(result.stdout) == {
        "blocks": [
            {
                "title": "The foo:project",
                "level": 1,
                "scopes": ["default", "s"],
                "line": 1,
                "path": "foo/spec.md",
            },
            {
                "title": "The bar:service",
                "level": 2,
                "scopes": ["default", "bar"],
                "line": 5,
                "path": "foo/spec.md",
            },
        ],
        "resources": [
            {
                "term": "foo:project",
                "described_by": "The foo:project",
                "kind": "Resource",
                "line": 1,
                "path": "foo/spec.md",
            },
            {
                "term": "bar:service",
                "described_by": "The bar:service",
                "kind": "Service",
                "line": 5,
                "path": "foo/spec.md",
            },
            {
                "term": ":endpoint",
                "described_by": "The bar:service",
                "kind": "Resource",
                "line": 1,
                "path": "foo/bar.md",
            },
        ],
        "relations": [
            {
                "subject": "foo:project",
                "subject_block": "The foo:project",
                "verb": "uses",
                "object": "bar:service",
                "object_block": "The bar:service",
                "origin": "foo/spec.md:3",
            },
            {
                "subject": "bar:service",
                "subject_block": "The bar:service",
                "verb": "has",
                "object": ":endpoint",
                "object_block": "The bar:service",
                "origin": "foo/bar.md:1",
            },
            {
                "subject": ":endpoint",
                "subject_block": "The bar:service",
                "verb": "in",
                "object": "bar:service",
                "object_block": "The bar:service",
                "origin": "rules.has_endpoint",
            },
        ],
        "fired": [
            {"rule": "rules.project_uses", "subject": "foo:project", "object": "bar:service"},
            {"rule": "rules.has_endpoint", "subject": "bar:service", "object": ":endpoint"},
            {"rule": "rules.endpoint_in", "subject": ":endpoint", "object": "bar:service"},
        ],
        "diagnostics": [],
    }


def test_graph_prints_blocks_with_what_they_describe(folder: Path) -> None:
    assert run("graph", "foo").stdout == (
        "The foo:project  {default, s}  (foo/spec.md:1)\n"
        "  - foo:project\n"
        "      /uses bar:service  (foo/spec.md:3)\n"
        "  The bar:service  {default, bar}  (foo/spec.md:5)\n"
        "    - bar:service  Service\n"
        "        /has :endpoint  (foo/bar.md:1)\n"
        "    - :endpoint\n"
        "        /in bar:service  (rules.has_endpoint)\n"
    )


def test_expand_prints_the_spec_with_all_links_followed(folder: Path) -> None:
    assert run("expand", "foo").stdout == (
        "# The foo:project {s}\n\n:It /uses the bar:service.\n\n"
        "## The bar:service {bar}\n\nThe bar:service /has an :endpoint.\n"
    )


def test_errors_end_with_1_and_are_in_the_json_too(folder: Path) -> None:
    write(folder, {"settings.yml": "packages_by_scope: [a]\n"})
    assert run("graph", "foo").exit_code == 1
    result = run("graph", "foo", "--json")
    (found,) = json.loads(result.stdout)["diagnostics"]
    assert (result.exit_code, found["code"], found["severity"], found["path"], found["line"]) == (
        *(1, "bad-settings", "error", "foo/settings.yml"),
        1,
    )
    assert set(found) == {"code", "message", "severity", "path", "line", "end_line", "column", "hint"}


def test_expand_of_a_folder_without_spec_ends_with_1(tmp_path: Path) -> None:
    result = run("expand", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "spec.md:1: error: no such file" in result.stderr


def test_expand_prints_what_it_can_and_tells_missing_links(folder: Path) -> None:
    (folder / "bar.md").unlink()
    result = run("expand", "foo")
    assert result.exit_code == 1
    assert "## The bar:service {bar}" in result.stdout
    assert "bar.md` is not there" in result.stderr


def test_wrong_command_line_ends_with_2() -> None:
    assert run("graph").exit_code == run("grph", ".").exit_code == run("graph", ".", "--no").exit_code == 2


def test_strict_makes_unused_relations_errors(folder: Path) -> None:
    write(folder, {"bar.md": "The bar:service /hase an :endpoint.\n"})
    assert run("graph", "foo").exit_code == 0
    result = run("graph", "foo", "--strict")
    assert result.exit_code == 1
    assert "did you mean `/has`?" in result.stderr


def test_module_is_the_command(folder: Path) -> None:
    command = [sys.executable, "-m", "moonleap", "graph", "foo"]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder.parent)
    assert time.perf_counter() - start < 10
    assert done.stdout == run("graph", "foo").stdout


def test_graph_draws_and_prints_json_at_once(folder: Path) -> None:
    result = run("graph", str(folder), "--json", "--svg", str(folder / "g.svg"))
    assert json.loads(result.stdout)["blocks"]
    assert (folder / "g.svg").read_text().startswith("<svg")
    assert run("graph", str(folder), "--json", "--svg", "-").exit_code == 2


def test_files_that_the_system_refuses_are_named_without_a_traceback(folder: Path) -> None:
    spec = f"{folder}/spec.md"
    for args, told in (
        (["graph", str(folder), "--svg", "no/x.svg"], "no/x.svg:1: error: No such file or directory\n"),
        (["new", f"{spec}/x"], f"{spec}:1: error: File exists\n"),
    ):
        result = run(*args)
        assert (result.exit_code, result.stderr.splitlines(keepends=True)[-1]) == (1, told)


def test_control_characters_of_a_spec_do_not_reach_the_terminal(folder: Path) -> None:
    write(folder, {"spec.md": "# A\n\nThe a:\x1b[31m /has b:c and q\x9bz:w.\n"})
    result = run("graph", str(folder))
    assert "a:\ufffd[31m" in result.stdout
    assert not {"\x1b", "\x9b"} & {*result.stdout, *result.stderr}
