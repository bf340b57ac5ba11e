"""Bad input: one error with a place, and the process goes on."""

from __future__ import annotations

import builtins
import time
from pathlib import Path

import pytest

from moonleap.graph import Graph, build_graph
from tests.moonleap.specs import SETTINGS, errors, graph_of, write


def only(graph: Graph) -> tuple[str, str, int]:
    """Code, file and line of the one error."""
    (found,) = [d for d in graph.diagnostics if d.severity == "error"]
    return found.code, Path(found.span.path).name, found.span.line


def test_folder_without_spec(tmp_path: Path) -> None:
    assert only(build_graph(str(tmp_path))) == ("not-a-file", "spec.md", 1)


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("shop/spec.md", "name its folder, `shop`"),
        ("shpo", "did you mean `shop`?"),
        (".", "did you mean `./shop`?"),
        ("shop/rules", "a spec is a file `spec.md`; `moonleap new` makes one"),
        ("shop.py.md", "did you mean `shops.py.md`?"),
    ],
)
def test_spec_that_is_not_there_is_told_with_the_closest_one(
    asked: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"shop/spec.md": "# A\n", "shop/rules/x.py": "", "shops.py.md": "# A\n"})
    monkeypatch.chdir(tmp_path)
    (found,) = build_graph(asked).diagnostics
    assert (found.code, found.hint) == ("not-a-file", hint)


def test_spec_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"spec.md": "# A\n"})

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("moonleap.reading.read_source", refuse)
    assert only(build_graph(str(tmp_path))) == ("cannot-read", "spec.md", 1)


def test_spec_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "spec.md").write_bytes(b"# A\n\n\xff\n")
    assert only(build_graph(str(tmp_path))) == ("not-utf8", "spec.md", 3)


def test_linked_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_bytes(b"# A\n\n\xff\n")
    files = {"settings.yml": "packages_by_scope: {b: []}\n"}
    assert only(graph_of(tmp_path, "# [B](b.md)\n", files=files)) == ("not-utf8", "b.md", 3)


def test_empty_spec_is_an_empty_graph(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "")
    assert (list(graph.blocks), list(graph.diagnostics)) == ([], [])


def test_file_that_links_itself(tmp_path: Path) -> None:
    assert "link-cycle" in errors(graph_of(tmp_path, "# [A](spec.md)\n"))


def test_links_that_are_nested_deeply(tmp_path: Path) -> None:
    files = {f"{i}.md": f"# [A]({i + 1}.md)\n" for i in range(300)}
    assert "links-too-deep" in errors(graph_of(tmp_path, "# [A](0.md)\n", files=files))


def test_heading_that_links_two_files(tmp_path: Path) -> None:
    files = {"a.md": "", "b.md": "", "settings.yml": "packages_by_scope: {a: []}\n"}
    assert only(graph_of(tmp_path, "# T\n\n# [A](a.md) [B](b.md)\n", files=files))[::2] == (
        "several-links",
        3,
    )


@pytest.mark.parametrize(
    ("settings", "line", "says"),
    [
        (
            "packages_by_scope:\n  default: rules\n",
            2,
            "`packages_by_scope.default` is a list of texts, not str",
        ),
        ("packages_by_scope:\n  default:\n    - a\n    - 1\n", 2, "not list ['a', 1]"),
        ("x: 1\npackages_by_scope: [a]\n", 2, "`packages_by_scope` is a mapping"),
        ("package_paths: 3\n", 1, "`package_paths` is a list of texts, not int 3"),
        ("- a\n", 1, "no mapping"),
        ("!!set {a}\n", 1, "no mapping"),
        ("a: [\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("a: !!python/object:os.system {}\n", 1, "not YAML"),
        ("? [1, 2]\n: x\n", 1, "not YAML"),
        ("a: &b 1\nc: *b\n", 2, "aliases are not used"),
        ("yes: 1\nyes: 2\n", 2, "`True` is there twice"),
        ("packages_by_scope:\n  default: [a]\n  default: [b]\n", 3, "twice: in line 2 too"),
        ("packages_by_scope:\n  default: ['../a']\n", 2, "`../a` is no name of a package"),
    ],
)
def test_settings_of_the_wrong_type(settings: str, line: int, says: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", files={"settings.yml": settings})
    if "[1, 2]" not in settings:
        assert only(graph) == ("bad-settings", "settings.yml", line)
        assert says in next(d for d in graph.diagnostics if d.severity == "error").message
    else:
        assert len(errors(graph)) <= 1


def test_unknown_setting_is_a_warning_with_the_closest_name(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", files={"settings.yml": "\npackage_by_scope: {}\n"})
    (found,) = graph.diagnostics
    assert (found.severity, found.span.line) == ("warning", 2)
    assert found.hint == "did you mean `packages_by_scope`?"


def test_package_path_that_is_no_folder_is_a_warning_with_the_closest_name(tmp_path: Path) -> None:
    files = {"settings.yml": "x-y: 1\npackage_paths: [packges]\n", "packages/a.py": ""}
    _, found = graph_of(tmp_path, "# A\n", files=files).diagnostics
    assert (found.code, found.severity, found.span.line) == ("bad-settings", "warning", 2)
    assert found.hint == "did you mean `packages`?"


def test_missing_package_is_told_with_the_closest_name(tmp_path: Path) -> None:
    files = {
        "settings.yml": "packages_by_scope:\n  default: [bar_pgk]\n",
        "bar_pkg/__init__.py": "modules = []\n",
    }
    graph = graph_of(tmp_path, "# A\n", files=files)
    assert only(graph) == ("missing-package", "settings.yml", 2)
    assert graph.diagnostics[0].hint == "did you mean `bar_pkg`?"


def test_package_that_raises_shows_the_users_frames_only(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", "def f():\n    return 1 / 0\nf()\n")
    assert only(graph) == ("package-failed", "settings.yml", 2)
    message = graph.diagnostics[0].message
    assert "raised ZeroDivisionError: division by zero" in message
    assert "rules.py" in message
    assert "importlib" not in message
    assert "moonleap/" not in message


def test_package_that_is_no_python_shows_its_line(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", "def f(:\n")
    assert only(graph) == ("package-failed", "settings.yml", 2)
    first, second, *_ = graph.diagnostics[0].message.split("\n")
    assert first == "package `rules` raised SyntaxError: invalid syntax"
    assert second.endswith('rules.py", line 5')


def test_package_that_imports_what_is_missing_is_not_missing_itself(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", "import no_such_module_at_all\n")
    assert only(graph)[0] == "package-failed"
    assert "no_such_module_at_all" in graph.diagnostics[0].message


@pytest.mark.parametrize("text", ["x = 1\n", "modules = [1]\n", "modules = 'item'\n"])
def test_package_without_a_list_of_modules(text: str, tmp_path: Path) -> None:
    files = {"settings.yml": SETTINGS, "rules.py": text}
    assert only(graph_of(tmp_path, "# A\n", files=files)) == ("no-modules", "settings.yml", 2)


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("Resource()", "a Resource that is no resource of this spec"),
        ("kept", "a Resource that is no resource of this spec"),
        ("'x:item'", "the wildcard `x:item`"),
    ],
)
def test_rule_that_relates_what_is_no_resource_of_the_spec(end: str, says: str, tmp_path: Path) -> None:
    other = graph_of(tmp_path / "other", "# The a:item\n")
    rules = "import builtins\nkept = builtins.moonleap_kept\n"
    rules += f'@rule("item")\ndef f(item): return create_forward(item, "has", {end})\n'
    builtins.moonleap_kept = other.resources[0]  # type: ignore[attr-defined]
    try:
        graph = graph_of(tmp_path / "this", "# The a:item\n", rules)
    finally:
        del builtins.moonleap_kept  # type: ignore[attr-defined]
    assert only(graph) == ("bad-return", "spec.md", 1)
    assert says in graph.diagnostics[0].message


@pytest.mark.parametrize("pattern", ["''", "'a b'", "1", "'a:'", "None"])
def test_pattern_that_is_none(pattern: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n", f"@create({pattern})\ndef f(term): ...\n")
    assert only(graph)[0] == "package-failed"


@pytest.mark.parametrize("error", ["raise ValueError('no')", "1 / 0", "raise SystemExit(3)", "f(a, b)"])
def test_rule_that_raises_is_told_with_its_relation_and_the_users_traceback(
    error: str, tmp_path: Path
) -> None:
    rules = f"@rule('a', has, 'b')\ndef f(a, b):\n    {error}\n"
    graph = graph_of(tmp_path, "# A\n\n1:a /has\n1:b\n", rules)
    assert only(graph) == ("rule-raised", "spec.md", 3)
    message = graph.diagnostics[-1].message
    assert "rules.f" in message
    assert "`1:a /has 1:b`" in message
    assert "rules.py" in message
    assert "engine.py" not in message


def test_resource_without_fields_takes_no_arguments(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# 1:a\n", "@create('a')\ndef f(term): return Resource(term.data)\n")
    assert only(graph)[0] == "rule-raised"
    assert "TypeError" in graph.diagnostics[-1].message


def test_creation_rule_that_raises(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# A\n\n1:a\n", "@create('a')\ndef f(term): return term.nothing\n")
    assert only(graph) == ("rule-raised", "spec.md", 3)


@pytest.mark.parametrize("result", ["1", "'a:b'", "[1]", "Resource()"])
def test_rule_that_returns_what_is_no_relation(result: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# 1:a\n", f"@rule('a')\ndef f(a): return {result}\n")
    assert only(graph)[0] == "bad-return"


@pytest.mark.parametrize("result", ["'text'", "3", "Resource", "ONE"])
def test_creation_rule_that_returns_no_new_resource(result: str, tmp_path: Path) -> None:
    rules = f"ONE = Resource()\n@create('a')\ndef f(term): return {result}\n"
    assert only(graph_of(tmp_path, "# 1:a and 2:a\n", rules))[0] == "no-resource"


def test_rules_that_double_what_they_find_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moonleap.engine.MAX_DERIVED", 1000)
    rules = "@rule('a')\ndef f(a):\n    return [create_forward(a, has, f'{i}{a}') for i in (1, 2)]\n"
    assert only(graph_of(tmp_path, "# 1:a\n", rules))[0] == "endless-rules"


def test_100_000_lines_are_read_in_seconds(tmp_path: Path) -> None:
    text = "# T\n\n" + "The a:b /has c:d and (some words that mean nothing).\n\n" * 50_000
    start = time.process_time()
    graph = graph_of(tmp_path, text)
    assert len(graph.relations) == 1
    assert time.process_time() - start < 20


def test_sentence_of_too_many_terms_is_one_error(tmp_path: Path) -> None:
    names = " ".join(f"{i}:a" for i in range(1500))
    graph = graph_of(tmp_path, f"# T\n\n{names} /has\n{names} /uses {names}. a:b /has c:d.\n")
    assert only(graph) == ("too-many-relations", "spec.md", 3)


def test_brackets_without_end_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# T\n\n" + "(" * 20_000 + "a:b" + " /has (c:d" * 5_000 + "\n")
    assert not errors(graph)


def test_graph_is_what_it_was_when_a_rule_failed(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "# 1:a\n", "@rule('a')\ndef f(a): 1 / 0\n")
    assert graph.failed
    assert len(graph.resources) == 1


def test_spec_dir_may_be_written_in_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "spec", {"spec.md": "# The a:b {s}\n"})
    monkeypatch.chdir(tmp_path)
    for name in ("spec", "spec/", "./spec", "./spec/../spec"):
        assert only(build_graph(name)) == ("unknown-scope", "spec.md", 1)
