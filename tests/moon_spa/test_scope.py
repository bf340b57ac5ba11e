"""Sources and scopes: where the Python of a component comes from, and that nothing outside is changed."""

from __future__ import annotations

import builtins
import sys
import threading
import traceback
from pathlib import Path
from textwrap import dedent

import pytest

from moon_spa import Component, ComponentError, StateField, compile, loading  # noqa: A004
from moon_spa.scope import load_python_scope, resolve_component_callables

COUNTER = """
class Counter(Component):
    def setup(self, props):
        state = {"count": 0}
"""


def refused(text: str, name: str | None = None, path: str | None = None) -> ComponentError:
    with pytest.raises(ComponentError) as caught:
        compile(dedent(text), name=name, path=path)
    return caught.value


def place(error: ComponentError) -> tuple[str, int]:
    span = error.diagnostics[0].span
    return span.path, span.line


def test_a_scope_has_all_of_python_and_the_names_of_components() -> None:
    scope = load_python_scope("import math\nTOTAL = sum(map(int, ['1', '2'])) + math.floor(2.5)")
    assert scope["TOTAL"] == 5
    assert scope["Component"] is Component
    assert scope["StateField"] is StateField


def test_the_overrides_are_the_builtins_in_all_but_traced_values() -> None:
    scope = load_python_scope(
        """
class Big(int):
    def twice(self):
        return self * 2
RESULTS = [
    isinstance(5, int), isinstance(True, bool), isinstance("x", str), isinstance(1.5, float),
    not isinstance("x", int), issubclass(bool, int), issubclass(Big, int), isinstance(Big(3), int),
    not isinstance(5, Big), int("7") == 7, type(int("7")) is type(7), int("ff", 16) == 255,
    int.from_bytes(b"\\x01", "big") == 1, float.fromhex("0x1p1") == 2.0, str.maketrans("a", "b") == {97: 98},
    {int: "i"}[type(5)] == "i", int == type(5), Big(4).twice() == 8, type(Big(4)) is Big,
    str(b"x", "utf-8") == "x", bool([]) is False, dict.fromkeys("a") == {"a": None},
]
match 5:
    case int(n):
        RESULTS.append(n == 5)
"""
    )
    assert all(scope["RESULTS"])


def test_loading_changes_nothing_outside() -> None:
    before = (dict(vars(builtins)), dict(sys.modules), sys.stdout, sys.gettrace(), sys.getprofile())
    load_python_scope(COUNTER)
    compile(COUNTER)
    assert (dict(vars(builtins)), dict(sys.modules), sys.stdout, sys.gettrace(), sys.getprofile()) == before


def test_what_is_printed_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    made = compile("print('loading')\n" + COUNTER + "        print('setting up')\n")
    assert made.stdout.startswith("loading\nsetting up\n")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("where", ["module", "setup"])
@pytest.mark.parametrize("thread", [False, True])
def test_code_that_never_ends_is_stopped(where: str, thread: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "DEADLINE", 0.2)
    loop = "while True:\n    try:\n        pass\n    except Exception:\n        pass\n"
    indented = "".join(f"        {line}\n" for line in loop.splitlines())
    text = loop + COUNTER if where == "module" else COUNTER + indented
    caught: list[ComponentError] = []

    def work() -> None:
        caught.append(refused(text))

    if thread:
        runner = threading.Thread(target=work)
        runner.start()
        runner.join(10)
    else:
        work()
    assert [error.code for error in caught] == ["too-slow"]
    assert text.splitlines()[place(caught[0])[1] - 1].strip() in loop
    assert compile(COUNTER).name == "Counter"


@pytest.mark.parametrize("raised", ["ValueError('no')", "SystemExit(3)", "KeyboardInterrupt()", "Odd()"])
def test_what_setup_raises_is_told_with_its_line_and_the_users_frames(raised: str) -> None:
    text = f"""
class Odd(Exception):
    def __str__(self):
        raise RuntimeError

def rate():
    raise {raised}

class Counter(Component):
    def setup(self, props):
        state = {{"rate": rate()}}
"""
    error = refused(text, path="rates.py")
    assert error.code == "raised"
    assert place(error) == ("rates.py", 7)
    assert raised.partition("(")[0] in str(error)
    assert error.__cause__ is not None
    frames = traceback.extract_tb(error.__cause__.__traceback__)
    assert [(frame.filename, frame.lineno) for frame in frames] == [("rates.py", 11), ("rates.py", 7)]
    assert frames[0].line == 'state = {"rate": rate()}'


def test_a_block_of_a_document_keeps_the_documents_lines(tmp_path: Path) -> None:
    document = tmp_path / "counter.py.md"
    document.write_text(
        dedent(
            """\
            # Counter

            ```py
            from math import floor
            START = floor(2.5)
            ```

            ```py
            raise SystemExit("this block is not needed")
            ```

            ```py
            class Counter(Component):
                def setup(self, props):
                    state = {"count": START}
                    def more():
                        state["count"] += 1

            class Other(Component):
                def setup(self, props):
                    state = {"bad": object()}
            ```
            """
        ),
        encoding="utf-8",
    )
    made = compile(document, name="Counter")
    assert made.spec.fields[0].default == 2
    assert made.spec.actions["more"].line == 16
    assert made.spec.line == 13
    with pytest.raises(ComponentError) as caught:
        compile(document, name="Other")
    assert place(caught.value) == (str(document), 21)


def test_a_component_file_has_three_sections_and_true_lines(tmp_path: Path) -> None:
    file = tmp_path / "counter.html"
    text = """\
<template>
<p>{{ count }}</p>
</template>

<python>
    class Counter(Component):
        def setup(self, props):
            state = {"count": 0}
            def more():
                state["count"] += 1
</python>

<style>
p { color: red }
</style>
"""
    file.write_text(text, encoding="utf-8")
    made = compile(file)
    assert made.spec.template == "<p>{{ count }}</p>\n"
    assert made.spec.style == "p { color: red }\n"
    assert made.spec.actions["more"].line == 9
    assert refused(text.replace("0}", "1 / 0}"), path=str(file)).diagnostics[0].span.line == 8


@pytest.mark.parametrize(
    ("outside", "message"),
    [
        (
            "<template><p>{{ count }}</p></template>",
            "the tag <template> of a section has other text on its line",
        ),
        (
            "  <template>\n<p></p>\n  </template>",
            "the tag <template> of a section has other text on its line",
        ),
        ("<p>{{ count }}</p>", "<p> stands outside of the sections"),
        ("<!-- <p>old</p> --> prose\n", ""),
    ],
)
def test_markup_outside_of_the_sections_is_refused_where_it_stands(outside: str, message: str) -> None:
    before, behind = (f"{outside}\n<python>{COUNTER}</python>\n", f"<python>{COUNTER}</python>\n{outside}")
    if not message:
        assert compile(before).spec.template is None
        return
    for text in (before, behind):
        error = refused(text)
        assert (error.code, error.diagnostics[0].message) == ("unknown-section-tag", message)
        assert text.splitlines()[error.diagnostics[0].span.line - 1] == outside.splitlines()[0]


@pytest.mark.parametrize("name", ["asyncio.CancelledError", "Odd"])
def test_an_error_that_no_except_exception_catches_is_told_like_others(name: str) -> None:
    head = "import asyncio\nclass Odd(BaseException):\n    def __str__(self): raise KeyError\n"
    error = refused(f"{head}raise {name}\n{COUNTER}")
    assert error.code == "raised"
    assert error.diagnostics[0].span.line == 4


@pytest.mark.parametrize("code", ["x = " + "1 + " * 5000 + "1", "if x: pass\n" + "elif x: pass\n" * 5000])
def test_a_source_that_is_nested_too_deeply_for_python_is_refused_as_that(code: str) -> None:
    assert "nested too deeply for Python's compiler" in str(refused(code))


@pytest.mark.parametrize("made", ["[]\nd.append(d)", "{}\nd['d'] = d", "[]\nfor _ in range(3000): d = [d]"])
def test_a_value_that_holds_itself_or_is_deep_is_no_constant_of_an_action(made: str) -> None:
    actions = "        state = {'n': 0}\n        def of_module(): state['n'] = len(d)\n"
    actions += "        own = d\n        def of_setup(x=d): state['n'] = len(own)\n"
    found = compile(f"d = {made}\nclass Deep(Component):\n    def setup(self, props):\n{actions}")
    assert found.placement == {"of_module": "server", "of_setup": "server"}


def test_a_text_without_a_path_is_told_from_what_it_holds() -> None:
    assert compile(COUNTER).spec.path == "<component>"
    assert compile(f"# Title\n\n```py{COUNTER}```\n").spec.line == 4
    assert compile(f"<python>{COUNTER}</python>\n").spec.line == 2


def test_several_components_of_a_source_are_told_apart_by_name() -> None:
    both = COUNTER + COUNTER.replace("Counter", "Other").replace("count", "other")
    assert compile(both, name="Other").spec.fields[0].name == "other"
    assert "did you mean `Other`?" in str(refused(both, name="Othr"))


@pytest.mark.parametrize("text", ["", "x = 1", "\x00", "(" * 300, "class A(Component): pass", "def f(:"])
def test_what_is_no_component_is_refused_and_nothing_else_happens(text: str) -> None:
    assert refused(text).code in ("no-component", "no-setup", "syntax")


def test_a_missing_file_is_refused() -> None:
    assert refused("nowhere/counter.py").code == "not-a-file"


def test_the_context_is_made_by_pythons_setup_with_the_props_given() -> None:
    scope = load_python_scope(
        """
class Greeting(Component):
    def setup(self, props):
        name = props.get("name", "you").strip()
        props = {"size": 1, **props, "shown": str(props.get("name", "you"))}
        state = {"clicks": StateField(from_prop="start", default=3, cast="int")}
        data = {"text": f"Hello {name:>5}"}
"""
    )
    context_fn, client_fn = resolve_component_callables(scope)
    assert context_fn({"name": " Al ", "start": "8"}) == {
        "props": {"size": 1, "name": " Al ", "start": 8, "shown": " Al "},
        "state": {"clicks": 8},
        "data": {"text": "Hello    Al"},
    }
    assert context_fn({"start": "many"})["state"] == {"clicks": 3}
    assert client_fn()["state"] == {"clicks": {"from_prop": "start", "default": 3, "cast": "int"}}


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("Counter('aab')", "a Counter"),
        ("[defaultdict(list)]", "a defaultdict"),
        ("{'level': Level.HIGH}", "a Level"),
        ("Point(1, 2)", "a Point"),
        ("StateField(default=Level.HIGH)", "a Level"),
    ],
)
def test_a_first_value_of_a_class_that_derives_from_a_plain_one_is_refused(value: str, what: str) -> None:
    head = "from collections import Counter, defaultdict, namedtuple\nfrom enum import IntEnum\n"
    head += "class Level(IntEnum):\n    HIGH = 2\nPoint = namedtuple('Point', 'x y')\n"
    head += "class Odd(Component):\n    def setup(self, props):\n"
    error = refused(f"{head}        state = {{'n': 0, 'odd': {value}}}\n")
    assert error.code == "unwritable"
    assert f"odd: {what} has no form in JavaScript" in str(error)
    assert error.diagnostics[0].span.line == 8


@pytest.mark.parametrize(
    ("body", "what", "line"),
    [
        ("state = {'n': 0}\n        props = {'pair': (1, 2)}", "the prop pair: a tuple", 4),
        ("state = [StateField('v', from_prop='q', default=(1, 2))]", "the first value of v: a tuple", 3),
        (
            """return {'state': {'v': 'x'}, 'actions': {
            'a': {'op': 'set', 'state': 'v', 'value': 1,
            'cond': {'left': 'v', 'op': '==', 'right': (1, 2)}}}}""",
            "the value of an operation: a",
            4,
        ),
    ],
)
def test_tuples_and_sets_where_any_value_may_be_are_refused_where_they_stand(
    body: str, what: str, line: int
) -> None:
    error = refused(f"class Odd(Component):\n    def setup(self, props):\n        {body}\n")
    assert (error.code, error.diagnostics[0].span.line) == ("unwritable", line)
    assert what in str(error)
