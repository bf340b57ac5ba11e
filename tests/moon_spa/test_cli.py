"""The command `moon-spa`: its JSON, what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import moon_spa
from moon_spa.cli import cli

ROOT = Path(__file__).parents[2]
COUNTER = """\
class Counter(Component):
    def setup(self, props):
        print("setting up")
        state = {"count": 0, "ratio": 7.0}
        data = {"limit": props.get("limit", 10)}

        def increment():
            state["count"] += 1

        def save():
            open("counts.txt", "a")

        return {
            "state": state,
            "data": data,
            "actions": {
                "increment": increment,
                "save": save,
                "reset": {"op": "set", "state": "count", "value": 0},
            },
        }
"""
TWO = f"{COUNTER}\n\nclass Other(Component):\n    def setup(self, props):\n        state = {{'x': 1}}\n"
DOCUMENT = f"# Counters\n\n```python\nimport math\n```\n\nText.\n\n```python\n{COUNTER}```\n"
WRONG = "class Wrong(Component):\n    def setup(self, props):\n        state = {'x': object()}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("counter.py", COUNTER),
        ("two.py", TWO),
        ("page.py.md", DOCUMENT),
        ("wrong.py", WRONG),
        ("plain.py", "raise SystemExit('this module must not run')\n"),
        ("broken.py", "class Broken(Component:\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*args: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, args, given, prog_name="moon-spa", catch_exceptions=False)


def json_of(*args: str) -> Any:
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("file", ["counter.py", "page.py.md"])
def test_compile_gives_the_json_of_the_contract(folder: Path, file: str) -> None:
    found = json_of("compile", file, "--json")
    keys = ("name", "setup_js", "esm", "state", "ops", "placement", "explain", "diagnostics")
    assert tuple(found) == keys
    assert found["name"] == "Counter"
    assert found["setup_js"].startswith("function setup({ useState, props, componentName }) {")
    assert found["setup_js"] in found["esm"]
    assert found["state"] == {"count": {"default": 0}, "ratio": {"default": 7.0}}
    assert found["placement"] == {"increment": "client", "save": "server", "reset": "client"}
    assert found["ops"]["reset"] == [{"op": "set", "state": "count", "value": 0}]
    assert found["ops"]["increment"] == [{"op": "add", "state": "count", "value": 1}]
    assert found["ops"]["save"] == [{"op": "server_call", "kind": "action", "name": "save"}]
    assert len(found["explain"]) == 3
    assert found["diagnostics"] == []


def test_what_a_component_prints_is_not_part_of_the_answer(folder: Path) -> None:
    result = run("compile", "counter.py", "--json")
    assert "setting up" in result.stderr
    assert "setting up" not in result.stdout


def test_compile_prints_the_module_or_writes_it(folder: Path) -> None:
    module = run("compile", "counter.py").stdout
    assert module == json_of("compile", "counter.py", "--json")["esm"]
    assert run("compile", "counter.py", "-o", "counter.mjs").stdout == ""
    assert (folder / "counter.mjs").read_text(encoding="utf-8") == module
    script = (
        "import('./counter.mjs').then((m) => console.log(Object.keys(m).join(), typeof m.default.render))"
    )
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "bind,component,default,setup function\n"


def test_mode_server_leaves_declared_operations_in_the_browser(folder: Path) -> None:
    found = json_of("compile", "counter.py", "--json", "--mode", "server")
    assert found["placement"] == {"increment": "server", "save": "server", "reset": "client"}


def test_explain_has_a_line_for_each_action(folder: Path) -> None:
    lines = run("explain", "page.py.md").stdout.splitlines()
    line = DOCUMENT[: DOCUMENT.index("open(")].count("\n") + 1
    assert lines[0] == "increment: client"
    assert lines[1].startswith("save: server: ")
    assert lines[1].endswith(f"at line {line}")


def test_a_component_without_actions_says_so(folder: Path) -> None:
    result = run(
        "explain", "-", given="class Card(Component):\n    def setup(self, props):\n        state = {}\n"
    )
    assert (result.stdout, result.stderr) == ("", "Card has no actions\n")


def test_explain_as_json_has_the_same_lines_and_the_errors(folder: Path) -> None:
    found = json_of("explain", "counter.py", "--json")
    assert list(found) == ["name", "placement", "explain", "diagnostics"]
    assert found["explain"] == run("explain", "counter.py").stdout.splitlines()
    failed = run("explain", "wrong.py", "--json")
    assert failed.exit_code == 1
    (diagnostic,) = json.loads(failed.stdout).pop("diagnostics")
    assert (diagnostic["path"], diagnostic["line"]) == ("wrong.py", 3)


@pytest.mark.parametrize("text", [COUNTER, DOCUMENT, f"<python>\n{COUNTER}</python>\n"])
def test_a_source_of_any_kind_may_come_from_a_pipe(folder: Path, text: str) -> None:
    result = run("explain", "-", given=text)
    assert result.stdout.startswith("increment: client\nsave: server: ")
    failed = run("explain", "-", given=WRONG)
    assert (failed.exit_code, "<stdin>:3: error: " in failed.stderr) == (1, True)


def test_a_component_imports_what_lies_beside_its_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "beside_it.py").write_text("FIRST = 4\n", encoding="utf-8")
    python = "from beside_it import FIRST\nclass Card(Component):\n    def setup(self, props):\n"
    (folder / "card.py").write_text(f"{python}        state = {{'n': FIRST}}\n", encoding="utf-8")
    monkeypatch.chdir(Path(__file__).parent)
    before = list(sys.path)
    assert json_of("render", str(tmp_path / "card.py"))["state"] == {"n": 4}
    assert run("check", str(tmp_path / "card.py")).exit_code == 0
    assert sys.path == before
    del sys.modules["beside_it"]


def test_a_check_gives_the_files_of_each_folder_their_own_neighbours(folder: Path) -> None:
    for number, name in enumerate(("first", "second", "site/inner")):
        package = folder / name / "own_parts"
        package.mkdir(parents=True)
        (package / "deep.py").write_text(f"DEEP_{number} = 1\n", encoding="utf-8")
        (folder / name / "own_names.py").write_text(f"NAME_{number} = 2\n", encoding="utf-8")
        python = f"from own_names import NAME_{number}\nfrom own_parts.deep import DEEP_{number}\n"
        python += "class Card(Component):\n    def setup(self, props):\n        state = {'n': 1}\n"
        (folder / name / "card.py").write_text(python, encoding="utf-8")
    (folder / "site" / "shared_names.py").write_text("NAME = 3\n", encoding="utf-8")
    inner = folder / "site" / "inner" / "card.py"
    inner.write_text("from shared_names import NAME\n" + inner.read_text(encoding="utf-8"), encoding="utf-8")
    before = list(sys.path), set(sys.modules)
    result = run("check", "first", "second/card.py", "site")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (sys.path, set(sys.modules)) == before


def test_render_shows_what_the_template_sees(folder: Path) -> None:
    found = json_of("render", "counter.py", "--props", '{"limit": 3}')
    assert found == {"props": {"limit": 3}, "state": {"count": 0, "ratio": 7.0}, "py": {"limit": 3}}


def test_render_prints_html_and_what_went_wrong_in_it(folder: Path) -> None:
    python = "class Card(Component):\n    def setup(self, props):\n        state = {'n': 2}\n"
    template = "<template>\n<p>{{ n }}</p><b>{{ props.title }}</b>\n</template>\n"
    Path("card.html").write_text(f"<python>\n{python}</python>\n{template}", encoding="utf-8")
    result = run("render", "card.html", "--props", '{"title": "<i>"}')
    assert "<p>2</p><b>&lt;i&gt;</b>" in result.stdout
    assert result.exit_code == 0
    assert json_of("render", "card.html", "--json")["state"] == {"n": 2}
    bad = Path("card.html").read_text(encoding="utf-8").replace("{{ n }}", "{{ 1 // (n - 2) }}")
    Path("card.html").write_text(bad, encoding="utf-8")
    result = run("render", "card.html")
    assert (result.exit_code, "card.html:7: error: " in result.stderr) == (1, True), result.stderr


def test_a_file_with_several_components_needs_a_name(folder: Path) -> None:
    result = run("compile", "two.py")
    assert result.exit_code == 1
    assert "Counter, Other" in result.stderr
    assert json_of("compile", "two.py", "--name", "Other", "--json")["state"] == {"x": {"default": 1}}


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("compile", "wrong.py"), 1, "wrong.py:3: error: "),
        (("compile", "broken.py"), 1, "broken.py:1: error: "),
        (("compile", "missing.py"), 1, "missing.py:1: error: no such file"),
        (("compile", "."), 1, ".:1: error: not a regular file"),
        (("compile", "counter.py", "--name", "Countr"), 1, "did you mean `Counter`?"),
        (("compile", "counter.py", "-o", "no/such/folder.mjs"), 1, "No such file or directory"),
        (("explain", "wrong.py"), 1, "wrong.py:3: error: "),
        (("render", "wrong.py"), 1, "wrong.py:3: error: "),
        (("compile",), 2, "Missing argument 'FILE'"),
        (("compile", "counter.py", "--mode", "both"), 2, "'both' is not one of 'auto', 'server'"),
        (("render", "counter.py", "--props", "{"), 2, "Invalid value for --props"),
        (("render", "counter.py", "--props", "[]"), 2, "write a JSON object"),
        (("render", "counter.py", "--props", '{"$moon": 1}'), 2, "none of the wire's tags"),
        (("nope",), 2, "No such command 'nope'"),
    ],
)
def test_errors_are_lines_with_an_exit_code(
    folder: Path, args: tuple[str, ...], code: int, message: str
) -> None:
    result = run(*args)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr


def test_check_looks_at_all_components_of_files_and_folders(folder: Path) -> None:
    assert run("check", "two.py", "page.py.md").exit_code == 0
    (folder / "inner").mkdir()
    (folder / "broken.py").rename(folder / "inner" / "broken.py")
    result = run("check", ".")
    assert result.exit_code == 1
    assert "wrong.py:3: error: " in result.stderr
    assert "plain.py" not in result.stderr
    found = json.loads(run("check", "wrong.py", "two.py", "--json").stdout)["diagnostics"]
    assert [(one["path"], one["line"], one["severity"]) for one in found] == [("wrong.py", 3, "error")]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("plain.py", "no component"),
        ("broken.py", "broken.py:1: error: "),
        ("missing.py", "missing.py:1: error: no such file"),
    ],
)
def test_check_of_a_file_without_component_is_an_error(folder: Path, file: str, message: str) -> None:
    (folder / "plain.py").write_text("x = 1\n", encoding="utf-8")
    result = run("check", file)
    assert result.exit_code == 1
    assert message in result.stderr


def test_the_command_is_there_as_a_program(folder: Path) -> None:
    command = [sys.executable, "-m", "moon_spa", "explain", "counter.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("increment: client\n")


def test_a_refused_source_is_one_json_document_too(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text(COUNTER.replace('"op": "set"', '"op": "sett"'), encoding="utf-8")
    result = run("compile", str(file), "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [one["code"] for one in found.pop("diagnostics")] == ["unknown-operation"]
    assert found == dict.fromkeys(("name", "setup_js", "esm", "state", "ops", "placement", "explain"))
    assert "did you mean `set`?" in result.stderr


NOTEBOOK = """# Box

```python
class Box(Component):
    template = "<b>{{ n }}</b>"

    def setup(self, props):
        state = {"n": 1}

        def up():
            state["n"] += 1


%matplotlib inline
box = %spa Box
if True:
    !ls
Box?
```

```python
%%spa
<python>
class Other(Component):
    pass
</python>
```
"""


def test_a_document_may_show_its_component_in_the_block_that_defines_it(tmp_path: Path) -> None:
    path = tmp_path / "box.py.md"
    path.write_text(NOTEBOOK)
    assert run("check", str(path)).output == ""
    assert run("explain", str(path)).output == "up: client\n"
    assert moon_spa.compile(path).spec.actions["up"].line == 10


def test_a_line_of_a_text_is_never_taken_for_a_magic(tmp_path: Path) -> None:
    path = tmp_path / "box.py.md"
    path.write_text(NOTEBOOK.replace('"<b>{{ n }}</b>"', '"""<b>{{ n }}</b>\n%spa\n"""'))
    result = run("check", str(path))
    assert result.exit_code == 1
    assert f"{path}:16: error: invalid syntax" in result.output


def test_check_tells_once_what_components_of_a_file_share(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    path.write_text(f"{TWO}\n\n1 / 0\n")
    assert run("check", str(path)).output.count("ZeroDivisionError") == 1


def test_the_components_of_the_manual_are_right() -> None:
    result = run("check", str(ROOT / "notebooks"))
    assert (result.exit_code, result.output) == (0, "")
