"""Templates of whole components: where they stand, what they may name, what they are rendered with."""

from __future__ import annotations

import pytest

import moon_spa
from moon_spa.types import STR, ListOf, Record, SetOf, Type
from tests.moon_spa.templating import unmarked

METHODS = '''
class Box(Component):
    template = """
      <button @click="{click}">{{{{ n }}}}</button>
    """

    def setup(self, props):
        reset = {{"op": "set", "state": "n", "value": 0}}
        return {{"state": {{"n": 0}}, "actions": {{"step": self.step, "reset": reset}}}}

    def step(self, by: int, twice: bool = False):
        self.state.n = self.state.n + by
'''


def box(click: str) -> moon_spa.CompiledComponent:
    return moon_spa.compile(METHODS.format(click=click), path="box.py")


@pytest.mark.parametrize("click", ["step(1)", "step(n, True)", "reset"])
def test_an_action_is_called_as_it_is_declared(click: str) -> None:
    assert "<button>0</button>" in box(click).render().html


@pytest.mark.parametrize(
    ("click", "message"),
    [
        ("step", "`step` here: missing a required argument: 'by'"),
        ("step(1, True, 3)", "`step` here: too many positional arguments"),
        ("reset(1)", "`reset` here: too many positional arguments"),
        ("stop(1)", "no action `stop`"),
    ],
)
def test_a_call_that_python_would_refuse_is_an_error_at_its_place(click: str, message: str) -> None:
    with pytest.raises(moon_spa.ComponentError) as caught:
        box(click)
    (found,) = caught.value.diagnostics
    assert found.format().startswith(f"box.py:4: error: {message} (column 23)")
    assert found.span.column == 23


def test_a_component_file_has_its_template_and_style_in_sections() -> None:
    text = """<python>
class Card(Component):
    def setup(self, props):
        price = props.get("price", 0)
        return {"props": {**props}, "data": {"display": f"${price:.2f}", "is_cheap": price < 10}}
</python>
<template>
  <p>{{ py.display }}</p>
  <p l-if="is_cheap">On sale!</p>
</template>
<style>
p { margin: 0 }
</style>
"""
    card = moon_spa.compile(text, path="card.moon")
    assert card.template is not None
    mark = card.template.mark
    assert unmarked(card.render({"price": 7}).html) == f"<p {mark}>$7.00</p>\n  <p {mark}>On sale!</p>"
    assert "$7.00" not in card.setup_js
    with pytest.raises(moon_spa.ComponentError) as caught:
        moon_spa.compile(text.replace("py.display", "py.displya"), path="card.moon")
    (found,) = caught.value.diagnostics
    assert (found.span.line, found.span.column) == (8, 9)
    assert found.hint == "did you mean `display`?"


def test_a_module_ships_only_the_components_that_its_template_names() -> None:
    text = """
class Inner(Component):
    template = "<i>{{ n }}</i>"
    def setup(self, props):
        return {"props": {"n": 1, **props}, "state": {}}

class Other(Component):
    template = "<b>never</b>"
    def setup(self, props):
        return {"state": {}}

class Outer(Component):
    template = "<Inner :n='2'/><Inner/>"
    def setup(self, props):
        return {"state": {}}
"""
    outer = moon_spa.compile(text, name="Outer", path="outer.py")
    assert unmarked(outer.render().html) == "<i>2</i><i>1</i>"
    assert "<b>" not in outer.esm
    assert '"Inner"' in outer.esm
    assert "Other" not in outer.esm


def test_a_component_may_be_named_in_capitals() -> None:
    source = """class FAQ(Component):
    template = "<dl>{{ children }}</dl>"
    def setup(self, props):
        state = {}

class Page(Component):
    template = "<FAQ><DT>{{ n }}</DT></FAQ>"
    def setup(self, props):
        state = {"n": 1}
"""
    page = moon_spa.compile(source, name="Page", path="page.py")
    assert unmarked(page.render({}).html) == "<dl><dt>1</dt></dl>"


def test_the_last_text_that_a_class_assigns_is_its_template() -> None:
    source = "class Box(Component):\n  template = '<p>old</p>'\n  template = '''\n  <b>{{ bad }}</b>'''\n"
    made = moon_spa.compile(source + "  def setup(self, props):\n    return {}\n", path="box.py")
    assert unmarked(made.render({"bad": "new"}).html) == "<b>new</b>"
    assert (made.diagnostics[0].span.line, made.diagnostics[0].span.column) == (4, 9)


PARTS = """
class Card(Component):
    template = "<section>{{ children }}</section>"
    def setup(self, props):
        return {"state": {}}

class Line(Component):
    template = "<p><b>{{ children }}</b></p>"
    def setup(self, props):
        return {"state": {}}

class Tree(Component):
    template = "<ul><li>{{ n }}<Tree l-if='n' :n='n - 1'/></li></ul>"
    def setup(self, props):
        return {"props": {"n": 0, **props}}

class Row(Component):
    template = "<tr><td><Line>{{ children }}</Line></td></tr>"
    def setup(self, props):
        return {"state": {}}

class Page(Component):
    template = '''<i l-if="n">x</i>
      TEMPLATE'''
    def setup(self, props):
        return {"state": {"n": 0}}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "<p><Card/></p>",
            "`<Card>` brings `<section>` inside `<p>`: browsers close the paragraph before it",
        ),
        (
            "<Line>a<i l-if='n'><hr></i></Line>",
            "`<Line>` brings `<hr>` inside `<p>`: browsers close the paragraph",
        ),
        ("<Line><Card>a</Card></Line>", "`<Line>` brings `<section>` inside `<p>`: browsers close"),
        ("<Card><Line><ul></ul></Line></Card>", "`<Card>` brings `<ul>` inside `<p>`: browsers close"),
        ("<div><Row/></div>", "`<Row>` brings `<tr>` inside `<div>`"),
        ("<table><tbody><Row><div>a</div></Row></tbody></table>", "`<Row>` brings `<div>` inside `<p>`"),
        ("<svg><Line>a</Line></svg>", "`<Line>` brings `<p>` inside `<svg>`: browsers end the drawing"),
        ("<table><tbody><Row>a</Row></tbody></table>", ""),
        ("<Card><p>a</p><Tree :n='2'/></Card>", ""),
        ("<p><button><Card/></button></p>", ""),
        ("<svg><foreignObject><Line>a</Line></foreignObject></svg>", ""),
    ],
)
def test_what_browsers_would_move_is_warned_of_at_the_tag_that_brings_it(text: str, message: str) -> None:
    source = PARTS.replace("TEMPLATE", text)
    found = moon_spa.compile(source, name="Page", path="page.py").diagnostics
    if not message:
        assert found == ()
        return
    (one,) = found
    assert (one.code, one.severity, one.span.line) == ("template-nesting", "warning", source.count("\n") - 2)
    assert one.message.startswith(message)


GROUP = """
class Page(Component):
    template = '''<input type="checkbox" value="a" l-model="picked"><input type="checkbox" value="b"
      l-model="picked"><select multiple l-model="form.more"><option>x</option></select>'''
    def setup(self, props):
        state = {"picked": GIVEN, "form": {"more": []}, "text": ""}
        def act():
            state["text"] = ", ".join(sorted(state["picked"]))
"""


@pytest.mark.parametrize(
    ("given", "kind"),
    [("[]", ListOf(STR)), ('["b"]', ListOf(STR)), ("set()", SetOf(STR)), ('{"b"}', SetOf(STR))],
    ids=["no list", "list", "no set", "set"],
)
def test_a_group_of_checkboxes_shows_a_list_or_set_of_texts(given: str, kind: Type) -> None:
    page = moon_spa.compile(GROUP.replace("GIVEN", given), path="page.py")
    assert page.types["picked"] == kind
    assert page.types["form"] == Record((("more", ListOf(STR)),))
    assert page.placement == {"act": "client"}
    shown = [part for part in page.render().html.split("<input") if "checked" in part]
    assert len(shown) == given.count("b")
    assert all('value="b"' in part for part in shown)
