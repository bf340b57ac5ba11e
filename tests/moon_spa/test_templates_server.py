"""Templates on the server: every directive, names, Python's text of values, nested components."""

from __future__ import annotations

from typing import Any

import pytest

from moon_spa.templates.server import View, render
from tests.moon_spa.templating import card, compiled, html, parsed, rendered, unmarked

PEOPLE = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bo"}]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("<p>{{ py.display }}</p>", "<p>$7.00</p>"),
        ('<p l-if="is_cheap">On sale!</p>', "<p>On sale!</p>"),
    ],
)
def test_data_is_there_by_namespace_and_by_name(template: str, expected: str) -> None:
    assert html(template, py={"display": "$7.00", "is_cheap": True}, props={"price": 7}) == expected


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (7.0, "7.0"),
        (1e16, "1e+16"),
        (-0.0, "-0.0"),
        ([1, "a", None], "[1, 'a', None]"),
        ({"a": 1.5}, "{'a': 1.5}"),
        ("<b>&\"'", "&lt;b&gt;&amp;\"'"),
        ("a\r\nb\0", "a&#13;\nb\ufffd"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_value_is_shown_as_python_writes_it(value: Any, shown: str) -> None:
    assert html("<p>{{ value }}</p>", py={"value": value}) == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("count + 1", "4"),
        ("-7 // 2", "-4"),
        ("7 / 2", "3.5"),
        ("'ab' * 2", "abab"),
        ("name.upper()", "ANN"),
        ("count > 2 and not empty", "True"),
        ("empty or 'none'", "none"),
        ("1 < count < 5", "True"),
        ("'yes' if count == 3 else 'no'", "yes"),
        ("people[-1]['name'] + people[0].name", "BoAnn"),
        ("people[1:][0].name", "Bo"),
        ("'Ann' in [p.name for p in people if p.id]", "True"),
        ("sum(p.id for p in people)", "3"),
        ("f'{count:>3}|{1/3:.2f}|{name!r}'", "  3|0.33|'Ann'"),
        ("{'a': {'b': 1}}['a']['b']", "1"),
        ("', '.join(sorted(p.name for p in people))", "Ann, Bo"),
        ("props.get('missing', 'default')", "default"),
        ("max(count, 5) - len(name)", "2"),
        ("state.count", "3"),
        ("not None is None", "False"),
    ],
)
def test_expressions_are_pythons(expression: str, shown: str) -> None:
    state = {"count": 3, "name": "Ann", "empty": "", "people": PEOPLE}
    assert html(f"{{{{ {expression} }}}}", state) == shown.replace(">", "&gt;")


def test_a_name_is_a_loop_variable_then_data_then_state_then_a_prop() -> None:
    spaces: dict[str, Any] = {"py": {"x": "py"}, "props": {"x": "props", "y": "props", "z": "props"}}
    state = {"x": "state", "y": "state"}
    text = '{{ x }} {{ y }} {{ z }} {{ state.x }} {{ props.x }} <b l-for="x in [1]">{{ x }}</b>'
    assert html(text, state, **spaces) == "py state props state props <b>1</b>"


def test_names_in_two_places_are_one_warning_each() -> None:
    text = "<p>{{ x }}{{ x }}</p>\n<b>{{ state.x }} {{ y }}{{ y }}</b>"
    found = parsed(text, {"x": 1}, ["x"]).diagnostics
    assert [(d.severity, d.code, d.span.line, d.span.column) for d in found] == [
        ("warning", "template-clash", 10, 11),
        ("warning", "template-name", 11, 21),
    ]
    assert found[0].hint == "write `py.x` or `state.x`"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "<i>none</i>"), (1, "<i>one</i>"), (5, "<i>many</i>some more")]
)
def test_the_first_branch_that_holds_is_shown(count: int, shown: str) -> None:
    text = """
      <i l-if="count == 0">none</i>
      <i l-else-if="count == 1">one</i>
      <template l-else><i>many</i>some more</template>
    """
    assert html(text, {"count": count}) == shown


def test_a_loop_knows_its_position() -> None:
    shown = "{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}"
    text = f'<i l-for="p in people" :key="p.id">{shown}</i>'
    assert html(text, {"people": PEOPLE}) == "<i>10TrueFalse</i><i>21FalseTrue</i>"


@pytest.mark.parametrize(
    ("loop", "shown"),
    [
        ("k, v in d.items()", "a=1 b=2 "),
        ("(k, v) in d.items()", "a=1 b=2 "),
        ("k, v in enumerate(d, 1)", "1=a 2=b "),
        ("k, v in zip(d.keys(), d.values())", "a=1 b=2 "),
        ("k, v in pairs", "x=y "),
    ],
)
def test_tuples_are_unpacked(loop: str, shown: str) -> None:
    text = f'<template l-for="{loop}">{{{{ k }}}}={{{{ v }}}} </template>'
    assert html(text, py={"d": {"a": 1, "b": 2}, "pairs": [("x", "y")]}) == shown


def test_loops_stand_inside_each_other() -> None:
    text = '<p l-for="row in rows"><i l-for="n in row">{{ n }}{{ loop.last }}</i>{{ loop.index }}</p>'
    assert html(text, {"rows": [[1, 2], []]}) == "<p><i>1False</i><i>2True</i>1</p><p>2</p>"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ('<i :title="x">', '<i title="&quot;&lt;&gt;&#10;">'),
        ('<i title="a {{ n }} b">', '<i title="a 1 b">'),
        ('<i :title="none" :hidden="no" :lang="yes">', '<i lang="">'),
        ('<i :aria-hidden="no" :data-on="yes" :data-x="none">', '<i aria-hidden="false" data-on="true">'),
        ("<i class=\" a  b \" :class=\"{'on': yes, 'off': no}\">", '<i class="a b on">'),
        ("<i :class=\"['c', {'on': n > 5}, none]\">", '<i class="c">'),
        ("<i :class=\"{'on': no}\">", "<i>"),
        (
            "<i style=\"top: 0\" :style=\"{'color': 'red', 'width': n, 'x': none}\">",
            '<i style="top: 0; color: red; width: 1;">',
        ),
        (
            "<i :style=\"[{'fontSize': '1em', 'z_index': n}, 'top: 0', {'--aB': n}]\">",
            '<i style="font-size: 1em; z-index: 1; top: 0; --aB: 1;">',
        ),
        ("<i :style=\"'color: red; top: 1px'\">", '<i style="color: red; top: 1px;">'),
        ("<i hidden title=plain>", '<i hidden="" title="plain">'),
    ],
)
def test_attributes(template: str, shown: str) -> None:
    py = {"x": '"<>\n', "n": 1, "yes": True, "no": False, "none": None}
    assert html(f"{template}</i>", py=py) == f"{shown}</i>"


def test_inputs_show_their_state() -> None:
    text = """<input l-model="name"><textarea l-model="name"></textarea><input type="checkbox" l-model="on">
<input type="radio" value="a" l-model="pick"><input type="radio" value="b" l-model="pick">
<select l-model="pick"><option>a</option><option value="b">B</option></select>"""
    assert html(text, {"name": "\n<x>", "on": True, "pick": "b"}) == (
        '<input value="&#10;&lt;x&gt;"><textarea>\n\n&lt;x&gt;</textarea><input type="checkbox" checked="">\n'
        '<input type="radio" value="a"><input type="radio" value="b" checked="">\n'
        '<select><option>a</option><option value="b" selected>B</option></select>'
    )


def test_components_take_props_and_children() -> None:
    view = card("<b>{{ title }} {{ n }} {{ big }}</b>{{ children }}", lambda props: {"big": props["n"] > 1})
    text = '<div l-for="n in [1, 2]"><Card :n="n" title="no {{ n }}"><i>{{ n }}</i></Card></div>'
    found = rendered(text, components={"Card": view})
    assert unmarked(found.html) == (
        "<div><b>no 1 1 False</b><i>1</i></div><div><b>no 2 2 True</b><i>2</i></div>"
    )
    assert [one["py"] for one in found.nested] == [{"big": False}, {"big": True}]


def test_a_component_that_raises_is_a_box_and_the_rest_is_there() -> None:
    view = card("<b>{{ 1 // n }}</b>")
    found = rendered('<p l-for="n in [1, 0]"><Card :n="n"/></p><p>after</p>', components={"Card": view})
    assert unmarked(found.html) == (
        '<p><b>1</b></p><p><div class="moon-error" role="alert">'
        "Card: ZeroDivisionError: integer division or modulo by zero (line 1)</div></p><p>after</p>"
    )
    (diagnostic,) = found.diagnostics
    assert (diagnostic.span.path, diagnostic.span.line, diagnostic.span.column) == ("card.py.md", 1, 7)


def test_a_component_that_contains_itself_without_end_is_a_box() -> None:
    view = card("<b>{{ title }}</b>")
    nodes = parsed("<Card/>").nodes
    endless: dict[str, View] = {}
    endless["Card"] = View("Card", nodes, "", view.context, endless)
    found = render(endless["Card"], {})
    assert found.diagnostics[0].message.startswith("Card: RecursionError: more than 50 components")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{{ d.missing }}", "KeyError: 'missing'"),
        ("{{ props.missing }}", "KeyError: 'missing'"),
        ("{{ n.real }}", "TypeError: 'int' object is not subscriptable"),
        ("{{ n.upper() }}", "AttributeError: 'int' object has no attribute 'upper'"),
        ("{{ n + 'a' }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
        ('<i l-for="a, b in [[1]]"/>', "ValueError: not enough values to unpack (expected 2, got 1)"),
        ('<i l-for="a in [1, 1]" :key="a"/>', "ValueError: duplicate key 1"),
        ('<i l-for="a in n"/>', "TypeError: 'int' object is not iterable"),
        ('<i :class="n"/>', "TypeError: `:class` needs str, not int"),
        ("{{ 'x' * 10**9 }}", "OverflowError: a template makes nothing larger than 1000000"),
        ("{{ 2 ** 9999999 }}", "OverflowError: a template makes nothing larger than 1000000"),
        ("{{ f'{n:9999999}' }}", "OverflowError: a template makes nothing larger than 1000000"),
    ],
)
def test_what_an_expression_raises_is_shown_with_its_name(text: str, error: str) -> None:
    found = rendered(f"<p>{text}</p>", py={"n": 1, "d": {}})
    (one,) = found.diagnostics
    assert one.message == f"Page: {error} (column {one.span.column})"


@pytest.mark.parametrize(
    ("items", "error", "warned", "hint"),
    [
        (
            "[[1]]",
            "ValueError: not enough values to unpack (expected 2, got 1)",
            False,
            "the rest of the page",
        ),
        ("n", "TypeError: 'int' object is not iterable", True, "write `enumerate(n)` for numbers and items"),
        ("[1.5]", "TypeError: 'float' object is not iterable", True, "write `enumerate([1.5])` for numbers"),
        (
            "s",
            "ValueError: too many values to unpack (expected 2)",
            False,
            "write `enumerate(s)` for numbers",
        ),
        (
            "d",
            "ValueError: not enough values to unpack (expected 2, got 1)",
            False,
            "write `d.items()` for keys",
        ),
    ],
)
def test_items_that_several_names_cannot_be_are_told_with_the_remedy(
    items: str, error: str, warned: bool, hint: str
) -> None:
    text = f'<i l-for="(x, i) in {items}">{{{{ x }}}}</i>'
    state = {"n": [1, 2], "s": ["abc"], "d": {"a": 1}}
    (raised,) = rendered(text, state).diagnostics
    assert raised.message == f"Page: {error} (column 8)"
    assert raised.hint.startswith(hint)
    found = compiled("Page", text, {"state": state}).diagnostics
    assert [(one.code, one.severity, one.hint) for one in found] == [
        ("template-loop", "warning", raised.hint)
    ] * warned


def test_scoped_styles_mark_every_element_but_not_those_of_other_components() -> None:
    text = "<p>a<b>b</b></p><style>p > b:hover { color: red }</style>"
    found = compiled("Page", text, {})
    assert found.style == f"p > b[{found.mark}]:hover {{ color: red }}"
    view = View("Page", found.nodes, found.mark, lambda props: {})
    assert render(view, {}).html == f"<p {found.mark}>a<b {found.mark}>b</b></p>"
