"""Components among the outputs of documents and notebooks, exported, in a browser without network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

import moon_spa
from moon_spa.page import mimebundle
from moonlight import store
from moonlight.document import parse
from moonlight.outputs import Entry
from moonlight.source import source_hash
from moonlight.webpage.page import page_of

COUNTER = '''
class Counter(Component):
    template = """<h2>{{ title }}</h2><button class="up" @click="up">+1</button> <output>{{ count }}</output>
      <button class="save" @click="save">save</button>"""

    def setup(self, props):
        state = {"count": 0}
        data = {"title": props.get("title", "Counter")}

        def up():
            state["count"] += 1

        def save():
            open("counts.txt", "a")
'''
TEXT = """\
# A document

[x](javascript:window.__canary=1) <script>window.__canary=2</script>

```python
%spa Counter
```
"""
HOSTILE = "</script><script>window.__canary=3</script><!--\u2028"
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>window.__canary=4</script></svg>'
WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

Open = Callable[[Path], Page]


@pytest.fixture
def opened(context: BrowserContext) -> Iterator[Open]:
    """`opened(file)` opens a file; the network is not there, and no value may run."""
    wrong: list[str] = []
    asked: list[str] = []

    def refuse(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    def go(file: Path) -> Page:
        context.route(re.compile("^(?!file:)"), refuse)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        page.asked = asked  # type: ignore[attr-defined]
        return page

    yield go
    assert wrong == []
    assert all(page.evaluate("window.__canary === undefined") for page in context.pages)


def outputs() -> list[dict[str, Any]]:
    """What `%spa` leaves in a notebook, twice, and a picture."""
    counter = moon_spa.compile(COUNTER)
    view = {WIDGET: {"version_major": 2, "version_minor": 0, "model_id": "abc"}}
    made = [{**view, **mimebundle(counter, {"title": title})} for title in ("One", HOSTILE)]
    return [
        {"output_type": "display_data", "data": data, "metadata": {}}
        for data in [*made, {"image/svg+xml": DOT}]
    ]


def use(page: Page) -> None:
    """Local actions work, each in its own component; the others say why they do not."""
    for number in (0, 1, 1):
        page.click(f".up >> nth={number}")
    assert page.locator("output").all_inner_texts() == ["1", "2"]
    page.click(".save >> nth=0")
    assert "needs a server, and this page has none; it runs there for `open" in page.inner_text(
        ".moon-notice"
    )
    assert (
        page.locator("summary").all_inner_texts()
        == ["One action needs a server, which this page does not have"] * 2
    )


@pytest.mark.e2e
def test_components_of_an_exported_document_work_offline(opened: Open, tmp_path: Path) -> None:
    document = tmp_path / "doc.py.md"
    document.write_text(TEXT)
    block = parse(TEXT, str(document)).code_blocks[0]
    store.save(document, [Entry(source_hash(block.text.removesuffix("\n")), 1, 1, 1, outputs())])
    out = tmp_path / "doc.html"
    text = page_of(document, trust=True).html
    assert text.count("class PyError") == 1
    out.write_text(text, encoding="utf-8")
    page = opened(out)
    use(page)
    page.click("text=x")
    assert page.locator("img").evaluate("img => img.naturalWidth") == 9
    assert page.asked == []  # type: ignore[attr-defined]


@pytest.mark.e2e
def test_without_trust_an_exported_document_has_no_script_at_all(opened: Open, tmp_path: Path) -> None:
    document = tmp_path / "doc.py.md"
    document.write_text(TEXT)
    store.save(document, [Entry(source_hash("%spa Counter"), 1, 1, 1, outputs())])
    out = tmp_path / "doc.html"
    out.write_text(page_of(document).html, encoding="utf-8")
    page = opened(out)
    assert page.locator("script").count() == 0
    assert page.locator("pre.result").all_inner_texts() == ["Counter (component)"] * 2


def notebook(folder: Path, state: bool) -> Path:
    """A notebook with components; with `state` as it is after `nbconvert --execute`."""
    cell = {
        "cell_type": "code",
        "id": "a",
        "execution_count": 1,
        "metadata": {},
        "source": "%spa Counter",
        "outputs": outputs(),
    }
    widgets = {
        "version_major": 2,
        "version_minor": 0,
        "state": {"abc": {"model_name": "AnyModel", "model_module": "anywidget", "state": {}}},
    }
    metadata = {"widgets": {STATE: widgets}} if state else {}
    path = folder / "counter.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [cell]}))
    return path


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.parametrize(("exporter", "state"), [("html", False), ("moonlight", False), ("moonlight", True)])
def test_components_work_in_the_html_of_nbconvert(
    opened: Open, tmp_path: Path, exporter: str, state: bool
) -> None:
    path = notebook(tmp_path, state)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", exporter, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    use(opened(tmp_path / "counter.html"))


@pytest.mark.e2e
@pytest.mark.slow
def test_a_notebook_that_nbconvert_executes_works_in_its_own_html(opened: Open, tmp_path: Path) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{number}", "execution_count": None, "metadata": {}, "outputs": []}
        | {"source": source}
        for number, source in enumerate(
            (
                f"from moon_spa import Component\n{COUNTER}",
                "%spa Counter title='one'",
                "from ipywidgets import IntSlider\nc = %spa Counter\nIntSlider()",
            )
        )
    ]
    kernel = {"name": "moon", "display_name": "Moonlight", "language": "python"}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    path = tmp_path / "counter.ipynb"
    path.write_text(json.dumps(made))
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "counter.html").read_text().count(f'<script type="{WIDGET}">') == 1
    use(opened(tmp_path / "counter.html"))


@pytest.mark.slow
def test_only_widgets_that_are_components_are_taken_from_a_notebook(tmp_path: Path) -> None:
    import nbformat
    from nbconvert.preprocessors import Preprocessor

    from jupyter_ext.nbconvert_html import ComponentsAsHtml

    assert issubclass(ComponentsAsHtml, Preprocessor)
    made = nbformat.read(notebook(tmp_path, state=True), 4)
    other = nbformat.from_dict(
        {"output_type": "display_data", "data": {WIDGET: {"model_id": "slider"}}, "metadata": {}}
    )
    made.cells[0].outputs.append(other)
    made.metadata.widgets[STATE]["state"]["slider"] = {"model_name": "IntSlider"}
    changed, _ = ComponentsAsHtml().preprocess(made, {})  # type: ignore[no-untyped-call]
    assert [WIDGET in output.data for output in changed.cells[0].outputs] == [False, False, False, True]
    assert list(changed.metadata.widgets[STATE]["state"]) == ["slider"]
    again = nbformat.read(tmp_path / "counter.ipynb", 4)
    changed, _ = ComponentsAsHtml().preprocess(again, {})  # type: ignore[no-untyped-call]
    assert "widgets" not in changed.metadata


def test_a_server_exports_components_as_html_too_unless_configured() -> None:
    from traitlets.config import Config

    from jupyter_ext.server_extension import COMPONENTS_AS_HTML, prefer_components

    config = Config()
    prefer_components(config)
    prefer_components(config)
    assert config.HTMLExporter.preprocessors == [COMPONENTS_AS_HTML]
    own = Config({"Exporter": {"preprocessors": ["mine"]}})
    prefer_components(own)
    assert own.HTMLExporter.preprocessors == ["mine", COMPONENTS_AS_HTML]
