"""Info strings: what counts as Python, options, edits that leave the rest as written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonlight import info as infos
from tests import strategies

PYTHON = (
    *("python", "Python", "PYTHON", "py", "ipython", "python3", "py3", "ipython3", "python3.11", "py3.12"),
    *(
        "python name=load",
        "python,numbered",
        "python:title",
        "python{.x}",
        "{python}",
        "{ python }",
        "python {1,3}",
    ),
    *(
        "{code-cell}",
        "{code-cell} python",
        "{code-cell} ipython3",
        "python {.marimo}",
        "{python, echo=FALSE}",
    ),
    *("python\ttitle", "python=1 x"[:6], "py skip", "{python} name=x"),
)
OTHERS = (
    *(
        "python2",
        "pycon",
        "pythonrepl",
        "pyodide",
        "ipythonx",
        "python-repl",
        "py2",
        "python4",
        "cpython",
        "",
    ),
    *("{code-cell} julia", "{r}", "{r, echo=FALSE}", "js", "{=html}", "text python", ".python", "`python"),
)


@pytest.mark.parametrize("info", PYTHON)
def test_spelling_is_python(info: str) -> None:
    assert infos.language(info) == "python"


@pytest.mark.parametrize("info", OTHERS)
def test_spelling_is_not_python(info: str) -> None:
    assert infos.language(info) != "python"


def test_other_languages_are_in_lower_case() -> None:
    assert infos.language("JS title=x") == "js"
    assert infos.language("{R}") == "r"


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("{=html}", "html"),
        ("{=text/html} tags=[]", "text/html"),
        ("{=}", ""),
        ("html", None),
        ("{= html}", None),
    ],
)
def test_raw_format(info: str, name: str | None) -> None:
    assert infos.raw_format(info) == name


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("python", {}),
    ("python name=load", {"name": "load"}),
    ("python skip", {"skip": True}),
    ("python skip=import", {"skip": "import"}),
    ("python {#load .a .b key=3}", {"name": "load", "tags": ["a", "b"], "key": 3}),
    (
        "python a=1 b=1.5 c=true d=null e=NaN f=x",
        {"a": 1, "b": 1.5, "c": True, "d": None, "e": "NaN", "f": "x"},
    ),
    ("python, a=1, b=2", {"a": 1, "b": 2}),
    ('python a="x y" b=[1, 2] c={"d": {"e": 1}}', {"a": "x y", "b": [1, 2], "c": {"d": {"e": 1}}}),
    ("python a='x y' b='", {"a": "x y", "b": "'"}),
    ('python tags=["a"] {.b}', {"tags": ["a", "b"]}),
    ("python tags=[]", {"tags": []}),
    ("python tags=x", {"tags": "x"}),
    ('python "a b"=1 "#"=2 "loose"', {"a b": 1, "#": 2, '"loose"': True}),
    ("{python, echo=FALSE}", {"echo": "FALSE"}),
    ("{python} echo=false", {"echo": False}),
    ("{code-cell} ipython3 name=x", {"name": "x"}),
    ("python a= b", {"a": "", "b": True}),
    ("python a=[1, b", {"a": "[1", "b": True}),
    ("python ==", {}),
]


@pytest.mark.parametrize(("info", "options"), OPTIONS)
def test_options(info: str, options: dict[str, Any]) -> None:
    assert infos.options(info) == options


@given(st.text(max_size=30) | strategies.LINES)
def test_any_info_string_has_options(info: str) -> None:
    assert isinstance(infos.options(info), dict)
    assert isinstance(infos.language(info), str)
    assert 0 <= infos.head_end(info) <= len(info)


@given(st.sampled_from(PYTHON), st.dictionaries(strategies.KEYS, strategies.VALUES, max_size=3))
def test_written_options_read_back(info: str, options: dict[str, Any]) -> None:
    edited = infos.edit(info, options)
    read = infos.options(edited)
    assert {key: read.get(key, "missing") for key in options} == options
    assert infos.language(edited) == "python"
    assert not set(edited) & set("`\n\r")


@given(st.text(max_size=20).map(str.strip) | st.sampled_from(PYTHON))
def test_edit_without_changes_changes_nothing(info: str) -> None:
    assert infos.edit(info, {}) == info
    assert infos.edit(info, {"no such key": infos.REMOVED}) == info


EDITS: list[tuple[str, dict[str, Any], str]] = [
    ("python  a=1,  b=2", {"a": 3}, "python  a=3,  b=2"),
    ("python a=1 b=2", {"a": infos.REMOVED}, "python b=2"),
    ("python a=1", {"a": infos.REMOVED}, "python"),
    ("python a=1", {"a": None}, "python a=null"),
    ("python", {"tags": ["x"]}, 'python tags=["x"]'),
    ("python {.a .b}", {"tags": ["c"]}, 'python {tags=["c"]}'),
    ("python {.a}", {"tags": infos.REMOVED}, "python"),
    ("python {#old .a}", {"name": "new"}, "python {name=new .a}"),
    ("{python, echo=FALSE}", {"echo": True}, "{python, echo=true}"),
    ("{python}", {"a": 1}, "{python} a=1"),
    ("python a=1", {"a": {}}, "python a={}"),
    ("{code-cell}", {"a": 1}, "{code-cell} a=1"),
    ("{code-cell} ipython3", {"a": 1}, "{code-cell} ipython3 a=1"),
]


@pytest.mark.parametrize(("info", "changes", "expected"), EDITS)
def test_edit_touches_what_changed_only(info: str, changes: dict[str, Any], expected: str) -> None:
    assert infos.edit(info, changes) == expected
