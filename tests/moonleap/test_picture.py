"""The picture of a graph: all of it is there, nothing lies on anything else, nothing escapes into the SVG."""

from __future__ import annotations

import time
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from moonleap.cli import cli
from moonleap.layout import Bundle, Size, lay_out
from moonleap.picture import LIMIT, svg
from tests.moonleap.specs import graph_of, seed_case

SPEC = """\
# The shop:project
:It /uses a cart:service and a mail:service. The mail:service /uses the cart:service.
The cart:service /calls the cart:service and /tells the shop:project.

## The cart:service
:It /has a pay:endpoint.
"""
RULES = """
class Service(Resource): ...
@create("service")
def create_service(term, block): return Service()
@rule("service", has, "endpoint")
def has_endpoint(service, endpoint): return [create_forward(endpoint, "logs-to", "central:log")]
"""
NAMESPACE = "{http://www.w3.org/2000/svg}"


def texts(picture: str, kind: str = "") -> list[str]:
    """Texts of the elements with this class; without one, those that have none: the terms."""
    root = ElementTree.fromstring(picture)
    return [
        element.text or "" for element in root.iter(f"{NAMESPACE}text") if element.get("class", "") == kind
    ]


def test_terms_kinds_verbs_and_sections_are_shown(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, SPEC, RULES)
    picture = svg(graph)
    assert texts(picture) == [str(resource) for resource in graph.resources]
    assert sorted(texts(picture, "verb")) == ["/has", "/logs-to", "/tells", "/uses", "/uses"]
    assert texts(picture, "kind") == ["Service  ↻ /calls", "Service"]
    assert texts(picture, "note") == ["The shop:project", "The cart:service"]


def test_tooltips_tell_places_and_derived_things_are_dashed(tmp_path: Path) -> None:
    root = ElementTree.fromstring(svg(graph_of(tmp_path, SPEC, RULES)))
    titles = [title.text or "" for title in root.iter(f"{NAMESPACE}title")]
    assert f"cart:service /has pay:endpoint  ({tmp_path}/spec.md:6)" in titles
    assert "pay:endpoint /logs-to central:log  (rules.has_endpoint)" in titles
    dashed = [group for group in root.iter(f"{NAMESPACE}g") if "derived" in group.get("class", "")]
    assert [(group[0].text or "").split("\n")[0].split("  ")[0] for group in dashed] == [
        "pay:endpoint /logs-to central:log",
        "central:log",
    ]


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    first = svg(seed_case(tmp_path, 3))
    assert svg(seed_case(tmp_path, 3)) == first


def test_text_of_the_spec_cannot_leave_its_place(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The h]]>:\x1b and d&'e:f\"g\n:It /h&<i an a<script:b. \n")
    picture = svg(graph)
    root = ElementTree.fromstring(picture)
    names = {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert names <= {"svg", "style", "g", "title", "rect", "text", "path"}
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    assert "\x1b" not in picture
    shown = [str(resource).replace("\x1b", "\ufffd") for resource in graph.resources]
    assert sorted(texts(picture)) == sorted(shown)
    assert {character for text in texts(picture) for character in text} >= set("<&\"'>")


@pytest.mark.parametrize(("count", "noted"), [(LIMIT, False), (1000, True)])
def test_big_graphs_are_shown_in_part_with_a_note_and_fast(tmp_path: Path, count: int, noted: bool) -> None:
    sentences = [f"The a{n}:item /has the a{n * 7919 % count}:item." for n in range(count)]
    graph = graph_of(tmp_path, "# Items\n" + "\n".join(sentences))
    start = time.process_time()
    picture = svg(graph)
    assert time.process_time() - start < 3
    assert len(texts(picture)) == LIMIT
    assert (f"showing {LIMIT} of {count} resources" in picture) is noted


def test_too_many_relations_are_counted_not_drawn(tmp_path: Path) -> None:
    all_items = ", ".join(f"a{n}:item" for n in range(60))
    graph = graph_of(tmp_path, f"# Items\nThe {all_items} /know the {all_items}.\n")
    start = time.process_time()
    assert "3200 relations are not drawn" in svg(graph)
    assert time.process_time() - start < 3


def test_an_empty_graph_says_so(tmp_path: Path) -> None:
    assert texts(svg(graph_of(tmp_path, "# Nothing\n")), "note") == ["no resources: the spec names no terms"]


def test_the_command_prints_or_writes_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(tmp_path / "shop", SPEC)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["graph", "shop", "--svg", "-"])
    assert result.exit_code == 0
    assert result.stdout == svg(graph).replace(f"{tmp_path}/", "")
    assert CliRunner().invoke(cli, ["graph", "shop", "--svg", "shop.svg"]).stdout == ""
    assert Path("shop.svg").read_text(encoding="utf-8") == result.stdout


@given(
    count=st.integers(1, 14),
    pairs=st.lists(st.tuples(st.integers(0, 13), st.lists(st.integers(0, 13), max_size=4)), max_size=14),
)
@settings(max_examples=60, deadline=None)
def test_boxes_and_labels_never_overlap_and_every_line_arrives(
    count: int, pairs: list[tuple[int, list[int]]]
) -> None:
    size = Size(80, 30)
    bundles = [
        Bundle(source % count, tuple(dict.fromkeys(t % count for t in targets)), Size(30, 12))
        for source, targets in pairs
    ]
    layout = lay_out([size] * count, bundles)
    areas = [(place.x, place.y, size) for place in layout.boxes]
    for labels in layout.labels.values():
        areas += [(at.x - 15, at.y, Size(30, 12)) for at in labels]
    for (x, y, one), (u, v, other) in combinations(areas, 2):
        beside = x + one.width <= u + 0.01 or u + other.width <= x + 0.01
        assert beside or abs(y - v) >= (one.height + other.height) / 2 - 0.01
    for number, bundle in enumerate(bundles):
        ends = {strand.end for strand in layout.strands.get(number, ()) if strand.arrow}
        for target in bundle.targets:
            x, y = layout.boxes[target]
            assert target == bundle.source or ends & {(x, y), (x + size.width, y)}
    assert all(0 <= y <= layout.height and 0 <= x <= layout.width for x, y in layout.boxes)
