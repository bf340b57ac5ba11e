"""``%%moonleap`` in JupyterLab: the graph, the tree of files, and edits that are merged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

pytestmark = pytest.mark.e2e

RULES = """\
from dataclasses import dataclass, field

import moonleap.resource.props as P
from moonleap import Resource, create, extend, kebab_to_camel, rule
from moonleap.verbs import has, shows, uses


@dataclass
class Screen(Resource):
    name: str
    used: list = field(default_factory=list)


@create("screen")
def create_screen(term, block):
    return Screen(kebab_to_camel(term.data))


@rule("screen", uses, "endpoint")
def screen_uses_endpoint(screen, endpoint):
    screen.used.append(str(endpoint))


@rule("project", shows, "screen")
def project_shows_screen(project, screen): ...


@extend(Screen)
class ExtendScreen:
    views = P.children(shows, "list-view")

    def render(self, write_file, render_template, output_path):
        lines = [f"# {self.name}", "title = 'a screen'", "", "", "", "views = ["]
        lines += [f"    '{view}'," for view in self.views]
        write_file(f"screens/{self.name}.py", "\\n".join([*lines, "]", ""]))
"""
SPEC = """\
# The shop:project

:It /shows a welcome:screen and a checkout:screen.

## The welcome:screen

:It /shows a product:list-view. :It /uses the product:endpoint.

## The checkout:screen

:It /shows a cart:list-view. :It /uses the cart:endpoint.
"""
TEXT = f"# A shop\n\n```python\n{RULES}```\n\nThe spec:\n\n```python\n%%moonleap -o out\n{SPEC}```\n"


@pytest.fixture
def opened(page: Page, lab: Lab, document: Callable[[str, str], str], folder: Path) -> Path:
    """The document of these tests, open, its rules defined."""
    path = document("shop.py.md", TEXT)
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    driver.run_cell(page, 1)
    return folder


def view(page: Page) -> Locator:
    """What the cell with the spec shows."""
    return page.locator(f"{driver.PANEL} .moonleap-view")


def options(page: Page, line: str, change: tuple[str, str] = ("", "")) -> None:
    """Run the cell with the spec with other options, and with another text in place of one."""
    text = SPEC.replace(*change) if change[0] else SPEC
    driver.set_source(page, 3, f"%%moonleap -o out {line}\n{text}".rstrip())
    driver.run_cell(page, 3)


def test_graph_and_files_are_seen_before_they_are_written(page: Page, opened: Path) -> None:
    driver.run_cell(page, 3)
    expect(view(page)).to_contain_text("7 resources, 6 relations → out: 2 new (a preview: --write writes)")
    picture = view(page).locator("svg.moonleap-graph")
    expect(picture.get_by_text("welcome:screen", exact=True)).to_be_visible()
    expect(picture.locator(".verb").get_by_text("/uses").first).to_be_visible()
    expect(view(page).get_by_text("screens/")).to_be_visible()
    row = view(page).locator("li details").filter(has_text="checkout.py")
    expect(row.locator("ins").first).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator("ins").first).to_have_text("+# checkout")
    assert not (opened / "out").exists()


def test_an_edited_file_is_merged_with_what_a_changed_spec_generates(page: Page, opened: Path) -> None:
    options(page, "--write")
    expect(view(page)).to_contain_text("2 new (written)")
    file = opened / "out" / "screens" / "welcome.py"
    file.write_text(file.read_text(encoding="utf-8").replace("'a screen'", "'Welcome!'"), encoding="utf-8")
    options(page, "", ("a product:list-view", "a product:list-view, a news:list-view"))
    expect(view(page).locator(".badge", has_text="merged")).to_be_visible()
    row = view(page).locator("li details").filter(has_text="welcome.py")
    expect(row.locator("ins")).to_have_text("+    'news:list-view',")
    options(page, "--write", ("a product:list-view", "a product:list-view, a news:list-view"))
    expect(view(page)).to_contain_text("1 merged, 1 unchanged (written)")
    text = file.read_text(encoding="utf-8")
    assert "'Welcome!'" in text
    assert "'news:list-view'" in text


def test_an_error_links_its_line_and_stops_the_notebook(page: Page, opened: Path) -> None:
    (opened / "details.md").write_text("A line.\n\nThe :it is /used by nobody (here.\n", encoding="utf-8")
    driver.insert_cell(page, 4, "print('not reached')")
    driver.set_source(page, 3, "%%moonleap -o out\n# The [a:b](details.md)\n\n# The a:b\n\n## The a:b")
    driver.run_all(page)
    expect(view(page).locator(".badge.tone-bad").first).to_have_text("error")
    assert "moonleap: 1 error; nothing was written" in driver.text_output(driver.cells(page)[3])
    assert driver.cells(page)[4]["outputs"] == []
    view(page).get_by_role("link", name="details.md:3").first.click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path?.endsWith('details.md')"
    )
