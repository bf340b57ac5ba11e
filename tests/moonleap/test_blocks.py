"""Blocks: which of them compete, and which describes a term (MOONLEAP.md, "Blocks")."""

from __future__ import annotations

from pathlib import Path

from tests.moonleap.specs import codes, described, errors, graph_of, terms


def test_parent_is_the_nearest_earlier_heading_of_a_smaller_level(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n### B\n\n## C\n\n#### D\n\nE\n=\n\nF\n-\n")
    parents = [block.parent.title if block.parent else None for block in graph.blocks]
    assert parents == [None, "A", "A", "C", None, "E"]


def test_text_before_the_first_heading_is_an_error_with_its_line(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "\n<!-- fine -->\n\ntext\n\n# T\n")
    assert errors(graph) == ["text-before-heading"]
    assert graph.diagnostics[0].span.line == 4


def test_two_level_1_headings_do_not_compete(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\nthe a:b\n\n# The a:b\n\ntext\n")
    assert described(graph) == {("a:b", "A"), ("a:b", "The a:b")}


def test_every_term_becomes_a_resource_but_wildcards(tmp_path: Path) -> None:
    assert terms(graph_of(tmp_path, "# The a:x\n\nthe c:d, x:e and x+f:g\n")) == ["c:d"]


def test_mention_is_in_the_block_itself_not_in_its_children(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n## B\n\nthe a:b\n\n## C\n\nthe a:b\n")
    assert described(graph) == {("a:b", "B"), ("a:b", "C")}


def test_term_without_creation_rule_is_a_plain_resource(tmp_path: Path) -> None:
    rules = "@create('item')\ndef f(term): return Resource()\n"
    graph = graph_of(tmp_path, "# The a:view\n", rules)
    assert graph.to_json()["resources"][0]["kind"] == "Resource"
    assert "no-creation-rule" not in codes(graph)
    assert "no-creation-rule" in codes(graph_of(tmp_path, "# The a:view\n", rules, strict=True))


def test_title_describes_a_term_also_for_the_parent(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\nthe a:b\n\n## The a:b\n\n### Deep\n\nthe a:b\n")
    assert described(graph) == {("a:b", "The a:b")}


def test_highest_ancestor_that_mentions_a_term_describes_it(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\nthe a:b\n\n## B\n\nthe a:b\n\n### C\n\nthe a:b\n")
    assert described(graph) == {("a:b", "A")}


def test_two_describing_titles_are_an_error_that_names_both(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n## The a:b\n\n## More of a:b\n")
    (found,) = graph.diagnostics
    assert found.code == "described-twice"
    assert "The a:b" in found.message
    assert "More of a:b" in found.message
    assert "spec.md:3" in found.message
    assert "spec.md:5" in found.message


def test_literal_title_beats_a_wildcard(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a:x\n\nthe a:b\n\n## The a:b\n\ntext\n")
    assert described(graph) == {("a:b", "The a:b")}


def test_of_several_wildcards_the_ancestors_wins(tmp_path: Path) -> None:
    spec = "# The foo:x\n\nhas foo:bar\n\n## The x:bar\n\nhas foo:bar\n"
    assert described(graph_of(tmp_path, spec)) == {("foo:bar", "The foo:x")}


def test_unrelated_wildcards_are_an_error(tmp_path: Path) -> None:
    spec = "# A\n\n## The foo:x\n\nhas foo:bar\n\n## The x:bar\n\nhas foo:bar\n"
    assert errors(graph_of(tmp_path, spec)) == ["described-twice"]


def test_wildcard_describes_only_what_its_own_body_mentions(tmp_path: Path) -> None:
    spec = "# The foo:x\n\nnothing\n\n## The x:bar\n\nhas foo:bar\n"
    assert described(graph_of(tmp_path, spec)) == {("foo:bar", "The x:bar")}


def test_wildcard_of_tags_matches_too(tmp_path: Path) -> None:
    spec = "# A\n\nhas profile:screen\n\n## The profile:x\n\nhas profile:screen and main+profile:view\n"
    title = "The profile:x"
    assert described(graph_of(tmp_path, spec)) == {("profile:screen", title), ("main+profile:view", title)}


def test_answer_of_the_ancestor_is_followed(tmp_path: Path) -> None:
    # For C the ancestor A is the highest mention; A itself finds the title below E.
    spec = "# A\n\nthe a:b\n\n## B\n\n### C\n\nthe a:b\n\n## E\n\n### The a:b\n\ntext\n"
    assert described(graph_of(tmp_path, spec)) == {("a:b", "The a:b")}


def test_identity_is_term_and_describing_block(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n## B\n\nb:c /has a:b.\n\n## C\n\nb:c /has a:b.\n")
    assert len(graph.resources) == 4
    assert len(graph.relations) == 2
