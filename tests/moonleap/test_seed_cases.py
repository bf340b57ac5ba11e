"""The seed's cases on the seed's own text: what its notes promise about the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moonleap.graph import build_graph
from moonleap.resource import term_of
from tests.moonleap.specs import codes, described, errors, relations, seed_case, terms


def test_case_1_resources_and_their_relations(tmp_path: Path) -> None:
    graph = seed_case(tmp_path, 1)
    top, bar = "The foo:project [1]", "The bar:service"
    assert described(graph) == {
        *((t, top) for t in ("foo:project", "baz:service", "welcome:screen", "welcome:endpoint")),
        (":cookie-notice", top),
        *((t, bar) for t in ("bar:service", "bar:endpoint")),
    }
    assert relations(graph) == [
        "foo:project /uses bar:service",
        "foo:project /uses baz:service",
        "welcome:screen /has :cookie-notice",
        "foo:project /shows welcome:screen",
        "welcome:screen /uses welcome:endpoint",
        "bar:service /provides bar:endpoint",
    ]
    assert codes(graph) == []


def test_case_1_note_4_cookie_notice_has_empty_data(tmp_path: Path) -> None:
    (notice,) = seed_case(tmp_path, 1).find(":cookie-notice")
    assert (term_of(notice).data, term_of(notice).tag) == ("", "cookie-notice")


def test_case_2_rules_create_enrich_and_relate(tmp_path: Path) -> None:
    graph: Any = seed_case(tmp_path, 2)
    todo, project = graph.find("todo-list:item") + graph.find("project:item")
    assert (todo.item_name, todo.used_by_api) == ("todoList", True)
    assert (project.item_name, project.used_by_api) == ("project", True)
    assert relations(graph) == [
        "graphql:api /posts todo-list:item",
        "graphql:api /saves project:item",
        "graphql:api /has post-todoList:mutation",
        "graphql:api /documents todo-list:item",
        "graphql:api /has post-project:mutation",
        "graphql:api /documents project:item",
    ]
    assert {fired["rule"] for fired in graph.to_json()["fired"]} == {"bar_pkg.item.graphql_api_posts_item"}
    assert errors(graph) == []


def test_case_3_describing_blocks(tmp_path: Path) -> None:
    graph = seed_case(tmp_path, 3)
    top, bar, baz = "The foo:project [1]", "The bar:service [2]", "The baz:x [4]"
    assert described(graph) == {
        ("foo:project", top),
        ("welcome:screen", top),
        ("bar:service", bar),
        ("welcome:endpoint", bar),
        ("baz:service", baz),
        ("welcome:endpoint", baz),
        ("baz:banner", baz),
    }
    assert relations(graph) == [
        "bar:service /has welcome:endpoint",
        "welcome:endpoint /used welcome:screen",
        "welcome:screen /shows baz:banner",
        "baz:service /has welcome:endpoint",
        "baz:service /shows baz:banner",
    ]


def test_case_3_note_4_endpoints_would_be_one_if_the_block_were_a_child(tmp_path: Path) -> None:
    seed_case(tmp_path, 3)
    path = tmp_path / "spec.md"
    path.write_text(path.read_text().replace("## The baz:x", "### The baz:x"))
    assert len(build_graph(str(tmp_path)).find("welcome:endpoint")) == 1


def test_case_4_scopes_and_links(tmp_path: Path) -> None:
    graph = seed_case(tmp_path, 4)
    assert errors(graph) == []
    scopes = {block.title: set(block.scopes) for block in graph.blocks}
    assert scopes == {
        "The foo:project [1]": {"default", "foo", "foobar"},
        "The bar:service [2,3]": {"default", "bar-service"},
        "The item:list": {"default", "bar-service"},
        "The baz:x [4]": {"default", "baz-service"},
    }
    kinds = {entry["term"]: entry["kind"] for entry in graph.to_json()["resources"]}
    assert kinds == {
        "foo:project": "Project",
        "bar:service": "Service",
        "baz:service": "Service",
        "item:list": "ItemList",
        ":item": "Item",
        ":banner": "Resource",
    }


def test_case_4_note_3_the_expanded_spec_holds_the_linked_files(tmp_path: Path) -> None:
    text = seed_case(tmp_path, 4).spec.expanded()
    assert "will be replaced" not in text
    assert "## The bar:service [2,3] {bar-service}\n\nThe bar:service /has an item:list.\n" in text
    assert "### The item:list {bar-service}\n" in text


def test_case_5_extension_made_in_meta_is_there_in_the_creation_rule(tmp_path: Path) -> None:
    graph: Any = seed_case(tmp_path, 5)
    assert errors(graph) == []
    (item,) = graph.resources
    assert item.item_name == "todoList"
    assert type(item.made_by_extension).__name__ == "Bar"
    assert callable(item.render)


def test_case_6_properties_lead_to_related_resources(tmp_path: Path) -> None:
    graph: Any = seed_case(tmp_path, 6)
    assert errors(graph) == []
    (module,) = graph.find("todo:module")
    assert str(module.service) == "web:service"
    assert str(module.store) == "global:store"
    assert list(map(str, module.components)) == ["list:component", "edit:component"]
    merged = ["main:module-config", "list:module-config", "edit:module-config"]
    assert list(map(str, module.merged_config)) == merged


def test_case_7_settings_and_module_variables_are_accepted(tmp_path: Path) -> None:
    graph = seed_case(tmp_path, 7)
    assert (terms(graph), codes(graph)) == (["foo:module"], [])
