"""Words: what is a term, a verb, a pronoun and plain text (MOONLEAP.md, "Words")."""

from __future__ import annotations

from pathlib import Path

import pytest

from moonleap.terms import Term, split_term
from tests.moonleap.specs import codes, errors, graph_of, relations, terms


@pytest.mark.parametrize(
    "word",
    ["a:b,", "a:b;", "a:b.", "a:b?", "a:b!", '"a:b"', "'a:b'", "(a:b)", "[a:b]", "a:b:", "“a:b”", "([a:b])."],
)
def test_surrounding_punctuation_is_not_part_of_a_term(word: str, tmp_path: Path) -> None:
    assert terms(graph_of(tmp_path, f"# T\n\nthe {word} here\n")) == ["a:b"]


@pytest.mark.parametrize("word", ["a.b:c", "a:b-c", "a_b:c_d", "~a:b", "v1.2:release", "a~b:c"])
def test_inner_dots_dashes_and_underscores_are_part_of_a_term(word: str, tmp_path: Path) -> None:
    assert terms(graph_of(tmp_path, f"# T\n\nthe {word}, here\n")) == [word]


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("main+todo:list-view", Term("main", "todo", "list-view")),
        ("todo:list-view", Term("", "todo", "list-view")),
        (":cookie-notice", Term("", "", "cookie-notice")),
        ("a:b:c", Term("", "a:b", "c")),
        ("a+b+c:d", Term("a", "b+c", "d")),
        ("a+:b", Term("a", "", "b")),
    ],
)
def test_last_colon_splits_data_and_tag_first_plus_the_name(word: str, term: Term) -> None:
    assert split_term(word) == term
    assert str(term) == word


def test_terms_are_equal_in_all_three_parts_and_case(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\nmain+todo:list-view todo:list-view Todo:list-view todo:list-view\n")
    assert terms(graph) == ["main+todo:list-view", "todo:list-view", "Todo:list-view"]


def test_double_colon_is_plain_text_and_shows_a_single_one(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# Our goal:: win\n\na goal:: b and std::map\n")
    assert terms(graph) == []
    assert graph.blocks[0].title == "Our goal: win"
    assert codes(graph) == []


def test_empty_tag_is_text_and_a_warning_that_says_what_to_write(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\nThen: go\n")
    (found,) = graph.diagnostics
    assert (terms(graph), found.code, found.severity) == ([], "empty-tag", "warning")
    assert found.hint == "write `::` or move the colon"


def test_word_with_a_scheme_is_text(tmp_path: Path) -> None:
    assert terms(graph_of(tmp_path, "# T\n\nsee https://example.org/a:b and <ftp://x.org>\n")) == []


def test_verb_is_a_word_that_starts_with_a_slash_matched_exactly(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\na:b /has, c:d. a:b /have c:d. a:b and/or c:d\n")
    assert relations(graph) == ["a:b /has c:d", "a:b /have c:d"]


def test_it_means_the_first_term_of_the_previous_sentence(tmp_path: Path) -> None:
    spec = "# T\n\nThe a:b /uses c:d. Then :it /shows e:f. :Its friend :It /has g:h.\n"
    assert relations(graph_of(tmp_path, spec)) == ["a:b /uses c:d", "a:b /shows e:f", "a:b /has g:h"]


def test_title_is_the_sentence_before_the_first_body_sentence(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a:b of c:d\n\n:It /has e:f.\n\n## The g:h\n\n:It /has i:j.\n")
    assert relations(graph) == ["a:b /has e:f", "g:h /has i:j"]


def test_sentence_that_starts_with_it_passes_its_referent_on(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a:b\n\n:It /has c:d. :It /has e:f. :It /has g:h.\n")
    assert [r.split()[0] for r in relations(graph)] == ["a:b"] * 3


def test_sentence_without_terms_keeps_the_last_referent(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a:b\n\nNothing here. Nor here! :It /has c:d.\n")
    assert relations(graph) == ["a:b /has c:d"]


def test_it_without_referent_is_an_error(tmp_path: Path) -> None:
    assert errors(graph_of(tmp_path, "# Title\n\n:It /has a:b.\n")) == ["no-referent"]


def test_wildcard_in_a_title_is_no_referent(tmp_path: Path) -> None:
    assert errors(graph_of(tmp_path, "# The a:x\n\n:It /has a:b.\n")) == ["no-referent"]


def test_it_without_colon_is_plain_text(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a:b\n\nIt /shows c:d.\n")
    assert (relations(graph), codes(graph)) == ([], ["dangling-verb"])
