"""What is wrong with a template is said with its line, its column and what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moon_spa.findings import ComponentError
from moon_spa.templates.server import View, render
from tests.moon_spa.templating import compiled, parsed

STATE = {"count": 0, "name": "", "on": False, "items": [1]}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("<p>{{ count + }}</p>", 10, 18, "not an expression: invalid syntax"),
        ("<p>{{ }}</p>", 10, 11, "an expression is missing"),
        ("<p>\n  {{ lambda: 1 }}</p>", 11, 6, "templates have no `lambda`"),
        ("<p>{{ 'é' + foo.bar() }}</p>", 10, 17, "templates cannot call `bar`"),
        ("<p>\n{{ 1 +\n  open('x') }}</p>", 12, 3, "templates cannot call `open`"),
        ("{{ ().__class__.mro() }}", 10, 8, "templates cannot call `mro`"),
        ("{{ '{0.x}'.format(name) }}", 10, 8, "templates cannot call `format`"),
        ("{{ state.cuont }}", 10, 8, "`state` declares no `cuont`"),
        ("{{ props.items() }}", 10, 8, "`props.items()` is no list"),
        ("{{ len }}", 10, 8, "`len` is a function"),
        ("{{ (x := 1) }}", 10, 9, "templates have no `:=`"),
        ("{{ max(*items) }}", 10, 8, "templates have no `*` in calls"),
        ("{{ " + "(" * 70 + "1" + "+1)" * 70 + " }}", 10, 69, "more than 60 levels of brackets"),
        ("{{ count", 10, 5, "`{{` is not closed"),
        ("<p>a", 10, 5, "`<p>` is not closed"),
        ("<p>a</b></p>", 10, 9, "`</b>` closes nothing that is open here"),
        ("<p title='a>b</p>", 10, 14, "the value of `title` is not closed"),
        ("<p title title></p>", 10, 14, "`title` stands twice in `<p>`"),
        ("<!-- a", 10, 5, "comment is not closed"),
        ("<!doctype html>", 10, 5, "declarations do not belong in a template"),
        ("a\n<script>1</script>", 11, 1, "`<script>` does not belong in a template: behaviour is in actions"),
        ("<div><style>a{}</style></div>", 10, 10, "`<style>` belongs at the top of the template"),
        ("<p><div></div></p>", 10, 8, "`<div>` inside `<p>`: browsers close the paragraph before it"),
        ("<table><tr></tr></table>", 10, 12, "`<tr>` inside `<table>`"),
        ("<a><b><a></a></b></a>", 10, 11, "`<a>` inside `<a>`"),
        ("<svg><g><p>a</p></g></svg>", 10, 13, "`<p>` inside `<g>`: browsers end the drawing before it"),
        ("<h1><h2>a</h2></h1>", 10, 9, "`<h2>` inside `<h1>`: browsers end one heading before the other"),
        ("<ul><li><b><li>a</li></b></li></ul>", 10, 16, "`<li>` inside `<li>`: browsers end one before"),
        ("<select><option><b>a</b></option></select>", 10, 21, "`<b>` inside `<option>`"),
        ("<image/>", 10, 5, "`<image>` belongs to SVG"),
        ("<textarea>{{ children }}</textarea>", 10, 5, "`{{ children }}` inside `<textarea>`"),
        ("<input type='checkbox' l-model='items'>", 10, 28, "`items` is list[int]; this input changes bool"),
        (
            "<input type='checkbox' value='a' l-model='items'>",
            10,
            38,
            "`items` is list[int]; this input changes list[str]",
        ),
        ("<table>text</table>", 10, 12, "text directly inside `<table>`"),
        ("<i onclick='x'></i>", 10, 8, "`onclick` runs script"),
        ("<i :onclick='name'></i>", 10, 8, "`onclick` runs script"),
        ("<iframe :srcdoc='name'></iframe>", 10, 13, "`srcdoc` is a page of its own with script"),
        ("<iframe srcdoc='<p>'></iframe>", 10, 13, "`srcdoc` is a page of its own with script"),
        ("<a href=' jav&#x09;aScript:x'>a</a>", 10, 8, "`href` runs script"),
        ("<svg><a xlink:href='javascript:x'/></svg>", 10, 13, "`xlink:href` runs script"),
        ("<button formaction='vbscript:x'>a</button>", 10, 13, "`formaction` runs script"),
        (
            "<svg><set attributeName='href' to='#a'/></svg>",
            10,
            15,
            "`attributeName` could animate an address",
        ),
        ("<svg><svg:script>x</svg:script></svg>", 10, 10, "`<svg:script>` is no name of an element"),
        ("<svg><set :to='name'></set></svg>", 10, 15, "`to` could animate an address into script"),
        ("<svg><animate values='{{ name }}'/></svg>", 10, 19, "`values` could animate an address"),
        ("<i l-iff='on'></i>", 10, 8, "no directive `l-iff`"),
        ("<i v-if='on'></i>", 10, 8, "no directive `v-if`"),
        ("<i l-for='a in items' key='a'></i>", 10, 27, "`key` of a loop is a plain text here"),
        ("<i>{{ loop.index }}</i>", 10, 11, "`loop` is known only inside `l-for`"),
        ("<i :title='event.key'></i>", 10, 16, "`event` is known only inside the arguments"),
        ("<i @onclick='act'></i>", 10, 8, "no event `onclick`"),
        ("<i l-else></i>", 10, 8, "`l-else` without an `l-if` before it"),
        ("<i l-if='on'></i>a<i l-else></i>", 10, 26, "`l-else` without an `l-if` before it"),
        ("<i l-if='on' l-for='a in items'></i>", 10, 8, "`l-if` and `l-for` on one element"),
        ("<i l-for='items'></i>", 10, 8, "`l-for` is not `names in items`"),
        ("<i l-for='py in items'></i>", 10, 8, "`py` cannot be the name of a loop variable here"),
        ("<i @click='atc'></i>", 10, 16, "no action `atc`"),
        ("<i @click='act()()'></i>", 10, 16, "`@click` calls one action"),
        ("<i @click.enter='act'></i>", 10, 8, "no modifier `.enter` here"),
        ("<i l-model='name'></i>", 10, 8, "`l-model` on this `<i>`"),
        ("<input l-model='nome'>", 10, 12, "`l-model` needs a place in state, not `nome`"),
        ("<input l-model='on'>", 10, 12, "`on` is bool; this input changes str or int or float"),
        ("<input l-model='name' value='a'>", 10, 27, "`value` has two sources in `<input>`"),
        ("<i class='{{ name }}'></i>", 10, 8, "`{{ }}` in `class`"),
        ("<i :style=\"{'a b': 1}\"></i>", 10, 16, "`a b` is no CSS property"),
        ("<Crad/>", 10, 5, "no component `Crad`"),
        ("<Card @click='act'/>", 10, 11, "`@click` on a component"),
        ("<template><i></i></template>", 10, 5, "`<template>` is for `l-if`"),
    ],
)
def test_an_error_names_its_place(text: str, line: int, column: int, message: str) -> None:
    found = parsed(text, STATE)
    assert not found.nodes
    errors = [d for d in found.diagnostics if d.severity == "error"]
    assert (errors[0].span.path, errors[0].span.line, errors[0].span.column) == ("card.py.md", line, column)
    assert errors[0].message.startswith(message)
    assert errors[0].message.endswith(f" (column {column})")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ act() }}", "events call actions, as `@click`; to show a value write its expression"),
        ("<i :title='len(act())'></i>", "events call actions, as `@click`; to show a value"),
        ("{{ act }}", "events call actions, as `@click`; to show a value"),
        ("{{ items.append(1) }}", "write the expression itself, keep it in `state`"),
        ("{{ self.act() }}", "write the expression itself, keep it in `state`"),
        ("{{ _total() }}", "write the expression itself, keep it in `state`"),
        ("<i @click='count += 1'></i>", "a template changes nothing: write an action, and name it here"),
        ("<i @click='act(); act()'></i>", "a template changes nothing: write an action"),
        ("{{ import os }}", "a template changes nothing: write an action"),
        ("{{ 1 + }}", ""),
    ],
)
def test_what_belongs_in_an_action_or_in_state_is_said_with_the_remedy(text: str, hint: str) -> None:
    found = parsed(text, STATE).diagnostics[0]
    assert found.hint.startswith(hint) if hint else not found.hint


def test_all_errors_of_a_template_are_told_at_once() -> None:
    text = "<p :a='1 +'>{{ 2 + }}</p>\n<i @click='nothing'></i>"
    assert [d.span.line for d in parsed(text, STATE).diagnostics] == [10, 10, 11]


@pytest.mark.parametrize(
    ("style", "line", "message"),
    [
        ("p {\n color: red", 1, "`{` is not closed"),
        ("p { }\n}", 2, "`}` closes nothing"),
        ("\n@import 'x';", 2, "`@import` in the style of a component"),
        ("p {}\n@unknown x { }", 2, "`@unknown` is not known"),
    ],
)
def test_an_error_of_a_style_names_its_line(style: str, line: int, message: str) -> None:
    with pytest.raises(ComponentError) as caught:
        compiled("Page", f"<p>a</p><style>{style}</style>", {})
    assert caught.value.diagnostics[0].message == message
    assert caught.value.diagnostics[0].span.line == line


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div",
            ">",
            "/>",
            "{{",
            "}}",
            "'",
            '"',
            "=",
            " ",
            "\n",
            "<!--",
            "-->",
            "<Card ",
            "count",
        ),
        *(
            "l-if=",
            "l-else",
            "l-for='a in items'",
            ":key='a'",
            "@click='act'",
            "l-model='name'",
            "<input ",
            "<",
            "&",
        ),
        *(
            "<template ",
            "</template>",
            "<style>",
            "</style>",
            "<table>",
            "{",
            "}",
            "(",
            "[",
            "\0",
            "\ud800",
            "é",
            "\\",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_a_template_or_a_located_error(text: str) -> None:
    found = parsed(text, STATE)
    for diagnostic in found.diagnostics:
        assert 10 <= diagnostic.span.line <= 10 + text.count("\n") + 1
    if found.nodes:
        views: dict[str, View] = {}
        views["Card"] = View("Card", (), "", lambda props: {}, views)
        render(
            View("Page", found.nodes, "", lambda props: {}, views), {"state": STATE, "py": {}, "props": {}}
        )
