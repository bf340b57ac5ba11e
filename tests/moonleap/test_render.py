"""Rendering: template folders, render functions, filters and transforms of packages, shared files."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonleap import Generation, generate
from moonleap.outputpath import PathRefused, output_path
from moonlight.source import normalize
from tests.moonleap.specs import CASES, IMPORTS, SETTINGS, case_files, write

PKG = (
    IMPORTS
    + """
from pathlib import Path
class Item(Resource):
    @property
    def name(self): return term_of(self).data
@extend(Item)
class Ext(StoreTemplateDirs): ...
@create("item")
def create_item(term, block):
    item = Item()
    item.add_template_dir(Path(__file__).parent / "t")
    return item
"""
)
RENDER = (
    IMPORTS
    + """
@extend(Resource)
class Ext:
    def render(self, write_file, render_template, output_path):
        {}
"""
)


def made(
    folder: Path, files: Mapping[str, str | bytes], spec: str = "# A\n\nfoo:item\n", **options: str
) -> Generation:
    """Generation of a spec, with a package `pkg` in the default scope that renders the folder `pkg/t`."""
    default = {"spec.md": spec, "pkg/__init__.py": PKG, "settings.yml": SETTINGS.replace("rules", "pkg")}
    texts = {name: text for name, text in files.items() if isinstance(text, str)}
    write(folder, {**default, **texts})
    (folder / "pkg" / "t").mkdir(exist_ok=True)
    for name, data in files.items():
        if isinstance(data, bytes):
            (folder / name).write_bytes(data)
    return generate(str(folder))


def custom(folder: Path, code: str, spec: str = "# A\n\nfoo:item\n") -> Generation:
    """Generation where every resource is rendered by some lines of code."""
    body = code.replace("\n", "\n        ")
    return generate(
        str(write(folder, {"spec.md": spec, "settings.yml": SETTINGS, "rules.py": RENDER.format(body)}))
    )


def texts(generation: Generation) -> dict[str, str | bytes]:
    """Texts by path; there must be no error."""
    assert not [d.format() for d in generation.diagnostics if d.severity == "error"]
    return {file.path: file.text for file in generation.files}


def wrong(generation: Generation) -> list[tuple[str, str, int]]:
    """Code, name of the file and line of each error."""
    assert generation.files == ()
    found = [d for d in generation.diagnostics if d.severity == "error"]
    return [(d.code, d.span.path.rpartition("/")[2], d.span.line) for d in found]


def message(generation: Generation) -> str:
    """Message and hint of the first error."""
    found = next(d for d in generation.diagnostics if d.severity == "error")
    return f"{found.message}\n{found.hint}"


# The seed's cases


def test_case_5_template_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    generation = generate(str(write(tmp_path, case_files(CASES / "case-5-templates.md"))))
    assert texts(generation) == {
        "foo.bar": "foo.bar of todoList\n",
        "of-todoList/inner.txt": "a tag in the name of a folder\n",
        "todoList-chosen.txt": "its name is in renamed.txt.fn\n",
        "todoList-folder/copied.txt": b"{{ no template }}\n",
        "todoList.txt": "a tag in the name\n",
    }
    (source,) = generation.files[0].sources
    assert (source.term, source.renderer) == ("todo-list:item", "StoreTemplateDirs")
    assert source.template == "bar_pkg/item/templates/foo.bar.j2"
    assert (source.block, source.place.line) == ("The todo-list:item", 1)


def test_case_5_note_3_custom_render_function_from_meta(tmp_path: Path) -> None:
    generation = generate(str(write(tmp_path, case_files(CASES / "case-5.md"))))
    assert texts(generation) == {"item.txt": "todoList is of todo-list:item\n"}
    assert generation.files[0].sources[0].renderer == "bar_pkg.item.custom_render"


def test_case_7_filters_transforms_and_post_processing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOONLEAP_TEST_HOME", "/home/x")
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path, case_files(CASES / "case-7.md"))
    assert message(generate(str(tmp_path))).startswith("`prettier` is not there: no program")
    program = tmp_path / ".yarn" / "bin" / "prettier"
    write(tmp_path, {".yarn/bin/prettier": '#!/bin/sh\ncat "$3" >> "$4"\n', ".prettierrc": "// semi\n"})
    program.chmod(0o755)
    assert texts(generate(str(tmp_path))) == {
        "view.ts": 'export const view = "foo:module"\n// semi\n',
        "views.py": 'import os\n\nHOME = os.path.join("/home/x/x")\n',
    }


# Template folders


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.txt.j2": "{{ res.name }}"}, {"a.txt": "foo"}),
        ({"a.txt.j2": "x\n\n\n"}, {"a.txt": "x\n\n\n"}),
        ({"a.txt.j2": b"{{ res.name }}\r\n{% if 1 %}\r\nb{% endif %}"}, {"a.txt": "foo\r\n\r\nb"}),
        ({"a.txt.j2": b"1\r{{ 2 }}\r"}, {"a.txt": "1\r2\r"}),
        ({"a.txt.j2": "<{{ '<&>' }}>"}, {"a.txt": "<<&>>"}),
        ({"a.bin": b"\xff\r\n{{"}, {"a.bin": b"\xff\r\n{{"}),
        ({"a.txt.j2": "1", "a.txt.fn": " {{ res.name }}.md\n"}, {"foo.md": "1"}),
        ({"a.txt.j2": "1", "a.txt.j2.fn": "{{ res.name }}.md"}, {"foo.md": "1"}),
        ({"a.txt": b"1", "a.txt.fn": "b/{{ res.name }}.md"}, {"b/foo.md": b"1"}),
        ({"a.txt.j2": "{{ nothing }}", "a.txt.fn": "{% if false %}x{% endif %}\n"}, {}),
        ({"{{ res.name }}/{{ res.name|upper }}.j2": ""}, {"foo/FOO": ""}),
        ({"{{ res.name }}.j2": "", "{{ res.name }}.fn": "x"}, {"x": ""}),
        ({"d/a.txt.j2": "", "d.fn": "{{ res.name }}/e"}, {"foo/e/a.txt": ""}),
        ({"d/a.txt.j2": "", "d.fn": "."}, {"a.txt": ""}),
        ({"d/a.txt.j2": "{{ nothing }}", "d.fn": ""}, {}),
        ({"{% if false %}d{% endif %}/a.j2": ""}, {}),
        ({".gitignore.j2": "x", "[id].tsx.j2": ""}, {".gitignore": "x", "[id].tsx": ""}),
        ({"(group)/a b.txt.j2": ""}, {"(group)/a b.txt": ""}),
        ({".j2": b"1", "__pycache__/a.pyc": b"2"}, {".j2": b"1"}),
    ],
)
def test_template_folder(
    files: Mapping[str, str | bytes], expected: dict[str, str | bytes], tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / "pkg" / "t" / name).parent.mkdir(parents=True, exist_ok=True)
    assert texts(made(tmp_path, {f"pkg/t/{name}": data for name, data in files.items()})) == expected


def test_empty_folders_are_created(tmp_path: Path) -> None:
    for name in ("{{ res.name }}/inner", "full", "skipped/a", "only/skipped"):
        (tmp_path / "pkg" / "t" / name).mkdir(parents=True)
    files = {
        "pkg/t/full/a": "",
        "pkg/t/skipped.fn": "",
        "pkg/t/only/skipped/b.j2": "",
        "pkg/t/only/skipped/b.fn": "",
    }
    generation = made(tmp_path, files)
    assert generation.folders == ("foo", "foo/inner", "only", "only/skipped")
    assert list(texts(generation)) == ["full/a"]


def test_executable_templates_make_executable_files(tmp_path: Path) -> None:
    write(tmp_path, {"pkg/t/run.sh.j2": "x", "pkg/t/copy.sh": "x", "pkg/t/plain": ""})
    for name in ("run.sh.j2", "copy.sh"):
        (tmp_path / "pkg" / "t" / name).chmod(0o755)
    files = made(tmp_path, {}).files
    assert {file.path: file.executable for file in files} == {"run.sh": True, "copy.sh": True, "plain": False}


def test_templates_include_what_lies_beside_them_in_their_folder_and_in_their_package(tmp_path: Path) -> None:
    files = {
        "pkg/t/d/main.j2": '{% include "beside.txt" %}{% include "top.txt" %}{% extends "shared/base.j2" %}'
        '{% import "d/macros.txt" as m %}{% block b %}{{ m.f("x") }}{% endblock %}',
        "pkg/t/d/beside.txt": "",
        "pkg/t/d/beside.txt.fn": "",
        "pkg/t/top.txt": "",
        "pkg/t/d/macros.txt": "{% macro f(x) %}<{{ x }}>{% endmacro %}",
        "pkg/shared/base.j2": "[{% block b %}{% endblock %}{% include 'part.j2' %}]",
        "pkg/shared/part.j2": "({{ res.name }})",
    }
    assert texts(made(tmp_path, files))["d/main"] == "[<x>(foo)]"


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname", "no.txt", "../../spec.md"])
def test_templates_include_nothing_from_elsewhere(name: str, tmp_path: Path) -> None:
    files = {"pkg/t/a.j2": "\n{% include '" + name + "' %}", "outside.txt": ""}
    generation = made(tmp_path, files)
    assert wrong(generation) == [("missing-template", "a.j2", 2)]
    assert f"there is no template `{name}`, for `foo:item`" in message(generation)


def test_context_and_skip_of_a_template_folder(tmp_path: Path) -> None:
    rules = PKG.replace(
        '/ "t")', '/ "t", lambda item: {"x": item.name}, skip=lambda item: item.name == "bar")'
    )
    files = {"pkg/__init__.py": rules, "pkg/t/{{ x }}.j2": "{{ x }} {{ res.name }}"}
    assert texts(made(tmp_path, files, "# A\n\nfoo:item bar:item\n")) == {"foo": "foo foo"}
    rules = PKG.replace('/ "t")', '/ "t", lambda item: [1])')
    generation = made(tmp_path, {"pkg/__init__.py": rules})
    assert "<lambda> returned list; return a dict" in message(generation)


def test_templates_and_files_of_other_sessions_are_not_seen(tmp_path: Path) -> None:
    first = made(
        tmp_path / "a",
        {"pkg/t/a.j2": "{{ 1|f }}", "pkg/__init__.py": PKG + "filters = {'f': lambda x: 'one'}"},
    )
    second = made(
        tmp_path / "b",
        {"pkg/t/a.j2": "{{ 1|f }}", "pkg/__init__.py": PKG + "filters = {'f': lambda x: 'two'}"},
    )
    assert (texts(first), texts(second)) == ({"a": "one"}, {"a": "two"})
    assert wrong(made(tmp_path / "c", {"pkg/t/a.j2": "{{ 1|f }}"})) == [("template-syntax", "a.j2", 1)]


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    files = {"pkg/t/{{ res.name }}.j2": "{{ res }}", "pkg/t/b/{{ res.name }}.j2": ""}
    spec = "# A\n\nz:item a:item m:item\n"
    first = made(tmp_path, files, spec)
    assert first.files == generate(str(tmp_path)).files
    assert list(texts(first)) == sorted(texts(first))


def test_a_thousand_resources_are_rendered_in_less_than_a_few_seconds(tmp_path: Path) -> None:
    spec = "# A\n\n" + "".join(f"n{i}:item\n\n" for i in range(1000))
    start = time.process_time()
    generation = made(tmp_path, {"pkg/t/{{ res.name }}.j2": "{{ res }}"}, spec)
    assert len(texts(generation)) == 1000
    assert time.process_time() - start < 5


# Render functions


def test_render_function_writes_texts_bytes_and_folders(tmp_path: Path) -> None:
    code = (
        "write_file(output_path / 'a.txt', 'a')\n"
        "write_file(f'{output_path}/b/b.txt', b'b', executable=True)\n"
        "write_file('c', is_dir=True)\n"
        "write_file('d.txt', render_template(TemplateText('{{ x }} {{ res }}'), x=1))\n"
        "write_file('e.txt', render_template(Path(__file__).parent / 'e.j2', {'x': 2}))\n"
        "write_file('f.txt', render_template('e.j2', {'x': 3}))"
    )
    write(tmp_path, {"e.j2": "{{ x }}"})
    generation = custom(tmp_path, "from pathlib import Path\n" + code)
    expected = {"a.txt": "a", "b/b.txt": b"b", "d.txt": "1 foo:item", "e.txt": "2", "f.txt": "3"}
    assert texts(generation) == expected
    assert (generation.folders, [f.path for f in generation.files if f.executable]) == (("c",), ["b/b.txt"])
    assert [Path(file.template).name for file in generation.files] == ["", "", "", "e.j2", "e.j2"]
    assert generation.files[0].sources[0].renderer == "rules.Ext.render"


def test_output_path_is_that_of_the_resource_if_it_has_one(tmp_path: Path) -> None:
    rules = PKG.replace(
        "Ext(StoreTemplateDirs): ...",
        "Ext(StoreTemplateDirs):\n    output_path = Prop(lambda s: 'x/' + s.name)",
    )
    assert texts(made(tmp_path, {"pkg/__init__.py": rules, "pkg/t/a.j2": ""})) == {"x/foo/a": ""}


@pytest.mark.parametrize(
    ("declared", "renderer"),
    [
        ("@extend(Item)\nclass Ext:\n    render = MemFun(render_templates('t'))", "render_templates"),
        ("@extend(Item)\nclass Ext(StoreTemplateDirs):\n    ...", "StoreTemplateDirs"),
        ("class Item(StoreTemplateDirs, Resource): ...", "StoreTemplateDirs"),
        ("@dataclass\nclass Item(Resource, StoreTemplateDirs):\n    x: int = 1", "StoreTemplateDirs"),
        (
            "@dataclass(slots=True)\nclass Item(StoreTemplateDirs, Resource):\n    x: int = 1",
            "StoreTemplateDirs",
        ),
        ("@extend(Resource)\nclass Ext(StoreTemplateDirs):\n    ...", "StoreTemplateDirs"),
        ("class Mine(StoreTemplateDirs): ...\n@extend(Item)\nclass A(Mine): ...", "StoreTemplateDirs"),
    ],
)
def test_ways_to_declare_who_renders(declared: str, renderer: str, tmp_path: Path) -> None:
    rules = (
        f"{IMPORTS}class Item(Resource): ...\n{declared}\n@create('item')\ndef create_item(term):\n"
        "    item = Item()\n    if hasattr(item, 'add_template_dir'): item.add_template_dir('t')\n"
        "    return item\n"
    )
    generation = made(tmp_path, {"pkg/__init__.py": rules, "pkg/t/a.j2": "{{ res }}"})
    assert texts(generation) == {"a": "foo:item"}
    assert generation.files[0].sources[0].renderer == renderer


def test_resources_without_render_function_write_nothing(tmp_path: Path) -> None:
    generation = made(tmp_path, {"pkg/__init__.py": "modules = []"})
    assert (generation.files, generation.failed) == ((), False)


def test_a_failed_graph_renders_nothing(tmp_path: Path) -> None:
    generation = custom(tmp_path, "print('rendered')", "text\n\n# A\n\nfoo:item\n")
    assert wrong(generation) == [("text-before-heading", "spec.md", 1)]


def test_text_and_modules_take_the_place_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("a_module_of_rules")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(RENDER.format("write_file('a', str(self))"), module.__dict__)
    generation = generate(str(tmp_path), text="\n# A\n\nfoo:item", path="intro.py.md", modules=[module])
    assert texts(generation) == {"a": "foo:item"}
    assert str(generation.files[0].sources[0].place) == "intro.py.md:4"


def test_texts_in_rules_are_templates_too(tmp_path: Path) -> None:
    """They include what lies in their package; their mistakes are told at the line of the spec."""
    rules = PKG.replace("Ext(StoreTemplateDirs): ...", "Ext:\n    def render(self, write_file, render, out):")
    body = "\n        write_file('a', render(TemplateText(TEXT)))\n"
    rules = rules.replace("render, out):", "render, out):" + body).replace(
        "    item.add_template_dir", "    str"
    )
    expected = {"{{ res.name }}{% include 't/b.txt' %}": "foobar", "a{% raw %}{{{% endraw %}": "a{{"}
    for text, made_of_it in expected.items():
        files = {"pkg/__init__.py": f"TEXT = {text!r}\n{rules}", "pkg/t/b.txt": "bar"}
        assert texts(made(tmp_path, files)) == {"a": made_of_it}
    for text, code in (
        ("{{ no }}", "undefined-variable"),
        ("{% if %}", "template-syntax"),
        ("{% include 'spec.md' %}", "missing-template"),
        ("{% include '../spec.md' %}", "missing-template"),
    ):
        generation = made(tmp_path, {"pkg/__init__.py": f"TEXT = {text!r}\n{rules}"})
        assert wrong(generation) == [(code, "spec.md", 3)]


# Packages


TWO = {
    "settings.yml": "packages_by_scope:\n  default: [base]\n  s: [one]\n  t: [two]\n",
    "base.py": IMPORTS
    + "@create('no')\ndef f(term): ...\nfilters = {'f': lambda x: 'base', 'g': lambda x: 'base'}",
    **{
        f"{name}/__init__.py": PKG.replace("item", name)
        + f"filters = {{'f': lambda x: '{name}'}}\ntransforms = [lambda lines: ['{name}', *lines]]\n"
        f"post_transforms = [lambda lines: [line.upper() for line in lines]]\n"
        for name in ("one", "two")
    },
    "one/t/one.j2": "{{ 1|f }} {{ 1|g }}",
    "two/t/two.j2": "{{ 1|f }} {{ 1|g }}",
}


def test_filters_and_transforms_are_those_of_the_package_and_of_the_scope_default(tmp_path: Path) -> None:
    generation = made(tmp_path, TWO, "# A {s}\n\nfoo:one\n\n# B {t}\n\nfoo:two\n")
    assert texts(generation) == {"one": "ONE\nONE BASE", "two": "TWO\nTWO BASE"}


def test_template_of_another_place_has_the_package_of_its_resource(tmp_path: Path) -> None:
    elsewhere = {
        "one/__init__.py": TWO["one/__init__.py"].replace("__file__).parent", "__file__).parent.parent / 'x'")
    }
    generation = made(tmp_path, {**TWO, **elsewhere, "x/t/one.j2": "{{ 1|f }}"}, "# A {s}\n\nfoo:one\n")
    assert texts(generation) == {"one": "ONE\nONE"}


def test_transform_may_take_the_path_of_the_template(tmp_path: Path) -> None:
    rules = PKG + "def t(lines, path): return [path.rpartition('/')[2], *lines]\ntransforms = [t]\n"
    assert texts(made(tmp_path, {"pkg/__init__.py": rules, "pkg/t/a.j2": ""})) == {"a": "a.j2\n"}


def test_lines_are_those_of_the_template_where_transforms_add_some(tmp_path: Path) -> None:
    rules = PKG + "transforms = [lambda lines: ['', '', *lines]]\n"
    files = {"pkg/__init__.py": rules, "pkg/t/a.j2": "a\n{{ no }}\n", "pkg/t/b.j2": "a\n\n{% if %}\n"}
    assert wrong(made(tmp_path, files)) == [("undefined-variable", "a.j2", 2), ("template-syntax", "b.j2", 3)]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("filters = 3", "`filters` of module pkg is a dict from names to functions, not 3"),
        ("filters = {'a': 3}", "`filters` of module pkg is a dict"),
        ("transforms = {'a'}", "`transforms` of module pkg is a list of functions"),
        ("post_transforms = [3]", "`post_transforms` of module pkg is a list of functions"),
        ("mergers = [len]", "`mergers` of module pkg is a dict"),
    ],
)
def test_variables_of_the_wrong_type(more: str, says: str, tmp_path: Path) -> None:
    generation = made(tmp_path, {"pkg/__init__.py": PKG + more})
    assert wrong(generation) == [("bad-hook", "__init__.py", 1)]
    assert says in message(generation)


def test_two_modules_of_a_package_cannot_have_different_filters_of_one_name(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from . import a, b\nmodules = [a, b]\n",
        **dict.fromkeys(("pkg/a.py", "pkg/b.py"), "filters = {'f': lambda x: x}"),
    }
    assert "`filters` of module pkg.b has another `f` than a module before it" in message(
        made(tmp_path, files)
    )


def test_filters_may_be_a_list_and_a_submodule_may_be_called_filters(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from . import filters, a\nmodules = [filters, a]\n",
        "pkg/filters.py": "def f(x): return 'f'\nfilters = [f]\n",
    }
    assert texts(made(tmp_path, {**files, "pkg/a.py": PKG, "pkg/t/a.j2": "{{ 1|f }}"})) == {"a": "f"}


# Shared files


def test_equal_files_of_several_resources_are_one(tmp_path: Path) -> None:
    generation = made(tmp_path, {"pkg/t/a.j2": "same", "pkg/t/b": "same"}, "# A\n\nfoo:item bar:item\n")
    assert texts(generation) == {"a": "same", "b": b"same"}
    assert [source.term for source in generation.files[0].sources] == ["foo:item", "bar:item"]


@pytest.mark.parametrize("pattern", ["a.txt", "*.txt", "d/*.txt", "d/a.txt"])
def test_merger_joins_the_texts_of_several_resources(pattern: str, tmp_path: Path) -> None:
    rules = PKG + f"mergers = {{'no': None or str, '{pattern}': lambda texts: '+'.join(texts)}}"
    files = {"pkg/__init__.py": rules, "pkg/t/d/a.txt.j2": "{{ res.name }}"}
    generation = made(tmp_path, files, "# A\n\nfoo:item bar:item\n")
    assert texts(generation) == {"d/a.txt": "foo+bar"}
    assert len(generation.files[0].sources) == 2


def test_default_pkg_merges_lines_and_json(tmp_path: Path) -> None:
    files = {
        "settings.yml": "packages_by_scope:\n  default: [default_pkg, pkg]\n",
        "pkg/t/.gitignore.j2": "x\n{{ res.name }}\n",
        "pkg/t/package.json.j2": '{"a": {"{{ res.name }}": 1}, "b": ["{{ res.name | kebab_to_pascal }}"]}',
    }
    generation = made(tmp_path, files, "# A\n\nfoo:item bar:item\n")
    assert texts(generation) == {
        ".gitignore": "x\nfoo\nbar\n",
        "package.json": '{\n  "a": {\n    "foo": 1,\n    "bar": 1\n  },\n'
        '  "b": [\n    "Foo",\n    "Bar"\n  ]\n}\n',
    }
    generation = made(
        tmp_path, {**files, "pkg/t/package.json.j2": '{"a": "{{ res.name }}"}'}, "# A\n\nfoo:item bar:item\n"
    )
    assert "raised ValueError: `a` is 'foo' and 'bar'" in message(generation)


def test_default_pkg_is_there_within_a_session_only(tmp_path: Path) -> None:
    test_default_pkg_merges_lines_and_json(tmp_path)
    assert "default_pkg" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("default_pkg")


def test_spec_may_have_its_own_default_pkg(tmp_path: Path) -> None:
    files = {
        "settings.yml": "packages_by_scope:\n  default: [default_pkg, pkg]\n",
        "default_pkg.py": "modules = []\nfilters = {'own': len}",
    }
    assert texts(made(tmp_path, {**files, "pkg/t/a.j2": "{{ 'abc'|own }}"})) == {"a": "3"}


@pytest.mark.parametrize(
    ("merger", "says"),
    [
        ("lambda texts: None", "returned NoneType for `a`"),
        ("lambda texts: 1 / 0", "called for `a`, raised ZeroDivisionError"),
    ],
)
def test_merger_that_fails(merger: str, says: str, tmp_path: Path) -> None:
    rules = PKG + f"mergers = {{'a': {merger}}}"
    generation = made(
        tmp_path, {"pkg/__init__.py": rules, "pkg/t/a.j2": "{{ res }}"}, "# A\n\nfoo:item b:item\n"
    )
    assert wrong(generation) == [("merger-raised", "spec.md", 3)]
    assert says in message(generation)


def test_two_writers_of_one_file_are_named_with_their_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    generation = made(tmp_path, {"pkg/t/a.j2": "{{ res }}"}, "# A\n\nfoo:item\n\nbar:item\n")
    assert wrong(generation) == [("two-writers", "spec.md", 5)]
    places = [
        f"`{name}:item` ({tmp_path}/spec.md:{line}) with pkg/t/a.j2"
        for name, line in (("foo", 3), ("bar", 5))
    ]
    assert message(generation).startswith(f"`a` is written by {places[0]}, and by {places[1]}")


@pytest.mark.parametrize(
    ("paths", "codes"),
    [
        (["a", "A"], ["same-name"]),
        (["d/a", "D/b"], ["same-name"]),
        (["d/é", "d/e\u0301"], ["same-name"]),
        (["straße", "STRASSE"], ["same-name"]),
        (["a", "a/b"], ["file-and-folder"]),
        (["d/a/b/c", "d/a"], ["file-and-folder"]),
        (["a", "A/b"], ["same-name"]),
        (["a/x", "b/X"], []),
    ],
)
def test_files_that_get_in_each_others_way(paths: list[str], codes: list[str], tmp_path: Path) -> None:
    generation = custom(tmp_path, f"for path in {paths!r}: write_file(path, path)")
    assert [d.code for d in generation.diagnostics if d.severity == "error"] == codes


def test_folder_and_file_of_one_name(tmp_path: Path) -> None:
    assert wrong(custom(tmp_path, "write_file('a')\nwrite_file('a', is_dir=True)"))[0][0] == "file-and-folder"


# Paths


@pytest.mark.parametrize(
    "path",
    [
        *("../x", "a/../x", "/etc/x", "//host/x", "C:/x", "c:x", "a\\b", "..\\x", "x\0", "a\nb", "\x7f"),
        *("CON", "a/nul.txt", "com1", "Aux.py/x", "a.", "a ", "...", "x" * 300, "é" * 130, "a/" * 600 + "b"),
        *(".moonleap/x", ".Moonleap", ".git/hooks/x", "a/.GIT/config", "", ".", "./", "\ud800", "x:stream"),
    ],
)
def test_paths_that_leave_the_folder_or_are_no_files_everywhere(path: str, tmp_path: Path) -> None:
    generation = custom(tmp_path, f"write_file({path!r}, '')")
    assert wrong(generation) == [("bad-path", "spec.md", 3)]


@pytest.mark.parametrize("name", ["../x", "/x", "..", "a/../../b", "C:x"])
def test_names_from_templates_stay_in_the_folder(name: str, tmp_path: Path) -> None:
    generation = made(tmp_path, {"pkg/t/d/a.j2": "", "pkg/t/d/a.fn": name, "pkg/t/b.j2": "{{ no }}"})
    assert wrong(generation) == [("undefined-variable", "b.j2", 1), ("bad-path", "a.fn", 1)]
    spec = f"# A\n\n{name}:item\n"
    if name.startswith("a"):
        generation = made(
            tmp_path / "n", {"pkg/t/{{ res.name }}.j2": "", "pkg/t/{{ res.name }}.fn": "{{ res.name }}"}, spec
        )
        assert wrong(generation) == [("bad-path", "{{ res.name }}.fn", 1)]


@pytest.mark.parametrize("path", ["a/./b", "./a/b", "a//b"])
def test_paths_are_normalised(path: str, tmp_path: Path) -> None:
    assert list(texts(custom(tmp_path, f"write_file({path!r}, '')"))) == ["a/b"]


# Errors


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ("\n{% if %}", "template-syntax", 2, "this is no template: "),
        ("\n\n{{ 1|uper }}", "template-syntax", 3, "no filter is called `uper`"),
        ("{{ [1, 2]|random }}", "template-syntax", 1, "no filter is called `random`"),
        ("\n{{ 1|uper }}", "template-syntax", 2, "did you mean `upper`?"),
        ("a\n{{ re.name }}", "undefined-variable", 2, "did you mean `res`?"),
        ("a\n{{ res.nam }}", "undefined-variable", 2, "did you mean `name`?"),
        ("{% set d = {'keys': 1} %}\n{{ d.key }}", "undefined-variable", 2, "did you mean `keys`?"),
        ("\n{% if res.nam %}{% endif %}", "undefined-variable", 2, "has no attribute 'nam'"),
        ("\n{{ 1 / 0 }}", "template-raised", 2, "raised ZeroDivisionError"),
        (
            "\n{{ res.bad }}",
            "template-raised",
            2,
            "raised AttributeError: 'Item' object has no attribute 'x'",
        ),
        ("\n{{ 1|fail }}", "template-raised", 2, "in fail_filter"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "template-raised", 1, "calls itself without end"),
    ],
)
def test_mistakes_in_templates_are_told_with_their_line(
    text: str, code: str, line: int, says: str, tmp_path: Path
) -> None:
    more = (
        "Item.bad = property(lambda self: self.x)\n"
        "def fail_filter(x): raise ValueError(x)\nfilters = {'fail': fail_filter}"
    )
    generation = made(tmp_path, {"pkg/t/a.j2": text, "pkg/__init__.py": PKG + more})
    assert wrong(generation) == [(code, "a.j2", line)]
    assert says in message(generation)
    assert f", for `foo:item` ({tmp_path}/spec.md:3)" in message(generation)
    assert "jinja2" not in message(generation)
    assert "moonleap/" not in message(generation)


def test_mistake_in_an_included_template_is_told_with_its_own_line(tmp_path: Path) -> None:
    files = {"pkg/t/a.j2": "{% include 'b.txt' %}", "pkg/t/b.txt": "\n\n{{ no }}"}
    assert wrong(made(tmp_path, files)) == [("undefined-variable", "b.txt", 3)]
    files = {"pkg/t/a.j2": "{% include 'b.txt' %}", "pkg/t/b.txt": "\n\n{% no %}"}
    assert wrong(made(tmp_path, files)) == [("template-syntax", "b.txt", 3)]


def test_all_mistakes_are_told_at_once_and_each_one_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pkg/t/a.j2": "{{ no }}",
        "pkg/t/b.j2": "{% if %}",
        "pkg/t/c.j2": "{{ 'fine' }}",
        "pkg/t/d.j2": b"\n\xff",
        "pkg/t/e.j2": "",
        "pkg/t/e.fn": "",
        "pkg/t/e.j2.fn": "",
        "pkg/t/{{ no }}.txt": "",
        "pkg/t/z.fn": "",
    }
    generation = made(tmp_path, files, "# A\n\n1:item 2:item 3:item\n")
    assert wrong(generation) == [
        ("two-names", "e.j2.fn", 1),
        ("stray-name", "z.fn", 1),
        ("undefined-variable", "a.j2", 1),
        ("template-syntax", "b.j2", 1),
        ("bad-template", "d.j2", 2),
        ("undefined-variable", "{{ no }}.txt", 1),
    ]
    assert "for `1:item` (" in message(generation)
    assert "and 2 more" in message(generation)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "1 / 0",
            "render function rules.Ext.render raised ZeroDivisionError: division by zero, for `foo:item`",
        ),
        ("raise SystemExit(3)", "raised SystemExit: 3"),
        ("write_file('a', 3)", "write_file takes a text or bytes for a, not int"),
        ("write_file(3, '')", "int is no path"),
        ("write_file('a', '\\ud800')", "U+D800, which has no UTF-8 form"),
        ("render_template('no.j2')", "there is no such file"),
        ("render_templates('no')(self, write_file, render_template)", "the template folder `"),
    ],
)
def test_render_function_that_fails(code: str, says: str, tmp_path: Path) -> None:
    generation = custom(tmp_path, code)
    assert len(wrong(generation)) == 1
    assert says in message(generation)
    assert "resources.py" not in message(generation)


@pytest.mark.parametrize("kind", ["transforms", "post_transforms"])
@pytest.mark.parametrize("code", ["1 / 0", "None", "'text'", "[1]"])
def test_transform_that_fails(code: str, kind: str, tmp_path: Path) -> None:
    rules = PKG + f"def change(lines): return {code}\n{kind} = [change]\n"
    generation = made(tmp_path, {"pkg/__init__.py": rules, "pkg/t/a.j2": ""})
    assert wrong(generation) == [("transform-raised", "a.j2", 1)]
    assert "transform pkg.change r" in message(generation)


def test_template_folders_that_cannot_be_rendered(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "t" / "d").mkdir(parents=True)
    os.symlink("..", tmp_path / "pkg" / "t" / "d" / "up")
    os.mkfifo(tmp_path / "pkg" / "t" / "pipe.j2")
    os.symlink("nowhere", tmp_path / "pkg" / "t" / "dangling")
    codes = [("bad-template", name, 1) for name in ("up", "dangling", "pipe.j2")]
    assert wrong(made(tmp_path, {})) == codes


def test_template_folder_that_is_misspelled_is_told_with_the_closest_name(tmp_path: Path) -> None:
    rules = PKG.replace('/ "t"', '/ "templats"')
    generation = made(tmp_path, {"pkg/__init__.py": rules, "pkg/templates/a.j2": ""})
    assert wrong(generation) == [("missing-template-dir", "spec.md", 3)]
    assert "did you mean `templates`?" in message(generation)


def test_links_to_other_folders_are_followed(tmp_path: Path) -> None:
    write(tmp_path, {"shared/a.txt.j2": "{{ res.name }}"})
    (tmp_path / "pkg" / "t").mkdir(parents=True)
    os.symlink("../../shared", tmp_path / "pkg" / "t" / "d")
    assert texts(made(tmp_path, {})) == {"d/a.txt": "foo"}


# Properties


SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
"""A loaded machine is no failure, and neither is a folder that examples share: each writes it anew."""
PIECES = [*"{}%#-a \r\n", "{{", "}}", "{%", "%}", "res", "if", "|f", "é"]


@settings(deadline=None, suppress_health_check=SLOW)
@given(
    st.lists(st.sampled_from([*"./\\:ab \0\n-~$", "..", "con", "é", "\ud800", ".git"]), max_size=12).map(
        "".join
    )
)
def test_a_path_is_refused_or_lies_inside(path: str) -> None:
    try:
        checked = output_path(path)
    except PathRefused:
        return
    assert output_path(checked) == checked
    root = os.path.join(os.sep, "root", "out")
    assert os.path.normpath(os.path.join(root, checked)) == (root if checked == "." else f"{root}/{checked}")
    checked.encode()


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(text=st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_template_gives_a_text_or_an_error_with_its_place(text: str, tmp_path: Path) -> None:
    generation = made(tmp_path, {"pkg/t/a.j2": text.encode()})
    if generation.failed:
        assert {name for _, name, _ in wrong(generation)} == {"a.j2"}
    elif "{" not in text:
        assert normalize(str(texts(generation)["a"])) == normalize(text)
