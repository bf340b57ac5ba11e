"""YAML: values with their lines, and what is refused before it is built."""

from __future__ import annotations

import time

import pytest
import yaml

from moonlight.yamltext import MAX_DEPTH, Node, YamlError, read_yaml


def placed(node: Node) -> list[tuple[object, int, int]]:
    """Keys and scalars with their places, in the order of the text."""
    inside = [one for pair in node.members or () for one in pair] + list(node.items or ())
    own = [] if node.text is None else [(node.value, node.line, node.column)]
    return [*own, *(place for one in inside for place in placed(one))]


def test_every_value_has_its_place_and_its_text() -> None:
    root = read_yaml("\ufeffa: [1, yes]\n# comment\nb:\n  c: 2026-01-01\n")
    assert root is not None
    assert root.value["a"] == [1, True]
    assert [(line, column) for _, line, column in placed(root)] == [
        *((1, 1), (1, 5), (1, 8)),
        *((3, 1), (4, 3), (4, 6)),
    ]
    assert root.members is not None
    items = root.members[0][1].items or ()
    assert [one.text for one in items] == ["1", "yes"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"], ids=["empty", "comment", "marker"])
def test_empty_text_has_no_value(text: str) -> None:
    root = read_yaml(text)
    assert root is None or root.value is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [\n", 2, "expected"),
        ("a: 1\nb: &x 1\nc: *x\n", 3, "aliases"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "constructor"),
        ("a: 2020-99-99\n", 1, "month"),
        ("a: " + "9" * 5000 + "\n", 1, "digits"),
        ("a: \x01\n", 1, ""),
        ("? [1]\n: x\n", 1, "hashable"),
    ],
    ids=["open", "alias", "tag", "date", "number", "control", "key"],
)
def test_what_is_no_data_is_refused_at_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert says in caught.value.problem
    assert caught.value.line == line


@pytest.mark.parametrize("nested", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("loader", ["with C", "without"])
def test_depth_is_refused_before_anything_is_built(
    nested: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loader == "without":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    start = time.process_time()
    with pytest.raises(YamlError, match=f"more than {MAX_DEPTH} levels"):
        read_yaml(nested * 100_000)
    assert time.process_time() - start < 2


def test_depth_that_is_allowed_is_read() -> None:
    root = read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert root is not None
    assert repr(root.value) == "[" * MAX_DEPTH + "]" * MAX_DEPTH
