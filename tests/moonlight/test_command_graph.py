"""The command `graph`: terminal, JSON, SVG, and what is stale."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from moonlight.commands.graph import graph
from tests.moonlight.conftest import Write


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(graph, list(map(str, arguments)))


def test_graph_is_drawn_in_the_terminal(write: Write) -> None:
    result = invoke(write("x = 1", "y = x"))
    assert result.exit_code == 0
    assert "2  line 11    writes y\n    ← 1: x\n" in result.stdout


def test_stale_blocks_are_marked(write: Write) -> None:
    rows = invoke(write("x = 1", "y = x", "z = 1"), "--stale", "1").stdout.splitlines()
    assert [row[0] for row in rows[1:] if "line" in row] == ["*", "*", " "]


def test_json_has_blocks_edges_stale_and_diagnostics(write: Write) -> None:
    data = json.loads(
        invoke(write("xs = later", "xs.append(1)", "later = 1"), "--json", "--stale", "1").stdout
    )
    assert list(data) == ["path", "blocks", "edges", "stale", "diagnostics"]
    assert data["blocks"][1] == {
        "index": 2,
        "line": 11,
        "reads": ["xs"],
        "writes": [],
        "may_change": ["xs"],
        "opaque": "",
    }
    assert data["edges"] == [{"source": 1, "target": 2, "name": "xs", "may": False}]
    assert data["stale"] == [1, 2]
    assert [one["code"] for one in data["diagnostics"]] == ["order"]


def test_order_problem_is_a_warning_and_no_failure(write: Write) -> None:
    result = invoke(write("y = df", "df = 1"))
    assert result.exit_code == 0
    assert "doc.py.md:5: warning: block 1 reads `df`, which only block 2 writes" in result.stderr


def test_svg_goes_to_a_file_or_to_the_output(write: Write, tmp_path: Path) -> None:
    path = write("x = 1", "x")
    assert invoke(path, "--svg", "-").stdout.startswith("<svg ")
    assert invoke(path, "--svg", tmp_path / "g.svg").stdout == ""
    assert (tmp_path / "g.svg").read_text().endswith("</svg>\n")


def test_wrong_numbers_are_wrong_usage(write: Write) -> None:
    assert invoke(write("x = 1"), "--stale", "one").exit_code == 2
