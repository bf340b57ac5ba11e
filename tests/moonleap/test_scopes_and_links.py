"""Scopes, links, settings (MOONLEAP.md, "Scopes and links")."""

from __future__ import annotations

from pathlib import Path

import pytest

from moonleap.graph import Graph
from moonleap.specfile import read_spec, read_spec_text
from tests.moonleap.specs import codes, described, errors, graph_of, relations, write

ITEM = """\
from moonleap import Resource, create
class {0}(Resource): ...
@create('item')
def f(term): return {0}()
"""


def scopes(graph: Graph) -> dict[str, tuple[str, ...]]:
    return {block.title: block.scopes for block in graph.blocks}


@pytest.mark.parametrize("title", ["A {s, t} b", "A b {s,t}", "{s} A b {t}"])
def test_braces_give_scopes_to_their_own_heading_only(title: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, f"# {title}\n\n## C\n")
    assert scopes(graph) == {"A b": ("default", "s", "t"), "C": ("default",)}


def test_stem_of_a_linked_file_is_a_scope_of_all_that_comes_from_it(tmp_path: Path) -> None:
    files = {
        "one.md": "body\n\n# One\n\n## [Two](sub/two.md)\n",
        "sub/two.md": "# Deep\n\n## [Three](three.md)\n",
        "sub/three.md": "text of three\n",
    }
    graph = graph_of(tmp_path, "# Top\n\n## [Link](./one.md)\n\nold\n\n### Child\n", files=files)
    assert scopes(graph) == {
        "Top": ("default",),
        "Link": ("default", "one"),
        "One": ("default", "one"),
        "Two": ("default", "one", "two"),
        "Deep": ("default", "one", "two"),
        "Three": ("default", "one", "two", "three"),
        "Child": ("default",),
    }


def test_default_needs_no_declaration_other_scopes_do(tmp_path: Path) -> None:
    settings = {"settings.yml": "packages_by_scope:\n  backend: []\n"}
    assert errors(graph_of(tmp_path, "# A {backend}\n", files=settings)) == []
    graph = graph_of(tmp_path, "# A {backnd}\n", files=settings)
    assert errors(graph) == ["unknown-scope"]
    assert "backnd" in graph.diagnostics[0].message
    assert graph.diagnostics[0].hint == "did you mean `backend`?"


def test_linked_heading_keeps_its_children_and_loses_its_own_text(tmp_path: Path) -> None:
    files = {"one.md": "the new:text\n", "settings.yml": "packages_by_scope: {one: []}\n"}
    graph = graph_of(tmp_path, "# [Link](one.md)\n\nthe old:text\n\n## Child\n\nthe kept:text\n", files=files)
    assert described(graph) == {("new:text", "Link"), ("kept:text", "Child")}


def test_headings_of_a_linked_file_are_shifted_by_the_level_of_the_link(tmp_path: Path) -> None:
    deep = "## Two\n\n###### Six\n"
    graph = graph_of(tmp_path, "# Top\n\n## [Link](one.md)\n\n## Next\n", files={"one.md": deep})
    assert [block.level for block in graph.blocks] == [1, 2, 4, 8, 2]
    assert graph.blocks[3].parent is graph.blocks[2]


def test_titles_drop_scopes_links_and_marks(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The *new* [a `b`](one.md) {s}\n", files={"one.md": ""})
    assert graph.to_json()["blocks"][0]["title"] == "The new a b"


def test_links_are_relative_to_the_file_that_holds_them(tmp_path: Path) -> None:
    files = {"sub/a.md": "[x](b.md) is text here\n\n# [B](./b.md)\n", "sub/b.md": "the a:b\n"}
    files["settings.yml"] = "packages_by_scope: {a: [], b: []}\n"
    graph = graph_of(tmp_path, "# [A](sub/a.md)\n", files=files)
    assert described(graph) == {("a:b", "B")}
    assert graph.to_json()["resources"][0]["path"].endswith("b.md")


def test_every_line_keeps_its_place_through_links(tmp_path: Path) -> None:
    files = {"one.md": "\n\nword\nthe a:b\n\n# One\n", "settings.yml": "packages_by_scope: {one: []}\n"}
    graph = graph_of(tmp_path, "# [A](one.md)\n", files=files)
    assert [(b.line, Path(b.path).name) for b in graph.blocks] == [(1, "spec.md"), (6, "one.md")]
    assert graph.to_json()["resources"][0]["line"] == 4


def test_cycle_of_links_is_an_error_that_shows_the_chain(tmp_path: Path) -> None:
    files = {"a.md": "# [B](b.md)\n", "b.md": "# [A](a.md)\n"}
    graph = graph_of(tmp_path, "# [A](a.md)\n", files=files)
    cycles = [found for found in graph.diagnostics if found.code == "link-cycle"]
    assert "a.md -> b.md -> a.md" in cycles[0].message
    assert cycles[0].span.path.endswith("b.md")


def test_missing_linked_file_names_link_file_and_line(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n## [B](bar-servce.md)\n", files={"bar-service.md": ""})
    missing = graph.diagnostics[0]
    assert (missing.code, missing.span.line) == ("missing-link", 3)
    assert "bar-servce.md" in missing.message
    assert missing.hint == "did you mean `bar-service.md`?"


def test_link_to_another_place_is_no_link(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# [A](https://example.org/a.md) [b](#there)\n")
    assert (scopes(graph), codes(graph)) == ({"A b": ("default",)}, [])


def test_creation_rules_come_from_the_describing_block(tmp_path: Path) -> None:
    files = {
        "settings.yml": "packages_by_scope:\n  one: [one]\n  two: [two]\n",
        **{f"{name}.py": ITEM.format(name.title()) for name in ("one", "two")},
    }
    spec = "# A {two}\n\nhas a:item and b:item\n\n## The a:item {one}\n\nand the b:item\n"
    entries = graph_of(tmp_path, spec, files=files).to_json()["resources"]
    assert {entry["term"]: entry["kind"] for entry in entries} == {"a:item": "One", "b:item": "Two"}


def test_relation_rules_come_from_the_block_that_states_the_relation(tmp_path: Path) -> None:
    rule = "from moonleap import rule\n@rule('a', 'has', 'b')\ndef {0}(a, b): ...\n"
    files = {
        "settings.yml": "packages_by_scope:\n  one: [one]\n  two: [two]\n",
        **{f"{name}.py": rule.format(name) for name in ("one", "two")},
    }
    spec = "# T {one}\n\n1:a /has 1:b.\n\n## U {two}\n\n1:a /has 2:b.\n"
    fired = graph_of(tmp_path, spec, files=files).to_json()["fired"]
    assert [(f["rule"], f["object"]) for f in fired] == [("one.one", "1:b"), ("two.two", "2:b")]


def test_package_of_two_scopes_of_one_block_is_used_once(tmp_path: Path) -> None:
    files = {
        "settings.yml": "packages_by_scope:\n  default: [one]\n  s: [one]\n",
        "one.py": "from moonleap import rule\n@rule('a', 'has', 'b')\ndef f(a, b): ...\n",
    }
    assert len(graph_of(tmp_path, "# T {s}\n\n1:a /has 1:b.\n", files=files).fired) == 1


def test_graph_of_the_expanded_spec_is_the_graph_of_the_spec(tmp_path: Path) -> None:
    files = {
        "one.md": "The *a:b* /has (c:d /has e:f).\n\n```\ncode:x\n```\n\n# The g:h {s}\n\n:It /uses i:j.\n",
        "settings.yml": "packages_by_scope: {one: [], s: []}\n",
    }
    graph = graph_of(tmp_path, "Top\n===\n\n## [Link](one.md)\n\ntext\n\n### Next\n\nk:l\n", files=files)
    again = graph_of(tmp_path / "again", graph.spec.expanded(), files={"settings.yml": files["settings.yml"]})
    assert relations(graph) == relations(again) != []
    assert described(graph) == described(again)
    assert scopes(graph) == scopes(again)
    assert again.spec.expanded() == graph.spec.expanded()


def test_files_that_link_one_another_many_times_stay_finite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moonleap.specfile.MAX_SECTIONS", 3000)
    files = {f"{i}.md": f"# [A]({i + 1}.md)\n\n# [B]({i + 1}.md)\n" * 2 for i in range(30)}
    graph = graph_of(tmp_path, "# [A](0.md)\n", files=files)
    assert errors(graph) == ["too-many-sections"]


def test_crlf_and_bom_change_nothing(tmp_path: Path) -> None:
    text = "# The a:b\n\n:It /has c:d.\n"
    write(tmp_path, {"spec.md": "\ufeff" + text.replace("\n", "\r\n")})
    assert read_spec(str(tmp_path)).expanded() == read_spec_text(text, "spec.md").expanded()


def test_front_matter_is_not_read_and_lines_stay(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "---\ntitle: a:b\n---\n\n# The c:d\n")
    assert (codes(graph), described(graph)) == ([], {("c:d", "The c:d")})
    assert graph.blocks[0].line == 5
