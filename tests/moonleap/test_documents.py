"""Documents as specs: which text is the spec, and which blocks hold the rules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from moonleap.graph import Graph, build_graph
from tests.moonleap.specs import errors, relations, terms, write

RULES = """\
from moonleap import Resource, create, create_forward, rule
from moonleap.verbs import has

class Item(Resource): ...

@create("item")
def create_item(term, block):
    return Item()

@create("big:item")
def create_item(term, block):
    made = Item()
    made.big = True
    return made

@rule("shop", has, Item)
def shop_has_item(shop, item):
    return create_forward(item, "sold-by", shop)
"""
SPEC = "# The my:shop\n\n:It /has a small:item and a big:item.\n"


def fenced(*cells: str, info: str = "python") -> str:
    return "".join(f"\nSome prose.\n\n```{info}\n{cell.rstrip()}\n```\n" for cell in cells)


def graph_of_document(folder: Path, text: str, cell: str = "") -> Graph:
    write(folder, {"intro.py.md": text})
    return build_graph(f"{folder}/intro.py.md{cell}")


def summary(graph: Graph) -> tuple[list[str], list[str], list[str]]:
    return [type(resource).__name__ for resource in graph.resources], terms(graph), relations(graph)


@pytest.fixture
def expected(tmp_path: Path) -> tuple[list[str], list[str], list[str]]:
    settings = "packages_by_scope:\n  default: [rules]\n"
    folder = write(tmp_path / "plain", {"spec.md": SPEC, "rules.py": RULES, "settings.yml": settings})
    found = summary(build_graph(str(folder)))
    assert found[2][-1] == "big:item /sold-by my:shop"
    return found


@pytest.mark.parametrize(
    "text",
    [
        "# A title\n" + fenced(RULES, f"%%moonleap\n{SPEC}"),
        "---\nx: 1\n---\n"
        + fenced("%load_ext moon_kernel\n!ls\n" + RULES, f"\n%%moonleap shop -o out\n{SPEC}"),
        fenced("%%moonleap\n" + SPEC, info="python skip")
        + fenced(RULES, "%%bash\nls", "%%moonleap\n" + SPEC),
        SPEC + fenced(*RULES.split("\n\n", 2)),
        fenced(RULES, f"%%moonleap\n{SPEC}", "@create('item')\ndef too_late(term): return 1 / 0"),
    ],
    ids=["cell", "magics", "skipped", "prose", "below"],
)
def test_a_document_says_what_a_folder_says(
    tmp_path: Path, text: str, expected: tuple[list[str], list[str], list[str]]
) -> None:
    main = sys.modules["__main__"]
    graph = graph_of_document(tmp_path, text)
    assert errors(graph) == []
    assert summary(graph) == expected
    assert graph.find("big:item")[0].big  # type: ignore[attr-defined]
    assert sys.modules["__main__"] is main


def test_places_are_lines_of_the_document(tmp_path: Path) -> None:
    text = fenced(RULES, f"\n%%moonleap\n{SPEC}")
    graph = graph_of_document(tmp_path, text)
    line = text.split("\n").index("# The my:shop") + 1
    assert str(graph.blocks[0].place) == f"{tmp_path}/intro.py.md:{line}"
    rule = text.split("\n").index('@rule("shop", has, Item)') + 1
    assert (graph.fired[0].place.path, graph.fired[0].place.line) == (f"{tmp_path}/intro.py.md", rule)


def test_of_several_cells_one_is_chosen_by_its_name(tmp_path: Path) -> None:
    text = fenced("%%moonleap -o a cart\n# The a:b\n", "%%moonleap mail\n# The c:d\n")
    assert terms(graph_of_document(tmp_path, text, "#mail")) == ["c:d"]
    assert terms(graph_of_document(tmp_path, text, "#cart")) == ["a:b"]
    for cell, hint in (("", f"{tmp_path}/intro.py.md#cart"), ("#carts", "did you mean `cart`?")):
        (found,) = graph_of_document(tmp_path, text, cell).diagnostics
        assert found.code == "unknown-cell"
        assert hint in found.hint
    text += fenced("%%moonleap\n# The e:f\n")
    assert terms(graph_of_document(tmp_path, text)) == ["e:f"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError"),
        ("x = = 1", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
    ],
)
def test_a_block_that_fails_is_an_error_at_its_place(tmp_path: Path, block: str, message: str) -> None:
    (found,) = graph_of_document(tmp_path, fenced(block, f"%%moonleap\n{SPEC}")).diagnostics
    assert (found.code, found.span.path, found.span.line) == ("package-failed", f"{tmp_path}/intro.py.md", 5)
    assert message in found.message


def test_settings_and_links_are_those_of_the_documents_folder(tmp_path: Path) -> None:
    write(tmp_path, {"bar.md": "The a:b /has a c:d.\n", "settings.yml": "packages_by_scope:\n  bar: []\n"})
    graph = graph_of_document(tmp_path, fenced("%%moonleap\n# The [a:b](bar.md)\n"))
    assert relations(graph) == ["a:b /has c:d"]
    assert graph.blocks[0].scopes == ("default", "bar")


def test_a_document_imports_packages_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {"shop_rules.py": RULES})
    graph = graph_of_document(tmp_path, fenced("from shop_rules import *", f"%%moonleap\n{SPEC}"))
    assert errors(graph) == []
    assert "shop_rules" not in sys.modules


def test_other_markdown_runs_no_code(tmp_path: Path) -> None:
    write(tmp_path, {"plain.md": fenced("1 / 0", f"%%moonleap\n{SPEC}")})
    (found,) = build_graph(f"{tmp_path}/plain.md").diagnostics
    assert found.code == "not-a-file"
