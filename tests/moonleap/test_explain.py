"""`moonleap explain`: which line, section, rule and template made a thing."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from moonleap.cli import cli
from moonleap.explain import Context, FileStory, ResourceStory, explain, to_json
from moonleap.explaintext import to_text
from moonleap.findings import SpecError
from moonleap.graph import Graph
from moonleap.terms import Place
from tests.moonleap.specs import IMPORTS, SETTINGS, graph_of, seed_case, write

SPEC = """\
# The shop:project
The shop:project /uses a cart:service and a mail:service.

## The cart:service
:It /has a pay:endpoint.

## The mail:x
The mail:service /has a send:endpoint.
"""
RULES = """
@dataclass
class Service(Resource):
    name: str
@create("service")
def create_service(term, block): return Service(term.data)
@rule("service", has, "endpoint")
def has_endpoint(service, endpoint): return [create_forward(endpoint, "logs-to", "central:log")]
@rule("endpoint", "logs-to", "log")
def logs_to(endpoint, log): return [create_forward(log, "kept-by", ":archive")]
@extend(Service)
class ExtendService:
    endpoints = P.children(has, "endpoint")
    user = P.parent(uses, "project")
    busy = Prop(lambda self: 1 / 0)
"""


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.chdir(tmp_path)
    return graph_of(Path("shop"), SPEC, RULES)


def story(graph: Graph, term: str, context: Context | None = None) -> ResourceStory:
    found = explain(graph, term, context)[0]
    assert isinstance(found, ResourceStory)
    return found


def line_of(text: str) -> int:
    """Line of the rules file that holds the text."""
    lines = Path("shop/rules.py").read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_term_tells_its_section_rules_relations_and_properties(graph: Graph) -> None:
    text = to_text(explain(graph, "cart:service"))
    create, ran = line_of('@create("service")'), line_of('@rule("service"')
    rules = "shop/rules.py"
    assert text == (
        "cart:service  Service\n"
        "  described by the section “The cart:service”  shop/spec.md:4\n"
        "    because its title has the term (rule 1)\n"
        "  first named  shop/spec.md:4\n"
        "  also meant in “The shop:project”  shop/spec.md:2\n"
        f"  created by rules.create_service  {rules}:{create}\n"
        "  stated relations\n"
        "    cart:service /has pay:endpoint  shop/spec.md:5\n"
        "    shop:project /uses cart:service  shop/spec.md:2\n"
        "  rules that ran for it\n"
        f"    rules.has_endpoint(cart:service, pay:endpoint)  {rules}:{ran}\n"
        "  properties\n"
        "    endpoints (children /has endpoint): pay:endpoint\n"
        "    user (parent /uses project): shop:project\n"
        "    busy (computed)\n"
    )


def test_a_derived_relation_tells_the_whole_chain_up_to_the_sentence(graph: Graph) -> None:
    log = story(graph, "central:log")
    chain = next(chain for chain in log.relations if chain[0].relation.endswith(":archive"))
    assert [(step.relation, step.rule) for step in chain] == [
        ("central:log /kept-by :archive", "rules.logs_to"),
        ("pay:endpoint /logs-to central:log", "rules.has_endpoint"),
        ("cart:service /has pay:endpoint", ""),
    ]
    assert chain[-1].place == Place("shop/spec.md", 5)
    assert chain[0].place.line == line_of('@rule("endpoint", "logs-to"')


def test_a_resource_that_a_rule_asked_for_says_so(graph: Graph) -> None:
    found = explain(graph, "central:log")
    assert "  asked for by rules.has_endpoint" in to_text(found)
    assert "because of cart:service /has pay:endpoint, stated  shop/spec.md:5" in to_text(found)
    assert "no creation rule matches: it is a plain Resource" in to_text(found)


@pytest.mark.parametrize(
    ("term", "reasons"),
    [
        ("welcome:screen", ["The foo:project: no title has"]),
        ("baz:banner", ["The baz:x: its title has the wildcard baz:x, its text the term (rule 1)"]),
        ("welcome:endpoint", ["The bar:service: no title has", "The baz:x: no title has"]),
    ],
)
def test_each_resource_of_a_term_says_which_rule_chose_its_section(
    tmp_path: Path, term: str, reasons: list[str]
) -> None:
    stories = explain(seed_case(tmp_path, 3), term)
    found = [
        f"{one.block.partition(' [')[0]}: {one.reason}" for one in stories if isinstance(one, ResourceStory)
    ]
    assert len(found) == len(reasons)
    assert all(one.startswith(reason) for one, reason in zip(found, reasons, strict=True))


def output_file(path: str, *sources: tuple[str, Place, str]) -> Any:
    made = tuple(
        SimpleNamespace(term=term, block="The cart:service", place=place, template=template, renderer="")
        for term, place, template in sources
    )
    return SimpleNamespace(path=path, sources=made)


def test_a_file_tells_its_resources_template_processors_and_state(graph: Graph) -> None:
    context = Context(
        [output_file("src/cart.py", ("cart:service", Place("shop/spec.md", 4), "rules/t/x.py.j2"))],
        {"src/cart.py": ("ruff format",)},
        {"src/cart.py": "merged"},
    )
    file, resource = explain(graph, "./src/cart.py", context)
    assert isinstance(file, FileStory)
    assert isinstance(resource, ResourceStory)
    assert resource.files == (file,)
    assert to_text([file]) == (
        "src/cart.py  merged\n"
        "  of cart:service, section “The cart:service”  shop/spec.md:4\n"
        "  from the template rules/t/x.py.j2\n"
        "  then through ruff format\n"
    )
    assert story(graph, "mail:service", context).files == ()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cart:servise", "did you mean `cart:service`?"),
        ("src/carts.py", "did you mean `src/cart.py`?"),
        ("mail:x", "ask for a term that it matches"),
        ("zzz", "`moonleap graph` shows all terms"),
    ],
)
def test_an_unknown_name_is_one_error_with_a_hint(graph: Graph, name: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        explain(graph, name, Context([output_file("src/cart.py")]))
    assert (caught.value.code, caught.value.diagnostic.hint) == ("unknown-name", hint)


def test_equal_resources_are_told_apart(tmp_path: Path) -> None:
    same = RULES.replace("Service(term.data)", "Service('same')")
    rules = story(graph_of(tmp_path, SPEC, same), "mail:service").rules
    assert [rule.given for rule in rules] == [("mail:service", "send:endpoint")]


def test_the_json_holds_what_the_text_says(graph: Graph) -> None:
    (found,) = json.loads(json.dumps([to_json(one) for one in explain(graph, "pay:endpoint")]))
    assert (found["what"], found["block"], found["kind"]) == ("resource", "The cart:service", "Resource")
    assert found["place"] == {"path": "shop/spec.md", "line": 5}
    assert found["creation"] is None
    assert [chain[0]["rule"] for chain in found["relations"]] == ["rules.has_endpoint", ""]


def test_control_characters_of_a_spec_do_not_reach_the_terminal(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# The a\x1b[31m:thing\n")
    (resource,) = graph.to_json()["resources"]
    assert "\x1b" not in to_text(explain(graph, resource["term"]))
    assert "\x1b[1m" in to_text(explain(graph, resource["term"]), colour=True)


RENDERED = """
@extend(Service)
class RenderService(StoreTemplateDirs): ...
@create("service")
def create_service(term, block):
    service = Service(term.data)
    service.add_template_dir(Path(__file__).parent / "templates")
    return service
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec with files, in the current folder."""
    monkeypatch.chdir(tmp_path)
    rules = RULES.replace(
        '@create("service")\ndef create_service(term, block): return Service(term.data)\n', ""
    )
    imports = "from pathlib import Path\n" + IMPORTS
    files = {"spec.md": SPEC, "rules.py": imports + rules + RENDERED}
    steps = "bin:\n  fmt: {exe: nowhere}\npost_process:\n  .txt: [fmt]\n"
    return write(
        tmp_path / "shop",
        {**files, "settings.yml": SETTINGS + steps, "templates/{{ res.name }}.py.j2": "x = 1\n"},
    )


@pytest.mark.usefixtures("shop")
def test_the_command_explains_terms_and_files_with_their_state_in_a_folder() -> None:
    runner = CliRunner()
    generated = runner.invoke(cli, ["gen", "shop", "-o", "out"])
    assert generated.exit_code == 0, generated.output
    Path("out/cart.py").write_text("x = 1\ny = 2\n", encoding="utf-8")
    for name in ("cart.py", "out/cart.py", "./out/cart.py"):
        result = runner.invoke(cli, ["explain", "shop", name, "-o", "out"])
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("cart.py  edited\n  of cart:service, section “The cart:service”")
        assert "{{ res.name }}.py.j2, rendered by StoreTemplateDirs\n" in result.stdout
        assert "\ncart:service  Service\n" in result.stdout
    result = runner.invoke(cli, ["explain", "shop", "cart:service", "--json"])
    (found,) = json.loads(result.stdout)["found"]
    assert [file["path"] for file in found["files"]] == ["cart.py"]
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("shop")
def test_a_spec_with_errors_is_explained_as_far_as_it_was_read() -> None:
    write(Path("shop"), {"rules.py": IMPORTS + "@create('service')\ndef f(term): return None\n"})
    result = CliRunner().invoke(cli, ["explain", "shop", "shop:project"])
    assert result.exit_code == 1
    assert "described by the section “The shop:project”" in result.stdout
    assert "is a `return` missing?" in result.stderr
