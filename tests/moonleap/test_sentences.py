"""Sentences: where they end, what is read, and which relations verbs make (MOONLEAP.md, "Sentences")."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.moonleap.specs import codes, graph_of, relations, terms


def test_seed_example_has_six_relations_with_have_and_three_with_called(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        "# T\n\nthe backend:service and frontend:service /have a welcome:endpoint,\nstatus:endpoint and "
        "about:endpoint that can be /called from the frontent:service\n",
    )
    stated = relations(graph)
    ends = ["welcome:endpoint", "status:endpoint", "about:endpoint"]
    assert stated[:6] == [f"{s}:service /have {e}" for s in ("backend", "frontend") for e in ends]
    assert stated[6:] == [f"{e} /called frontent:service" for e in ends]


def test_seed_example_of_parentheses_limits_the_visibility_of_a_term(tmp_path: Path) -> None:
    spec = "# T\n\nthe (backend:service which /connects to :postgres) /has a welcome:endpoint\n"
    assert relations(graph_of(tmp_path, spec)) == [
        "backend:service /connects :postgres",
        "backend:service /has welcome:endpoint",
    ]


@pytest.mark.parametrize("end", [".", "!", "?"])
def test_no_relation_crosses_a_sentence(end: str, tmp_path: Path) -> None:
    assert relations(graph_of(tmp_path, f"# T\n\nSee a:b{end} Then /has c:d\n")) == []


@pytest.mark.parametrize("word", ["e.g.", "i.e.", "etc.", "vs.", "(E.g."])
def test_abbreviation_ends_no_sentence(word: str, tmp_path: Path) -> None:
    close = ")" * word.count("(")
    assert relations(graph_of(tmp_path, f"# T\n\na:b /has {word} c:d{close}\n")) == ["a:b /has c:d"]


def test_dot_within_a_word_ends_no_sentence(tmp_path: Path) -> None:
    assert relations(graph_of(tmp_path, "# T\n\na:b v1.2 and.so /has c:d\n")) == ["a:b /has c:d"]


@pytest.mark.parametrize("gap", ["\n\n", "\n\n## Next\n\n", "\n```\ncode\n```\n", "\n\n<!-- no -->\n\n"])
def test_no_relation_crosses_a_paragraph_or_a_heading(gap: str, tmp_path: Path) -> None:
    assert relations(graph_of(tmp_path, f"# T\n\nthe a:b{gap}/has c:d\n")) == []


def test_list_continues_the_sentence_that_its_paragraph_leaves_open(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\nThe a:b /has:\n\n- c:d\n- e:f\n* g:h\n")
    assert relations(graph) == ["a:b /has c:d", "a:b /has e:f", "a:b /has g:h"]


def test_items_of_a_list_on_its_own_are_sentences_of_their_own(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\nAs follows.\n\n1. a:b /has c:d\n2. e:f\n   /has g:h\n")
    assert relations(graph) == ["a:b /has c:d", "e:f /has g:h"]


@pytest.mark.parametrize(
    "unread",
    [
        "```\nx1:y\n```",
        "~~~python\nx1:y\n~~~",
        "    x1:y",
        "<!-- x1:y -->",
        "<!--\nx1:y\n\nx1:y\n-->",
        "<div>\nx1:y\n</div>",
        "<script>\nx1:y\n\nx1:y\n</script>",
        "a word <!-- x1:y --> or <b title=x1:y>two</b>",
        "[label]: ./x1:y",
        "| a |\n|:--|",
        "- item\n\n  ```\n  x1:y\n  ```",
    ],
)
def test_code_html_and_comments_are_never_read(unread: str, tmp_path: Path) -> None:
    assert terms(graph_of(tmp_path, f"# T\n\na:b\n\n{unread}\n\nc:d\n")) == ["a:b", "c:d"]


@pytest.mark.parametrize(
    "marked",
    ["*a:b*", "**a:b**", "_a:b_", "`a:b`", "[a:b](https://example.org)", "***the a:b***", "~~a:b~~"],
)
def test_inline_marks_are_stripped_in_titles_and_bodies_alike(marked: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, f"# The {marked}\n\nand {marked}, so\n")
    assert terms(graph) == ["a:b"]
    assert "a:b" in graph.blocks[0].title
    assert not set(graph.blocks[0].title) & set("*_`[~")


def test_subjects_are_the_outer_loop(tmp_path: Path) -> None:
    assert relations(graph_of(tmp_path, "# T\n\na:x1 b:x1 /has c:x1 d:x1\n")) == [
        "a:x1 /has c:x1",
        "a:x1 /has d:x1",
        "b:x1 /has c:x1",
        "b:x1 /has d:x1",
    ]


def test_two_verbs_in_a_row_keep_the_subjects_for_the_last_and_warn(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\na:b /has /uses c:d\n")
    assert (relations(graph), codes(graph)) == (["a:b /uses c:d"], ["two-verbs"])


@pytest.mark.parametrize("text", ["/has", "a:b /has", "/has a:b", "It /has nothing."])
def test_verb_without_a_term_on_one_side_is_a_warning(text: str, tmp_path: Path) -> None:
    assert codes(graph_of(tmp_path, f"# T\n\n{text}\n")) == ["dangling-verb"]


def test_relations_of_a_group_come_first_and_its_first_term_is_visible(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\na:b /has c:d /uses (e:f /has g:h and i:j) too\n")
    assert relations(graph) == ["e:f /has g:h", "e:f /has i:j", "a:b /has c:d", "c:d /uses e:f"]


def test_groups_nest_and_brackets_may_touch(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\n((a:b /has c:d) /uses e:f) /shows (((g:h)))(i:j)\n")
    assert relations(graph) == ["a:b /has c:d", "a:b /uses e:f", "a:b /shows g:h", "a:b /shows i:j"]


@pytest.mark.parametrize("text", ["word\n(a:b /has c:d", "word\na:b) /has c:d"])
def test_unbalanced_bracket_is_a_warning_with_its_line(text: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, f"# T\n\n{text}\n")
    assert codes(graph) == ["unbalanced-bracket"]
    assert graph.diagnostics[0].span.line == 4


def test_same_triple_stated_twice_is_one_relation_another_verb_another(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\na:b /has c:d. a:b /has c:d. a:b /have c:d.\n")
    assert relations(graph) == ["a:b /has c:d", "a:b /have c:d"]


def test_relation_has_the_line_of_its_verb(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\nthe a:b\n/has\nc:d\n")
    assert graph.to_json()["relations"][0]["origin"].endswith("spec.md:4")
