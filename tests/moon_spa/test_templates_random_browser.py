"""Made-up templates: the browser takes over what the server wrote, and shows what it would write later."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from moon_spa.artefact import descriptor
from moon_spa.types import type_of
from tests.moon_spa.pages import Made, Stage, literal
from tests.moon_spa.template_grammar import Grammar, values

CARD = """<section :title="title">{{ name }}<div l-if="name">{{ children }}</div>
<u l-else>{{ n }}</u></section>"""
SET = "() {{ {} }}"


@pytest.fixture
def stage(context: BrowserContext) -> Iterator[Stage]:
    """An empty page with the runtime; nothing may have run that a value brought along."""
    page = context.new_page()
    page.set_default_timeout(5_000)
    made = Stage(page)
    yield made
    assert made.js("() => window.__canary === undefined")
    page.close()


@pytest.mark.e2e
@pytest.mark.parametrize("seed", range(4))
def test_no_page_differs_and_none_is_made_anew(stage: Stage, seed: int) -> None:
    for number in range(12):
        check(stage, random.Random(f"{seed} {number}"))


def check(stage: Stage, rng: random.Random) -> None:
    """One template: hydrated with one state, then shown with another, and made freshly with that."""
    text, one, other = Grammar(rng).template(), values(rng), values(rng)
    card = Made("Card", CARD, {"n": 1}, props={"name": "", "title": ""})
    types = dict(one, items=["x"], rows=[{"id": 1, "name": "x"}])
    writes = " ".join(
        f"__set_state_{at}(moon.as_type({literal(value)}, {json.dumps(descriptor(type_of(types[name])))}));"
        for at, (name, value) in enumerate(other.items())
    )
    first = Made("Page", text, one, {"act": SET.format(writes)}, parts=(card,), types=types)
    second = Made("Page", text, other, parts=(card,), types=types)
    stage.said.clear()
    stage.hydrate(first)
    about = (text, one, stage.said)
    assert stage.js("() => reused || !before.length"), about
    assert not [said for said in stage.said if "is not its template" in said], about
    server = "(html) => { const el = host(); el.innerHTML = html; return shape(el); }"
    assert stage.js("() => shape(app.el)") == stage.js(server, first.html()), about
    stage.js("() => app.call('act')")
    wanted = stage.js(server, second.html())
    assert stage.js("() => shape(app.el)") == wanted, (text, one, other, stage.said)
    stage.mount(second)
    assert stage.js("() => shape(app.el)") == wanted, (text, other, stage.said)
    stage.js("() => document.body.replaceChildren()")
