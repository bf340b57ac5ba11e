"""Templates of whole components: where they stand, what they may name, what they are rendered with."""

from __future__ import annotations

import pytest

import moon_spa
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
    assert (found.message, found.span.path, found.span.line, found.span.column) == (message, "box.py", 4, 23)


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


def test_the_last_text_that_a_class_assigns_is_its_template() -> None:
    source = "class Box(Component):\n  template = '<p>old</p>'\n  template = '''\n  <b>{{ bad }}</b>'''\n"
    made = moon_spa.compile(source + "  def setup(self, props):\n    return {}\n", path="box.py")
    assert unmarked(made.render({"bad": "new"}).html) == "<b>new</b>"
    assert (made.diagnostics[0].span.line, made.diagnostics[0].span.column) == (4, 9)
