"""`l-model` on places inside of state: an input changes there what an assignment in an action would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.moon_spa.pages import Made, Stage
from tests.moon_spa.templating import parsed

TODO = [{"text": "a", "done": False, "n": 1}, {"text": "b", "done": True, "n": 2}]
STATE: dict[str, Any] = {
    "items": TODO,
    "form": {"name": "Ann", "size": 1.5, "kind": "x", "tags": ["y"]},
    "grid": [[1, 2], [3]],
    "by": {"10": "ten", "9": "nine"},
    "key": "9",
    "top": "t",
}
TEMPLATE = """
<p class="r" l-for="item in items" :key="item.text"><input type="checkbox" l-model="item.done"
  ><input class="n" type="number" l-model="item.n"><i>{{ item.done }} {{ item.n }}</i></p>
<input id="name" l-model="form.name"><input id="size" l-model="state.form['size']">
<input type="radio" name="k" value="x" l-model="form.kind">
<input type="radio" name="k" value="y" l-model="form.kind">
<select id="kind" l-model="form.kind"><option>x</option><option>y</option></select>
<select id="tags" multiple l-model="form.tags"><option>x</option><option>y</option></select>
<textarea l-model="form.name"></textarea>
<div l-for="i, row in enumerate(grid)"><input class="g" l-for="cell in row" l-model="cell"></div>
<b l-for="k in list(by)" :key="k"><input class="d" l-model="by[k]"></b><input id="one" l-model="by[key]">
<input id="last" l-model="items[-1].text"><s>{{ form }} {{ grid }} {{ by }}</s>
"""


@pytest.fixture
def stage(context: BrowserContext) -> Iterator[Stage]:
    """An empty page with the runtime."""
    page = context.new_page()
    page.set_default_timeout(5_000)
    yield Stage(page)
    page.close()


@pytest.mark.e2e
@pytest.mark.parametrize("fresh", [False, True])
def test_inputs_change_places_in_state_and_nothing_else(stage: Stage, fresh: bool) -> None:
    made = Made("Form", TEMPLATE, STATE, {"act": "() { __set_state_0((v) => [...v].reverse()); }"})
    (stage.mount if fresh else stage.hydrate)(made)
    page = stage.page
    assert fresh or stage.js("() => reused"), stage.said
    stage.js("() => { window.first = app.state.items; }")
    page.check(".r input >> nth=0")
    page.fill(".n >> nth=1", "12")
    page.fill(".n >> nth=0", "1.5")
    assert page.get_attribute(".n >> nth=0", "aria-invalid") == "true"
    page.fill("#name", "Bo")
    page.fill("#size", "2")
    page.check("input[value=y]")
    page.select_option("#tags", ["x", "y"])
    page.fill(".g >> nth=2", "33")
    page.fill(".d >> nth=0", "zehn")
    page.fill("#one", "neun")
    assert stage.js("() => first.map((one) => [one.done, one.n])") == [[False, 1], [True, 2]]
    assert stage.js("() => app.state.items") == [
        {"text": "a", "done": True, "n": 1},
        {"text": "b", "done": True, "n": 12},
    ]
    assert stage.js("() => app.state.form") == {"name": "Bo", "size": 2, "kind": "y", "tags": ["x", "y"]}
    assert page.inner_text("s") == (
        "{'name': 'Bo', 'size': 2.0, 'kind': 'y', 'tags': ['x', 'y']} [[1, 2], [33]]"
        " {'10': 'zehn', '9': 'neun'}"
    )
    assert page.input_value("textarea") == "Bo"
    assert page.input_value("#kind") == "y"
    stage.js("() => app.call('act')")
    page.uncheck(".r input >> nth=0")
    assert stage.js("() => app.state.items.map((one) => [one.text, one.done])") == [["b", False], ["a", True]]
    assert [text.split()[0] for text in page.locator("i").all_inner_texts()] == ["False", "True"]


@pytest.mark.e2e
def test_a_place_that_is_no_more_is_an_error_and_changes_nothing(stage: Stage) -> None:
    template = '<input id="k" l-model="k"><input class="v" l-model="d[k][-1]"><b>{{ d }}</b>'
    made = Made("Page", template, {"d": {"a": [1, 2], "b": [3]}, "k": "b"})
    holder = Made("Holder", "<Page/>", parts=(made,))
    stage.hydrate(holder)
    stage.page.fill(".v", "4")
    assert stage.page.inner_text("b") == "{'a': [1, 2], 'b': [4]}"
    stage.page.fill("#k", "a")
    stage.page.fill(".v", "5")
    assert stage.page.inner_text("b") == "{'a': [1, 5], 'b': [4]}"
    stage.page.fill("#k", "c")
    assert stage.page.inner_text("[role=alert]") == "Page: KeyError: 'c'"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("<input l-model='item.don' l-for='item in items'>", "`item.don`: there is no key 'don'"),
        ("<input l-model='item.done' l-for='item in items'>", "`item.done` is bool; this input changes str"),
        ("<input l-model='item.text' l-for='item in sorted(items)'>", "`l-model` needs a place in state"),
        ("<input l-model='item.text' l-for='item in items[1:]'>", "`l-model` needs a place in state"),
        ("<input l-model='k' l-for='k, v in by.items()'>", "`l-model` needs a place in state"),
        ("<input l-model='top[0]'>", "`top[0]`: str has no items that can be set"),
        ("<input l-model='top.upper()'>", "`l-model` needs a place in state"),
        ("<input l-model='data'>", "`l-model` needs a place in state"),
        ("<p l-for='top in items'><input l-model='top'></p>", "this input changes str or int or float"),
        ("<p l-for='form in by.keys()'><input l-model='form.name'></p>", "`l-model` needs a place in state"),
        ("<input l-model='form[key]'>", "this input changes str or int or float"),
        ("<input type='checkbox' l-model='form.name'>", "is str; this input changes bool"),
    ],
)
def test_a_place_that_no_action_could_assign_to_is_refused(template: str, message: str) -> None:
    errors = [one for one in parsed(template, STATE, py=["data"]).diagnostics if one.severity == "error"]
    assert errors
    assert message in errors[0].message
    assert errors[0].span.line == 10
