"""Rules, properties and extensions (MOONLEAP.md, "Rules")."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import moonleap
from moonleap.graph import build_graph
from moonleap.matching import Pattern, read_pattern
from moonleap.names import (
    camel_to_kebab,
    camel_to_snake,
    kebab_to_camel,
    kebab_to_pascal,
    kebab_to_snake,
    plural,
    singular,
    snake_to_camel,
)
from moonleap.resource import Resource
from moonleap.terms import Term
from moonleap.verbs import has
from tests.moonleap.specs import IMPORTS, SETTINGS, codes, errors, graph_of, relations, terms, write

RANKED = """
class R(Resource):
    def __init__(self, by): self.by = by
@create("item")
def f(term, block): return R("tag")
@create("a:item")
def f(term, block): return R("data")
@create("n+item")
def f(term, block): return R("name")
@create("n+a:item")
def f(term, block): return R("all")
@create(":item")
def f(term, block): return R("empty")
@create("a:x")
def f(term, block): return R("data only")
"""


@pytest.mark.parametrize(
    ("term", "by"),
    [
        ("b:item", "tag"),
        ("a:item", "data"),
        ("m+a:item", "data"),
        ("n+b:item", "name"),
        ("n+a:item", "all"),
        (":item", "empty"),
        ("a:view", "data only"),
    ],
)
def test_most_specific_pattern_wins_tag_then_data_then_name(term: str, by: str, tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, f"# T\n\n{term}\n", RANKED)
    assert graph.resources[0].by == by


def test_pattern_without_data_or_name_matches_any() -> None:
    assert read_pattern("item").matches(Term("n", "a", "item"))
    assert read_pattern("a:item").matches(Term("n", "a", "item"))
    assert not read_pattern(":item").matches(Term("", "a", "item"))
    assert read_pattern(Resource) == Pattern(cls=Resource)


def test_tie_is_an_error_that_names_both_functions(tmp_path: Path) -> None:
    rules = "@create('item')\ndef one(term): ...\n@create('item')\ndef two(term): ...\n"
    graph = graph_of(tmp_path, "# T\n\na:item\n", rules)
    assert errors(graph) == ["rule-tie"]
    assert "rules.one" in graph.diagnostics[0].message
    assert "rules.two" in graph.diagnostics[0].message
    assert graph.diagnostics[0].span.line == 3


def test_creation_rule_that_returns_none_is_told_about_the_return(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\na:item\n", "@create('item')\ndef f(term): Resource()\n")
    (found,) = graph.diagnostics
    assert (found.code, found.hint) == ("no-resource", "is a `return` missing?")


def test_creation_rule_gets_the_block_where_it_takes_one(tmp_path: Path) -> None:
    rules = """
@create("a:item")
def f(term, block):
    r = Resource(); r.said = (term.data, block.title); return r
@create("b:item")
def f(term):
    r = Resource(); r.said = term.data; return r
@create("c:item")
def f(*args):
    r = Resource(); r.said = len(args); return r
"""
    graph: Any = graph_of(tmp_path, "# T\n\na:item b:item c:item\n", rules)
    assert [r.said for r in graph.resources] == [("a", "T"), "b", 2]


FIRE = "1:a /has 1:b and 2:b. 1:a /uses 1:b. 1:b /has 1:a."


def fired(folder: Path, rules: str, spec: str = FIRE) -> list[tuple[str, str]]:
    graph = graph_of(folder, f"# T\n\n{spec}\n", rules)
    assert errors(graph) == []
    return [(entry["subject"], entry["object"]) for entry in graph.to_json()["fired"]]


@pytest.mark.parametrize(
    "args", ['"a", "has", "b"', '["a", "has", "b"]', '("a", has, "b")', '"a", "/has", "b"']
)
def test_rule_takes_subject_verb_object_also_as_one_list(args: str, tmp_path: Path) -> None:
    assert fired(tmp_path, f"@rule({args})\ndef f(a, b): ...\n") == [("1:a", "1:b"), ("1:a", "2:b")]


def test_rule_of_one_pattern_runs_once_after_creation(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path, "# T\n\n1:b 2:b 1:b\n", "@rule('b')\ndef f(b): b.seen = getattr(b, 'seen', 0) + 1\n"
    )
    assert [r.seen for r in graph.resources] == [1, 1]  # type: ignore[attr-defined]
    assert [entry["object"] for entry in graph.to_json()["fired"]] == [None, None]


def test_verbs_of_a_rule_are_variants(tmp_path: Path) -> None:
    assert len(fired(tmp_path, "@rule('a', ('has', 'uses'), 'b')\ndef f(a, b): ...\n")) == 3


def test_patterns_may_be_classes(tmp_path: Path) -> None:
    rules = """
class A(Resource): ...
class B(A): ...
@create("a")
def f(term): return A()
@create("b")
def f(term): return B()
@rule(A, has, B)
def f(a, b): assert isinstance(a, A) and isinstance(b, B)
"""
    assert fired(tmp_path, rules) == [("1:a", "1:b"), ("1:a", "2:b")]


def test_all_matching_rules_run_in_the_order_of_their_definition(tmp_path: Path) -> None:
    rules = "".join(
        f"@rule({s!r}, 'has', {o!r})\ndef f{i}(a, b): ...\n"
        for i, (s, o) in enumerate([("x:x", "x:x"), ("a", "1:b"), ("a", "b"), ("1:a", "x:x")])
    )
    graph = graph_of(tmp_path, "# T\n\n1:a /has 1:b.\n", rules)
    assert [f.rule for f in graph.fired] == [f"rules.f{i}" for i in range(4)]


def test_everything_stated_exists_before_the_first_rule_runs(tmp_path: Path) -> None:
    rules = """
@extend(Resource)
class All:
    things = P.children(has, "b")
@rule("a", has, "b")
def f(a, b): a.seen = getattr(a, "seen", []) + [len(a.things)]
@create("a")
def f(term): return Resource()
"""
    graph: Any = graph_of(tmp_path, "# T\n\n1:a /has 1:b. 1:a /has 2:b.\n\n## U\n\n1:a /has 3:b.\n", rules)
    assert graph.find("1:a")[0].seen == [3, 3, 3]


def test_rules_run_first_in_first_out(tmp_path: Path) -> None:
    rules = """
@rule("a", has, "b")
def f(a, b): return [create_forward(b, "makes", f"{b._moonleap.term.data}:c")]
@rule("b", "makes", "c")
def g(b, c): return create_forward(c, "ends", ":d")
"""
    graph = graph_of(tmp_path, "# T\n\n1:a /has 1:b and 2:b.\n", rules)
    assert relations(graph)[2:] == ["1:b /makes 1:c", "2:b /makes 2:c", "1:c /ends :d", "2:c /ends :d"]
    assert [f.rule for f in graph.fired] == ["rules.f", "rules.f", "rules.g", "rules.g"]


def test_relation_already_present_fires_nothing(tmp_path: Path) -> None:
    rules = "@rule('a', has, 'b')\ndef f(a, b): return [create_forward(a, has, b)]\n"
    assert len(fired(tmp_path, rules, "1:a /has 1:b.")) == 1


def test_endless_creation_stops_with_the_chain_in_the_message(tmp_path: Path) -> None:
    rules = (
        "@rule('a', has, 'a')\ndef f(a, b):\n    return create_forward(b, has, f'{b}'.replace(':', 'i:'))\n"
    )
    graph = graph_of(tmp_path, "# T\n\n:a /has i:a.\n", rules)
    assert errors(graph) == ["endless-rules"]
    assert "(rules.f) <- " in graph.diagnostics[-1].message
    assert graph.diagnostics[-1].span.line == 3


def test_relation_that_no_rule_matches_is_a_warning_and_strictly_an_error(tmp_path: Path) -> None:
    rules = "@rule('a', 'has', 'b')\ndef f(a, b): ...\n"
    for strict, severity in ((False, "warning"), (True, "error")):
        graph = graph_of(tmp_path, "# T\n\n1:a /hass 1:b.\n", rules, strict=strict)
        (found,) = [d for d in graph.diagnostics if d.code == "unused-relation"]
        assert (found.severity, found.hint) == (severity, "did you mean `/has`?")


def test_relation_that_a_property_reads_is_used(tmp_path: Path) -> None:
    rules = (
        "@create('a')\ndef f(t): return Resource()\n@extend(Resource)\nclass E: bs = P.children(has, 'b')\n"
    )
    rules += "@rule('q', has, 'q')\ndef f(a, b): ...\n"
    graph = graph_of(tmp_path, "# T\n\n1:a /has 1:b.\n", rules)
    assert not [d for d in graph.diagnostics if d.code == "unused-relation"]


PROPS = """
@dataclass
class A(Resource):
    pass
@create("a")
def f(term): return A()
@extend(Resource)
class AE:
    one = P.child(has, "b")
    swapped = P.child("b:x", has)
    many = P.children(has, "b")
    up = P.parent(A, has)
    up_swapped = P.parent(has, A)
    ups = P.parents(has, "a")
    needed = P.child(has, "z", required=True)
    tree = P.tree(has, "b")
    leaves = P.tree("leaves")
"""


def test_properties_lead_to_children_and_parents(tmp_path: Path) -> None:
    rules = PROPS.replace('"b:x"', '"1:b"')
    graph: Any = graph_of(tmp_path, "# T\n\n1:a /has 1:b. 2:a /has 2:b and 1:b.\n", rules)
    first, second = graph.find("1:a") + graph.find("2:a")
    (b,) = graph.find("2:b")
    assert (str(first.one), str(first.swapped), first.up) == ("1:b", "1:b", None)
    assert list(map(str, second.many)) == ["2:b", "1:b"]
    assert (b.up, b.up_swapped) == (second, second)
    assert list(map(str, graph.find("1:b")[0].ups)) == ["1:a", "2:a"]


def test_two_where_one_is_expected_is_an_error_naming_both(tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, "# T\n\n1:a /has 1:b and 2:b.\n", PROPS)
    with pytest.raises(moonleap.PropError, match=r"1:a\.one expects one b, there are 1:b .* and 2:b"):
        _ = graph.resources[0].one


def test_required_property_raises_without_a_relation(tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, "# T\n\n1:a\n", PROPS)
    with pytest.raises(moonleap.PropError, match="needs a relation /has with a z"):
        _ = graph.resources[0].needed


def test_tree_has_own_elements_then_sources_breadth_first_each_once(tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, "# T\n\n1:a /has 1:b. 2:a /has 2:b and 1:b. 3:a /has 3:b.\n", PROPS)
    one, two, three = (graph.find(f"{i}:a")[0] for i in (1, 2, 3))
    one.tree.add_source(two.tree)
    one.tree.add_source(three)
    two.tree.add_source(one)
    one.tree.add("by hand")
    assert list(map(str, one.tree.merged)) == ["1:b", "by hand", "2:b", "3:b"]
    with pytest.raises(moonleap.PropError, match="no tree"):
        one.tree.add_source(Resource())


def test_tree_of_a_name_reads_has_relations_with_its_singular(tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, "# T\n\n1:a /has 1:leave and :b.\n", PROPS)
    assert list(map(str, graph.resources[0].leaves)) == ["1:leave"]


def test_forward_with_a_tuple_states_its_first_form() -> None:
    assert moonleap.create_forward("a:b", has, "c:d").verb == "has"


def test_forward_of_a_word_that_is_no_term_is_an_error_of_the_rule(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\n1:a\n", "@rule('a')\ndef f(a): return create_forward(a, has, 'b')\n")
    assert errors(graph) == ["rule-raised"]
    assert "'b' is no term: write data:tag" in graph.diagnostics[-1].message


def test_forward_remembers_the_resource_not_only_its_term(tmp_path: Path) -> None:
    spec = "# A\n\n## B\n\n1:a /has 1:b.\n\n## C\n\n1:a /uses 1:b. 2:a\n"
    rules = "@rule('a', uses, 'b')\ndef f(a, b): return create_forward(b, 'back', a)\n"
    graph = graph_of(tmp_path, spec, rules)
    back = graph.to_json()["relations"][-1]
    assert (back["subject_block"], back["object_block"], back["origin"]) == ("C", "C", "rules.f")


def test_two_runs_with_different_packages_do_not_see_each_other(tmp_path: Path) -> None:
    made = {}
    before = (list(sys.path), set(sys.modules))
    for name in ("one", "two"):
        rules = (
            f"class {name.title()}(Resource): ...\n@create('item')\ndef f(term): return {name.title()}()\n"
        )
        rules += f"@extend(Resource)\nclass E: {name} = Prop(lambda self: {name!r})\n"
        made[name] = graph_of(tmp_path / name, "# The a:item\n", rules).resources[0]
    assert [type(resource).__name__ for resource in made.values()] == ["One", "Two"]
    assert [getattr(made[name], name) for name in made] == ["one", "two"]
    assert not hasattr(made["one"], "two")
    assert sys.path == before[0]
    assert "rules" not in {*sys.modules} - before[1]


def test_runs_in_several_threads_do_not_see_each_other(tmp_path: Path) -> None:
    before = (list(sys.path), set(sys.modules))
    names = [f"T{number}" for number in range(4)]
    for name in names:
        rules = f"import time\ntime.sleep(0.01)\n@create('item')\ndef f(term): return {name}()\n"
        rules += f"class {name}(Resource): ...\n"
        write(tmp_path / name, {"spec.md": "# The a:item\n", "rules.py": IMPORTS + rules})
        write(tmp_path / name, {"settings.yml": SETTINGS})
    with ThreadPoolExecutor(len(names)) as pool:
        graphs = pool.map(build_graph, [tmp_path / name for name in names] * 3)
        found = [type(graph.resources[0]).__name__ for graph in graphs]
    assert found == names * 3
    assert sys.path == before[0]
    assert "rules" not in {*sys.modules} - before[1]


def test_extension_is_undone_when_its_session_ends(tmp_path: Path) -> None:
    graph: Any = graph_of(tmp_path, "# The a:item\n", "@extend(Resource)\nclass E: more = 1\n")
    assert graph.resources[0].more == 1
    assert not hasattr(Resource, "more")
    assert not hasattr(Resource(), "more")


def test_module_of_the_same_name_that_is_imported_already_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine", {"rules.py": "mine = 1\n"})
    monkeypatch.syspath_prepend(tmp_path / "mine")
    import rules as mine  # type: ignore[import-not-found]

    graph = graph_of(tmp_path / "spec", "# The a:item\n", "@create('item')\ndef f(term): return Resource()\n")
    assert errors(graph) == []
    assert sys.modules.pop("rules") is mine


def test_rules_may_import_late_and_print(tmp_path: Path) -> None:
    rules = "@rule('a')\ndef f(a):\n    import helper\n    a.helped = helper.VALUE\n"
    graph: Any = graph_of(tmp_path, "# 1:a\n", rules, files={"helper.py": "VALUE = 1\n"})
    assert graph.resources[0].helped == 1
    assert "helper" not in sys.modules


def test_misspelled_tag_is_told_the_closest_one(tmp_path: Path) -> None:
    rules = "@create('list-view')\ndef f(term): return Resource()\n"
    graph = graph_of(tmp_path, "# The todo:list-veiw\n", rules)
    (found,) = [d for d in graph.diagnostics if d.code == "no-creation-rule"]
    assert (found.message, found.hint) == (
        "no creation rule for `todo:list-veiw`",
        "did you mean `list-view`?",
    )


def test_term_that_nobody_relates_is_a_warning(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\n1:a /has 1:b and so on. 1:c\n")
    assert [d.message for d in graph.diagnostics if d.code == "unrelated-term"] == ["nothing relates `1:c`"]


def test_packages_with_module_lists_may_be_installed_or_beside_the_spec(tmp_path: Path) -> None:
    package = "@create('item')\ndef f(term): return Resource()\n"
    files = {
        "spec/spec.md": "# a:item\n",
        "spec/settings.yml": SETTINGS.replace("rules", "deep.rules") + "package_paths: [../lib]\n",
        "lib/deep/__init__.py": "",
        "lib/deep/rules/__init__.py": "from . import one\nmodules = [one]\n",
        "lib/deep/rules/one.py": IMPORTS + package,
    }
    graph = build_graph(str(write(tmp_path, files) / "spec"))
    assert (terms(graph), codes(graph)) == (["a:item"], [])


def test_names_are_spelled_in_every_case() -> None:
    assert kebab_to_camel("todo-list-item") == "todoListItem"
    assert kebab_to_pascal("todo-list") == "TodoList"
    assert kebab_to_snake("todo-list") == "todo_list"
    assert camel_to_kebab("todoListHTMLItem") == "todo-list-html-item"
    assert camel_to_snake("TodoList") == "todo_list"
    assert snake_to_camel("todo_list") == "todoList"
    for one, many in [("item", "items"), ("entry", "entries"), ("box", "boxes"), ("day", "days")]:
        assert (plural(one), singular(many)) == (many, one)
